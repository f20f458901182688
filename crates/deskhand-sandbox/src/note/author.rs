//! The member in whose name a note is written.

use crate::seed::{Object, href};
use crate::ticket::{Named, find_where, reference_to};
use crate::world::{Kind, World};

/// A reference to the member with this identifier.
///
/// API members that the desk does not list have an id made from their identifier, far from those of the desk: invented.
pub(super) fn member(world: &World, identifier: &str) -> String {
    let found = find_where(world, Kind::Member, |_, record| {
        record["identifier"]
            .as_str()
            .is_some_and(|known| known.eq_ignore_ascii_case(identifier))
    });
    if let Some((_, record)) = found {
        return reference_to(&Named::OWNER, &record, 0);
    }
    let id = id_of(identifier);
    let mut info = Object::new();
    info.text("member_href", &href(&format!("system/members/{id}")));
    let mut to = Object::new();
    to.number("id", id)
        .text("identifier", identifier)
        .text("name", identifier)
        .raw("_info", &info.end());
    to.end()
}

/// The same for the same identifier.
pub(crate) fn id_of(identifier: &str) -> i64 {
    let folded = identifier.bytes().fold(7_u32, |hash, byte| {
        hash.wrapping_mul(31).wrapping_add(u32::from(byte.to_ascii_lowercase()))
    });
    100_000 + i64::from(folded % 900_000)
}
