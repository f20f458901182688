//! A field: its name, where its value is, and what kind of value it should be.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Path;

/// One mapped field.
#[derive(Debug, Clone)]
pub struct FieldMapping {
    /// The field's name, to the letter.
    pub name: String,
    /// Where its value is.
    pub path: Path,
    /// What kind of value it should be.
    pub kind: FieldKind,
}

/// What kind of value a field has; what cannot be made into it stays as it is, so that nothing is lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FieldKind {
    /// As it is in the record.
    #[default]
    Json,
    /// Text.
    Text,
    /// A number.
    Number,
    /// True or false.
    Boolean,
    /// An instant, in UTC.
    DateTime,
}

impl FieldMapping {
    /// The field's value in a record.
    pub fn value(&self, record: &Value) -> Value {
        self.kind.made_of(self.path.find(record))
    }
}

impl FieldKind {
    fn made_of(self, value: Value) -> Value {
        if value.is_null() {
            return value;
        }
        let made = match (self, &value) {
            (Self::Text, Value::Number(_) | Value::Bool(_)) => Some(Value::String(value.to_string())),
            (Self::Number, Value::String(text)) => text.trim().parse::<serde_json::Number>().ok().map(Value::Number),
            (Self::Boolean, Value::String(text)) => text.trim().to_ascii_lowercase().parse().ok().map(Value::Bool),
            (Self::DateTime, Value::String(text)) => text
                .parse::<Timestamp>()
                .ok()
                .map(|time| Value::String(time.to_string())),
            _ => None,
        };
        made.unwrap_or(value)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_become_what_they_should_be_or_stay() {
        assert_eq!(FieldKind::Text.made_of(json!(5)), json!("5"));
        assert_eq!(FieldKind::Number.made_of(json!("1.50")), json!(1.5));
        assert_eq!(FieldKind::Number.made_of(json!("many")), json!("many"));
        assert_eq!(FieldKind::Boolean.made_of(json!("True")), json!(true));
        assert_eq!(
            FieldKind::DateTime.made_of(json!("2024-01-01T02:00:00+02:00")),
            json!("2024-01-01T00:00:00Z")
        );
        assert_eq!(FieldKind::DateTime.made_of(Value::Null), Value::Null);
    }
}
