//! The table of a command's inputs, from their JSON Schema.

use std::fmt::Write as _;

use serde_json::Value;

const HEAD: &str =
    "| input | option | needed | type | default | allowed | what it is |\n|---|---|---|---|---|---|---|\n";

/// The table, or a sentence when there are none.
pub(super) fn table(schema: &Value) -> anyhow::Result<String> {
    let Some(properties) = schema["properties"]
        .as_object()
        .filter(|properties| !properties.is_empty())
    else {
        return Ok("It has none.\n".to_owned());
    };
    let mut table = HEAD.to_owned();
    for (name, input) in properties {
        let needed = schema["required"]
            .as_array()
            .is_some_and(|required| required.iter().any(|known| known == name));
        writeln!(
            table,
            "| {} | `--{}` | {} | {} | {} | {} | {} |",
            input["title"].as_str().unwrap_or(name),
            name.replace('_', "-"),
            if needed { "yes" } else { "" },
            kind(input),
            text_of(&input["default"]),
            allowed(input),
            described(input)
        )?;
    }
    Ok(table)
}

/// The type in words; `null` beside it only says that the input may be left out.
fn kind(input: &Value) -> String {
    let names = match &input["type"] {
        Value::Array(names) => names.iter().filter_map(Value::as_str).find(|name| *name != "null"),
        name => name.as_str(),
    };
    match names.unwrap_or("any") {
        "string" if input["format"] == "date-time" => "time".to_owned(),
        "string" => "text".to_owned(),
        "integer" => "whole number".to_owned(),
        "boolean" => "True or False".to_owned(),
        "object" => "JSON object".to_owned(),
        "array" => match kind(&input["items"]).as_str() {
            "any" => "list".to_owned(),
            element => format!("list of {element}s"),
        },
        other => other.to_owned(),
    }
}

/// Limits and choices that the schema has.
fn allowed(input: &Value) -> String {
    let mut allowed = Vec::new();
    if let Some(choices) = input["enum"].as_array() {
        let choices: Vec<_> = choices.iter().filter(|choice| !choice.is_null()).map(text_of).collect();
        allowed.push(choices.join(", "));
    }
    allowed.extend(range(&input["minimum"], &input["maximum"], ""));
    allowed.extend(range(&input["minLength"], &input["maxLength"], " characters"));
    allowed.extend(range(&input["minItems"], &input["maxItems"], " elements"));
    allowed.join("; ")
}

fn range(least: &Value, most: &Value, of: &str) -> Option<String> {
    match (least.as_i64(), most.as_i64()) {
        (None, None) => None,
        (Some(least), None) => Some(format!("at least {least}{of}")),
        (None, Some(most)) => Some(format!("at most {most}{of}")),
        (Some(least), Some(most)) => Some(format!("{least} to {most}{of}")),
    }
}

/// The help in one line.
fn described(input: &Value) -> String {
    let text = input["description"].as_str().unwrap_or_default();
    let words: Vec<_> = text.split_whitespace().collect();
    words.join(" ").replace('|', "\\|")
}

fn text_of(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Bool(true) => "True".to_owned(),
        Value::Bool(false) => "False".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_row_says_what_the_schema_says() {
        let schema = json!({
            "required": ["ticket_ids"],
            "properties": {
                "ticket_ids": {"title": "Ticket IDs", "type": "array", "items": {"type": "integer"}, "minItems": 1, "description": "Which\ntickets."},
                "number": {"title": "Number", "type": ["integer", "null"], "minimum": 1, "maximum": 1000},
                "internal": {"title": "Internal Note", "type": "boolean", "default": false},
                "impact": {"type": ["string", "null"], "enum": ["High", "Low", null]}
            }
        });
        let table = table(&schema).unwrap();
        let rows: Vec<_> = table.lines().skip(2).collect();
        assert_eq!(
            rows,
            [
                "| Ticket IDs | `--ticket-ids` | yes | list of whole numbers |  | at least 1 elements | Which tickets. |",
                "| Number | `--number` |  | whole number |  | 1 to 1000 |  |",
                "| Internal Note | `--internal` |  | True or False | False |  |  |",
                "| impact | `--impact` |  | text |  | High, Low |  |",
            ]
        );
    }

    #[test]
    fn a_command_without_inputs_says_so() {
        assert_eq!(table(&json!({"type": "object"})).unwrap(), "It has none.\n");
        assert_eq!(table(&json!({"properties": {}})).unwrap(), "It has none.\n");
    }
}
