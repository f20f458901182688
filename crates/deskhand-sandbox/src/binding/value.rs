//! Whether a value is of the type that its member has.

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::Form;
use super::reference::known;
use super::refused::{Place, unknown_member, wrong_container, wrong_type};
use crate::refusal::Refusal;

/// The value as the member holds it.
///
/// The JSON reader of the vendor may convert some scalars (a number for a text, `"5"` for a number): nobody has shown
/// which, so that being strict here is invented, as is that a day without a time is no date.
pub(super) fn checked(form: Form, value: Value, place: &dyn Fn(&Value) -> Place) -> Result<Value, Refusal> {
    if value.is_null() {
        return Ok(value);
    }
    let wrong = |value: &Value, wanted: &str| Err(wrong_type(value, wanted, &place(value)));
    match (form, &value) {
        (Form::Text(_) | Form::Lines, Value::String(_))
        | (Form::Flag, Value::Bool(_))
        | (Form::Decimal, Value::Number(_))
        | (Form::Any, _) => Ok(value),
        (Form::Text(_) | Form::Lines, _) => wrong(&value, "System.String"),
        (Form::Flag, _) => wrong(&value, "System.Nullable`1[System.Boolean]"),
        (Form::Whole, Value::Number(number)) if is_int32(number) => Ok(value),
        (Form::Whole, _) => wrong(&value, "System.Nullable`1[System.Int32]"),
        (Form::Decimal, _) => wrong(&value, "System.Nullable`1[System.Decimal]"),
        (Form::Time | Form::Day, Value::String(text)) if text.parse::<Timestamp>().is_ok() => Ok(value),
        (Form::Time | Form::Day, _) => wrong(&value, "System.Nullable`1[System.DateTime]"),
        (Form::Choice(name, words), Value::String(text)) => {
            let word = words.iter().find(|word| word.eq_ignore_ascii_case(text));
            word.map_or_else(|| wrong(&value, name), |word| Ok(Value::from(*word)))
        }
        (Form::Reference(name), Value::Object(_)) => object(value, name, place),
        (Form::Reference(name), Value::Array(_)) => Err(wrong_container(true, name, &place(&value))),
        (Form::Choice(name, _) | Form::Reference(name), _) => wrong(&value, name),
        (Form::Fields | Form::Texts | Form::Wholes, Value::Array(_)) => list(form, value, place),
        (Form::Fields | Form::Texts | Form::Wholes, Value::Object(_)) => {
            Err(wrong_container(false, list_name(form), &place(&value)))
        }
        (Form::Fields | Form::Texts | Form::Wholes, _) => wrong(&value, list_name(form)),
    }
}

fn is_int32(number: &serde_json::Number) -> bool {
    number.as_i64().is_some_and(|number| i32::try_from(number).is_ok())
}

fn list_name(form: Form) -> &'static str {
    match form {
        Form::Fields => "System.Collections.Generic.List`1[CustomFieldValue]",
        Form::Texts => "System.Collections.Generic.List`1[System.String]",
        _ => "System.Collections.Generic.List`1[System.Int32]",
    }
}

fn list(form: Form, value: Value, place: &dyn Fn(&Value) -> Place) -> Result<Value, Refusal> {
    let Value::Array(elements) = value else {
        return Ok(value);
    };
    let checked = elements.into_iter().enumerate().map(|(at, element)| {
        let inner = |of: &Value| {
            let mut place = place(of);
            place.path = format!("{}[{at}]", place.path);
            place
        };
        match form {
            Form::Fields if element.is_object() => object(element, "CustomFieldValue", &inner),
            Form::Fields => Err(wrong_type(&element, "CustomFieldValue", &inner(&element))),
            Form::Texts => checked(Form::Text(0), element, &inner),
            _ if element.is_null() => Err(wrong_type(&element, "System.Int32", &inner(&element))),
            _ => checked(Form::Whole, element, &inner),
        }
    });
    Ok(Value::Array(checked.collect::<Result<_, _>>()?))
}

/// An object of few members, its names in the vendor's spelling.
fn object(value: Value, name: &str, place: &dyn Fn(&Value) -> Place) -> Result<Value, Refusal> {
    let Value::Object(members) = value else {
        return Ok(value);
    };
    let mut spelled = Map::new();
    for (given, value) in members {
        let inner = |of: &Value| {
            let mut place = place(of);
            place.path = format!("{}.{given}", place.path);
            place
        };
        let Some((known, form)) = known(name, &given) else {
            return Err(unknown_member(&given, name, &inner(&value)));
        };
        spelled.insert(known.to_owned(), checked(form, value, &inner)?);
    }
    Ok(Value::Object(spelled))
}
