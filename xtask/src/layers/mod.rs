//! `cargo xtask layers`: the arrows between crates point down, and each thing is done only where it belongs.

mod arrows;
mod words;

use std::process::ExitCode;

use anyhow::bail;

/// Checks, and says what is wrong.
pub(crate) fn run() -> anyhow::Result<ExitCode> {
    check()?;
    println!("the layers hold");
    Ok(ExitCode::SUCCESS)
}

/// Fails with every violation, each with its file, line and rule.
pub(crate) fn check() -> anyhow::Result<()> {
    let mut violations = arrows::violations()?;
    violations.extend(words::violations()?);
    if violations.is_empty() {
        return Ok(());
    }
    bail!("{} broken:\n{}", violations.len(), violations.join("\n"));
}
