//! The reference of the Default Event Source, from the program's own list.

use std::fmt::Write as _;

use anyhow::Context as _;
use serde::Deserialize;

use crate::place;
use crate::program::{alone, capture};

#[derive(Deserialize)]
struct Sources {
    source: Vec<Source>,
}

#[derive(Deserialize)]
struct Source {
    name: String,
    field: Vec<Field>,
}

#[derive(Deserialize)]
struct Field {
    name: String,
    path: String,
    #[serde(default)]
    kind: String,
}

pub(super) fn text() -> anyhow::Result<String> {
    let written = capture(alone(&place::deskhand()).args(["sources", "show", "--toml"]))?;
    let sources: Sources = toml::from_str(&written).context("`deskhand sources show --toml` is not as expected")?;
    let mut page = String::from(
        "# Mapped fields\n\nMade by `cargo xtask generate` from `deskhand sources show --toml`. \
         How to write sources of one's own: [event sources](../guides/event-sources.md).\n",
    );
    for source in &sources.source {
        add(&mut page, source)?;
    }
    write!(
        page,
        "\nAs a file of event sources has it:\n\n```toml\n{}\n```\n",
        written.trim()
    )?;
    Ok(page)
}

fn add(page: &mut String, source: &Source) -> anyhow::Result<()> {
    write!(page, "\n## {}\n\n| field | path | kind |\n|---|---|---|\n", source.name)?;
    for Field { name, path, kind } in &source.field {
        writeln!(page, "| {name} | `{path}` | {kind} |")?;
    }
    Ok(())
}
