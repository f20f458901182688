//! Other programs: how they are started, and what is made of their end.

use std::ffi::OsStr;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context as _, bail};

use crate::place;

/// A program to be run at the root of the repository.
pub(crate) fn program(name: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(name);
    command.current_dir(place::root());
    // What cargo told this program about itself would make the next one build again what reads that: `ring`, and all that
    // needs it.
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy();
        if name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_") {
            command.env_remove(&*name);
        }
    }
    command
}

/// Cargo, the one that runs this.
pub(crate) fn cargo<const N: usize>(arguments: [&str; N]) -> Command {
    let mut command = program(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(arguments);
    command
}

/// The program of this workspace, knowing nothing of its user's connections.
pub(crate) fn alone(deskhand: &Path) -> Command {
    let mut command = program(deskhand);
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("DESKHAND_") {
            command.env_remove(name);
        }
    }
    command
}

/// Builds the program, and with it the tests: by itself it would have its dependencies with other features, and all of
/// them would be built twice.
pub(crate) fn build() -> anyhow::Result<()> {
    perform(&mut cargo(["build", "--quiet", "--workspace", "--bins", "--tests"]))
}

/// Runs it, its output going where ours goes; anything but success is an error.
pub(crate) fn perform(command: &mut Command) -> anyhow::Result<()> {
    let status = command.status().with_context(|| cannot_start(command))?;
    if !status.success() {
        bail!("`{}` ended with {status}", line_of(command));
    }
    Ok(())
}

/// Runs it and takes what it prints; when it fails, what it printed is in the error.
pub(crate) fn capture(command: &mut Command) -> anyhow::Result<String> {
    let output = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| cannot_start(command))?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    if !output.status.success() {
        let complaint = String::from_utf8_lossy(&output.stderr);
        bail!("`{}` ended with {}\n{text}{complaint}", line_of(command), output.status);
    }
    Ok(text)
}

/// Whether a program can be started at all.
pub(crate) fn exists(name: &str) -> bool {
    let found = program("sh").args(["-c", &format!("command -v {name}")]).output();
    found.is_ok_and(|output| output.status.success())
}

fn cannot_start(command: &Command) -> String {
    format!("cannot start `{}`", line_of(command))
}

fn line_of(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(OsStr::to_string_lossy).collect::<Vec<_>>().join(" ")
}
