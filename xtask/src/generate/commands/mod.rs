//! A page for every command: its declaration, and samples of what it really prints on a sandbox.
//!
//! `samples.rs` is the table to extend when a command is added; `run.rs` performs a sample, `steady.rs` makes its output
//! the same each time, `page.rs` and `inputs.rs` write it down.

mod declaration;
mod inputs;
mod page;
mod run;
mod samples;
mod steady;

use std::fmt::Write as _;
use std::fs;

use anyhow::{Context as _, bail};

use self::declaration::Declaration;
use self::samples::{SAMPLES, Sample};
use crate::place;
use crate::program::{alone, capture};

const FOLDER: &str = "docs/reference/commands";

/// The pages with their paths: one a command, and the list of them.
pub(super) fn pages() -> anyhow::Result<Vec<(String, String)>> {
    let described = capture(alone(&place::deskhand()).args(["commands", "--output", "json"]))?;
    let declarations: Vec<Declaration> =
        serde_json::from_str(&described).context("`deskhand commands --output json` is not as expected")?;
    for sample in SAMPLES {
        if !declarations.iter().any(|declaration| declaration.slug == sample.slug()) {
            bail!("there is a sample of `{}`, which is no command", sample.slug());
        }
    }
    let mut pages = vec![(format!("{FOLDER}/README.md"), list(&declarations)?)];
    for declaration in &declarations {
        let samples = samples_of(declaration)?;
        let outputs: Vec<_> = samples
            .iter()
            .map(|sample| run::run(sample))
            .collect::<anyhow::Result<_>>()?;
        let text = page::text(declaration, &samples, &outputs)?;
        pages.push((format!("{FOLDER}/{}.md", declaration.slug), text));
    }
    Ok(pages)
}

/// Pages in the folder that nothing makes any more.
pub(super) fn left_over(made: &[(String, String)]) -> anyhow::Result<Vec<String>> {
    let folder = place::root().join(FOLDER);
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let mut left_over = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = format!("{FOLDER}/{}", entry?.file_name().to_string_lossy());
        if !made.iter().any(|(known, _)| *known == path) {
            left_over.push(path);
        }
    }
    Ok(left_over)
}

/// The samples of a command; every state that it can end in has to be among them.
fn samples_of(declaration: &Declaration) -> anyhow::Result<Vec<&'static Sample>> {
    let samples: Vec<_> = SAMPLES
        .iter()
        .filter(|sample| sample.slug() == declaration.slug)
        .collect();
    for state in &declaration.states {
        if !samples.iter().any(|sample| sample.ends == state) {
            bail!(
                "`{}` has no sample that is {state}: add one to xtask/src/generate/commands/samples.rs",
                declaration.slug
            );
        }
    }
    Ok(samples)
}

fn list(declarations: &[Declaration]) -> anyhow::Result<String> {
    let mut page = String::from(
        "# Commands\n\nMade by `cargo xtask generate` from `deskhand commands --output json`. \
         How to grant rights: [setting up ConnectWise PSA](../../guides/connectwise-setup.md).\n\n\
         | command | what it does | effect | rights |\n|---|---|---|---|\n",
    );
    for declaration in declarations {
        let Declaration {
            title, slug, summary, ..
        } = declaration;
        let rights = declaration.rights();
        writeln!(
            page,
            "| [{title}]({slug}.md) | {summary} | {} | {rights} |",
            declaration.effect
        )?;
    }
    Ok(page)
}
