//! What can be typed: one verb for each command of the catalogue, made from its declaration, and the program's own.

use std::path::PathBuf;

use clap::{Arg, ArgAction, ArgMatches, Args, Command, Subcommand};
use deskhand_command::{Declaration, Effect};
use serde_json::{Map, Value};

use crate::config::ConnectionOptions;
use crate::render::format::Format;
use crate::verbs::Verb;

const ABOUT: &str = "Automates a ConnectWise PSA service desk";
const CATALOGUE_HEADING: &str = "Inputs";

/// The whole program as clap knows it.
pub(crate) fn program() -> Command {
    let mut program = Command::new("deskhand")
        .version(env!("CARGO_PKG_VERSION"))
        .after_help("Exit codes: 0 successful, 1 failed, 2 bad usage or input, 3 partially successful, 130 interrupted")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .max_term_width(110);
    for declaration in deskhand_connectwise::declarations() {
        program = program.subcommand(verb_of(declaration));
    }
    // Whoever adds verbs or options brings a description of his own along.
    Verb::augment_subcommands(program).about(ABOUT).long_about(ABOUT)
}

/// The verb of a command: its inputs as options, the connection, the form of the output.
///
/// Ids that have to be there may also simply follow: `get-tickets 101 102`, `list-board-teams 3`.
fn verb_of(declaration: &Declaration) -> Command {
    let inputs = properties(declaration).map(|(name, schema)| option_of(name, schema));
    let ids = following(declaration).map(|name| {
        Arg::new(format!("{name}{FOLLOWING}"))
            .value_name("ID")
            .num_args(1..)
            .help("The same as the option of that name")
            .help_heading(CATALOGUE_HEADING)
    });
    let verb = Command::new(declaration.slug)
        .after_help(needs(declaration))
        .args(inputs)
        .args(ids);
    let verb = match declaration.effect {
        Effect::Reads => verb,
        Effect::Writes | Effect::Deletes => WritingOptions::augment_args(verb),
    };
    let verb = ConnectionOptions::augment_args(OutputOptions::augment_args(verb));
    verb.about(declaration.summary).long_about(declaration.summary)
}

/// What tells an argument that follows from the option of the same name.
const FOLLOWING: &str = "-following";

/// The input that may be given without its name: the first list that is required, or the only input that is.
fn following(declaration: &Declaration) -> Option<&str> {
    let required = declaration.inputs.get("required").and_then(Value::as_array)?;
    let is_required = |(name, _): &(&str, &Value)| required.iter().any(|required| required == name);
    let list = |(_, schema): &(&str, &Value)| has_type(schema, "array");
    let found = properties(declaration).filter(is_required).find(list);
    let only = || properties(declaration).find(|property| required.len() == 1 && is_required(property));
    found.or_else(only).map(|(name, _)| name)
}

/// What goes below the options: the rights that the command needs, and whether it changes anything.
fn needs(declaration: &Declaration) -> String {
    let effect = match declaration.effect {
        Effect::Reads => "Changes nothing in the PSA.",
        Effect::Writes => "Changes records in the PSA.",
        Effect::Deletes => "Deletes records in the PSA.",
    };
    format!(
        "{effect} The API member's security role needs:\n  {}",
        declaration.rights.join("\n  ")
    )
}

fn option_of(name: &str, schema: &Value) -> Arg {
    let text = |member: &str| {
        schema
            .get(member)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    // Lines of a comment end where the source is full; paragraphs are meant.
    let paragraphs: Vec<_> = text("description")
        .split("\n\n")
        .map(|paragraph| paragraph.replace('\n', " "))
        .collect();
    let help = paragraphs.first().cloned().unwrap_or_default();
    let option = Arg::new(name.to_owned()).long(name.replace('_', "-"));
    let option = if has_type(schema, "boolean") {
        let option = option
            .num_args(0..=1)
            .require_equals(true)
            .default_missing_value("true");
        option.value_name("true|false")
    } else if has_type(schema, "array") {
        option.action(ArgAction::Append).value_name("VALUES")
    } else {
        option.value_name("VALUE")
    };
    option
        .help(help.trim_end_matches('.').to_owned())
        .long_help(paragraphs.join("\n\n"))
        .allow_hyphen_values(true)
        .help_heading(CATALOGUE_HEADING)
}

/// Whether a schema has this type, alone or beside null.
fn has_type(schema: &Value, kind: &str) -> bool {
    match schema.get("type") {
        Some(Value::String(only)) => only == kind,
        Some(Value::Array(several)) => several.iter().any(|one| one == kind),
        _ => false,
    }
}

fn properties(declaration: &Declaration) -> impl Iterator<Item = (&str, &Value)> {
    let properties = declaration.inputs.get("properties").and_then(Value::as_object);
    properties
        .into_iter()
        .flatten()
        .map(|(name, schema)| (name.as_str(), schema))
}

/// The inputs that were given, as text: the command says what it makes of them.
pub(crate) fn inputs(declaration: &Declaration, matches: &ArgMatches) -> Map<String, Value> {
    let following = following(declaration);
    let given = |name: &str, schema: &Value| {
        let mut values: Vec<String> = matches.get_many(name).into_iter().flatten().cloned().collect();
        if following == Some(name) {
            let more = matches.get_many::<String>(&format!("{name}{FOLLOWING}"));
            values.extend(more.into_iter().flatten().cloned());
        }
        match values.len() {
            0 => None,
            1 => values.pop().map(Value::String),
            _ if has_type(schema, "array") => Some(Value::String(values.join(","))),
            _ => values.pop().map(Value::String),
        }
    };
    properties(declaration)
        .filter_map(|(name, schema)| Some((name.to_owned(), given(name, schema)?)))
        .collect()
}

/// What every command that writes can be told.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Writing")]
pub(crate) struct WritingOptions {
    /// Say what would be sent, and change nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// A name for what is to happen once: asked again with the same name, it says what came of it
    #[arg(long, value_name = "KEY")]
    pub(crate) idempotency_key: Option<String>,
    /// The store with the journal of writes: a SQLite file, or postgres://… [env: `DESKHAND_STORE`; default:
    /// the configuration's, else deskhand/deskhand.sqlite below the data folder]
    #[arg(long, value_name = "STORE")]
    pub(crate) store: Option<PathBuf>,
    /// Run once for each row of this file: CSV whose first line names inputs, or one JSON object a line
    #[arg(long, value_name = "FILE", conflicts_with = "idempotency_key")]
    pub(crate) from: Option<PathBuf>,
    /// Where it is noted what came of each row; run again, the command goes on from there [default: FILE.results.jsonl]
    #[arg(long, value_name = "FILE", requires = "from")]
    pub(crate) results: Option<PathBuf>,
    /// Run the rows that failed once more, and what has no result yet
    #[arg(long, requires = "from")]
    pub(crate) rerun_failed: bool,
}

/// How output is written.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Output")]
pub(crate) struct OutputOptions {
    /// The form of the output
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub(crate) output: Format,
}

#[cfg(test)]
mod tests {
    #[test]
    fn no_two_options_have_the_same_name() {
        super::program().debug_assert();
    }
}
