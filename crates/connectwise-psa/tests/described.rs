//! Requests that no command sends, against the vendor's description where that is there: paths, verbs and bodies.
#![expect(clippy::unwrap_used, reason = "test code")]

use std::path::Path;

use connectwise_psa::{Callback, Patch, Request, attach_children, delete_ticket, replace_ticket, update_ticket};
use serde_json::{Value, json};

/// Newer than the description that there is; another client has it.
const NEWER: &str = "detachChildren";

fn description() -> Option<Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/psa/openapi-core.json");
    let text = std::fs::read_to_string(path).ok()?;
    Some(serde_json::from_str(&text).unwrap())
}

/// `service/tickets/7/merge` and `/service/tickets/{parentId}/merge` are the same path.
fn same_path(template: &str, path: &str) -> bool {
    let (template, path): (Vec<_>, Vec<_>) = (
        template.trim_start_matches('/').split('/').collect(),
        path.split('/').collect(),
    );
    let same = |(one, other): (&&str, &&str)| one == other || one.starts_with('{');
    template.len() == path.len() && template.iter().zip(&path).all(same)
}

fn resolved<'a>(description: &'a Value, schema: &'a Value) -> &'a Value {
    match schema.get("$ref").and_then(Value::as_str) {
        Some(reference) => description.pointer(reference.trim_start_matches('#')).unwrap(),
        None => schema,
    }
}

fn check(description: &Value, request: &Request) {
    let paths = description["paths"].as_object().unwrap();
    let verb = request.method.as_str().to_lowercase();
    let (_, operations) = paths
        .iter()
        .find(|(template, operations)| same_path(template, &request.path) && operations.get(&verb).is_some())
        .unwrap_or_else(|| panic!("{} {} is not described", request.method, request.path));
    let Some(body) = &request.body else { return };
    let content = operations[&verb]["requestBody"]["content"].as_object().unwrap();
    let schema = resolved(description, &content.values().next().unwrap()["schema"]);
    let body: Value = serde_json::from_str(body).unwrap();
    let (body, schema) = match (&body, schema.get("items")) {
        (Value::Array(changes), Some(items)) => (&changes[0], resolved(description, items)),
        _ => (&body, schema),
    };
    for name in body.as_object().unwrap().keys() {
        assert!(
            schema["properties"].get(name).is_some(),
            "{}: `{name}` is not described",
            request.path
        );
    }
}

#[test]
fn requests_that_no_command_sends_are_described_by_the_vendor() {
    let Some(description) = description() else {
        println!("not checked: the vendor's description is not beside the repository");
        return;
    };
    let members = json!({"summary": "x", "company": {"id": 1}, "severity": "Low", "impact": "Low"});
    let callback = Callback::of_all_tickets("https://desk.example/?recordId=", "Deskhand");
    for request in [
        replace_ticket(7, members.as_object().unwrap()),
        update_ticket(7, &Patch::new().replace("summary", "x").remove("contact")),
        delete_ticket(7),
        attach_children(1, &[2]),
        callback.create(),
        callback.update(4),
        Callback::delete(4),
        Callback::list().to_request(0),
    ] {
        check(&description, &request);
    }
    let described = description["paths"].as_object().unwrap();
    assert!(
        described.keys().all(|path| !path.ends_with(NEWER)),
        "{NEWER} is described now: check it as well"
    );
}
