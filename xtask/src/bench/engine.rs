//! The engine by itself: what a playbook's step costs, and how fast many schedules start that are due at once.

use std::path::Path;

use anyhow::Context as _;
use serde_json::Value;

use super::inside::ask;
use super::report::Report;
use crate::place;

/// A step's own cost, its journal included, against a durable commit with the same settings in the same folder.
pub(super) fn steps(engine: &Path, runs: u32, report: &mut Report) -> anyhow::Result<()> {
    let folder = place::scratch("bench/engine")?;
    let told = ask(engine, &["steps", &folder.to_string_lossy(), &runs.to_string()])?;
    let commit = number(&told["commit"]["median"])?;
    let measured = format!(
        "{commit:.0} µs, 99th percentile {:.0} µs",
        number(&told["commit"]["p99"])?
    );
    report.row("the floor of a step: one durable commit", measured, "", "");
    for (which, name, bound) in [("median", "median", 6.0), ("p99", "99th percentile", 20.0)] {
        let step = number(&told["step"][which])?;
        let ratio = step / commit;
        let measured = format!("{step:.0} µs, {ratio:.1}×");
        let bounds = format!("{bound}×");
        report.at_most(&format!("a playbook's step, {name}"), ratio, bound, measured, &bounds);
    }
    let format = number(&told["format"]["median"])?;
    let measured = format!("{format:.0} µs, {:.2}×", format / commit);
    report.row("a step that works out a value, of 200 in a row", measured, "", "");
    Ok(())
}

/// From the second in which schedules are due until the last of their runs has begun, with the real clock.
pub(super) fn schedules(engine: &Path, count: u32, report: &mut Report) -> anyhow::Result<()> {
    let folder = place::scratch("bench/engine")?;
    let told = ask(engine, &["schedules", &folder.to_string_lossy(), &count.to_string()])?;
    let began = number(&told["lastBegan"])?;
    let what = format!("{count} schedules due at once: the last begins");
    report.at_most(&what, began, 5.0, format!("after {began:.2} s"), "5 s");
    let ended = format!("after {:.2} s", number(&told["lastEnded"])?);
    report.row(&format!("{count} schedules due at once: the last ends"), ended, "", "");
    Ok(())
}

pub(super) fn number(value: &Value) -> anyhow::Result<f64> {
    value.as_f64().context("a number was expected")
}
