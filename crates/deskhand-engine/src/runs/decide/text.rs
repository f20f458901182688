//! Values as text.

use serde_json::Value;

/// A value as text: texts without quotes, nothing as nothing.
pub(super) fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// A text, or the texts of a list; those with nothing in them are left out.
pub(super) fn texts(value: &Value) -> Vec<String> {
    let all = match value {
        Value::Array(values) => values.iter().map(plain).collect(),
        other => vec![plain(other)],
    };
    let trimmed = all.into_iter().map(|text| text.trim().to_owned());
    trimmed.filter(|text| !text.is_empty()).collect()
}
