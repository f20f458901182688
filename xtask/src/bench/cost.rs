//! How long a program takes, and how much memory it has at most.

use std::fs;
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context as _, ensure};

use crate::program::program;
use crate::tools;

/// What a run cost.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cost {
    /// Seconds from start to end.
    pub(super) seconds: f64,
    /// The most memory it had, in bytes.
    pub(super) peak: u64,
}

/// Runs a program several times, its output thrown away: the quickest run's time, and the most memory of all.
pub(super) fn quickest(runs: usize, make: impl Fn() -> anyhow::Result<Command>) -> anyhow::Result<Cost> {
    tools::need("/usr/bin/time", "time")?;
    let costs = (0..runs).map(|_| once(&make()?)).collect::<anyhow::Result<Vec<_>>>()?;
    let quickest = costs.iter().copied().reduce(|one, other| Cost {
        seconds: one.seconds.min(other.seconds),
        peak: one.peak.max(other.peak),
    });
    quickest.context("nothing was run")
}

/// Through the system's `time`, which knows the memory of the program it ran.
fn once(command: &Command) -> anyhow::Result<Cost> {
    let (memory, complaints) = (tempfile::NamedTempFile::new()?, tempfile::NamedTempFile::new()?);
    let mut timed = program("/usr/bin/time");
    timed.args(["--format", "%M", "--output"]).arg(memory.path());
    timed.arg(command.get_program()).args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => timed.env(name, value),
            None => timed.env_remove(name),
        };
    }
    timed.stdout(Stdio::null()).stderr(complaints.reopen()?);
    let started = Instant::now();
    let status = timed.status().context("cannot run /usr/bin/time")?;
    let seconds = started.elapsed().as_secs_f64();
    ensure!(
        status.success(),
        "{:?} ended with {status}\n{}",
        command.get_args(),
        fs::read_to_string(complaints.path())?
    );
    let kibibytes: u64 = fs::read_to_string(memory.path())?.trim().parse()?;
    Ok(Cost {
        seconds,
        peak: kibibytes * 1024,
    })
}
