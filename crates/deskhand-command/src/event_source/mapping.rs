//! A field: its name, where its value is, and what kind of value it should be.

use std::borrow::Cow;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde::ser::SerializeMap;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::{Number, Value};

use super::{ArtifactMapping, Path};

/// One mapped field.
#[derive(Debug, Clone)]
pub struct FieldMapping {
    /// The field's name, to the letter.
    pub name: String,
    /// Where its value is.
    pub path: Path,
    /// What kind of value it should be.
    pub kind: FieldKind,
    /// What its values are, when they are things of their own.
    pub artifact: Option<ArtifactMapping>,
}

/// What kind of value a field has; what cannot be made into it stays as it is, so that nothing is lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FieldKind {
    /// As it is in the record.
    #[default]
    Json,
    /// Text; objects and arrays as their JSON.
    Text,
    /// A number.
    Number,
    /// True or false.
    Boolean,
    /// An instant, in UTC; a time without a zone is one in UTC already.
    DateTime,
}

/// A field's value in a record.
#[derive(Debug, Clone, PartialEq)]
pub struct Mapped<'a> {
    /// The value.
    pub value: Cow<'a, Value>,
    /// Whether it is of the field's kind, or null; otherwise it is as it was found.
    pub converted: bool,
}

/// More digits than this are not certain to survive in a floating-point number.
const CERTAIN_DIGITS: usize = 15;

impl FieldMapping {
    /// The field's value in a record.
    pub fn read<'a>(&self, record: &'a Value) -> Mapped<'a> {
        self.kind.made_of(self.path.find_in(record))
    }
}

impl FieldKind {
    fn made_of(self, value: Cow<'_, Value>) -> Mapped<'_> {
        if self == Self::Json || value.is_null() {
            return Mapped { value, converted: true };
        }
        match self.conversion(&value) {
            Conversion::Same => Mapped { value, converted: true },
            Conversion::To(made) => Mapped {
                value: Cow::Owned(made),
                converted: true,
            },
            Conversion::Impossible => Mapped {
                value,
                converted: false,
            },
        }
    }

    fn conversion(self, value: &Value) -> Conversion {
        let to = |made: Option<Value>| made.map_or(Conversion::Impossible, Conversion::To);
        match (self, value) {
            (Self::Json, _)
            | (Self::Text, Value::String(_))
            | (Self::Number, Value::Number(_))
            | (Self::Boolean, Value::Bool(_)) => Conversion::Same,
            (Self::Text, value) => Conversion::To(Value::String(value.to_string())),
            (Self::Number, Value::String(text)) => to(number(text.trim()).map(Value::Number)),
            (Self::Boolean, Value::String(text)) => to(text.trim().to_ascii_lowercase().parse().ok().map(Value::Bool)),
            (Self::DateTime, Value::String(text)) => match instant(text.trim()) {
                Some(time) if time.to_string() == *text => Conversion::Same,
                time => to(time.map(|time| Value::String(time.to_string()))),
            },
            _ => Conversion::Impossible,
        }
    }
}

enum Conversion {
    Same,
    To(Value),
    Impossible,
}

/// A number, unless it would lose digits.
fn number(text: &str) -> Option<Number> {
    let number: Number = text.parse().ok()?;
    let whole = number.is_i64() || number.is_u64();
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    (whole || digits <= CERTAIN_DIGITS).then_some(number)
}

fn instant(text: &str) -> Option<Timestamp> {
    let in_utc = || {
        let civil: DateTime = text.parse().ok()?;
        TimeZone::UTC.to_timestamp(civil).ok()
    };
    text.parse().ok().or_else(in_utc)
}

/// The fields as one JSON object, without a copy of what the record has.
pub(super) fn to_json(
    fields: &[FieldMapping],
    element: &Value,
    mut unconverted: impl FnMut(&str),
) -> Result<String, serde_json::Error> {
    let mut json = Vec::with_capacity(64 * fields.len());
    let mut writer = serde_json::Serializer::new(&mut json);
    let mut map = writer.serialize_map(Some(fields.len()))?;
    for field in fields {
        let mapped = field.read(element);
        if !mapped.converted {
            unconverted(&field.name);
        }
        map.serialize_entry(&field.name, &*mapped.value)?;
    }
    map.end()?;
    String::from_utf8(json).map_err(serde::ser::Error::custom)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn made(kind: FieldKind, value: Value) -> Value {
        let mapped = kind.made_of(Cow::Owned(value));
        assert!(mapped.converted);
        mapped.value.into_owned()
    }

    #[test]
    fn values_become_what_they_should_be() {
        assert_eq!(made(FieldKind::Text, json!(5)), json!("5"));
        assert_eq!(made(FieldKind::Text, json!({"a": [1]})), json!(r#"{"a":[1]}"#));
        assert_eq!(made(FieldKind::Number, json!("1.50")), json!(1.5));
        assert_eq!(
            made(FieldKind::Number, json!(" 9007199254740993 ")),
            json!(9_007_199_254_740_993_i64)
        );
        assert_eq!(made(FieldKind::Boolean, json!("True")), json!(true));
        assert_eq!(
            made(FieldKind::DateTime, json!("2024-01-01T02:00:00+02:00")),
            json!("2024-01-01T00:00:00Z")
        );
        assert_eq!(
            made(FieldKind::DateTime, json!("2024-04-15 00:00")),
            json!("2024-04-15T00:00:00Z")
        );
        assert_eq!(made(FieldKind::DateTime, Value::Null), Value::Null);
        assert_eq!(made(FieldKind::Json, json!({"a": 1})), json!({"a": 1}));
    }

    #[test]
    fn values_that_cannot_be_converted_stay_and_are_told() {
        for (kind, value) in [
            (FieldKind::Number, json!("many")),
            (FieldKind::Number, json!("007")),
            (FieldKind::Number, json!("0.12345678901234567890")),
            (FieldKind::Number, json!([1])),
            (FieldKind::Boolean, json!(1)),
            (FieldKind::DateTime, json!("tomorrow")),
            (FieldKind::DateTime, json!(1_700_000_000)),
        ] {
            let mapped = kind.made_of(Cow::Borrowed(&value));
            assert!(!mapped.converted, "{kind:?} {value}");
            assert_eq!(*mapped.value, value);
        }
    }
}
