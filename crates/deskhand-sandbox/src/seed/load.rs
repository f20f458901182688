//! Tickets from files, served with every member as it is written there.

use std::path::{Path, PathBuf};

use bytes::Bytes;
use serde_json::Value;
use serde_json::value::RawValue;

use super::desk::document;
use crate::world::{Document, Kind, World};

/// Why a file cannot be loaded.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// It cannot be read.
    #[error("cannot read `{}`", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// It holds no tickets.
    #[error("`{}` holds no tickets: a JSON array of tickets, one ticket, or one ticket a line is needed", path.display())]
    NoTickets {
        /// The file.
        path: PathBuf,
        /// Why, where the JSON is at fault.
        #[source]
        source: Option<serde_json::Error>,
    },
}

/// Loads a file of tickets; what they refer to becomes known as well. Returns how many there were.
pub fn load(world: &World, path: &Path) -> Result<usize, LoadError> {
    let text = std::fs::read(path).map_err(|source| LoadError::Read {
        path: path.to_owned(),
        source,
    })?;
    let no_tickets = |source| LoadError::NoTickets {
        path: path.to_owned(),
        source,
    };
    let records = records(&text).map_err(|error| no_tickets(Some(error)))?;
    let mut loaded = 0;
    for record in records {
        let ticket = Document::read(compact(record.get()), 0).ok_or_else(|| no_tickets(None))?;
        know_references(world, &ticket);
        world.seed(Kind::Ticket, ticket);
        loaded += 1;
    }
    if loaded == 0 { Err(no_tickets(None)) } else { Ok(loaded) }
}

/// The records of an array, of a single object, or of one object a line.
fn records(text: &[u8]) -> serde_json::Result<Vec<Box<RawValue>>> {
    match text.iter().find(|byte| !byte.is_ascii_whitespace()) {
        Some(b'[') => serde_json::from_slice(text),
        _ => serde_json::Deserializer::from_slice(text).into_iter().collect(),
    }
}

/// Takes the white space out between tokens; numbers stay as they were written.
fn compact(json: &str) -> Bytes {
    let (mut tidy, mut inside, mut escaped) = (String::with_capacity(json.len()), false, false);
    for c in json.chars() {
        match c {
            _ if escaped => escaped = false,
            '\\' if inside => escaped = true,
            '"' => inside = !inside,
            ' ' | '\t' | '\r' | '\n' if !inside => continue,
            _ => {}
        }
        tidy.push(c);
    }
    tidy.into()
}

/// Boards, statuses, companies and so on that a ticket names and the world does not have.
fn know_references(world: &World, ticket: &Document) {
    let Ok(value) = serde_json::from_slice::<Value>(&ticket.raw) else {
        return;
    };
    let board = value.pointer("/board/id").and_then(Value::as_i64).unwrap_or(0);
    let references = [
        ("board", Kind::Board, 0),
        ("status", Kind::BoardStatus, board),
        ("type", Kind::BoardType, board),
        ("team", Kind::BoardTeam, board),
        ("priority", Kind::Priority, 0),
        ("company", Kind::Company, 0),
        ("contact", Kind::Contact, 0),
        ("source", Kind::Source, 0),
        ("location", Kind::SystemLocation, 0),
        ("department", Kind::Department, 0),
        ("owner", Kind::Member, 0),
    ];
    for (name, kind, parent) in references {
        let Some(reference) = value.get(name) else { continue };
        let Some(id) = reference.get("id").and_then(Value::as_i64) else {
            continue;
        };
        if world.newest(kind, id).is_none() {
            world.seed(kind, document(id, parent, reference.to_string()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_loaded_ticket_is_served_as_it_is_written() {
        let folder = std::env::temp_dir().join(format!("deskhand-load-{}", std::process::id()));
        std::fs::write(
            &folder,
            "[ {\"id\": 7, \"cost\": 0.00, \"summary\": \"a \\\" b\",\n \"board\": {\"id\": 3, \"name\": \"X\"}} ]",
        )
        .unwrap();
        let world = World::empty();
        assert_eq!(load(&world, &folder).unwrap(), 1);
        std::fs::remove_file(folder).unwrap();
        let raw = world.visible(Kind::Ticket, 7).unwrap().raw;
        assert_eq!(
            raw,
            r#"{"id":7,"cost":0.00,"summary":"a \" b","board":{"id":3,"name":"X"}}"#
        );
        assert!(world.visible(Kind::Board, 3).is_some());
    }

    #[test]
    fn the_fixture_loads() {
        let world = World::empty();
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/tickets.json");
        assert_eq!(load(&world, &path).unwrap(), 2);
    }
}
