//! What a template yields, as JSON again; no more of it than is allowed.

use minijinja::value::{Value as Dynamic, ValueKind};
use serde_json::{Map, Number, Value};

use super::ValueError;
use super::limits::{DEEPEST, LARGEST};
use super::node::Node;
use super::roots::Steps;

/// How much may still be made.
pub(super) struct Allowance(usize);

impl Allowance {
    pub(super) fn new() -> Self {
        Self(LARGEST)
    }

    /// Takes so many bytes of it.
    pub(super) fn take(&mut self, bytes: usize) -> Result<(), ValueError> {
        self.0 = self.0.checked_sub(bytes).ok_or_else(too_much)?;
        Ok(())
    }
}

/// A value of a template as JSON.
pub(super) fn to_json(value: &Dynamic, allowance: &mut Allowance) -> Result<Value, ValueError> {
    convert(value, allowance, DEEPEST)
}

fn convert(value: &Dynamic, allowance: &mut Allowance, deeper: usize) -> Result<Value, ValueError> {
    if let Some(node) = value.downcast_object_ref::<Node>() {
        allowance.take(size_of(node.json()))?;
        return Ok(node.json().clone());
    }
    if let Some(steps) = value.downcast_object_ref::<Steps>() {
        let all = steps.to_json();
        allowance.take(size_of(&all))?;
        return Ok(all);
    }
    let deeper = deeper
        .checked_sub(1)
        .ok_or_else(|| ValueError::new("it is nested too deeply"))?;
    match value.kind() {
        ValueKind::None => plain(Value::Null, allowance),
        ValueKind::Bool => plain(Value::Bool(value.is_true()), allowance),
        ValueKind::Number => plain(number(value)?, allowance),
        ValueKind::String => text(value, allowance),
        ValueKind::Seq | ValueKind::Iterable => list(value, allowance, deeper),
        ValueKind::Map => object(value, allowance, deeper),
        ValueKind::Undefined => Err(ValueError::new("a part of it is not there")),
        kind => Err(ValueError::new(format!("it yields {kind}, which is no value"))),
    }
}

fn plain(value: Value, allowance: &mut Allowance) -> Result<Value, ValueError> {
    allowance.take(size_of(&value))?;
    Ok(value)
}

fn text(value: &Dynamic, allowance: &mut Allowance) -> Result<Value, ValueError> {
    let text = value.as_str().unwrap_or_default();
    allowance.take(text.len() + 2)?;
    Ok(Value::String(text.to_owned()))
}

fn number(value: &Dynamic) -> Result<Value, ValueError> {
    let number = match (value.is_integer(), value.as_i64()) {
        (true, Some(whole)) => Some(Number::from(whole)),
        (true, None) => u64::try_from(value.clone()).ok().map(Number::from),
        (false, _) => f64::try_from(value.clone()).ok().and_then(Number::from_f64),
    };
    number
        .map(Value::Number)
        .ok_or_else(|| ValueError::new(format!("{value} is no number that JSON has")))
}

fn list(value: &Dynamic, allowance: &mut Allowance, deeper: usize) -> Result<Value, ValueError> {
    allowance.take(2)?;
    let mut elements = Vec::new();
    for element in items(value)?.checked() {
        let element = element.map_err(|error| ValueError::new(error.to_string()))?;
        elements.push(convert(&element, allowance, deeper)?);
    }
    Ok(Value::Array(elements))
}

fn object(value: &Dynamic, allowance: &mut Allowance, deeper: usize) -> Result<Value, ValueError> {
    allowance.take(2)?;
    let mut members = Map::new();
    for key in items(value)?.checked() {
        let key = key.map_err(|error| ValueError::new(error.to_string()))?;
        let member = value
            .get_item(&key)
            .map_err(|error| ValueError::new(error.to_string()))?;
        let name = key.as_str().map_or_else(|| key.to_string(), str::to_owned);
        allowance.take(name.len() + 4)?;
        members.insert(name, convert(&member, allowance, deeper)?);
    }
    Ok(Value::Object(members))
}

fn items(value: &Dynamic) -> Result<minijinja::value::ValueIter, ValueError> {
    value.try_iter().map_err(|error| ValueError::new(error.to_string()))
}

fn too_much() -> ValueError {
    ValueError::new(format!(
        "it comes to more than {} MiB; take only what is needed, such as ids",
        LARGEST / 1024 / 1024
    ))
}

/// About how many bytes a value is as JSON.
pub(super) fn size_of(value: &Value) -> usize {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => 8,
        Value::String(text) => text.len() + 2,
        Value::Array(elements) => 2 + elements.iter().map(size_of).sum::<usize>(),
        Value::Object(members) => {
            let members = members.iter();
            2 + members
                .map(|(name, value)| name.len() + 4 + size_of(value))
                .sum::<usize>()
        }
    }
}
