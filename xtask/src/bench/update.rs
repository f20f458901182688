//! `update-tickets`: a thousand writes with 50 ms of latency, and what the lost-answer tests say of a hundred trials.

use std::time::Duration;

use anyhow::Context as _;
use serde_json::Value;

use super::cost::quickest;
use super::desk;
use super::latency::{answer_times, most_at_once};
use super::report::Report;
use crate::place;
use crate::program::{capture, cargo, perform, program};
use crate::sandbox::Sandbox;

const UPDATES: usize = 1_000;
const LATENCY: Duration = Duration::from_millis(50);

/// As many requests have to be under way as the PSA bears, with every write noted before it is sent.
pub(super) fn measure(report: &mut Report) -> anyhow::Result<()> {
    let desk = desk(2_000, &["--latency", "50"])?;
    let tickets = tickets(&desk)?;
    let store = place::scratch("bench")?.join("writes.sqlite");
    for ending in ["", "-wal", "-shm"] {
        let _there_may_be_none = std::fs::remove_file(format!("{}{ending}", store.display()));
    }
    let cost = quickest(1, || {
        let mut update = desk.client(&place::deskhand_release());
        update.args(["update-tickets", "--urgency", "High", "--output", "jsonl", "--store"]);
        update.arg(&store).args(&tickets);
        Ok(update)
    })?;
    let times = answer_times(&desk, "PATCH")?;
    let most = most_at_once(&times, LATENCY);
    report.updates(times.len(), most, LATENCY, &cost);
    Ok(())
}

/// A hundred trials of every way to lose an answer, by the same tests that run with fewer of them.
pub(super) fn lose_answers(report: &mut Report) {
    let mut tests = cargo(["nextest", "run", "--package", "deskhand-connectwise"]);
    tests.args(["--profile", "ci", "-E", "test(/lost::slow_/)"]);
    let outcome = perform(tests.env("LOST_ANSWER_TRIALS", "100"));
    report.held("lost answers, 100 trials each", outcome.is_ok());
}

fn tickets(desk: &Sandbox) -> anyhow::Result<Vec<String>> {
    let mut curl = program("curl");
    curl.args([
        "--silent",
        "--fail",
        "--noproxy",
        "*",
        "--user",
        "sandbox+public:private",
    ]);
    curl.args(["--header", "clientId: bench"]);
    let list = "v4_6_release/apis/3.0/service/tickets?fields=id&pageSize=1000";
    let list: Value = serde_json::from_str(&capture(curl.arg(format!("{}/{list}", desk.url)))?)?;
    let ids = list.as_array().context("the tickets are no list")?.iter();
    Ok(ids
        .filter_map(|ticket| Some(ticket["id"].as_i64()?.to_string()))
        .take(UPDATES)
        .collect())
}
