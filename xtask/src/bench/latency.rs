//! With 200 ms added to every answer: the governor has to fill the wire.

use std::path::Path;

use anyhow::Context as _;

use super::measure::quickest;
use super::report::Report;
use super::sandbox::Sandbox;

const LATENCY: f64 = 0.2;

pub(super) fn measure(deskhand: &Path, tickets: u64, report: &mut Report) -> anyhow::Result<()> {
    let desk = Sandbox::start(deskhand, tickets, 200)?;
    let cost = quickest(1, || {
        let mut fetch = desk.client(deskhand);
        fetch.args(["fetch-event", "--output", "jsonl"]);
        Ok(fetch)
    })?;
    let most = most_at_once(&desk)?;
    let requests = requests(&desk)?.len();
    #[expect(clippy::cast_precision_loss, reason = "small numbers")]
    let ideal = LATENCY * requests as f64 / most as f64;
    report.latency(most, cost.seconds, ideal);
    Ok(())
}

/// When each request was answered, in milliseconds.
fn requests(desk: &Sandbox) -> anyhow::Result<Vec<i64>> {
    let mut curl = std::process::Command::new("curl");
    curl.args(["--silent", "--noproxy", "*", &format!("{}/_sandbox/requests", desk.url)]);
    let log: serde_json::Value = serde_json::from_str(&crate::shell::output(curl)?)?;
    let log = log.as_array().context("the request log is a list")?;
    Ok(log.iter().filter_map(|seen| seen["atMs"].as_i64()).collect())
}

/// The most answers within one latency of each other: that many were under way at once.
fn most_at_once(desk: &Sandbox) -> anyhow::Result<usize> {
    let mut times = requests(desk)?;
    times.sort_unstable();
    let window = |begin: &i64| times.iter().filter(|time| (*begin..begin + 190).contains(*time)).count();
    Ok(times.iter().map(window).max().unwrap_or(0))
}
