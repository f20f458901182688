//! Tests of the workspace that need what others wrote. They are ignored unless a step here starts that and asks for them.

use std::process::Command;

use crate::program::program;
use crate::tools;

/// Runs the ignored tests that the filter names, from the binaries that the step `tests` has built.
pub(super) fn ignored(filter: &str) -> anyhow::Result<Command> {
    let mut nextest = program(tools::cargo_nextest()?);
    nextest.args(["nextest", "run", "--profile", "ci", "--workspace"]);
    nextest.args(["--run-ignored", "only", "--filterset", filter]);
    Ok(nextest)
}
