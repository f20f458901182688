//! `deskhand doctor`: what a connection is good for, and what its security role lacks.

use std::io::{self, Write as _};

use clap::Args;
use deskhand_command::SystemClock;
use deskhand_connectwise::{Checkup, Right, RightState, examine};
use serde_json::{Value, json};

use crate::config::{self, ConnectionOptions};
use crate::exit::Exit;
use crate::render;
use crate::render::{table, text};

#[derive(Debug, Args)]
pub(crate) struct Options {
    #[command(flatten)]
    connection: ConnectionOptions,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(options: &Options) -> anyhow::Result<Exit> {
    let (psa, _) = config::connect(&options.connection)?;
    let checkup = match examine(psa.client(), &SystemClock).await {
        Ok(checkup) => checkup,
        Err(failure) => {
            render::error::report_failures(&[failure.indicated("Doctor")]);
            return Ok(Exit::Failed);
        }
    };
    let mut to = io::stdout().lock();
    if options.json {
        writeln!(to, "{}", as_json(&checkup))?;
    } else {
        write!(to, "{}", in_words(&checkup))?;
    }
    let missing = checkup.rights.iter().any(|right| right.state == RightState::Missing);
    Ok(if missing { Exit::Failed } else { Exit::Successful })
}

fn in_words(checkup: &Checkup) -> String {
    let rows = deskhand_connectwise::declarations()
        .iter()
        .map(|command| [command.title.to_owned(), verdict(checkup, command.rights)]);
    let lines = |wanted: fn(&RightState) -> bool| checkup.rights.iter().filter(move |right| wanted(&right.state));
    let missing: Vec<_> = lines(|state| *state == RightState::Missing)
        .map(|right| right.line.to_owned())
        .collect();
    let unknown: Vec<_> = lines(|state| matches!(state, RightState::Unknown(_)))
        .map(unknown_line)
        .collect();
    let parts = [
        Some(table::table(["Command", "With this security role"], rows)),
        listed("Grant in the API member's security role:", &missing),
        listed("Could not be tried:", &unknown),
        Some(facts(checkup).join("\n")),
    ];
    let parts: Vec<_> = parts.into_iter().flatten().collect();
    format!("{}\n", parts.join("\n\n"))
}

fn listed(heading: &str, lines: &[String]) -> Option<String> {
    (!lines.is_empty()).then(|| format!("{heading}\n  {}", lines.join("\n  ")))
}

fn unknown_line(right: &Right) -> String {
    match &right.state {
        RightState::Unknown(why) => format!("{} ({})", right.line, text::printable(why)),
        _ => right.line.to_owned(),
    }
}

fn verdict(checkup: &Checkup, needed: &[&str]) -> String {
    let states: Vec<_> = checkup
        .rights
        .iter()
        .filter(|right| needed.contains(&right.line))
        .collect();
    let missing = states.iter().filter(|right| right.state == RightState::Missing).count();
    let unknown = states
        .iter()
        .filter(|right| matches!(right.state, RightState::Unknown(_)))
        .count();
    match (missing, unknown) {
        (0, 0) => "works".to_owned(),
        (0, unknown) => format!(
            "works, as far as can be told: {unknown} of {} lines not known",
            states.len()
        ),
        (missing, _) => format!("does not work: {missing} of {} lines missing", states.len()),
    }
}

fn facts(checkup: &Checkup) -> Vec<String> {
    let version = checkup
        .version
        .as_deref()
        .map_or("not told".to_owned(), text::printable);
    let clock = match checkup.clock_ahead.map(|ahead| ahead.as_secs()) {
        None => "not told".to_owned(),
        Some(-1..=1) => "as here".to_owned(),
        Some(ahead @ 2..) => format!("{ahead} s ahead of here"),
        Some(behind) => format!("{} s behind", -behind),
    };
    let latency = checkup.latency.map_or("not measured".to_owned(), |latency| {
        format!("{} ms", latency.as_millis())
    });
    let seconds = checkup.took.as_secs_f64().max(0.001);
    #[expect(clippy::cast_precision_loss, reason = "a handful of requests")]
    let rate = checkup.requests as f64 / seconds;
    vec![
        format!("Version of the PSA: {version}"),
        format!("Its clock: {clock}"),
        format!("An answer takes: {latency}"),
        format!(
            "Requests: {} in {seconds:.1} s ({rate:.0} a second, one after the other), {} refused for being too many",
            checkup.requests, checkup.refusals
        ),
    ]
}

fn as_json(checkup: &Checkup) -> Value {
    let right = |right: &Right| {
        let (state, why) = match &right.state {
            RightState::Granted => ("granted", None),
            RightState::Missing => ("missing", None),
            RightState::Unknown(why) => ("unknown", Some(why)),
        };
        json!({"line": right.line, "state": state, "why": why})
    };
    json!({
        "rights": checkup.rights.iter().map(right).collect::<Vec<_>>(),
        "version": checkup.version,
        "clockAheadSeconds": checkup.clock_ahead.map(|ahead| ahead.as_secs()),
        "latencyMs": checkup.latency.map(|latency| latency.as_secs_f64() * 1000.0),
        "requests": checkup.requests, "refusals": checkup.refusals, "tookMs": checkup.took.as_secs_f64() * 1000.0,
    })
}
