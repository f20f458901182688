//! What is wrong with a callback.

use serde_json::Value;
use url::Url;

use super::levels::{has_level, levels_of};
use crate::binding::{Bound, CALLBACK};
use crate::refusal::{Problem, Refusal};
use crate::world::{Kind, Members, World, text};

/// Puts what is wanted into a callback, and says everything that is wrong with the outcome.
pub(super) fn apply(world: &World, wanted: &Bound, callback: &mut Members) -> Result<(), Refusal> {
    for (slot, value) in wanted.to_set() {
        let json = match (slot.name, value) {
            ("inactiveFlag" | "isSoapCallbackFlag" | "isSelfSuppressedFlag", Value::Null) => "false".to_owned(),
            (_, Value::Null) => {
                callback.remove(slot.name);
                continue;
            }
            ("type" | "level", Value::String(name)) => text(&name.to_lowercase()),
            (_, value) => value.to_string(),
        };
        callback.set_ranked(slot.name, json, |name| CALLBACK.rank(name));
    }
    // Recorded: everything is object 1, and 0 is taken for it.
    if callback.get("level") == Some("\"owner\"") && callback.get("objectId") == Some("0") {
        callback.set("objectId", "1".to_owned());
    }
    let read: Value = serde_json::from_str(&callback.to_json()).unwrap_or_default();
    let problems = problems(world, &read);
    if problems.is_empty() {
        return Ok(());
    }
    Err(Refusal::Invalid {
        resource: CALLBACK.resource,
        problems,
    })
}

fn problems(world: &World, callback: &Value) -> Vec<Problem> {
    let given = |name: &str| callback.get(name).and_then(Value::as_str).unwrap_or_default();
    let required = ["url", "objectId", "type", "level"].into_iter();
    let mut problems: Vec<_> = required
        .filter(|name| callback.get(*name).is_none())
        .map(Problem::missing)
        .collect();
    if given("description").chars().count() > 100 {
        problems.push(Problem::too_long("description", 100));
    }
    if !problems.is_empty() {
        return problems;
    }
    let (url, kind, level) = (given("url"), given("type"), given("level"));
    if !Url::parse(url).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host()) {
        problems.push(Problem::new("InvalidField", "Invalid URL", "url"));
    }
    if levels_of(kind).is_none() {
        // Invented: the words for a type that does not exist.
        problems.push(Problem::new(
            "InvalidObject",
            "Unrecognized type, see documentation for supported types",
            "type",
        ));
    } else if !has_level(kind, level) {
        let message = "Unrecognized level for type, see documentation for supported levels for each type";
        problems.push(Problem::new("InvalidObject", message, "level"));
    }
    if exists(world, callback) {
        problems.push(Problem::new(
            "ObjectExists",
            "A matching callback entry already exists",
            "objectId",
        ));
    }
    problems
}

/// Invented: what makes two callbacks match.
fn exists(world: &World, callback: &Value) -> bool {
    let same = |other: &Value| {
        let members = ["url", "objectId", "type", "level"];
        other["id"] != callback["id"] && members.iter().all(|name| other[*name] == callback[*name])
    };
    world.read(Kind::Callback, |table| {
        let mut others = table
            .newest_after(0)
            .filter_map(|other| serde_json::from_slice::<Value>(&other.raw).ok());
        others.any(|other| same(&other))
    })
}
