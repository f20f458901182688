//! References looked up, by id, identifier or name, and written as answers have them.

use serde_json::Value;

use super::Named;
use crate::refusal::Problem;
use crate::seed::{Object, guid, href};
use crate::world::{Document, Kind, World};

/// By which member a reference was given, and what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Given {
    pub(crate) by: &'static str,
    pub(crate) text: String,
}

impl Given {
    /// The id counts first, then the identifier, then the name.
    pub(crate) fn of(reference: &Value) -> Self {
        let parts = ["id", "identifier", "name"];
        let found = parts.into_iter().find_map(|by| {
            let text = match reference.get(by)? {
                Value::Null => return None,
                Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            Some(Self { by, text })
        });
        // Invented: an empty reference is taken for one to a record that does not exist.
        found.unwrap_or_else(|| Self {
            by: "id",
            text: "0".to_owned(),
        })
    }

    /// Whether a record, or a reference to it, is the one that is meant.
    pub(crate) fn is(&self, record: &Value) -> bool {
        match record.get(self.by) {
            Some(Value::String(text)) => text.to_lowercase() == self.text.to_lowercase(),
            Some(Value::Number(number)) => self.text.parse() == Ok(number.as_i64().unwrap_or(-1)),
            _ => false,
        }
    }

    /// The recorded words for a company and for a status of a board, by analogy for the rest.
    pub(crate) fn not_found(&self, named: &Named, board: i64) -> Problem {
        let of_board = named.of_board.then(|| format!(" for Service Board {board}"));
        let message = format!(
            "{} {} not found{}",
            named.title,
            self.text,
            of_board.unwrap_or_default()
        );
        Problem::not_found(message, format!("{}/{}", named.member, self.by))
    }
}

/// The record that a reference means, and the record's JSON.
pub(crate) fn find(world: &World, kind: Kind, parent: i64, given: &Given) -> Option<(Document, Value)> {
    if given.by == "id" {
        let record = world.newest(kind, given.text.parse().ok()?)?;
        let value = serde_json::from_slice(&record.raw).ok()?;
        return (record.parent == parent).then_some((record, value));
    }
    find_where(world, kind, |record, value| record.parent == parent && given.is(value))
}

/// The first record of a kind that a question is true of.
pub(crate) fn find_where(
    world: &World,
    kind: Kind,
    wanted: impl Fn(&Document, &Value) -> bool,
) -> Option<(Document, Value)> {
    world.read(kind, |table| {
        table.newest_after(i64::MIN).find_map(|record| {
            let value: Value = serde_json::from_slice(&record.raw).ok()?;
            wanted(record, &value).then(|| (record.clone(), value))
        })
    })
}

/// A reference to a record as tickets have it.
pub(crate) fn reference_to(named: &Named, record: &Value, board: i64) -> String {
    let id = record.get("id").and_then(Value::as_i64).unwrap_or(0);
    let text = |member: &str| record.get(member).and_then(Value::as_str);
    let path = format!("{}{id}", named.path.replace("{}", &board.to_string()));
    let mut info = Object::new();
    info.text(named.href, &href(&path));
    let mut to = Object::new();
    to.number("id", id);
    match named.kind {
        Some(Kind::Company) => {
            to.text("identifier", text("identifier").unwrap_or_default());
            info.text("mobileGuid", &guid(id.unsigned_abs()));
        }
        Some(Kind::Department) => {
            to.text("identifier", text("identifier").unwrap_or_default());
        }
        Some(Kind::Member) => {
            to.text("identifier", text("identifier").unwrap_or_default());
            info.text("image_href", &href(&format!("{path}/image?lm=2022-08-03T19:37:23Z")));
        }
        Some(Kind::Priority) => {
            info.text("image_href", &href(&format!("{path}/image?lm=2020-05-29T13:25:15Z")));
        }
        _ => {}
    }
    to.text("name", &name_of(record));
    if named.kind == Some(Kind::Priority) {
        to.number("sort", record.get("sortOrder").and_then(Value::as_i64).unwrap_or(id));
    }
    to.raw("_info", &info.end());
    to.end()
}

/// People have two names where references have one.
pub(super) fn name_of(record: &Value) -> String {
    let text = |member: &str| record.get(member).and_then(Value::as_str);
    match (text("name"), text("firstName"), text("lastName")) {
        (Some(name), ..) => name.to_owned(),
        (_, Some(first), Some(last)) => format!("{first} {last}"),
        (_, first, last) => first.or(last).unwrap_or_default().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_id_counts_before_identifier_and_name() {
        let by = |reference: Value| {
            let given = Given::of(&reference);
            (given.by, given.text)
        };
        assert_eq!(
            by(json!({"name": "n", "identifier": "i", "id": 7})),
            ("id", "7".to_owned())
        );
        assert_eq!(
            by(json!({"id": null, "name": "n", "identifier": "i"})),
            ("identifier", "i".to_owned())
        );
        assert_eq!(by(json!({"name": "n"})), ("name", "n".to_owned()));
        assert_eq!(by(json!({})), ("id", "0".to_owned()));
    }

    #[test]
    fn what_is_not_found_is_named_as_it_was_given() {
        let problem = Given::of(&json!({"id": 17})).not_found(&Named::STATUS, 21);
        assert_eq!(problem.message, "Service Status 17 not found for Service Board 21");
        assert_eq!(problem.field, "status/id");
        let problem = Given::of(&json!({"identifier": "X"})).not_found(&Named::COMPANY, 0);
        assert_eq!(
            (problem.message.as_str(), problem.field.as_str()),
            ("company X not found", "company/identifier")
        );
    }
}
