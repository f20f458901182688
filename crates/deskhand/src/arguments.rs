//! What can be typed: one verb for each command of the catalogue, made from its declaration, and the program's own.

use clap::{Arg, ArgMatches, Args, Command, Subcommand};
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
fn verb_of(declaration: &Declaration) -> Command {
    let inputs = properties(declaration).map(|(name, schema)| option_of(name, schema));
    let verb = Command::new(declaration.slug)
        .after_help(needs(declaration))
        .args(inputs);
    let verb = ConnectionOptions::augment_args(OutputOptions::augment_args(verb));
    verb.about(declaration.summary).long_about(declaration.summary)
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
    let description = text("description");
    let help = description.split("\n\n").next().unwrap_or_default().replace('\n', " ");
    Arg::new(name.to_owned())
        .long(name.replace('_', "-"))
        .value_name("VALUE")
        .help(help.trim_end_matches('.').to_owned())
        .long_help(description.clone())
        .allow_hyphen_values(true)
        .help_heading(CATALOGUE_HEADING)
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
    properties(declaration)
        .filter_map(|(name, _)| {
            let value = matches.get_one::<String>(name)?;
            Some((name.to_owned(), Value::String(value.clone())))
        })
        .collect()
}

/// How output is written.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Output")]
pub(crate) struct OutputOptions {
    /// The form of the output
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub(crate) output: Format,
}
