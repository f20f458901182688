//! The set-up guide grants exactly what the rows about rights demand.

use std::collections::{BTreeMap, BTreeSet};

use super::{PAGE, page};
use crate::place;

const GUIDE: &str = "docs/guides/connectwise-setup.md";

/// Lines of the security role by command.
type Rights = BTreeMap<String, BTreeSet<String>>;

fn text_of(path: &str) -> String {
    std::fs::read_to_string(place::root().join(path)).unwrap()
}

/// Rows such as `Create Ticket needs Service Desk > Service Tickets: Inquire, Add.`
fn demanded() -> Rights {
    let rows = page::rows(&text_of(PAGE)).unwrap();
    let rows = rows.iter().filter(|row| row.id.starts_with('R'));
    let sentences = rows.map(|row| row.holds.trim_end_matches('.').split_once(" needs ").unwrap());
    let lines_of = |needs: &str| {
        let lines = needs.split("; ").flat_map(|line| {
            let (line, levels) = line.split_once(": ").unwrap();
            levels
                .split(", ")
                .map(move |level| format!("{line} > {level} Level: All"))
        });
        lines.collect()
    };
    sentences
        .map(|(command, needs)| (command.to_owned(), lines_of(needs)))
        .collect()
}

/// Rows of a table whose second cell has lines in backticks.
fn granted() -> Rights {
    let text = text_of(GUIDE);
    let table = text.lines().skip_while(|line| !line.starts_with("| command |")).skip(2);
    let rows = table.map_while(|line| line.strip_prefix("| ")?.strip_suffix(" |")?.split_once(" | "));
    let lines_of = |cell: &str| {
        cell.split("<br>")
            .map(|line| line.trim_matches('`').to_owned())
            .collect()
    };
    rows.map(|(command, cell)| (command.to_owned(), lines_of(cell)))
        .collect()
}

#[test]
fn the_guide_names_the_rights_of_every_command() {
    assert_eq!(granted(), demanded());
    assert_eq!(granted().len(), 13);
}
