//! From a command's output to the ending of its step.

use std::io::{self, Write};

use deskhand_command::{CommandOutput, Failure, Retry, ReturnData};
use serde_json::Value;

use crate::runs::StepEnding;

/// How a step that runs a command ended, what later steps see of it, and why it failed.
pub(super) fn ending_of(output: &CommandOutput, limit: usize) -> (StepEnding, Value, Option<Failure>) {
    let ending = ending(output);
    let failure = match ending {
        StepEnding::Successful | StepEnding::PartiallySuccessful => None,
        _ => Some(failure(&output.errors)),
    };
    match to_json(output, limit) {
        Ok(json) => (ending, json, failure),
        // What the command did stands; that nobody knows what came of it is worse than an output that is too large.
        Err(too_large) if ending != StepEnding::Unknown => (StepEnding::Failed, Value::Null, Some(too_large)),
        Err(_) => (ending, Value::Null, failure),
    }
}

fn ending(output: &CommandOutput) -> StepEnding {
    if output.errors.iter().any(|error| error.retry == Retry::Verify) {
        return StepEnding::Unknown;
    }
    match output.return_data {
        ReturnData::Successful => StepEnding::Successful,
        ReturnData::PartiallySuccessful => StepEnding::PartiallySuccessful,
        ReturnData::Failed => StepEnding::Failed,
    }
}

/// The failure that stands for all: one that somebody has to look at, else one that may be over later, else the first.
fn failure(errors: &[Failure]) -> Failure {
    let with = |retry: Retry| errors.iter().find(|error| error.retry == retry);
    let chosen = with(Retry::Verify).or_else(|| with(Retry::Later)).or(errors.first());
    let Some(chosen) = chosen else {
        return Failure::new(500, "The command failed and did not say why.");
    };
    match errors.len() {
        1 => chosen.clone(),
        many => Failure {
            message: format!("{} (and {} more)", chosen.message, many - 1),
            ..chosen.clone()
        },
    }
}

fn to_json(output: &CommandOutput, limit: usize) -> Result<Value, Failure> {
    let mut json = Bounded {
        bytes: Vec::new(),
        limit,
    };
    output.write_json(&mut json).map_err(|error| unusable(&error, limit))?;
    serde_json::from_slice(&json.bytes)
        .map_err(|error| Failure::new(500, format!("The output cannot be read: {error}.")))
}

fn unusable(error: &io::Error, limit: usize) -> Failure {
    if error.kind() != io::ErrorKind::FileTooLarge {
        return Failure::new(500, format!("The output cannot be written: {error}."));
    }
    let message = format!("The output is larger than the {limit} bytes that a step may yield.");
    Failure::new(413, message).with_hint("narrow the command: fewer records at once, or a filter")
}

/// Takes so many bytes and no more.
struct Bounded {
    bytes: Vec<u8>,
    limit: usize,
}

impl Write for Bounded {
    fn write(&mut self, more: &[u8]) -> io::Result<usize> {
        if self.bytes.len() + more.len() > self.limit {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.bytes.extend_from_slice(more);
        Ok(more.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
