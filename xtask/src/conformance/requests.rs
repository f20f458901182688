//! A request that the program sends, or would send, against the description.

use anyhow::Context as _;
use serde_json::Value;

use super::description::{Description, Operation};
use super::finding::Findings;
use super::schema::{Checker, Way};
use super::visitor::{ROOT, without_ids};

/// Checks requests.
pub(super) struct Judge<'a> {
    pub(super) description: &'a Description,
    pub(super) findings: &'a mut Findings,
    /// How many requests were checked.
    pub(super) requests: usize,
}

impl Judge<'_> {
    /// A request as the program shows it: verb and path, headers, an empty line, the body.
    pub(super) fn text(&mut self, text: &str) -> anyhow::Result<()> {
        let (head, body) = text.split_once("\n\n").unwrap_or((text, ""));
        let line = head.lines().next().unwrap_or_default();
        let (verb, target) = line.split_once(' ').with_context(|| format!("no request: {text}"))?;
        let body = match body {
            "" => None,
            body => Some(serde_json::from_str(body).with_context(|| format!("a body that is no JSON: {body}"))?),
        };
        self.request(verb, target, body.as_ref());
        Ok(())
    }

    /// A request as the sandbox noted it: without its body.
    pub(super) fn noted(&mut self, verb: &str, address: &str) {
        let target = address.strip_prefix(ROOT).unwrap_or(address);
        self.head(verb, target);
    }

    fn request(&mut self, verb: &str, target: &str, body: Option<&Value>) {
        let Some(operation) = self.head(verb, target) else {
            return;
        };
        let name = &operation.name;
        match (operation.body(), body) {
            (None, None) => {}
            (None, Some(body)) => self.findings.add(format!("{name}: sent with a body"), name, body),
            (Some(_), None) => self
                .findings
                .add(format!("{name}: sent without a body"), name, &Value::Null),
            (Some(_), Some(body)) if verb == "PATCH" => self.patch(&operation, body),
            (Some(schema), Some(body)) => self.checker(name, Way::Sent).check(name, schema, body),
        }
    }

    fn head<'d>(&mut self, verb: &str, target: &str) -> Option<Operation<'d>>
    where
        Self: 'd,
    {
        self.requests += 1;
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let operation = self.description.operation(verb, path);
        let Some(operation) = operation else {
            let name = format!("{verb} {}: asked for, and not described", without_ids(path));
            self.findings
                .add(name, "a request of the program", &Value::from(target));
            return None;
        };
        for parameter in query.split('&').filter(|parameter| !parameter.is_empty()) {
            let parameter = parameter.split('=').next().unwrap_or_default();
            if !operation.takes(parameter) {
                let name = format!("{}: parameter {parameter} is not described", operation.name);
                self.findings
                    .add(name, "a request of the program", &Value::from(target));
            }
        }
        Some(operation)
    }

    /// Each path is a member of what the operation answers with, or leads into it, and each value is one for that member.
    ///
    /// The description's `PatchOperation` says that values are objects, which would allow no summary.
    fn patch(&mut self, operation: &Operation<'_>, body: &Value) {
        let name = &operation.name;
        let Some(record) = operation.answer(200) else {
            return self
                .findings
                .add(format!("{name}: patched, and nothing answered"), name, body);
        };
        let operations = body.as_array().map(Vec::as_slice).unwrap_or_default();
        if operations.is_empty() {
            self.findings
                .add(format!("{name}: a patch without operations"), name, body);
        }
        for change in operations {
            let text = |member: &str| change.get(member).and_then(Value::as_str).unwrap_or_default();
            let (op, path) = (text("op"), text("path"));
            if !["add", "replace", "remove"].contains(&op) {
                self.findings
                    .add(format!("{name}: the operation {op} is not described"), name, change);
            }
            let Some(schema) = self.member(record, path) else {
                self.findings
                    .add(format!("{name}: there is no member {path} to patch"), name, change);
                continue;
            };
            if op != "remove" {
                let value = change.get("value").unwrap_or(&Value::Null);
                self.checker(name, Way::Part)
                    .check(&format!("patch of {path}"), schema, value);
            }
        }
    }

    /// The schema of what a path such as `status/name` leads to.
    fn member<'d>(&self, record: &'d Value, path: &str) -> Option<&'d Value>
    where
        Self: 'd,
    {
        let mut schema = record;
        for member in path.strip_prefix('/').unwrap_or(path).split('/') {
            schema = self.description.resolve(schema).1.get("properties")?.get(member)?;
        }
        Some(schema)
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn findings(text: &str) -> Vec<String> {
        let body = |name: &str| json!({"content": {"x": {"schema": {"$ref": format!("#/components/schemas/{name}")}}}});
        let description = Description::of(json!({
            "paths": {
                "/tickets": {
                    "get": {"parameters": [{"name": "page", "in": "query"}], "responses": {}},
                    "post": {"requestBody": body("Ticket"), "responses": {}},
                },
                "/tickets/{id}": {
                    "patch": {"requestBody": body("PatchOperation"), "responses": {"200": body("Ticket")}},
                    "delete": {"responses": {}},
                },
            },
            "components": {"schemas": {
                "Ticket": {"type": "object", "required": ["summary"], "properties": {
                    "summary": {"type": "string"}, "status": {"$ref": "#/components/schemas/Status"}}},
                "Status": {"type": "object", "properties": {"name": {"type": "string"}}},
            }},
        }));
        let mut findings = Findings::default();
        let mut judge = Judge {
            description: &description,
            findings: &mut findings,
            requests: 0,
        };
        judge.text(text).unwrap();
        assert_eq!(judge.requests, 1);
        findings.names().map(str::to_owned).collect()
    }

    #[test]
    fn requests_as_described_are_no_finding() {
        for text in [
            "GET tickets?page=2",
            "GET tickets\npagination-type: forward-only",
            "POST tickets\n\n{\"summary\":\"x\",\"status\":{\"name\":\"New\"}}",
            "PATCH tickets/7\n\n[{\"op\":\"replace\",\"path\":\"status/name\",\"value\":\"New\"},{\"op\":\"remove\",\"path\":\"/status\"}]",
            "DELETE tickets/7",
        ] {
            assert_eq!(findings(text), [""; 0], "{text}");
        }
    }

    #[test]
    fn what_is_not_described_has_a_name() {
        for (text, expected) in [
            ("GET tickets?pages=2", "GET /tickets: parameter pages is not described"),
            ("GET boards/7", "GET /boards/{id}: asked for, and not described"),
            ("PUT tickets/7\n\n{}", "PUT /tickets/{id}: asked for, and not described"),
            ("POST tickets", "POST /tickets: sent without a body"),
            ("DELETE tickets/7\n\n{}", "DELETE /tickets/{id}: sent with a body"),
            ("POST tickets\n\n{}", "Ticket.summary: missing, and required"),
            (
                "PATCH tickets/7\n\n[]",
                "PATCH /tickets/{id}: a patch without operations",
            ),
            (
                "PATCH tickets/7\n\n[{\"op\":\"replace\",\"path\":\"status/colour\",\"value\":1}]",
                "PATCH /tickets/{id}: there is no member status/colour to patch",
            ),
            (
                "PATCH tickets/7\n\n[{\"op\":\"replace\",\"path\":\"summary\",\"value\":1}]",
                "patch of summary: no text",
            ),
            (
                "PATCH tickets/7\n\n[{\"op\":\"test\",\"path\":\"summary\",\"value\":\"x\"}]",
                "PATCH /tickets/{id}: the operation test is not described",
            ),
        ] {
            assert_eq!(findings(text), [expected], "{text}");
        }
    }
}
