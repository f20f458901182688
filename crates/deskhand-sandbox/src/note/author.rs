//! The member in whose name a note is written.

use serde_json::Value;

use crate::seed::{Object, href};
use crate::ticket::{Named, find_where, reference_to};
use crate::world::{Kind, World};

/// A reference to the member with this identifier.
pub(super) fn member(world: &World, identifier: &str) -> String {
    if let Some(record) = found(world, identifier) {
        return reference_to(&Named::OWNER, &record, 0);
    }
    let id = made_id(identifier);
    let mut info = Object::new();
    info.text("member_href", &href(&format!("system/members/{id}")));
    let mut to = Object::new();
    to.number("id", id)
        .text("identifier", identifier)
        .text("name", identifier)
        .raw("_info", &info.end());
    to.end()
}

/// The id of the member with this identifier.
pub(crate) fn member_id(world: &World, identifier: &str) -> i64 {
    let record = found(world, identifier);
    let id = record.and_then(|record| record["id"].as_i64());
    id.unwrap_or_else(|| made_id(identifier))
}

fn found(world: &World, identifier: &str) -> Option<Value> {
    let is_it = |record: &Value| {
        let known = record["identifier"].as_str();
        known.is_some_and(|known| known.eq_ignore_ascii_case(identifier))
    };
    find_where(world, Kind::Member, |_, record| is_it(record)).map(|(_, record)| record)
}

/// Invented: API members that the desk does not list have an id made from their identifier, far from those of the desk.
fn made_id(identifier: &str) -> i64 {
    let folded = identifier.bytes().fold(7_u32, |hash, byte| {
        hash.wrapping_mul(31).wrapping_add(u32::from(byte.to_ascii_lowercase()))
    });
    100_000 + i64::from(folded % 900_000)
}
