//! What the JSON reader says about a body that it cannot bind.

use serde_json::Value;

use crate::refusal::Refusal;

/// Where in a body something is, as the JSON reader counts: lines from 1, characters from the line's beginning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) path: String,
    pub(super) line: usize,
    pub(super) position: usize,
}

impl Place {
    /// The place behind so many bytes of a body.
    pub(super) fn behind(body: &str, bytes: usize, path: impl Into<String>) -> Self {
        let before = body.get(..bytes).unwrap_or(body);
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        Self {
            path: path.into(),
            line: before.matches('\n').count() + 1,
            position: before[line_start..].chars().count(),
        }
    }

    fn told(&self) -> String {
        let Self { path, line, position } = self;
        format!("Path '{path}', line {line}, position {position}.")
    }
}

/// Recorded for tickets and for searches.
pub(super) fn unknown_member(name: &str, object: &str, place: &Place) -> Refusal {
    Refusal::api(
        400,
        format!(
            "Could not find member '{name}' on object of type '{object}'. {}\
             Check your accept header to make sure you are using the correct version.",
            place.told()
        ),
    )
}

/// A value of the wrong type: the recorded sentences, with the server's own status.
pub(super) fn wrong_type(value: &Value, wanted: &str, place: &Place) -> Refusal {
    let told = place.told();
    let shown = match value {
        Value::Object(_) => return Refusal::api(500, unexpected('{', &told)),
        Value::Array(_) => return Refusal::api(500, unexpected('[', &told)),
        Value::String(text) => format!("\"{text}\""),
        Value::Bool(true) => "True".to_owned(),
        Value::Bool(false) => "False".to_owned(),
        Value::Null => "{null}".to_owned(),
        Value::Number(number) => number.to_string(),
    };
    Refusal::api(
        500,
        format!("Error converting value {shown} to type '{wanted}'. {told}"),
    )
}

fn unexpected(character: char, told: &str) -> String {
    format!("Unexpected character encountered while parsing value: {character}. {told}")
}

/// The JSON reader's usual words for one kind of container where it needs the other; the status is that of wrong types.
pub(super) fn wrong_container(has_array: bool, wanted: &str, place: &Place) -> Refusal {
    let (found, example, needed, other) = if has_array {
        ("array", "[1,2,3]", "object", "{\"name\":\"value\"}")
    } else {
        ("object", "{\"name\":\"value\"}", "array", "[1,2,3]")
    };
    let message = format!(
        "Cannot deserialize the current JSON {found} (e.g. {example}) into type '{wanted}' because the type requires a \
         JSON {needed} (e.g. {other}) to deserialize correctly. {}",
        place.told()
    );
    Refusal::api(500, message)
}

/// Invented: nobody has shown what the vendor says to a body that is no JSON at all.
pub(super) fn no_json(body: &str, error: &serde_json::Error) -> Refusal {
    let line = body.lines().nth(error.line().saturating_sub(1)).unwrap_or_default();
    let column = error.column().saturating_sub(1);
    let character = line.chars().nth(column).map(String::from).unwrap_or_default();
    let told = Place {
        path: String::new(),
        line: error.line(),
        position: column,
    }
    .told();
    Refusal::api(
        400,
        format!("Unexpected character encountered while parsing value: {character}. {told}"),
    )
}
