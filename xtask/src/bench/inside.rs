//! The program in `crates/deskhand/benches/engine/`, which has an engine in its own process.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::Context as _;
use serde_json::Value;

use crate::program::{alone, capture, cargo};

/// Builds it as a release, and says where it is.
pub(super) fn built() -> anyhow::Result<PathBuf> {
    let mut build = cargo([
        "bench",
        "--quiet",
        "--package",
        "deskhand",
        "--bench",
        "engine",
        "--no-run",
    ]);
    let messages = capture(build.arg("--message-format=json"))?;
    let artifacts = messages
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let executables = artifacts.filter(|artifact| artifact["target"]["name"] == "engine");
    let mut paths = executables.filter_map(|artifact| Some(PathBuf::from(artifact["executable"].as_str()?)));
    paths
        .next_back()
        .context("cargo did not say where it has built the measurements")
}

/// Runs a measurement; what it has to say.
pub(super) fn ask(engine: &Path, arguments: &[&str]) -> anyhow::Result<Value> {
    let line = capture(alone(engine).args(arguments))?;
    serde_json::from_str(&line).with_context(|| format!("what {arguments:?} printed cannot be read: {line}"))
}

/// A program that is ended when this is dropped.
pub(super) struct Beside(pub(super) Child);

impl Beside {
    pub(super) fn start(command: &mut Command) -> anyhow::Result<Self> {
        let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
        Ok(Self(child.with_context(|| {
            format!("cannot start {}", command.get_program().display())
        })?))
    }
}

impl Drop for Beside {
    fn drop(&mut self) {
        let _it_may_have_ended = self.0.kill();
        let _it_may_have_ended = self.0.wait();
    }
}
