//! A file taken apart: the tables in it, or the playbook that it is.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::lines::{malformed, problem};
use super::{DeskFile, Problem};
use crate::connections::unknown;
use crate::desk::Kind;

/// What a file has in it.
pub(super) enum Document<'t> {
    /// Definitions, in order, and what is wrong with those that are left out.
    Tables(Vec<Table<'t>>, Vec<Problem>),
    /// A playbook, whose text is kept as it is.
    Playbook {
        /// Its name.
        name: String,
        /// Where the name stands.
        at: Range<usize>,
    },
}

/// A definition, not yet looked into.
pub(super) struct Table<'t> {
    pub(super) kind: Kind,
    pub(super) name: String,
    /// Where the name stands.
    pub(super) at: Range<usize>,
    pub(super) value: Spanned<DeValue<'t>>,
}

/// The names of tables in files.
const NAMES: [(&str, Kind); 7] = [
    ("site", Kind::Site),
    ("user", Kind::User),
    ("connection", Kind::Connection),
    ("source", Kind::EventSource),
    ("ingestion", Kind::Ingestion),
    ("schedule", Kind::Schedule),
    ("rule", Kind::Rule),
];

impl Kind {
    /// What files call it: `connection`, as in `[[connection]]`.
    pub fn table(self) -> &'static str {
        let named = NAMES.iter().find(|(_, kind)| *kind == self);
        named.map_or("playbook", |(name, _)| name)
    }
}

pub(super) fn take_apart(file: &DeskFile) -> Result<Document<'_>, Problem> {
    let root = DeTable::parse(&file.text).map_err(|error| malformed(file, &error, 0..0))?;
    let root = root.into_inner();
    // What else a playbook's file may hold is for the reader of playbooks to say.
    if let Some(playbook) = root.get("playbook") {
        return playbook_in(file, playbook);
    }
    let (mut tables, mut problems) = (Vec::new(), Vec::new());
    for (key, value) in root {
        let name = key.get_ref().as_ref();
        let Some((_, kind)) = NAMES.iter().find(|(known, _)| *known == name) else {
            let known = NAMES.iter().map(|(known, _)| *known).chain(["playbook"]);
            problems.push(problem(
                file,
                key.span().start,
                unknown("kind of definition", name, known),
            ));
            continue;
        };
        match value.into_inner() {
            DeValue::Array(elements) => {
                for element in elements {
                    match table(*kind, element) {
                        Ok(table) => tables.push(table),
                        Err((at, message)) => problems.push(problem(file, at, message)),
                    }
                }
            }
            _ => problems.push(problem(
                file,
                key.span().start,
                format!("a {name} is written `[[{name}]]`, in two brackets"),
            )),
        }
    }
    tables.sort_by_key(|table| table.at.start);
    Ok(Document::Tables(tables, problems))
}

fn playbook_in<'t>(file: &DeskFile, playbook: &Spanned<DeValue<'_>>) -> Result<Document<'t>, Problem> {
    let name = playbook.get_ref().get("name");
    match name.and_then(|name| Some((name.get_ref().as_str()?, name.span()))) {
        Some((name, at)) if !name.trim().is_empty() => Ok(Document::Playbook {
            name: name.to_owned(),
            at,
        }),
        _ => Err(problem(file, playbook.span().start, "a playbook needs a `name`")),
    }
}

fn table(kind: Kind, value: Spanned<DeValue<'_>>) -> Result<Table<'_>, (usize, String)> {
    let start = value.span().start;
    let title = kind.table();
    let DeValue::Table(members) = value.get_ref() else {
        return Err((
            start,
            format!("a {title} is written `[[{title}]]`, with its members below"),
        ));
    };
    let Some(name) = members.get("name") else {
        return Err((start, format!("a {title} needs a `name`")));
    };
    let at = name.span();
    let text = name.get_ref().as_str().unwrap_or_default();
    if text.trim().is_empty() || text.trim() != text || text.chars().any(char::is_control) {
        return Err((
            at.start,
            format!("the name of a {title} is some visible text without blanks around it"),
        ));
    }
    Ok(Table {
        kind,
        name: text.to_owned(),
        at,
        value,
    })
}
