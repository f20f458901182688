//! Whether a value that is written down can be an input; whatever has a template can be anything.

use serde_json::Value;

use crate::playbooks::values::has_template;

/// Whether a value fits the JSON Schema of an input. A list where one value is expected is taken element by element,
/// because the command then runs once for each.
pub(super) fn fits(schema: &Value, value: &Value) -> Result<(), String> {
    match value {
        Value::Null => Ok(()),
        Value::String(text) if has_template(text) || text.trim().is_empty() => Ok(()),
        Value::Array(elements) if !is(schema, "array") => {
            elements.iter().try_for_each(|element| fits_one(schema, element))
        }
        value => fits_one(schema, value),
    }
}

fn fits_one(schema: &Value, value: &Value) -> Result<(), String> {
    if value.as_str().is_some_and(has_template) {
        return Ok(());
    }
    if is(schema, "integer") {
        whole_number(schema, value)
    } else if is(schema, "boolean") {
        flag(value)
    } else if is(schema, "array") {
        list(schema, value)
    } else if is(schema, "object") {
        object(value)
    } else if is(schema, "string") {
        text(schema, value)
    } else {
        Ok(())
    }
}

/// Whether a schema has this type, alone or beside null.
fn is(schema: &Value, kind: &str) -> bool {
    match schema.get("type") {
        Some(Value::String(one)) => one == kind,
        Some(Value::Array(several)) => several.iter().any(|one| one == kind),
        _ => false,
    }
}

fn whole_number(schema: &Value, value: &Value) -> Result<(), String> {
    let number = match value {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    let number = number.ok_or("a whole number is expected")?;
    let bound = |name: &str| schema.get(name).and_then(Value::as_i64);
    match (bound("minimum"), bound("maximum")) {
        (Some(least), _) if number < least => Err(format!("it is to be at least {least}")),
        (_, Some(most)) if number > most => Err(format!("it is to be at most {most}")),
        _ => Ok(()),
    }
}

fn flag(value: &Value) -> Result<(), String> {
    let is_one = match value {
        Value::Bool(_) => true,
        Value::String(text) => ["true", "false"].contains(&text.trim().to_lowercase().as_str()),
        _ => false,
    };
    is_one
        .then_some(())
        .ok_or_else(|| "true or false is expected".to_owned())
}

fn text(schema: &Value, value: &Value) -> Result<(), String> {
    let text = value.as_str().ok_or("text is expected")?;
    let most = schema.get("maxLength").and_then(Value::as_u64);
    let length = text.chars().count();
    match most {
        Some(most) if length as u64 > most => {
            Err(format!("at most {most} characters are possible, and this has {length}"))
        }
        _ => Ok(()),
    }
}

/// A list, or a text that stands for one: JSON, or elements with commas between.
fn list(schema: &Value, value: &Value) -> Result<(), String> {
    let parsed;
    let elements = match value {
        Value::Array(elements) => elements.as_slice(),
        Value::String(text) => {
            parsed = elements_of(text);
            parsed.as_slice()
        }
        _ => std::slice::from_ref(value),
    };
    if elements.is_empty() && schema.get("minItems").and_then(Value::as_u64).unwrap_or_default() > 0 {
        return Err("at least one element is expected".to_owned());
    }
    let of_elements = schema.get("items").unwrap_or(&Value::Null);
    let fit = elements.iter().try_for_each(|element| fits_one(of_elements, element));
    fit.map_err(|message| format!("in its list, {message}"))
}

fn elements_of(text: &str) -> Vec<Value> {
    if let Ok(Value::Array(elements)) = serde_json::from_str(text) {
        return elements;
    }
    let parts = text.split([',', ';']).map(str::trim).filter(|part| !part.is_empty());
    parts.map(Value::from).collect()
}

fn object(value: &Value) -> Result<(), String> {
    let is_one = match value {
        Value::Object(_) => true,
        Value::String(text) => serde_json::from_str(text).is_ok_and(|value: Value| value.is_object()),
        _ => false,
    };
    is_one
        .then_some(())
        .ok_or_else(|| "a JSON object is expected, such as { city = \"Tampa\" }".to_owned())
}
