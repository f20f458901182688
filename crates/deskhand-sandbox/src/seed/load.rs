//! Tickets from files, served with every member as it is written there.

use std::path::{Path, PathBuf};

use bytes::Bytes;
use serde_json::value::RawValue;

use super::references::{self, is_ticket};
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
    /// A record in it is no ticket.
    #[error("record {place} of `{}` is no ticket: it needs a number as `id`, and a `summary`", path.display())]
    NoTicket {
        /// The file.
        path: PathBuf,
        /// Which record, counted from 1.
        place: usize,
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
        loaded += 1;
        let ticket = is_ticket(&record)
            .then(|| Document::read(compact(record.get()), 0))
            .flatten();
        let ticket = ticket.ok_or_else(|| LoadError::NoTicket {
            path: path.to_owned(),
            place: loaded,
        })?;
        references::know(world, &ticket);
        world.seed(Kind::Ticket, ticket);
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

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use serde_json::Value;

    use super::*;

    fn load_text(name: &str, text: &str) -> (World, Result<usize, LoadError>) {
        let path = std::env::temp_dir().join(format!("deskhand-load-{name}-{}", std::process::id()));
        std::fs::write(&path, text).unwrap();
        let world = World::empty();
        let loaded = load(&world, &path);
        std::fs::remove_file(path).unwrap();
        (world, loaded)
    }

    #[test]
    fn a_loaded_ticket_is_served_as_it_is_written() {
        let text = "[ {\"id\": 7, \"cost\": 0.00, \"big\": 12345678901234567890.10, \"summary\": \"a \\\" b\",\n \"board\": {\"id\": 3, \"name\": \"X\"}} ]";
        let (world, loaded) = load_text("one", text);
        assert_eq!(loaded.unwrap(), 1);
        assert_eq!(
            world.visible(Kind::Ticket, 7).unwrap().raw,
            r#"{"id":7,"cost":0.00,"big":12345678901234567890.10,"summary":"a \" b","board":{"id":3,"name":"X"}}"#
        );
        assert!(world.visible(Kind::Board, 3).is_some());
    }

    #[test]
    fn one_ticket_or_one_a_line_will_do_as_well() {
        let ticket = |id: u8| format!("{{\"id\":{id},\"summary\":\"s\"}}\r\n");
        assert_eq!(load_text("single", &ticket(1)).1.unwrap(), 1);
        let (world, loaded) = load_text("lines", &(ticket(1) + &ticket(2) + "\n" + &ticket(3)));
        assert_eq!((loaded.unwrap(), world.truth().len()), (3, 3));
    }

    #[test]
    fn what_is_no_ticket_is_refused_with_its_place() {
        let why = |name, text| load_text(name, text).1.unwrap_err().to_string();
        assert!(why("note", r#"[{"id":1,"summary":"s"},{"id":2,"text":"a note"}]"#).contains("record 2 of"));
        assert!(why("id", r#"{"id":"1","summary":"s"}"#).contains("record 1 of"));
        assert!(why("empty", " \n").contains("holds no tickets"));
        assert!(why("broken", "[{]").contains("holds no tickets"));
    }

    #[test]
    fn what_a_ticket_names_is_listed() {
        let text = r#"{"id":7,"summary":"s","board":{"id":3,"name":"X"},"status":{"id":9,"name":">Done"},"closedFlag":true,
            "contact":{"id":4,"name":"Ana María Ruiz"},"contactEmailAddress":"a@example.com","company":{"id":5,"name":"C"}}"#;
        let (world, _) = load_text("references", text);
        let of = |kind, id| world.visible(kind, id).unwrap();
        let value = |kind, id| serde_json::from_slice::<Value>(&of(kind, id).raw).unwrap();
        assert_eq!(of(Kind::BoardStatus, 9).parent, 3);
        assert_eq!(value(Kind::BoardStatus, 9)["closedStatus"], true);
        let contact = value(Kind::Contact, 4);
        assert_eq!(
            (&contact["firstName"], &contact["lastName"]),
            (&"Ana".into(), &"María Ruiz".into())
        );
        assert_eq!(contact["communicationItems"][0]["value"], "a@example.com");
        assert_eq!(contact["company"]["id"], 5);
    }

    /// Every ticket of a file, served as compactly as can be and otherwise as it is written there.
    fn assert_kept(path: &Path) -> usize {
        let world = World::empty();
        let loaded = load(&world, path).unwrap();
        let text = std::fs::read(path).unwrap();
        for record in records(&text).unwrap() {
            let value: Value = serde_json::from_str(record.get()).unwrap();
            let raw = world.visible(Kind::Ticket, value["id"].as_i64().unwrap()).unwrap().raw;
            // White space inside strings would be the only difference that this could hide.
            let bare = |json: &str| json.split_ascii_whitespace().collect::<String>();
            assert_eq!(bare(std::str::from_utf8(&raw).unwrap()), bare(record.get()));
            assert_eq!(serde_json::from_slice::<Value>(&raw).unwrap(), value);
            assert!(!raw.contains(&b'\n'));
        }
        loaded
    }

    #[test]
    fn the_fixture_is_served_as_it_is_written() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/tickets.json");
        assert_eq!(assert_kept(&path), FIXTURES);
    }

    const FIXTURES: usize = 6;

    /// The tickets that a vendor's sandbox really answered; they are no part of the project.
    #[test]
    fn recorded_tickets_are_served_as_they_were_recorded() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let folder = std::env::var_os("DESKHAND_SHARED").map_or_else(|| root.join("../shared"), PathBuf::from);
        let folder = folder.join("psa/recorded");
        let Ok(files) = std::fs::read_dir(&folder) else {
            println!("skipped: the recorded answers are not at {}", folder.display());
            return;
        };
        let mut seen = String::new();
        for file in files {
            let path = file.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            let holds_tickets = std::fs::read_to_string(&path).unwrap().contains("\"recordType\"");
            if holds_tickets && name.contains("ticket") {
                writeln!(seen, "{name}: {}", assert_kept(&path)).unwrap();
            }
        }
        assert!(seen.lines().count() >= 5, "{seen}");
    }
}
