//! Whether a record matches.

use std::cell::OnceCell;
use std::cmp::Ordering;

use serde_json::Value;

use super::{Condition, Literal, Names, Operator, QueryError};
use crate::world::Document;

/// A record while it is being looked at; its JSON is read only when more than id and stamps are asked for.
pub struct Row<'a> {
    document: &'a Document,
    value: OnceCell<Value>,
}

/// What a path leads to.
enum Found<'a> {
    Number(f64),
    Time(i64),
    Value(&'a Value),
    Nothing,
}

impl<'a> Row<'a> {
    /// The record.
    pub fn new(document: &'a Document) -> Self {
        Self {
            document,
            value: OnceCell::new(),
        }
    }

    /// Its JSON.
    pub fn value(&self) -> &Value {
        self.value
            .get_or_init(|| serde_json::from_slice(&self.document.raw).unwrap_or_default())
    }

    fn find(&self, path: &str) -> Found<'_> {
        #[expect(clippy::cast_precision_loss, reason = "ids are far below 2^52")]
        match path.to_ascii_lowercase().as_str() {
            "id" => Found::Number(self.document.id as f64),
            "lastupdated" | "_info/lastupdated" => Found::Time(self.document.updated),
            "dateentered" | "_info/dateentered" if self.document.entered > 0 => Found::Time(self.document.entered),
            "enteredby" => found(member(self.value(), "_info/enteredBy")),
            "updatedby" => found(member(self.value(), "_info/updatedBy")),
            _ => found(member(self.value(), path)),
        }
    }
}

fn found(value: Option<&Value>) -> Found<'_> {
    value.map_or(Found::Nothing, Found::Value)
}

/// Follows a path; names are compared without case.
pub(super) fn member<'a>(value: &'a Value, path: &str) -> Option<&'a Value> {
    path.split('/').try_fold(value, |value, name| {
        let members = value.as_object()?;
        members.get(name).or_else(|| {
            members
                .iter()
                .find(|(known, _)| known.eq_ignore_ascii_case(name))
                .map(|(_, value)| value)
        })
    })
}

/// Whether a record matches; names are checked against what its kind has.
pub fn matches(condition: &Condition, row: &Row<'_>, names: &Names) -> Result<bool, QueryError> {
    match condition {
        Condition::And(parts) => every(parts, row, names, true),
        Condition::Or(parts) => every(parts, row, names, false).map(|none| !none),
        Condition::Compare {
            path,
            negated,
            operator,
            values,
        } => {
            if !names.has(path) {
                return Err(QueryError::unknown_name(path));
            }
            let holds = compare(&row.find(path), *operator, values)?;
            Ok(holds != *negated)
        }
    }
}

/// With `wanted`: whether all match. Without: whether none does. Every name is looked at, so that an unknown one is
/// always refused.
fn every(parts: &[Condition], row: &Row<'_>, names: &Names, wanted: bool) -> Result<bool, QueryError> {
    for part in parts {
        if matches(part, row, names)? != wanted {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Checks a condition's names without a record.
pub(crate) fn check_names(condition: &Condition, names: &Names) -> Result<(), QueryError> {
    match condition {
        Condition::And(parts) | Condition::Or(parts) => parts.iter().try_for_each(|part| check_names(part, names)),
        Condition::Compare { path, .. } if names.has(path) => Ok(()),
        Condition::Compare { path, .. } => Err(QueryError::unknown_name(path)),
    }
}

/// Whether some element of one of the record's lists matches: `types/name = "Customer"`.
pub(crate) fn child_matches(condition: &Condition, value: &Value) -> bool {
    match condition {
        Condition::And(parts) => match list_of(parts, value) {
            Some(elements) => elements
                .iter()
                .any(|element| parts.iter().all(|part| element_matches(part, element))),
            None => parts.iter().all(|part| child_matches(part, value)),
        },
        Condition::Or(parts) => parts.iter().any(|part| child_matches(part, value)),
        Condition::Compare { path, .. } => {
            let Some((list, _)) = path.split_once('/') else {
                return false;
            };
            let elements = member(value, list).and_then(Value::as_array);
            elements.is_some_and(|elements| elements.iter().any(|element| element_matches(condition, element)))
        }
    }
}

/// The list that all parts speak of: then one element has to match them together.
fn list_of<'a>(parts: &[Condition], value: &'a Value) -> Option<&'a Vec<Value>> {
    let mut lists = parts.iter().map(|part| match part {
        Condition::Compare { path, .. } => path.split_once('/').map(|(list, _)| list.to_ascii_lowercase()),
        _ => None,
    });
    let first = lists.next()??;
    if lists.any(|list| list.as_deref() != Some(&first)) {
        return None;
    }
    member(value, &first)?.as_array()
}

fn element_matches(condition: &Condition, element: &Value) -> bool {
    let Condition::Compare {
        path,
        negated,
        operator,
        values,
    } = condition
    else {
        return false;
    };
    let rest = path.split_once('/').map_or(path.as_str(), |(_, rest)| rest);
    compare(&found(member(element, rest)), *operator, values).is_ok_and(|holds| holds != *negated)
}

/// Whether one custom field matches all parts: `caption = "X" and value != null`.
pub(crate) fn custom_field_matches(condition: &Condition, value: &Value) -> bool {
    let fields = value.get("customFields").and_then(Value::as_array);
    fields.is_some_and(|fields| fields.iter().any(|field| field_matches(condition, field)))
}

fn field_matches(condition: &Condition, field: &Value) -> bool {
    match condition {
        Condition::And(parts) => parts.iter().all(|part| field_matches(part, field)),
        Condition::Or(parts) => parts.iter().any(|part| field_matches(part, field)),
        Condition::Compare {
            path,
            negated,
            operator,
            values,
        } => compare(&found(member(field, path)), *operator, values).is_ok_and(|holds| holds != *negated),
    }
}

fn compare(found: &Found<'_>, operator: Operator, values: &[Literal]) -> Result<bool, QueryError> {
    let Some(value) = values.first() else { return Ok(false) };
    match operator {
        Operator::In => values.iter().try_fold(false, |any, value| {
            Ok(any || ordering(found, value)? == Some(Ordering::Equal))
        }),
        Operator::Contains => Ok(text_of(found).is_some_and(|text| like(&text, &format!("%{}%", pattern_of(value))))),
        Operator::Like => Ok(text_of(found).is_some_and(|text| like(&text, &pattern_of(value).replace('*', "%")))),
        Operator::Equal => Ok(ordering(found, value)? == Some(Ordering::Equal)),
        Operator::NotEqual => Ok(ordering(found, value)? != Some(Ordering::Equal)),
        Operator::Less => Ok(ordering(found, value)? == Some(Ordering::Less)),
        Operator::LessOrEqual => Ok(matches!(
            ordering(found, value)?,
            Some(Ordering::Less | Ordering::Equal)
        )),
        Operator::Greater => Ok(ordering(found, value)? == Some(Ordering::Greater)),
        Operator::GreaterOrEqual => Ok(matches!(
            ordering(found, value)?,
            Some(Ordering::Greater | Ordering::Equal)
        )),
    }
}

/// How what is there compares with a literal; `None` where it is nothing.
fn ordering(found: &Found<'_>, literal: &Literal) -> Result<Option<Ordering>, QueryError> {
    let nothing = matches!(found, Found::Nothing | Found::Value(Value::Null));
    let ordering = match (found, literal) {
        (_, Literal::Null) => return Ok(nothing.then_some(Ordering::Equal)),
        _ if nothing => return Ok(None),
        (Found::Number(number), Literal::Number(other)) => number.partial_cmp(other),
        (Found::Time(time), Literal::Time(other)) => Some(time.cmp(other)),
        (Found::Value(Value::Number(number)), Literal::Number(other)) => {
            number.as_f64().and_then(|number| number.partial_cmp(other))
        }
        (Found::Value(Value::Bool(value)), Literal::Boolean(other)) => Some(value.cmp(other)),
        (Found::Value(Value::Bool(_)), Literal::Number(_)) => return Err(not_boolean()),
        (Found::Value(Value::Bool(_)), Literal::Text(_)) => {
            let message = "String was not recognized as a valid Boolean.".to_owned();
            return Err(QueryError {
                status: 500,
                code: "ConnectWiseApi",
                message,
            });
        }
        (Found::Value(Value::String(text)), Literal::Text(other)) => Some(folded(text).cmp(&folded(other))),
        (Found::Value(Value::String(text)), Literal::Time(other)) => text
            .parse::<jiff::Timestamp>()
            .ok()
            .map(|time| time.as_second().cmp(other)),
        (Found::Value(Value::String(text)), Literal::Number(other)) => {
            text.parse::<f64>().ok().and_then(|text| text.partial_cmp(other))
        }
        (_, Literal::Text(other)) => text_of(found).map(|text| folded(&text).cmp(&folded(other))),
        _ => None,
    };
    Ok(ordering)
}

/// Quoted in a client's documentation as the server's text.
fn not_boolean() -> QueryError {
    QueryError::syntax(
        "Expected a boolean value, not a numeric. String values should be enclosed with double or single quotes; ",
    )
}

fn folded(text: &str) -> String {
    text.to_lowercase()
}

fn text_of(found: &Found<'_>) -> Option<String> {
    match found {
        Found::Nothing | Found::Value(Value::Null) => None,
        Found::Number(number) => Some(number.to_string()),
        Found::Time(time) => Some(crate::world::iso(*time)),
        Found::Value(Value::String(text)) => Some(text.clone()),
        Found::Value(value) => Some(value.to_string()),
    }
}

fn pattern_of(literal: &Literal) -> String {
    match literal {
        Literal::Text(text) => text.clone(),
        Literal::Number(number) => number.to_string(),
        Literal::Boolean(value) => value.to_string(),
        Literal::Time(time) => crate::world::iso(*time),
        Literal::Null => String::new(),
    }
}

/// SQL's LIKE: `%` for any text, `[[]` for a bracket; without case.
fn like(text: &str, pattern: &str) -> bool {
    let pattern = folded(&pattern.replace("[[]", "["));
    let text = folded(text);
    let mut parts = pattern.split('%');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else {
        return false;
    };
    let mut parts: Vec<_> = parts.collect();
    let Some(last) = parts.pop() else {
        return rest.is_empty();
    };
    for part in parts {
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::query::parse;

    fn ticket() -> Document {
        let json = r#"{"id":7,"summary":"Printer [2nd] \"Q\"","closedFlag":false,"actualHours":1.07,"severity":"High",
            "company":{"id":3,"name":"Müller & Söhne"},"owner":null,"_info":{"lastUpdated":"1970-01-01T00:01:40Z","enteredBy":"jdoe"},
            "customFields":[{"caption":"A","value":5},{"caption":"B","value":null}],"requiredDate":"1970-01-02T00:00:00Z"}"#;
        Document {
            id: 7,
            parent: 0,
            updated: 100,
            entered: 0,
            service: true,
            edit: 0,
            raw: Bytes::from(json),
        }
    }

    fn holds(text: &str) -> Result<bool, String> {
        let (ticket, names) = (ticket(), Names::of_tickets());
        let condition = parse(text).map_err(|error| error.message)?.unwrap();
        matches(&condition, &Row::new(&ticket), &names).map_err(|error| error.message)
    }

    #[test]
    fn comparisons_hold_as_the_vendor_has_them() {
        for text in [
            "id=7",
            "ID > 6 and Id <= 7",
            "summary contains 'printer'",
            "summary like \"Printer*\"",
            "summary like '%\"q\"%'",
            "summary contains \"[[]2nd]\"",
            "company/name = \"müller & söhne\"",
            "company/id in (1,3)",
            "closedFlag = False",
            "owner = null",
            "summary != null",
            "lastUpdated > [1970-01-01T00:01:39Z]",
            "lastUpdated <= [1970-01-01T00:01:40Z]",
            "_info/enteredBy='JDOE'",
            "severity not contains 'Low'",
            "actualHours >= 1.07",
            "requiredDate > [1970-01-01]",
            "id = 8 or id = 7",
            "not_there = 1 or id = 7",
        ] {
            let expected = if text.starts_with("not_there") {
                Err("not_there is not a recognized name.".to_owned())
            } else {
                Ok(true)
            };
            assert_eq!(holds(text), expected, "{text}");
        }
        for text in [
            "id < 7",
            "summary like 'Printer'",
            "owner != null",
            "company/id in (1,2)",
            "owner/id = 4",
            "summary not like 'p%'",
        ] {
            assert_eq!(holds(text), Ok(false), "{text}");
        }
        assert_eq!(
            holds("resources/identifier = 'x'").unwrap_err(),
            "resources/identifier is not a recognized name."
        );
        assert_eq!(
            holds("closedFlag = 'x'").unwrap_err(),
            "String was not recognized as a valid Boolean."
        );
        assert!(
            holds("closedFlag = 1")
                .unwrap_err()
                .starts_with("Expected a boolean value")
        );
    }

    #[test]
    fn one_custom_field_has_to_match_all_parts() {
        let value: Value = serde_json::from_slice(&ticket().raw).unwrap();
        let holds = |text: &str| custom_field_matches(&parse(text).unwrap().unwrap(), &value);
        assert!(holds("caption = 'A' and value != null"));
        assert!(!holds("caption = 'B' and value != null"));
    }
}
