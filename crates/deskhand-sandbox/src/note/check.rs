//! What is wrong with a note.

use serde_json::Value;

use crate::binding::{Bound, NOTE};
use crate::refusal::{Problem, Refusal};
use crate::ticket::{Given, Named, find, reference_to};
use crate::world::{Kind, Members, World};

/// Where a note is shown; at least one of them is needed.
pub(super) const FLAGS: [&str; 3] = ["detailDescriptionFlag", "internalAnalysisFlag", "resolutionFlag"];

/// Puts what is wanted into a note, and says everything that is wrong with the outcome.
pub(super) fn apply(world: &World, wanted: &Bound, note: &mut Members) -> Result<(), Refusal> {
    let mut problems = Vec::new();
    for (slot, value) in wanted.to_set() {
        match (slot.name, value) {
            // An API member is no record of the desk, and yet its notes can be sent back as they were read.
            ("member", Value::Object(_)) if is_member_already(note, value) => {}
            ("member", Value::Object(_)) => refer(world, &Named::OWNER, value, note, &mut problems),
            ("contact", Value::Object(_)) => {
                refer(world, &Named::CONTACT, value, note, &mut problems);
                // Recorded: a note has one of them.
                note.remove("member");
            }
            // Always the author, always false, and told to the ticket.
            ("member" | "issueFlag" | "customerUpdatedFlag", _) => {}
            (name, Value::Null) if FLAGS.contains(&name) => set(note, name, "false"),
            (name, Value::Null) => note.remove(name),
            (name, value) => set(note, name, value.to_string()),
        }
    }
    let text: Option<String> = note.get("text").and_then(|json| serde_json::from_str(json).ok());
    if text.is_none_or(|text| text.trim().is_empty()) {
        // Invented: that a note without text is refused.
        problems.push(Problem::missing("text"));
    }
    if FLAGS.iter().all(|flag| note.get(flag) != Some("true")) {
        problems.push(nowhere());
    }
    if problems.is_empty() {
        return Ok(());
    }
    Err(Refusal::Invalid {
        resource: NOTE.resource,
        problems,
    })
}

fn is_member_already(note: &Members, value: &Value) -> bool {
    let member = note
        .get("member")
        .and_then(|json| serde_json::from_str::<Value>(json).ok());
    member.is_some_and(|member| !member["id"].is_null() && member["id"] == value["id"])
}

pub(super) fn set(note: &mut Members, name: &str, json: impl Into<String>) {
    note.set_ranked(name, json.into(), |name| NOTE.rank(name));
}

fn refer(world: &World, named: &Named, value: &Value, note: &mut Members, problems: &mut Vec<Problem>) {
    let given = Given::of(value);
    let found = named.kind.and_then(|kind: Kind| find(world, kind, 0, &given));
    match found {
        Some((_, record)) => {
            let member = if named.kind == Some(Kind::Contact) {
                "contact"
            } else {
                "member"
            };
            set(note, member, reference_to(named, &record, 0));
        }
        None => problems.push(given.not_found(named, 0)),
    }
}

/// The recorded answer to a note that nobody would see.
fn nowhere() -> Problem {
    Problem::new(
        "ServiceNote",
        "Please choose where to display the notes in order to save this record.",
        FLAGS.join(", "),
    )
}
