//! The array of operations that a `PATCH` carries.

use serde::Deserialize;
use serde_json::Value;

use super::refused::{Place, no_json, wrong_container, wrong_type};
use super::value::checked;
use super::{Access, Bound, Form, Shape, Slot};
use crate::refusal::Refusal;

#[derive(Deserialize)]
struct Operation {
    #[serde(default)]
    op: String,
    #[serde(default)]
    path: String,
    #[serde(default)]
    value: Value,
}

/// Reads the operations: members and their new values, where `null` takes one away. `false_ok` says that a path such as `company/identifier` is passed over with success.
pub(crate) fn operations(body: &[u8], shape: &'static Shape, false_ok: bool) -> Result<Bound, Refusal> {
    let text = String::from_utf8_lossy(body);
    let value: Value = serde_json::from_str(&text).map_err(|error| no_json(&text, &error))?;
    let place = Place::behind(&text, 1, "");
    let wanted = "System.Collections.Generic.List`1[PatchOperation]";
    let operations = match value {
        Value::Array(operations) => operations,
        Value::Object(_) => return Err(wrong_container(false, wanted, &place)),
        other => return Err(wrong_type(&other, wanted, &place)),
    };
    let mut change = Bound::default();
    for (at, operation) in operations.into_iter().enumerate() {
        let path = format!("[{at}]");
        let unreadable = wrong_type(&operation, "PatchOperation", &Place::behind(&text, 1, path));
        let operation: Operation = serde_json::from_value(operation).map_err(|_| unreadable)?;
        operation.take(shape, false_ok, &mut change)?;
    }
    Ok(change)
}

impl Operation {
    fn take(self, shape: &'static Shape, false_ok: bool, change: &mut Bound) -> Result<(), Refusal> {
        let value = match self.op.to_ascii_lowercase().as_str() {
            "add" | "replace" => self.value,
            "remove" => Value::Null,
            // Invented: nobody has shown what the vendor says to `move`, `copy` or `test`.
            other => return Err(Refusal::api(400, format!("The operation '{other}' is not supported."))),
        };
        let bad_path = || bad_path(&self.path);
        let parts: Vec<&str> = self.path.strip_prefix('/').unwrap_or(&self.path).split('/').collect();
        let Some((name, below)) = parts.split_first() else {
            return Err(bad_path());
        };
        // The path's case counts, as the vendor's guide says.
        let slot = shape.exact(name).ok_or_else(bad_path)?;
        let place = |_: &Value| Place {
            path: self.path.clone(),
            line: 1,
            position: 1,
        };
        let value = match (slot.form, below) {
            (_, []) => checked(slot.form, value, &place)?,
            (Form::Reference(_), ["identifier"]) if false_ok => return Ok(()),
            (Form::Reference(_), [part @ ("id" | "name" | "identifier")]) => part_of(slot, part, value, &place)?,
            (Form::Fields, [at, "value"]) => nth_field(at, value).ok_or_else(bad_path)?,
            _ => return Err(bad_path()),
        };
        add(change, slot, value);
        Ok(())
    }
}

/// What the server computes is passed over; custom fields of several operations come together.
fn add(change: &mut Bound, slot: &'static Slot, value: Value) {
    if slot.access == Access::Computed {
        return;
    }
    let together = match (slot.form, &value, change.get(slot.name)) {
        (Form::Fields, Value::Array(new), Some(Value::Array(before))) => {
            Some(before.iter().chain(new).cloned().collect())
        }
        _ => None,
    };
    change.set(slot, together.map_or(value, Value::Array));
}

/// A reference by one of its members, which long production use shows to be understood.
fn part_of(slot: &Slot, part: &str, value: Value, place: &dyn Fn(&Value) -> Place) -> Result<Value, Refusal> {
    if value.is_null() {
        return Ok(value);
    }
    checked(slot.form, serde_json::json!({ part: value }), place)
}

/// `customFields/0/value`: a field by its place in the list.
fn nth_field(at: &str, value: Value) -> Option<Value> {
    let at: usize = at.parse().ok()?;
    Some(serde_json::json!([{"at": at, "value": value}]))
}

/// Invented: it is known that a bad path is refused, not how.
fn bad_path(path: &str) -> Refusal {
    Refusal::api(400, format!("The path '{path}' is not valid."))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::binding::TICKET;

    fn read(body: &Value, false_ok: bool) -> Result<Vec<(&'static str, Value)>, (u16, String)> {
        match operations(body.to_string().as_bytes(), &TICKET, false_ok) {
            Ok(change) => Ok(change
                .to_set()
                .map(|(slot, value)| (slot.name, value.clone()))
                .collect()),
            Err(Refusal::Plain { status, message, .. }) => Err((status, message)),
            Err(Refusal::Invalid { .. }) => panic!("reading does not validate"),
        }
    }

    #[test]
    fn paths_lead_to_members_and_into_references() {
        let body = json!([
            {"op": "replace", "path": "summary", "value": "x"},
            {"op": "add", "path": "/status/name", "value": "y"},
            {"op": "remove", "path": "owner", "value": 5},
            {"op": "replace", "path": "customFields", "value": [{"id": 7, "value": 1}]},
            {"op": "replace", "path": "customFields/1/value", "value": 2},
            {"op": "replace", "path": "closedFlag", "value": true}
        ]);
        let expected = [
            ("summary", json!("x")),
            ("status", json!({"name": "y"})),
            ("owner", Value::Null),
            ("customFields", json!([{"id": 7, "value": 1}, {"at": 1, "value": 2}])),
        ];
        assert_eq!(read(&body, false).unwrap(), expected);
    }

    #[test]
    fn a_bad_path_or_operation_is_refused_and_a_part_can_be_passed_over() {
        let one = |op: &str, path: &str| json!([{"op": op, "path": path, "value": "x"}]);
        for path in [
            "Summary",
            "nothing",
            "",
            "/",
            "summary/x",
            "status/color",
            "customFields/x/value",
        ] {
            let refused = read(&one("replace", path), false).unwrap_err();
            assert_eq!(refused, (400, format!("The path '{path}' is not valid.")));
        }
        assert_eq!(read(&one("move", "summary"), false).unwrap_err().0, 400);
        assert_eq!(read(&json!({"op": "replace"}), false).unwrap_err().0, 500);
        assert_eq!(read(&one("replace", "severity"), false).unwrap_err().0, 500);
        assert_eq!(read(&one("replace", "company/identifier"), true).unwrap(), []);
        let kept = read(&one("replace", "company/identifier"), false).unwrap();
        assert_eq!(kept, [("company", json!({"identifier": "x"}))]);
    }
}
