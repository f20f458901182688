//! A callback as deliveries need it.

use serde_json::Value;

use crate::world::{Kind, World};

/// A callback that is in force.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) id: i64,
    pub(super) url: String,
    pub(super) object: i64,
    pub(super) level: String,
    /// The member whose changes are not told.
    pub(super) suppressed: Option<String>,
}

/// The callbacks in force that watch tickets.
pub(super) fn of_tickets(world: &World) -> Vec<Entry> {
    world.read(Kind::Callback, |table| {
        let read = table
            .newest_after(0)
            .filter_map(|record| serde_json::from_slice::<Value>(&record.raw).ok());
        let active = read.filter(|record| record["inactiveFlag"] != true && record["type"] == "ticket");
        active.filter_map(|record| entry(&record)).collect()
    })
}

fn entry(record: &Value) -> Option<Entry> {
    let text = |name: &str| record.get(name).and_then(Value::as_str).map(str::to_owned);
    let author = record["_info"]["enteredBy"].as_str().map(str::to_owned);
    Some(Entry {
        id: record.get("id")?.as_i64()?,
        url: text("url")?,
        object: record.get("objectId")?.as_i64()?,
        level: text("level")?,
        suppressed: author.filter(|_| record["isSelfSuppressedFlag"] == true),
    })
}

impl Entry {
    /// Whether it watches this ticket.
    pub(super) fn watches(&self, ticket: &Value) -> bool {
        let is_of = |reference: &str| ticket[reference]["id"].as_i64() == Some(self.object);
        match self.level.as_str() {
            "owner" => true,
            "board" => is_of("board"),
            "status" => is_of("status"),
            _ => false,
        }
    }
}
