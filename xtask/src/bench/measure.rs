//! How long a program took, and how much memory it had at most.

use std::process::Command;
use std::time::Instant;

use anyhow::{Context as _, ensure};

/// What a run cost.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Cost {
    /// Seconds from start to end.
    pub(super) seconds: f64,
    /// The most memory it had, in bytes; 0 when not measured.
    pub(super) peak_bytes: u64,
}

/// Runs a program through the system's `time`, its output thrown away; the quickest of so many runs counts.
pub(super) fn quickest(runs: usize, make: impl Fn() -> anyhow::Result<Command>) -> anyhow::Result<Cost> {
    let mut best: Option<Cost> = None;
    for _ in 0..runs {
        let cost = once(make()?)?;
        let peak_bytes = best.map_or(cost.peak_bytes, |best| best.peak_bytes.max(cost.peak_bytes));
        let seconds = best.map_or(cost.seconds, |best| best.seconds.min(cost.seconds));
        best = Some(Cost { seconds, peak_bytes });
    }
    best.context("at least one run")
}

fn once(command: Command) -> anyhow::Result<Cost> {
    let report = tempfile::NamedTempFile::new()?;
    let mut timed = Command::new("/usr/bin/time");
    timed.args(["--format", "%M", "--output"]).arg(report.path()).arg(command.get_program()).args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => timed.env(name, value),
            None => timed.env_remove(name),
        };
    }
    let (out, err) = (tempfile::tempfile()?, tempfile::NamedTempFile::new()?);
    drop(out);
    let begun = Instant::now();
    let status = timed.stdout(std::process::Stdio::null()).stderr(err.reopen()?).status().context("cannot run /usr/bin/time")?;
    let seconds = begun.elapsed().as_secs_f64();
    ensure!(status.success(), "{command:?} ended with {status}: {}", std::fs::read_to_string(err.path())?);
    let kilobytes: u64 = std::fs::read_to_string(report.path())?.trim().lines().last().unwrap_or("0").parse()?;
    Ok(Cost { seconds, peak_bytes: kilobytes * 1024 })
}
