//! Asks the sandbox, and holds every answer against the description.

use serde_json::{Value, json};

use super::description::Description;
use super::finding::Findings;
use super::http::{Answer, ask};
use super::schema::{Checker, Way};

/// Below this path is the API.
pub(super) const ROOT: &str = "/v4_6_release/apis/3.0/";

/// The sandbox's member `public`, who may do everything: `sandbox+public:private`.
const PUBLIC: &str = "c2FuZGJveCtwdWJsaWM6cHJpdmF0ZQ==";
/// The member `nothing`, who may do nothing.
const NOTHING: &str = "c2FuZGJveCtub3RoaW5nOnByaXZhdGU=";

/// Somebody who asks.
pub(super) struct Visitor<'a> {
    pub(super) url: &'a str,
    pub(super) description: &'a Description,
    pub(super) findings: &'a mut Findings,
    /// How many answers were checked.
    pub(super) answers: usize,
}

impl Visitor<'_> {
    /// Asks for something that has to work; gives `Null` where it does not, which is a finding.
    pub(super) fn done(&mut self, verb: &str, target: &str, body: Option<&Value>) -> anyhow::Result<Value> {
        self.done_with("", verb, target, body)
    }

    /// The same with more headers.
    pub(super) fn done_with(
        &mut self,
        headers: &str,
        verb: &str,
        target: &str,
        body: Option<&Value>,
    ) -> anyhow::Result<Value> {
        let answer = self.ask(PUBLIC, headers, verb, target, body)?;
        if !(200..300).contains(&answer.status) {
            self.unexpected(verb, target, answer.status, &answer.body);
            return Ok(Value::Null);
        }
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let way = if query.contains("fields=") {
            Way::Part
        } else {
            Way::Answered
        };
        self.check(verb, path, &answer, way);
        Ok(answer.body)
    }

    /// Asks for something that has to be refused, with this status.
    pub(super) fn refused(
        &mut self,
        status: u16,
        verb: &str,
        target: &str,
        body: Option<&Value>,
    ) -> anyhow::Result<()> {
        self.refuse(PUBLIC, status, verb, target, body)
    }

    /// Asks as a member without rights.
    pub(super) fn forbidden(&mut self, verb: &str, target: &str, body: Option<&Value>) -> anyhow::Result<()> {
        self.refuse(NOTHING, 403, verb, target, body)
    }

    /// Asks with keys that nobody has.
    pub(super) fn unknown(&mut self, verb: &str, target: &str) -> anyhow::Result<()> {
        self.refuse("bm9ib2R5", 401, verb, target, None)
    }

    fn refuse(&mut self, who: &str, status: u16, verb: &str, target: &str, body: Option<&Value>) -> anyhow::Result<()> {
        let answer = self.ask(who, "", verb, target, body)?;
        if answer.status != status {
            self.unexpected(verb, target, answer.status, &answer.body);
            return Ok(());
        }
        let seen = format!("{verb} {target}");
        self.checker(&seen, Way::Answered)
            .check("Error", &error_schema(status), &answer.body);
        Ok(())
    }

    /// Another outcome than the tour expects.
    fn unexpected(&mut self, verb: &str, target: &str, status: u16, body: &Value) {
        let path = target.split('?').next().unwrap_or(target);
        let name = format!("{verb} {}: unexpectedly answered with {status}", without_ids(path));
        self.findings.add(name, target, body);
    }

    fn ask(
        &mut self,
        who: &str,
        headers: &str,
        verb: &str,
        target: &str,
        body: Option<&Value>,
    ) -> anyhow::Result<Answer> {
        let headers = format!("Authorization: Basic {who}\r\nclientId: xtask\r\n{headers}");
        self.answers += 1;
        ask(self.url, verb, &format!("{ROOT}{target}"), &headers, body)
    }

    fn check(&mut self, verb: &str, path: &str, answer: &Answer, way: Way) {
        let description = self.description;
        let Some(operation) = description.operation(verb, path) else {
            let name = format!("{verb} {}: not described", without_ids(path));
            return self.findings.add(name, "the answer", &answer.body);
        };
        let name = operation.name.clone();
        if !operation.answers(answer.status) {
            let status = format!("{name}: status {} is not described", answer.status);
            return self.findings.add(status, &name, &answer.body);
        }
        match operation.answer(answer.status) {
            Some(schema) => self.checker(&name, way).check(&name, schema, &answer.body),
            None if answer.body.is_null() => {}
            None => self
                .findings
                .add(format!("{name}: a body that is not described"), &name, &answer.body),
        }
    }

    fn checker<'a>(&'a mut self, seen: &'a str, way: Way) -> Checker<'a> {
        Checker {
            description: self.description,
            way,
            seen,
            findings: self.findings,
        }
    }
}

/// A path with a parameter for each number.
pub(super) fn without_ids(path: &str) -> String {
    let segments = path
        .trim_matches('/')
        .split('/')
        .map(|segment| match segment.parse::<i64>() {
            Ok(_) => "{id}",
            Err(_) => segment,
        });
    format!("/{}", segments.collect::<Vec<_>>().join("/"))
}

/// What errors look like. The description says nothing of them; this is what was recorded, and 429 as the vendor's guide has it.
pub(super) fn error_schema(status: u16) -> Value {
    let text = json!({"type": "string"});
    let code = if status == 429 { "error" } else { "code" };
    let field_error = json!({
        "type": "object",
        "required": ["code", "message", "resource", "field"],
        "properties": {"code": text, "message": text, "resource": text, "field": text},
    });
    json!({
        "type": "object",
        "required": [code, "message"],
        "properties": {code: text, "message": text, "errors": {"type": "array", "items": field_error}},
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_taken_out_of_paths() {
        assert_eq!(
            without_ids("service/tickets/7/notes/12"),
            "/service/tickets/{id}/notes/{id}"
        );
        assert_eq!(without_ids("/system/info"), "/system/info");
    }
}
