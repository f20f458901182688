//! Patterns and zones as files have them: checked while they are read, so that a mistake is told with its line.

use serde::de::Error;
use serde::{Deserialize, Deserializer};

use super::find_zone;
use super::pattern::Pattern;

/// Reads a pattern, for a field's `deserialize_with`; what cannot be one is refused with what can.
pub fn pattern<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    checked(from, |pattern| Pattern::parse(pattern).map(drop))
}

/// Reads the name of a zone, for a field's `deserialize_with`.
pub fn zone<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    checked(from, |zone| find_zone(zone).map(drop))
}

fn checked<'de, D: Deserializer<'de>>(
    from: D,
    check: impl Fn(&str) -> Result<(), String>,
) -> Result<Option<String>, D::Error> {
    let written = String::deserialize(from)?;
    check(&written).map_err(D::Error::custom)?;
    Ok(Some(written))
}
