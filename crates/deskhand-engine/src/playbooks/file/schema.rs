//! The JSON Schema of a playbook's file, with which editors complete and check.

use schemars::SchemaGenerator;
use serde_json::{Map, Value, json};

use super::members::KINDS;
use super::written::WrittenFile;

/// The JSON Schema of a playbook's file.
pub fn json_schema() -> Value {
    let mut schema = SchemaGenerator::default()
        .into_root_schema_for::<WrittenFile>()
        .to_value();
    schema["title"] = json!("Deskhand playbook");
    let step = &mut schema["$defs"]["WrittenStep"];
    step["oneOf"] = KINDS.iter().map(|(kind, _)| json!({ "required": [kind] })).collect();
    let needs = KINDS.iter().filter_map(|(kind, _)| match *kind {
        "command" => Some(json!({"if": {"required": ["command"]}, "then": {"required": ["connection"]}})),
        "condition" => Some(json!({"if": {"required": ["condition"]}, "then": {"required": ["branches"]}})),
        "repeat_until" => Some(json!({"if": {"required": ["repeat_until"]}, "then": {"required": ["limit"]}})),
        _ => None,
    });
    step["allOf"] = needs.collect();
    let trigger = &mut schema["$defs"]["WrittenTrigger"];
    let kinds = ["event", "dismissal", "schedule", "failure_of"];
    trigger["oneOf"] = kinds.iter().map(|kind| json!({ "required": [kind] })).collect();
    renamed(schema)
}

/// Without the names of our own types, and without null, which TOML has not.
fn renamed(schema: Value) -> Value {
    match schema {
        Value::Object(members) => without_null(members),
        Value::Array(elements) => elements.into_iter().map(renamed).collect(),
        Value::String(text) if text.starts_with("#/$defs/") => Value::String(shorter(&text)),
        other => other,
    }
}

fn without_null(mut members: Map<String, Value>) -> Value {
    if let Some(Value::Array(kinds)) = members.get("type") {
        let kind = kinds.iter().find(|kind| *kind != "null").cloned();
        members["type"] = kind.unwrap_or_default();
    }
    if let Some(Value::Array(mut ways)) = members.shift_remove("anyOf") {
        ways.retain(|way| way["type"] != "null");
        match (ways.pop(), ways.is_empty()) {
            (Some(Value::Object(only)), true) => members.extend(only),
            (last, _) => {
                ways.extend(last);
                members.insert("anyOf".to_owned(), ways.into());
            }
        }
    }
    let members = members.into_iter();
    members.map(|(name, value)| (shorter(&name), renamed(value))).collect()
}

fn shorter(name: &str) -> String {
    name.replace("Written", "")
}
