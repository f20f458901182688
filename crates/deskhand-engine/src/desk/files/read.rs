//! Reading the files of a folder: all definitions, or all that is wrong.

use std::collections::{BTreeMap, HashMap};

use deskhand_command::{EventSource, IntegrationDescription};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use toml::Spanned;
use toml::de::{DeValue, ValueDeserializer};

use super::connection::{self, WithParameters};
use super::document::{Document, Table, take_apart};
use super::lines::{Lines, line_of, malformed, problem};
use super::site::WrittenSite;
use super::user::WrittenUser;
use super::{DeskFile, Problem};
use crate::connections::{Connection, Site, User};
use crate::desk::Kind;

/// A definition from a file, and where it stands.
pub struct Given {
    /// What it defines.
    pub kind: Kind,
    /// Its name.
    pub name: String,
    /// The file.
    pub file: String,
    /// The line of its name.
    pub line: usize,
    /// The lines of its members; of a playbook, whose own reader knows them, there are none.
    pub lines: Lines,
    /// The definition as a store keeps it: TOML with its header, a playbook's text as it was written.
    pub body: String,
    /// What was made of it.
    pub defined: Defined,
}

/// What a definition comes to.
pub enum Defined {
    /// A site.
    Site(Site),
    /// A user.
    User(User),
    /// A connection, with the secrets that were written out.
    Connection(GivenConnection),
    /// An event source.
    Source(Box<EventSource>),
    /// A playbook; its text is for the reader of playbooks.
    Playbook,
    /// A table that another reader looks into.
    Table(toml::Table),
}

/// A connection with the secrets that came with it.
pub struct GivenConnection {
    /// The definition.
    pub connection: Connection,
    /// Secrets that were written out, by key; they are sealed, and in no body.
    pub secrets: BTreeMap<String, SecretString>,
}

/// What files come to, with anything wrong or without.
#[derive(Default)]
pub struct Reading {
    /// What can be read.
    pub given: Vec<Given>,
    /// What is wrong with the rest, by file and line.
    pub problems: Vec<Problem>,
    /// What is defined and cannot be read; what refers to it is not to blame.
    pub unread: Vec<(Kind, String)>,
    /// Whether there may be more that is defined, because something has no name or is no TOML.
    pub has_gaps: bool,
}

/// Reads all files; with anything wrong, nothing is given back but that.
pub fn read(files: &[DeskFile], integration: &IntegrationDescription) -> Result<Vec<Given>, Vec<Problem>> {
    let reading = read_all(files, integration);
    if reading.problems.is_empty() {
        Ok(reading.given)
    } else {
        Err(reading.problems)
    }
}

/// Reads all files as far as they can be read, so that everything that is wrong with them can be told at once.
pub fn read_all(files: &[DeskFile], integration: &IntegrationDescription) -> Reading {
    let mut reading = Reading::default();
    for file in files {
        match take_apart(file) {
            Ok(Document::Playbook { name, at }) => reading.given.push(playbook(file, name, at.start)),
            Ok(Document::Tables(tables, wrong)) => {
                reading.has_gaps |= !wrong.is_empty();
                reading.problems.extend(wrong);
                for table in tables {
                    reading.add(file, table, integration);
                }
            }
            Err(problem) => {
                reading.has_gaps = true;
                reading.problems.push(problem);
            }
        }
    }
    let twice = named_twice(&reading.given);
    reading.problems.extend(twice);
    reading.problems.sort();
    reading
}

impl Reading {
    fn add(&mut self, file: &DeskFile, table: Table<'_>, integration: &IntegrationDescription) {
        let named = (table.kind, table.name.clone());
        match definition(file, table, integration) {
            Ok(definition) => self.given.push(definition),
            Err(problem) => {
                self.unread.push(named);
                self.problems.push(problem);
            }
        }
    }
}

fn playbook(file: &DeskFile, name: String, at: usize) -> Given {
    Given {
        kind: Kind::Playbook,
        name,
        file: file.name.clone(),
        line: line_of(&file.text, at),
        lines: Lines::default(),
        body: file.text.clone(),
        defined: Defined::Playbook,
    }
}

fn definition(file: &DeskFile, table: Table<'_>, integration: &IntegrationDescription) -> Result<Given, Problem> {
    let Table { kind, name, at, value } = table;
    let here = at.start;
    let lines = Lines::of(&file.text, &value);
    let said = |(place, message): connection::Wrong| {
        let message = format!("{} `{name}`: {message}", kind.table());
        problem(file, place.unwrap_or(here), message)
    };
    let parser = |error: toml::de::Error| (error.span().map(|span| span.start), error.message().to_owned());
    let (body, defined) = match kind {
        Kind::Site => {
            let site = typed::<WrittenSite>(value).map_err(parser).map_err(said)?;
            let site = site.into_site().map_err(|message| said((None, message)))?;
            (text_of(kind, WrittenSite::of(&site)), Defined::Site(site))
        }
        Kind::User => {
            let user = typed::<WrittenUser>(value).map_err(parser).map_err(said)?;
            let user = user.into_user().map_err(|message| said((None, message)))?;
            (text_of(kind, WrittenUser::of(&user)), Defined::User(user))
        }
        Kind::Connection => {
            let given = connection::read(value, integration).map_err(said)?;
            (body_of(&given.connection, integration), Defined::Connection(given))
        }
        Kind::EventSource => {
            let raw: toml::Table = typed(value.clone()).map_err(|error| malformed(file, &error, at.clone()))?;
            let source = typed::<EventSource>(value).map_err(parser).map_err(said)?;
            (text_of(kind, raw), Defined::Source(Box::new(source)))
        }
        Kind::Ingestion | Kind::Schedule | Kind::Rule | Kind::Playbook => {
            let raw: toml::Table = typed(value).map_err(|error| malformed(file, &error, at.clone()))?;
            (text_of(kind, raw.clone()), Defined::Table(raw))
        }
    };
    Ok(Given {
        kind,
        line: line_of(&file.text, here),
        lines,
        name,
        file: file.name.clone(),
        body,
        defined,
    })
}

fn typed<'t, T: Deserialize<'t>>(value: Spanned<DeValue<'t>>) -> Result<T, toml::de::Error> {
    T::deserialize(ValueDeserializer::from(value))
}

/// A connection as a whole file, without its secrets.
pub(super) fn body_of(connection: &Connection, integration: &IntegrationDescription) -> String {
    text_of(Kind::Connection, WithParameters::of(connection, integration))
}

/// One definition as a whole file.
fn text_of<T: Serialize>(kind: Kind, definition: T) -> String {
    let file = BTreeMap::from([(kind.table(), [definition])]);
    toml::to_string_pretty(&file).expect("what was read from TOML can be written as TOML")
}

/// A name is each once a kind; what differs in case alone would be taken for the other.
fn named_twice(given: &[Given]) -> Vec<Problem> {
    let mut seen: HashMap<(Kind, String), &Given> = HashMap::new();
    let mut problems = Vec::new();
    for one in given {
        if let Some(before) = seen.get(&(one.kind, one.name.to_lowercase())) {
            problems.push(Problem {
                file: one.file.clone(),
                line: one.line,
                message: format!(
                    "{} `{}`: another one has this name ({}, line {})",
                    one.kind.table(),
                    one.name,
                    before.file,
                    before.line
                ),
            });
        } else {
            seen.insert((one.kind, one.name.to_lowercase()), one);
        }
    }
    problems
}
