//! The rows of the page.

use std::collections::HashSet;

use anyhow::bail;

use crate::place;

/// A requirement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Row {
    /// `FE1`.
    pub(super) id: String,
    /// What must hold.
    pub(super) holds: String,
    /// The part that it waits for.
    pub(super) later: Option<Part>,
}

/// A part of Deskhand that may not be there yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Connections,
    Health,
    Jobs,
    Playbooks,
    Incidents,
    Api,
    Console,
}

impl Part {
    const ALL: [Self; 7] = [
        Self::Connections,
        Self::Health,
        Self::Jobs,
        Self::Playbooks,
        Self::Incidents,
        Self::Api,
        Self::Console,
    ];

    /// As the page has it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Connections => "connections",
            Self::Health => "health checks",
            Self::Jobs => "ingestion jobs",
            Self::Playbooks => "playbooks",
            Self::Incidents => "incidents",
            Self::Api => "api",
            Self::Console => "console",
        }
    }

    /// Whether the part has begun to exist: then nothing waits for it any more.
    pub(super) fn exists(self) -> bool {
        let places: &[&str] = match self {
            Self::Connections => &["crates/deskhand-engine/src/connections"],
            // Until something runs them, the engine's folders alone keep nobody's promise.
            Self::Health | Self::Jobs => &["crates/deskhand/src/verbs/serve", "crates/deskhand/src/verbs/serve.rs"],
            Self::Playbooks => &["crates/deskhand-engine/src/runs/decide"],
            Self::Incidents => &["crates/deskhand-engine/src/rules"],
            Self::Api => &["crates/deskhand-server/src/api"],
            Self::Console => &["console"],
        };
        places.iter().any(|place| place::root().join(place).exists())
    }
}

/// The rows of all tables; a line of a table that is no row is an error.
pub(super) fn rows(page: &str) -> anyhow::Result<Vec<Row>> {
    let (mut rows, mut seen) = (Vec::new(), HashSet::new());
    for (number, line) in page.lines().enumerate() {
        let Some(cells) = cells_of(line) else { continue };
        let number = number + 1;
        let [id, holds, later] = cells[..] else {
            bail!("line {number}: a row has three cells, this one {}", cells.len());
        };
        if id == "id" || id.starts_with("---") {
            continue;
        }
        if !is_id(id) {
            bail!("line {number}: `{id}` is no id; they are capital letters and a number, such as FE1");
        }
        if !seen.insert(id) {
            bail!("line {number}: {id} is there twice");
        }
        if holds.is_empty() {
            bail!("line {number}: {id} does not say what must hold");
        }
        rows.push(Row {
            id: id.to_owned(),
            holds: holds.to_owned(),
            later: part_of(later, number)?,
        });
    }
    Ok(rows)
}

/// The cells of a line of a table.
fn cells_of(line: &str) -> Option<Vec<&str>> {
    let inner = line.trim().strip_prefix('|')?;
    let inner = inner.strip_suffix('|').unwrap_or(inner);
    Some(inner.split('|').map(str::trim).collect())
}

fn is_id(text: &str) -> bool {
    let digits = text.trim_start_matches(|letter: char| letter.is_ascii_uppercase());
    digits.len() < text.len() && digits.parse::<u16>().is_ok()
}

fn part_of(cell: &str, number: usize) -> anyhow::Result<Option<Part>> {
    if cell.is_empty() {
        return Ok(None);
    }
    let name = cell.strip_prefix("later: ").unwrap_or_default();
    let part = Part::ALL.into_iter().find(|part| part.name() == name);
    if part.is_none() {
        bail!(
            "line {number}: the last cell is empty, or `later:` with a part that is not there yet, such as `later: console`, not `{cell}`"
        );
    }
    Ok(part)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "# Page\n\nWords | and more.\n\n| id | what must hold | later |\n|---|---|---|\n";

    fn refused(lines: &str) -> String {
        rows(&format!("{HEAD}{lines}")).unwrap_err().to_string()
    }

    #[test]
    fn rows_have_an_id_and_what_must_hold_and_may_wait_for_a_part() {
        let row = |id: &str, later| Row {
            id: id.to_owned(),
            holds: "It works.".to_owned(),
            later,
        };
        let page = format!(
            "{HEAD}| FE1 | It works. | |\n\n## More\n\n{HEAD}| PL10 | It works. | later: playbooks |\n| C2 | It works. | later: console |"
        );
        assert_eq!(
            rows(&page).unwrap(),
            [
                row("FE1", None),
                row("PL10", Some(Part::Playbooks)),
                row("C2", Some(Part::Console))
            ]
        );
    }

    #[test]
    fn what_is_no_row_is_named_with_its_line() {
        assert_eq!(
            refused("| FE1 | It works. |"),
            "line 7: a row has three cells, this one 2"
        );
        assert_eq!(
            refused("| FE1 | One | or two. | |"),
            "line 7: a row has three cells, this one 4"
        );
        assert!(refused("| fe1 | It works. | |").starts_with("line 7: `fe1` is no id"));
        assert!(refused("| FE | It works. | |").starts_with("line 7: `FE` is no id"));
        assert_eq!(refused("| FE1 | | |"), "line 7: FE1 does not say what must hold");
        assert_eq!(refused("| FE1 | A. | |\n| FE1 | B. | |"), "line 8: FE1 is there twice");
    }

    #[test]
    fn only_known_parts_can_be_waited_for() {
        for cell in ["later", "later: mcp", "engine", "later:engine", "by hand"] {
            assert!(refused(&format!("| FE1 | It works. | {cell} |")).contains(&format!("not `{cell}`")));
        }
    }

    #[test]
    fn the_page_of_this_repository_can_be_read() {
        let page = std::fs::read_to_string(place::root().join(super::super::PAGE)).unwrap();
        let rows = rows(&page).unwrap();
        assert!(rows.iter().any(|row| row.id == "FE1") && rows.iter().any(|row| row.later.is_some()));
    }
}
