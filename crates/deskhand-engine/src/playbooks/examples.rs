//! The playbooks of `examples/playbooks`, held against toy declarations; the program's tests run them for real.

use deskhand_command::{Declaration, Effect, Rows, States, Table};
use schemars::Schema;
use serde_json::{Map, Value, json};

use super::values::Roots;
use super::*;

const EXAMPLES: [(&str, &str); 5] = [
    (
        "triage",
        include_str!("../../../../examples/playbooks/triage-high-priority.toml"),
    ),
    (
        "merge",
        include_str!("../../../../examples/playbooks/merge-duplicates.toml"),
    ),
    (
        "escalate",
        include_str!("../../../../examples/playbooks/escalate-breached-sla.toml"),
    ),
    (
        "close",
        include_str!("../../../../examples/playbooks/close-stale-tickets.toml"),
    ),
    (
        "report",
        include_str!("../../../../examples/playbooks/nightly-board-report.toml"),
    ),
];

/// The inputs of the commands that the examples use, by display name; `*` are required.
const COMMANDS: [(&str, &[&str]); 7] = [
    ("get-tickets", &["*Ticket IDs"]),
    (
        "fetch-event",
        &[
            "Start Time",
            "End Time",
            "Number of Event(s) Fetched",
            "Status",
            "Search Condition",
        ],
    ),
    ("get-company-contacts", &["*Company IDs"]),
    ("list-board-statuses", &["*Board ID"]),
    ("merge-tickets", &["*Parent Ticket ID", "*Merge Ticket IDs", "*Status"]),
    (
        "update-tickets",
        &["*Ticket IDs", "Status", "Priority", "Urgency", "Impact"],
    ),
    (
        "add-ticket-notes",
        &[
            "*Ticket IDs",
            "Discussion Note",
            "Internal Note",
            "Resolution Note",
            "*Note Text",
        ],
    ),
];

fn declarations() -> Vec<Declaration> {
    let declared = COMMANDS.iter().map(|(slug, inputs)| Declaration {
        title: slug,
        slug,
        summary: "",
        effect: Effect::Writes,
        rights: &[],
        states: States::Three,
        table: Table {
            rows: Rows::Records,
            columns: &[],
        },
        key_fields: &[],
        inputs: inputs_of(inputs),
    });
    declared.collect()
}

fn inputs_of(inputs: &[&str]) -> Schema {
    let properties: Map<_, _> = inputs
        .iter()
        .map(|input| {
            (
                input.trim_start_matches('*').to_owned(),
                json!({ "title": input.trim_start_matches('*') }),
            )
        })
        .collect();
    let required: Vec<_> = inputs.iter().filter_map(|input| input.strip_prefix('*')).collect();
    Schema::try_from(json!({ "properties": properties, "required": required })).unwrap()
}

fn example(name: &str) -> Playbook {
    let (_, text) = EXAMPLES.iter().find(|(known, _)| *known == name).unwrap();
    let connections = ["acme".to_owned()];
    let declarations = declarations();
    let mut known = Known::commands(&declarations);
    known.connections = Some(&connections);
    read(text, &known).unwrap_or_else(|problems| panic!("{name}: {problems:#?}"))
}

#[test]
fn every_example_is_accepted() {
    for (name, _) in EXAMPLES {
        let playbook = example(name);
        assert!(!playbook.summary.is_empty() && playbook.steps.len() > 4, "{name}");
    }
}

#[test]
fn the_example_of_the_guide_is_accepted() {
    let guide = include_str!("../../../../docs/guides/playbooks.md");
    let (_, behind) = guide.split_once("```toml\n").unwrap();
    let (text, _) = behind.split_once("```").unwrap();
    let declarations = declarations();
    let accepted = read(text, &Known::commands(&declarations));
    assert_eq!(accepted.map(|playbook| playbook.steps.len()), Ok(5));
}

#[test]
fn every_example_fits_the_schema_of_its_file() {
    let schema = json_schema();
    for (name, text) in EXAMPLES {
        let written: Value = toml::from_str(text).unwrap();
        assert_eq!(misfits(&schema, &schema, &written, ""), Vec::<String>::new(), "{name}");
    }
    let broken =
        json!({"playbook": {"name": 3}, "step": [{"name": "A"}, {"name": "B", "wait": "1s", "fail": "x", "x": 1}]});
    assert_eq!(
        misfits(&schema, &schema, &broken, ""),
        [
            "/playbook/name: no string",
            "/step/0: fits 0 of the alternatives",
            "/step/1: there is no x",
            "/step/1: fits 2 of the alternatives",
        ]
    );
}

/// What of a value does not fit a schema, as far as our own schemas go.
fn misfits(root: &Value, schema: &Value, value: &Value, at: &str) -> Vec<String> {
    if let Some(reference) = schema["$ref"].as_str() {
        let target = root.pointer(reference.trim_start_matches('#')).unwrap();
        return misfits(root, target, value, at);
    }
    let mut found = Vec::new();
    let kinds = match &schema["type"] {
        Value::String(kind) => vec![kind.as_str()],
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    if !kinds.is_empty() && !kinds.iter().any(|kind| is_a(kind, value)) {
        return vec![format!("{at}: no {}", kinds[0])];
    }
    if let Some(object) = value.as_object() {
        for name in schema["required"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
        {
            if !object.contains_key(name) {
                found.push(format!("{at}: {name} is missing"));
            }
        }
        for (name, member) in object {
            match schema["properties"].get(name) {
                Some(inner) => found.extend(misfits(root, inner, member, &format!("{at}/{name}"))),
                None if schema["additionalProperties"] == false => found.push(format!("{at}: there is no {name}")),
                None => {}
            }
        }
    }
    for (number, element) in value.as_array().into_iter().flatten().enumerate() {
        found.extend(misfits(root, &schema["items"], element, &format!("{at}/{number}")));
    }
    let fitting = |name: &str| {
        let ways = schema[name].as_array()?;
        Some(
            ways.iter()
                .filter(|way| misfits(root, way, value, at).is_empty())
                .count(),
        )
    };
    if fitting("anyOf") == Some(0) || fitting("oneOf").is_some_and(|ways| ways != 1) {
        found.push(format!(
            "{at}: fits {} of the alternatives",
            fitting("oneOf").unwrap_or_default()
        ));
    }
    if schema.get("const").is_some_and(|only| only != value) {
        found.push(format!("{at}: is another constant"));
    }
    found
}

fn is_a(kind: &str, value: &Value) -> bool {
    match kind {
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        "null" => value.is_null(),
        _ => false,
    }
}

/// Renders what a step works on, from what was given and what the steps before have yielded.
fn wish(playbook: &Playbook, step: &str, roots: &Roots) -> Value {
    let step = playbook.steps.iter().find(|known| known.name == step).unwrap();
    let value = match &step.does {
        Does::Command { inputs, .. } | Does::Format { values: inputs } => Value::Object(inputs.clone()),
        Does::Condition { value, .. } | Does::ForEach { list: value } => value.clone(),
        Does::Approval { question, .. } => question.clone(),
        Does::Mail { to, subject, text } => json!([to, subject, text]),
        Does::Escalate { title, .. } => title.clone(),
        _ => Value::Null,
    };
    roots
        .render(&value)
        .unwrap_or_else(|error| panic!("{}: {error}", step.name))
}

fn roots_of(playbook: &Playbook, given: Value) -> Roots {
    let mut inputs: Map<_, _> = playbook
        .inputs
        .iter()
        .filter_map(|input| Some((input.name.clone(), input.default.clone()?)))
        .collect();
    inputs.extend(given.as_object().unwrap().clone());
    let mut roots = Roots::default();
    roots.set("inputs", Value::Object(inputs));
    roots.set("now", json!("2026-03-02T06:00:00Z"));
    roots
}

fn ticket(id: i64, summary: &str) -> Value {
    json!({
        "id": id, "summary": summary, "closedFlag": false, "isInSla": id % 2 == 0, "board": {"id": 1, "name": "Help Desk"},
        "status": {"name": "Waiting on Customer"}, "priority": {"name": "Priority 3 - Normal Response"},
        "company": {"id": 19000, "name": "Acme"},
        "_info": {"lastUpdated": "2026-01-05T08:00:00Z", "dateEntered": "2026-03-01T20:00:00Z"},
    })
}

fn found(tickets: &[Value]) -> Value {
    let ids: Vec<_> = tickets.iter().map(|ticket| ticket["id"].clone()).collect();
    json!({"returnData": "Successful", "keyFields": {"TicketIDs": ids}, "rawData": {"Results": tickets}})
}

#[test]
fn a_ticket_of_priority_1_is_noted_with_what_else_is_open() {
    let playbook = example("triage");
    let mut roots = roots_of(&playbook, json!({}));
    let mut new = ticket(7, "Server down");
    new["status"]["name"] = json!("New (not responded)");
    roots.set("event", json!({"id": 1, "connection": "acme", "raw": new}));
    roots.set_step("Ticket", found(&[new]));
    assert_eq!(wish(&playbook, "Ticket", &roots), json!({"Ticket IDs": [7]}));
    assert_eq!(wish(&playbook, "Still new", &roots), "yes");
    let condition = "company/id = 19000 AND closedFlag = false AND id != 7";
    assert_eq!(wish(&playbook, "Other tickets", &roots)["Search Condition"], condition);
    roots.set_step("Other tickets", found(&[ticket(8, "VPN")]));
    roots.set_step(
        "Contacts",
        json!({"rawData": {"Results": [{"firstName": "Ana", "lastName": null}]}}),
    );
    assert_eq!(wish(&playbook, "Take in work", &roots)["Status"], "In Progress");
    let note = wish(&playbook, "Note", &roots)["Note Text"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(
        note.contains("\n- 8 VPN (Waiting on Customer)\n\nContacts:\n- Ana \n"),
        "{note}"
    );
    roots.set_step("Contacts", Value::Null);
    let without = wish(&playbook, "Note", &roots)["Note Text"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(without.ends_with("Contacts:\n- none\n"), "{without}");
    assert_eq!(wish(&playbook, "Raise", &roots), "Server down");
    assert_eq!(wish(&playbook, "Tell", &roots)[0], "oncall@example.com");
    roots.set_step("Ticket", found(&[ticket(7, "Server down")]));
    assert_eq!(wish(&playbook, "Still new", &roots), "no");
}

#[test]
fn duplicates_are_grouped_by_summary_and_merged_into_the_oldest() {
    let playbook = example("merge");
    let mut roots = roots_of(&playbook, json!({"company": 19000}));
    let condition = "company/id = 19000 AND board/name = \"Help Desk\" AND closedFlag = false AND dateEntered >= [2026-03-01T06:00:00Z]";
    assert_eq!(wish(&playbook, "Look", &roots)["Search Condition"], condition);
    roots.set_step(
        "Look",
        found(&[
            ticket(9, "A \"b\" & <c>"),
            ticket(3, "A \"b\" & <c>"),
            ticket(4, "Other"),
        ]),
    );
    let groups = wish(&playbook, "Groups", &roots);
    roots.set_step("Groups", groups);
    assert_eq!(wish(&playbook, "Any", &roots), "yes");
    assert_eq!(wish(&playbook, "Statuses", &roots), json!({"Board ID": 1}));
    let statuses = json!([
        {"id": 26, "name": ">Closed", "closedStatus": true}, {"id": 27, "name": ">Closed - Merged", "closedStatus": true},
        {"id": 28, "name": "New", "closedStatus": false}
    ]);
    roots.set_step("Statuses", json!({"rawData": {"Results": statuses}}));
    let status = wish(&playbook, "Status", &roots);
    roots.set_step("Status", status);
    let question = wish(&playbook, "Ask", &roots);
    assert_eq!(
        question,
        "Merge these into the first of each group?\n- A \"b\" & <c>: 3, 9\n"
    );
    let items = wish(&playbook, "Each group", &roots);
    assert_eq!(items, json!([{"summary": "A \"b\" & <c>", "ids": [3, 9]}]));
    roots.set("item", items[0].clone());
    assert_eq!(wish(&playbook, "Now", &roots), json!({"Ticket IDs": [3, 9]}));
    roots.set_step("Now", found(&[ticket(9, "A"), ticket(3, "A")]));
    let open = wish(&playbook, "Open", &roots);
    roots.set_step("Open", open);
    assert_eq!(wish(&playbook, "Still several", &roots), "yes");
    let merge = json!({"Parent Ticket ID": 3, "Merge Ticket IDs": [9], "Status": 27});
    assert_eq!(wish(&playbook, "Merge", &roots), merge);
    roots.set_step("Merge", json!({"keyFields": {"MergedTicketIDs": [9]}}));
    assert_eq!(
        wish(&playbook, "Say so", &roots)["Note Text"],
        "Duplicates merged into this ticket: 9."
    );
    roots.set_step("Look", found(&[ticket(9, "A"), ticket(3, "B")]));
    let groups = wish(&playbook, "Groups", &roots);
    roots.set_step("Groups", groups);
    assert_eq!(wish(&playbook, "Any", &roots), "no");
}

#[test]
fn tickets_out_of_their_sla_are_raised_no_more_than_so_many_at_once() {
    let playbook = example("escalate");
    let mut roots = roots_of(&playbook, json!({"most": 2}));
    roots.set_step(
        "Look",
        found(&[ticket(5, "e"), ticket(3, "c"), ticket(1, "a"), ticket(2, "b")]),
    );
    let breached = wish(&playbook, "Breached", &roots);
    assert_eq!(breached, json!({"ids": [1, 3]}));
    roots.set_step("Breached", breached);
    assert_eq!(wish(&playbook, "Any", &roots), "yes");
    assert_eq!(wish(&playbook, "Raise", &roots)["Ticket IDs"], json!([1, 3]));
    roots.set_step("Raise", json!({"keyFields": {"TicketIDs": [3]}}));
    assert_eq!(wish(&playbook, "Note", &roots)["Ticket IDs"], json!([3]));
    let letter = wish(&playbook, "Tell", &roots);
    assert_eq!(letter[1], "1 tickets of Help Desk are out of their SLA");
    assert!(
        letter[2]
            .as_str()
            .unwrap()
            .contains(":\n\n- 3 c\n  Acme, was Priority 3"),
        "{letter}"
    );
    roots.set_step("Breached", json!({"ids": []}));
    assert_eq!(wish(&playbook, "Any", &roots), "no");
}

#[test]
fn stale_tickets_are_looked_at_again_before_they_are_closed() {
    let playbook = example("close");
    let mut roots = roots_of(&playbook, json!({}));
    let limit = wish(&playbook, "Limit", &roots);
    assert_eq!(limit, json!({"touched": "2026-01-31T06:00:00Z"}));
    roots.set_step("Limit", limit);
    let look = wish(&playbook, "Look", &roots);
    assert_eq!(look["Number of Event(s) Fetched"], 50);
    roots.set_step("Look", found(&[ticket(1, "a"), ticket(2, "b"), ticket(3, "c")]));
    assert_eq!(wish(&playbook, "Any", &roots), "yes");
    assert_eq!(
        wish(&playbook, "Rehearse", &roots),
        json!({"Ticket IDs": [1, 2, 3], "Status": ">Closed"})
    );
    roots.set_step("Rehearse", found(&[]));
    let question = wish(&playbook, "Ask", &roots);
    assert!(
        question.as_str().unwrap().contains("\n- 1 a (Acme)\n- 2 b (Acme)\n"),
        "{question}"
    );
    let (mut touched, mut answered) = (ticket(1, "a"), ticket(2, "b"));
    touched["_info"]["lastUpdated"] = json!("2026-03-02T06:00:00Z");
    answered["status"]["name"] = json!("In Progress");
    roots.set_step("Now", found(&[touched, answered, ticket(3, "c")]));
    let stale = wish(&playbook, "Stale", &roots);
    assert_eq!(stale, json!({"ids": [3]}));
    roots.set_step("Stale", stale);
    assert_eq!(wish(&playbook, "Any left", &roots), "yes");
    let note = wish(&playbook, "Note", &roots);
    assert_eq!(
        (&note["Resolution Note"], &note["Ticket IDs"]),
        (&json!(true), &json!([3]))
    );
    roots.set_step("Note", found(&[ticket(3, "c")]));
    assert_eq!(
        wish(&playbook, "Close", &roots),
        json!({"Ticket IDs": [3], "Status": ">Closed"})
    );
}

#[test]
fn the_report_counts_what_came_what_was_closed_and_what_is_open() {
    let playbook = example("report");
    let mut roots = roots_of(&playbook, json!({}));
    let day = wish(&playbook, "Day", &roots);
    assert_eq!(day["name"].as_str().unwrap().replace("  ", " "), "Monday, 2 March 2026");
    roots.set_step("Day", day);
    assert_eq!(wish(&playbook, "Changed", &roots)["Start Time"], "2026-03-01T06:00:00Z");
    let mut closed = ticket(4, "d");
    closed["closedFlag"] = json!(true);
    closed["_info"]["dateEntered"] = json!("2026-01-01T00:00:00Z");
    roots.set_step("Changed", found(&[ticket(1, "a"), closed]));
    roots.set_step("Open", found(&[ticket(1, "a"), ticket(2, "b")]));
    let numbers = wish(&playbook, "Numbers", &roots);
    assert_eq!(numbers, json!({"came": 1, "closed": 1, "open": 2, "late": 1}));
    roots.set_step("Numbers", numbers);
    let letter = wish(&playbook, "Send", &roots);
    assert_eq!(letter[0], json!(["team@example.com"]));
    let text = letter[2].as_str().unwrap();
    assert!(
        text.contains("  2 Priority 3 - Normal Response\n\nLongest untouched\n  1 a (Acme, 05.01.2026)\n"),
        "{text}"
    );
    assert!(text.contains("open      2, of which out of SLA: 1\n"), "{text}");
}
