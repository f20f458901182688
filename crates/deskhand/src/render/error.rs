//! What went wrong, on standard error.

use std::io::{self, Write};

use deskhand_command::Failure;

use super::text::printable;
use crate::exit::{BadInput, Trouble};

/// Prints the error, its causes and what to do.
pub(crate) fn report(error: &anyhow::Error) {
    if is_closed_pipe(error) {
        return;
    }
    let causes: Vec<_> = error
        .chain()
        .skip(1)
        .map(|cause| format!("  caused by: {}\n", printable(&cause.to_string())))
        .collect();
    let hint = error.downcast_ref::<BadInput>().and_then(|bad| bad.hint.as_deref());
    let hint = hint.or_else(|| error.downcast_ref::<Trouble>().map(|trouble| trouble.hint.as_str()));
    say(&format!(
        "error: {}\n{}{}",
        printable_lines(&error.to_string()),
        causes.concat(),
        hint_lines(hint)
    ));
}

/// Prints failures: three lines each, and what to do.
pub(crate) fn report_failures(failures: &[Failure]) {
    for failure in failures {
        let lines: Vec<_> = failure.to_text().lines().map(printable).collect();
        say(&format!(
            "{}\n{}",
            lines.join("\n"),
            hint_lines(failure.hint.as_deref())
        ));
    }
}

/// Each line printable; several problems are told in several lines.
fn printable_lines(text: &str) -> String {
    text.lines().map(printable).collect::<Vec<_>>().join("\n")
}

/// What to do, below an empty line; a hint may have several lines.
fn hint_lines(hint: Option<&str>) -> String {
    let lines = hint.map(printable_lines);
    lines.map_or_else(String::new, |lines| format!("\nhint: {lines}\n"))
}

/// True when the reader of standard output went away (`| head`).
pub(crate) fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        cause
            .downcast_ref::<io::Error>()
            .is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
    })
}

/// Writes to standard error; nobody can be told when that fails.
pub(crate) fn say(text: &str) {
    let _unheard = io::stderr().write_all(text.as_bytes());
}
