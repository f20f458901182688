//! A JSON value against a schema of the vendor's description.
//!
//! By hand, because the description says much in words: the longest text is `Max length: 50;` in a comment, and what is
//! no member of a schema is allowed by the letter, while the vendor's server refuses it.

use serde_json::Value;

use super::description::Description;
use super::finding::Findings;

/// Which way a value goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// A client sends it whole.
    Sent,
    /// The server answers with it.
    Answered,
    /// A part of a record: `fields` was given, or a patch sets one member.
    Part,
}

/// Checks values that were seen in one place.
pub(super) struct Checker<'a> {
    pub(super) description: &'a Description,
    pub(super) way: Way,
    /// Where the values were seen: `GET /service/tickets`.
    pub(super) seen: &'a str,
    pub(super) findings: &'a mut Findings,
}

/// The vendor's words for members that are taken and never given.
const NEVER_ANSWERED: &str = "will not be returned in the response";

impl Checker<'_> {
    /// Checks a value; `name` is how the schema is called as long as it has no name of its own.
    pub(super) fn check(&mut self, name: &str, schema: &Value, value: &Value) {
        let (named, schema) = self.description.resolve(schema);
        if value.is_null() {
            if !is_set(schema, "nullable") {
                self.found(name, "null, which it cannot be", value);
            }
            return;
        }
        let own_name = named.unwrap_or(name);
        match schema.get("type").and_then(Value::as_str) {
            Some("object") => self.object(own_name, name, schema, value),
            Some("array") => self.array(own_name, schema, value),
            Some("string") => self.text(name, schema, value),
            Some("integer") => self.test(name, value, "no integer of 32 bits", is_int32(value)),
            Some("number") => self.test(name, value, "no number", value.is_number()),
            Some("boolean") => self.test(name, value, "neither true nor false", value.is_boolean()),
            _ => self.found(own_name, "a schema that cannot be read", schema),
        }
    }

    fn object(&mut self, name: &str, called: &str, schema: &Value, value: &Value) {
        let Some(members) = value.as_object() else {
            return self.found(called, "no object", value);
        };
        let properties = schema.get("properties").and_then(Value::as_object);
        for (member, value) in members {
            let member_name = format!("{name}.{member}");
            match properties.and_then(|known| known.get(member)) {
                Some(known) if self.way == Way::Answered && says(known).contains(NEVER_ANSWERED) => {
                    self.found(&member_name, "answered, which it never is", value);
                }
                Some(known) => self.check(&member_name, known, value),
                None => match schema.get("additionalProperties").filter(|more| more.is_object()) {
                    Some(more) => self.check(&format!("{name}.*"), more, value),
                    None => self.found(&member_name, "not described", value),
                },
            }
        }
        let required = schema.get("required").and_then(Value::as_array);
        for member in required.into_iter().flatten().filter_map(Value::as_str) {
            if self.way != Way::Part && !members.contains_key(member) {
                self.found(&format!("{name}.{member}"), "missing, and required", value);
            }
        }
    }

    fn array(&mut self, name: &str, schema: &Value, value: &Value) {
        let Some(values) = value.as_array() else {
            return self.found(name, "no array", value);
        };
        let items = schema.get("items").unwrap_or(&Value::Null);
        for value in values {
            self.check(name, items, value);
        }
    }

    fn text(&mut self, name: &str, schema: &Value, value: &Value) {
        let Some(text) = value.as_str() else {
            return self.found(name, "no text", value);
        };
        if let Some(known) = schema.get("enum").and_then(Value::as_array) {
            self.test(
                name,
                value,
                "none of the values that are described",
                known.contains(value),
            );
        }
        if let Some(most) = longest(schema) {
            self.test(name, value, "longer than described", text.chars().count() <= most);
        }
        match schema.get("format").and_then(Value::as_str) {
            Some("date-time") => self.test(name, value, "no time such as 2026-08-20T18:04:26Z", is_time(text)),
            Some("uuid") => self.test(name, value, "no UUID", is_uuid(text)),
            _ => {}
        }
    }

    fn test(&mut self, name: &str, value: &Value, problem: &str, passed: bool) {
        if !passed {
            self.found(name, problem, value);
        }
    }

    fn found(&mut self, name: &str, problem: &str, value: &Value) {
        self.findings.add(format!("{name}: {problem}"), self.seen, value);
    }
}

fn says(schema: &Value) -> &str {
    schema.get("description").and_then(Value::as_str).unwrap_or_default()
}

/// `Max length: 50;`
fn longest(schema: &Value) -> Option<usize> {
    let (_, rest) = says(schema).split_once("Max length: ")?;
    rest.split(';').next()?.trim().parse().ok()
}

fn is_set(schema: &Value, flag: &str) -> bool {
    schema.get(flag).and_then(Value::as_bool).unwrap_or(false)
}

fn is_int32(value: &Value) -> bool {
    value.as_i64().is_some_and(|number| i32::try_from(number).is_ok())
}

fn is_time(text: &str) -> bool {
    is_like(text, "0000-00-00T00:00:00Z")
}

fn is_uuid(text: &str) -> bool {
    is_like(text, "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx")
}

/// Whether it has digits where the form has zeros, hexadecimal ones at each `x`, and the rest as it is.
fn is_like(text: &str, form: &str) -> bool {
    text.len() == form.len()
        && text.chars().zip(form.chars()).all(|(found, wanted)| match wanted {
            '0' => found.is_ascii_digit(),
            'x' => found.is_ascii_hexdigit(),
            wanted => found == wanted,
        })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn problems(way: Way, schema: &Value, value: &Value) -> Vec<String> {
        let description = Description::of(json!({"components": {"schemas": {
            "Ticket": {"type": "object", "required": ["summary"], "properties": {
                "summary": {"type": "string", "description": " Max length: 5;"},
                "board": {"$ref": "#/components/schemas/Board"},
                "level": {"type": "string", "enum": ["Low", "High"], "nullable": true},
                "once": {"type": "string", "description": "Only for POST, will not be returned in the response."},
                "due": {"type": "string", "format": "date-time"},
                "guid": {"type": "string", "format": "uuid"},
                "hours": {"type": "number"},
                "flag": {"type": "boolean", "nullable": true},
                "ids": {"type": "array", "items": {"type": "integer"}},
                "_info": {"type": "object", "additionalProperties": {"type": "string"}},
            }},
            "Board": {"type": "object", "properties": {"id": {"type": "integer", "format": "int32"}}},
        }}}));
        let mut findings = Findings::default();
        let mut checker = Checker {
            description: &description,
            way,
            seen: "here",
            findings: &mut findings,
        };
        checker.check("it", schema, value);
        findings.names().map(str::to_owned).collect()
    }

    fn of_ticket(way: Way, value: &Value) -> Vec<String> {
        problems(way, &json!({"$ref": "#/components/schemas/Ticket"}), value)
    }

    #[test]
    fn what_is_as_described_is_no_finding() {
        let ticket = json!({
            "summary": "älter", "board": {"id": 7}, "level": null, "due": "2026-08-20T18:04:26Z", "hours": 0.25,
            "guid": "01234567-89ab-cdef-0123-456789abcdef", "flag": null, "ids": [1, 2], "_info": {"any": "x"}
        });
        assert_eq!(of_ticket(Way::Answered, &ticket), [""; 0]);
        assert_eq!(of_ticket(Way::Part, &json!({})), [""; 0]);
        assert_eq!(of_ticket(Way::Sent, &json!({"summary": "x", "once": "y"})), [""; 0]);
        let list = json!({"type": "array", "items": {"$ref": "#/components/schemas/Ticket"}});
        assert_eq!(problems(Way::Answered, &list, &json!([ticket, ticket])), [""; 0]);
    }

    #[test]
    fn every_kind_of_deviation_has_a_name() {
        let ticket = json!({
            "summary": "longer", "board": {"id": 3_000_000_000_i64, "colour": 1}, "level": "Middle", "once": "x",
            "due": "2026-08-20", "guid": "x", "hours": "1", "flag": 1, "ids": [1, "2"], "_info": {"any": 1}, "more": 1
        });
        let expected = [
            "Board.colour: not described",
            "Board.id: no integer of 32 bits",
            "Ticket._info.*: no text",
            "Ticket.due: no time such as 2026-08-20T18:04:26Z",
            "Ticket.flag: neither true nor false",
            "Ticket.guid: no UUID",
            "Ticket.hours: no number",
            "Ticket.ids: no integer of 32 bits",
            "Ticket.level: none of the values that are described",
            "Ticket.more: not described",
            "Ticket.once: answered, which it never is",
            "Ticket.summary: longer than described",
        ];
        assert_eq!(of_ticket(Way::Answered, &ticket), expected);
    }

    #[test]
    fn what_is_missing_null_or_of_another_form_is_found() {
        let expected = [
            "Ticket.board: null, which it cannot be",
            "Ticket.summary: missing, and required",
        ];
        assert_eq!(of_ticket(Way::Answered, &json!({"board": null})), expected);
        assert_eq!(
            of_ticket(Way::Sent, &json!({})),
            ["Ticket.summary: missing, and required"]
        );
        assert_eq!(
            of_ticket(Way::Sent, &json!({"summary": "x", "board": 7})),
            ["Ticket.board: no object"]
        );
        assert_eq!(
            problems(Way::Sent, &json!({"type": "array"}), &json!({})),
            ["it: no array"]
        );
        let lost = json!({"$ref": "#/components/schemas/Nothing"});
        assert_eq!(
            problems(Way::Sent, &lost, &json!({})),
            ["Nothing: a schema that cannot be read"]
        );
    }
}
