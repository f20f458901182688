//! `deskhand commands`: what every command of the catalogue does, takes and needs, for people and for programs.

use std::io::{self, Write};

use clap::{Args, ValueEnum};
use deskhand_command::{Declaration, Effect, ReturnData, States};
use serde_json::{Value, json};

use crate::exit::Exit;
use crate::render::table;

#[derive(Debug, Args)]
pub(crate) struct Options {
    /// The form of the output
    #[arg(long, value_enum, default_value_t = Form::Table)]
    output: Form,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Form {
    /// A table for people
    Table,
    /// One JSON array: every declaration, with the JSON Schema of its inputs
    Json,
}

pub(super) fn run(options: &Options) -> anyhow::Result<Exit> {
    let declarations = deskhand_connectwise::declarations();
    let text = match options.output {
        Form::Table => table::table(
            ["Command", "What it does", "Effect", "Needs"],
            declarations.iter().map(row),
        ),
        Form::Json => {
            let described: Vec<Value> = declarations.iter().map(described).collect();
            serde_json::to_string_pretty(&described)?
        }
    };
    writeln!(io::stdout().lock(), "{text}")?;
    Ok(Exit::Successful)
}

fn row(declaration: &Declaration) -> [String; 4] {
    [
        declaration.slug.to_owned(),
        declaration.summary.to_owned(),
        effect(declaration.effect).to_owned(),
        declaration.rights.join("; "),
    ]
}

fn described(declaration: &Declaration) -> Value {
    json!({
        "slug": declaration.slug,
        "title": declaration.title,
        "summary": declaration.summary,
        "effect": effect(declaration.effect),
        "rights": declaration.rights,
        "states": states(declaration.states),
        "inputs": inputs(declaration),
    })
}

/// The schema without what names and explains the struct behind it, which is for programmers.
fn inputs(declaration: &Declaration) -> Value {
    let mut schema = declaration.inputs.clone();
    for member in ["title", "description"] {
        schema.remove(member);
    }
    schema.to_value()
}

fn effect(effect: Effect) -> &'static str {
    match effect {
        Effect::Reads => "reads",
        Effect::Writes => "writes",
        Effect::Deletes => "deletes",
    }
}

fn states(states: States) -> &'static [ReturnData] {
    match states {
        States::Two => &[ReturnData::Successful, ReturnData::Failed],
        States::Three => &[
            ReturnData::Successful,
            ReturnData::PartiallySuccessful,
            ReturnData::Failed,
        ],
    }
}
