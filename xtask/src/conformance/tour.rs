//! Everything that the sandbox can be asked for, once.

use anyhow::Context as _;
use serde_json::{Value, json};

use super::http::ask;
use super::visitor::Visitor;

/// Lists that stand alone.
const LISTS: [&str; 15] = [
    "service/tickets",
    "service/boards",
    "service/priorities",
    "service/severities",
    "service/impacts",
    "service/sources",
    "service/locations",
    "system/locations",
    "system/departments",
    "system/members",
    "system/callbacks",
    "company/companies",
    "company/companies/statuses",
    "company/companies/types",
    "company/contacts",
];

/// What every board has.
const OF_BOARD: [&str; 5] = ["statuses", "types", "subtypes", "items", "teams"];

/// The whole tour; what is written first is read afterwards.
pub(super) fn take(visitor: &mut Visitor<'_>) -> anyhow::Result<()> {
    let desk = Desk::of(visitor)?;
    visitor.done("GET", "system/info", None)?;
    let ticket = tickets(visitor, &desk)?;
    notes(visitor, ticket)?;
    relations(visitor, &desk)?;
    callbacks(visitor)?;
    for list in LISTS {
        read(visitor, list)?;
    }
    for list in OF_BOARD {
        read(visitor, &format!("service/boards/{}/{list}", desk.board))?;
    }
    queries(visitor, &desk)?;
    refusals(visitor, ticket)
}

/// Ids that requests name.
struct Desk {
    board: i64,
    closed: i64,
    company: i64,
}

impl Desk {
    fn of(visitor: &mut Visitor<'_>) -> anyhow::Result<Self> {
        let board = first_id(&visitor.done("GET", "service/boards", None)?)?;
        let closed = format!("service/boards/{board}/statuses?conditions=closedStatus=true");
        Ok(Self {
            board,
            closed: first_id(&visitor.done("GET", &closed, None)?)?,
            company: first_id(&visitor.done("GET", "company/companies?conditions=id%3E2", None)?)?,
        })
    }

    fn ticket(&self, summary: &str) -> Value {
        json!({"summary": summary, "company": {"id": self.company}, "board": {"id": self.board}})
    }
}

/// Creates, changes, replaces and deletes tickets; gives one that stays.
fn tickets(visitor: &mut Visitor<'_>, desk: &Desk) -> anyhow::Result<i64> {
    let mut new = desk.ticket("A ticket with much in it");
    for (member, value) in [
        ("contactName", json!("Jane Doe")),
        ("contactPhoneNumber", json!("813-555-0100")),
        ("contactEmailAddress", json!("jane@example.com")),
        ("priority", json!({"id": 3})),
        ("severity", json!("High")),
        ("impact", json!("Low")),
        ("source", json!({"name": "Call"})),
        ("budgetHours", json!(1.5)),
        ("requiredDate", json!("2026-09-01T10:00:00Z")),
        ("automaticEmailCc", json!("a@example.com;b@example.com")),
        ("initialDescription", json!("What happened")),
        ("initialInternalAnalysis", json!("What we think")),
        ("externalXRef", json!("x-1")),
        ("customFields", json!([])),
    ] {
        new[member] = value;
    }
    if visitor.done("GET", "service/priorities/3", None).is_err() {
        new["priority"] = json!({"id": first_id(&visitor.done("GET", "service/priorities", None)?)?});
    }
    let made = visitor.done("POST", "service/tickets", Some(&new))?;
    let path = format!("service/tickets/{}", id(&made)?);
    let patch = json!([
        {"op": "replace", "path": "summary", "value": "Changed"},
        {"op": "add", "path": "/severity", "value": "Medium"},
        {"op": "remove", "path": "contactPhoneNumber"},
        {"op": "replace", "path": "status", "value": {"id": desk.closed}},
    ]);
    visitor.done("PATCH", &path, Some(&patch))?;
    let mut whole = visitor.done("GET", &path, None)?;
    whole["summary"] = json!("Replaced");
    visitor.done("PUT", &path, Some(&whole))?;
    visitor.done(
        "POST",
        "service/tickets?fields=id,status/name",
        Some(&desk.ticket("Short")),
    )?;
    visitor.done("DELETE", &path, None)?;
    id(&visitor.done("POST", "service/tickets", Some(&desk.ticket("One that stays")))?)
}

fn notes(visitor: &mut Visitor<'_>, ticket: i64) -> anyhow::Result<()> {
    let notes = format!("service/tickets/{ticket}/notes");
    let note = json!({"text": "Seen", "detailDescriptionFlag": true, "internalAnalysisFlag": true});
    let made = id(&visitor.done("POST", &notes, Some(&note))?)?;
    let one = format!("{notes}/{made}");
    let patch = json!([{"op": "replace", "path": "text", "value": "Seen again"}]);
    visitor.done("PATCH", &one, Some(&patch))?;
    visitor.done("PUT", &one, Some(&json!({"text": "Replaced", "resolutionFlag": true})))?;
    read(visitor, &notes)?;
    visitor.done("GET", &format!("service/tickets/{ticket}/allNotes"), None)?;
    visitor.done("DELETE", &one, None)?;
    Ok(())
}

/// Merges and bundles.
fn relations(visitor: &mut Visitor<'_>, desk: &Desk) -> anyhow::Result<()> {
    let mut ids = Vec::new();
    for summary in ["Parent", "Merged", "Child"] {
        ids.push(id(&visitor.done(
            "POST",
            "service/tickets",
            Some(&desk.ticket(summary)),
        )?)?);
    }
    let (parent, merged, child) = (ids[0], ids[1], ids[2]);
    let note = json!({"text": "Goes to the parent", "detailDescriptionFlag": true});
    visitor.done("POST", &format!("service/tickets/{merged}/notes"), Some(&note))?;
    let merge = json!({"mergeTicketIds": [merged], "status": {"id": desk.closed}});
    visitor.done("POST", &format!("service/tickets/{parent}/merge"), Some(&merge))?;
    visitor.done("GET", &format!("service/tickets/{parent}/allNotes"), None)?;
    let bundle = json!({"childTicketIds": [child]});
    for act in ["attachChildren", "detachChildren"] {
        visitor.done("POST", &format!("service/tickets/{parent}/{act}"), Some(&bundle))?;
        for ticket in [parent, merged, child] {
            visitor.done("GET", &format!("service/tickets/{ticket}"), None)?;
        }
    }
    Ok(())
}

fn callbacks(visitor: &mut Visitor<'_>) -> anyhow::Result<()> {
    let callback = |url: &str| {
        json!({"url": url, "objectId": 1, "type": "ticket", "level": "owner", "description": "Tickets",
            "inactiveFlag": true})
    };
    let made = visitor.done(
        "POST",
        "system/callbacks",
        Some(&callback("http://127.0.0.1:9/a?recordId=")),
    )?;
    let path = format!("system/callbacks/{}", id(&made)?);
    let patch = json!([{"op": "replace", "path": "description", "value": "All tickets"}]);
    visitor.done("PATCH", &path, Some(&patch))?;
    visitor.done("PUT", &path, Some(&callback("http://127.0.0.1:9/b?recordId=")))?;
    visitor.done("DELETE", &path, None)?;
    // One stays for whoever reads the list.
    visitor.done(
        "POST",
        "system/callbacks",
        Some(&callback("http://127.0.0.1:9/c?recordId=")),
    )?;
    Ok(())
}

/// A list, its count and one of its records, whole and as references.
fn read(visitor: &mut Visitor<'_>, list: &str) -> anyhow::Result<()> {
    let records = visitor.done("GET", &format!("{list}?pageSize=1000"), None)?;
    let id = first_id(&records).with_context(|| format!("{list} has no records to look at"))?;
    visitor.done("GET", &format!("{list}/count"), None)?;
    visitor.done("GET", &format!("{list}/{id}"), None)?;
    for info in [
        format!("{list}/info"),
        format!("{list}/info/count"),
        format!("{list}/{id}/info"),
    ] {
        if visitor.description.operation("GET", &info).is_some() {
            visitor.done("GET", &info, None)?;
        }
    }
    Ok(())
}

/// The ways in which a list can be asked for.
fn queries(visitor: &mut Visitor<'_>, desk: &Desk) -> anyhow::Result<()> {
    for target in [
        "service/tickets?conditions=closedFlag=false&orderBy=id%20desc&page=2&pageSize=3".to_owned(),
        "service/tickets?fields=id,summary,board/name,_info/lastUpdated".to_owned(),
        format!("service/tickets?conditions=company/id={}", desk.company),
        "company/contacts?childConditions=communicationItems/value%20like%20%22%25%22&pageSize=50".to_owned(),
        "service/tickets?customFieldConditions=caption=%22Edit%20Count%22&pageSize=50".to_owned(),
    ] {
        visitor.done("GET", &target, None)?;
    }
    visitor.done_with(
        "pagination-type: forward-only\r\n",
        "GET",
        "service/tickets?pageId=1&pageSize=3",
        None,
    )?;
    let search = json!({"conditions": "id>0", "orderBy": "id", "childconditions": "", "customfieldconditions": ""});
    visitor.done("POST", "service/tickets/search?pageSize=3", Some(&search))?;
    control(visitor, "PUT", "volatile", Some(&json!({"ticks": true})))?;
    visitor.done("GET", "service/tickets?pageSize=1000", None)?;
    control(visitor, "PUT", "volatile", Some(&json!({"ticks": false})))
}

/// Every family of errors.
fn refusals(visitor: &mut Visitor<'_>, ticket: i64) -> anyhow::Result<()> {
    let path = format!("service/tickets/{ticket}");
    let notes = format!("{path}/notes");
    let wrong_path = json!([{"op": "replace", "path": "colour", "value": "red"}]);
    for (status, verb, target, body) in [
        (404, "GET", "service/tickets/404", None),
        (404, "GET", "service/nothing", None),
        (400, "GET", "service/tickets?conditions=colour=1", None),
        (400, "GET", "service/tickets?conditions=id=", None),
        (405, "DELETE", "service/tickets", None),
        (
            400,
            "POST",
            "service/tickets",
            Some(json!({"summary": "Without a company"})),
        ),
        (400, "POST", "service/tickets", Some(json!({"colour": "red"}))),
        (
            400,
            "POST",
            "service/tickets",
            Some(json!({"summary": "x".repeat(101), "company": {"id": 404}})),
        ),
        (
            500,
            "POST",
            "service/tickets",
            Some(json!({"summary": "x", "company": 7})),
        ),
        (400, "POST", &notes, Some(json!({"text": "Nowhere to be seen"}))),
        (400, "PATCH", &path, Some(wrong_path)),
        (400, "POST", "service/tickets/search", Some(json!({"colour": "red"}))),
        (
            400,
            "POST",
            "system/callbacks",
            Some(json!({"url": "http://127.0.0.1:9/"})),
        ),
    ] {
        visitor.refused(status, verb, target, body.as_ref())?;
    }
    visitor.forbidden("GET", "service/tickets", None)?;
    visitor.forbidden("DELETE", &path, None)?;
    visitor.unknown("GET", "service/tickets")?;
    let too_many = json!([{"fault": "too-many-requests", "probability": 1, "seconds": 1}]);
    control(visitor, "PUT", "faults", Some(&too_many))?;
    visitor.refused(429, "GET", "service/tickets", None)?;
    control(visitor, "DELETE", "faults", None)
}

/// Asks the control interface, which is the sandbox's own.
fn control(visitor: &Visitor<'_>, verb: &str, what: &str, body: Option<&Value>) -> anyhow::Result<()> {
    let answer = ask(visitor.url, verb, &format!("/_sandbox/{what}"), "", body)?;
    anyhow::ensure!(answer.status == 200, "{verb} {what}: {}", answer.body);
    Ok(())
}

fn first_id(records: &Value) -> anyhow::Result<i64> {
    id(records.get(0).context("an empty list")?)
}

fn id(record: &Value) -> anyhow::Result<i64> {
    let id = record.get("id").and_then(Value::as_i64);
    id.with_context(|| format!("a record without id: {record}"))
}
