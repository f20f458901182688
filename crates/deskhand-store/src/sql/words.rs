//! Times, names and JSON as the desk's tables keep them.

use deskhand_engine::StoreError;
use jiff::Timestamp;
use serde::Serialize;
use serde::de::value::{Error, StrDeserializer};
use serde::de::{Deserialize, DeserializeOwned, IntoDeserializer as _};

use super::errors::{broken, damaged};

/// A time in nanoseconds since 1970, exactly; those after 2262 and before 1677 are the last and the first of all.
pub(super) fn nanos(time: Timestamp) -> i64 {
    let bound = if time < Timestamp::UNIX_EPOCH {
        i64::MIN
    } else {
        i64::MAX
    };
    i64::try_from(time.as_nanosecond()).unwrap_or(bound)
}

/// The time of so many nanoseconds since 1970.
pub(super) fn time(nanos: i64) -> Result<Timestamp, StoreError> {
    Timestamp::from_nanosecond(nanos.into()).map_err(broken)
}

/// The word by which the engine names a variant.
pub(super) fn word(of: impl Serialize) -> Result<String, StoreError> {
    match serde_json::to_value(of).map_err(broken)? {
        serde_json::Value::String(word) => Ok(word),
        _ => Err(damaged("a word")),
    }
}

/// The variant that a word names.
pub(super) fn named<'a, T: Deserialize<'a>>(word: &'a str) -> Result<T, StoreError> {
    let word: StrDeserializer<'a, Error> = word.into_deserializer();
    T::deserialize(word).map_err(broken)
}

/// A value as JSON.
pub(super) fn json(value: &impl Serialize) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(broken)
}

/// The value of a JSON text.
pub(super) fn parsed<T: DeserializeOwned>(json: &str) -> Result<T, StoreError> {
    serde_json::from_str(json).map_err(broken)
}
