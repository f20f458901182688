//! The reference of the Default Event Source, from the program's own list.

use std::fmt::Write as _;

use anyhow::Context as _;
use serde::Deserialize;
use toml::Table;

use crate::place;
use crate::program::{capture, program};

#[derive(Deserialize)]
struct Sources {
    source: Vec<Source>,
}

#[derive(Deserialize)]
struct Source {
    name: String,
    fields: Table,
}

pub(super) fn text() -> anyhow::Result<String> {
    let written = capture(program(place::deskhand()).args(["sources", "show", "--toml"]))?;
    let sources: Sources = toml::from_str(&written).context("`deskhand sources show --toml` is not as expected")?;
    let mut page = String::from(
        "# Mapped fields\n\nMade by `cargo xtask generate` from `deskhand sources show --toml`. How to write sources of \
         one's own: [event sources](../guides/event-sources.md).\n",
    );
    for source in &sources.source {
        write!(page, "\n## {}\n\n| field | path |\n|---|---|\n", source.name)?;
        for (name, path) in &source.fields {
            writeln!(
                page,
                "| {name} | `{}` |",
                path.as_str().map_or_else(|| path.to_string(), ToOwned::to_owned)
            )?;
        }
    }
    write!(
        page,
        "\nAs a file of event sources has it:\n\n```toml\n{}\n```\n",
        written.trim()
    )?;
    Ok(page)
}
