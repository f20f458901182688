//! What was measured, beside what it is bound to and what it aims at.

use std::fmt::Write as _;
use std::fs;
use std::process::ExitCode;
use std::time::Duration;

use super::cost::Cost;
use crate::place;
use crate::program::{capture, program};

/// Rows as they come.
pub(super) struct Report {
    tickets: u64,
    floor: f64,
    latency_free: f64,
    sizes: Vec<(&'static str, u64, u64)>,
    rows: Vec<Row>,
}

struct Row {
    what: String,
    measured: String,
    bound: String,
    verdict: &'static str,
}

const MIB: f64 = 1024.0 * 1024.0;
const BYTES_A_TICKET: u64 = 32;
const GROWTH_AT_MOST: u64 = 8 << 20;

impl Report {
    pub(super) fn new(tickets: u64) -> Self {
        Self {
            tickets,
            floor: 0.0,
            latency_free: 0.0,
            sizes: Vec::new(),
            rows: Vec::new(),
        }
    }

    /// What everything is compared with.
    pub(super) fn floor(&mut self, cost: &Cost) {
        self.floor = cost.seconds;
        let measured = format!("{:.2} s", cost.seconds);
        self.row("the floor: curl from static files", measured, "", "");
    }

    /// A time against the floor.
    pub(super) fn ratio(&mut self, what: &str, cost: &Cost, bound: f64, aim: Option<f64>) {
        if what.starts_with("fetch-event") {
            self.latency_free = cost.seconds;
        }
        let ratio = cost.seconds / self.floor;
        let bounds = aim.map_or(format!("{bound}×"), |aim| format!("{bound}×, aim {aim}×"));
        let measured = format!("{:.2} s, {ratio:.1}×", cost.seconds);
        self.row(what, measured, &bounds, verdict(ratio, bound, aim));
    }

    /// The most memory.
    pub(super) fn memory(&mut self, what: &str, cost: &Cost) {
        let mebibytes = float(cost.peak) / MIB;
        let measured = format!("{mebibytes:.1} MiB");
        self.row(
            what,
            measured,
            "128 MiB, aim 64 MiB",
            verdict(mebibytes, 128.0, Some(64.0)),
        );
    }

    /// The most memory at another size, for how it grows.
    pub(super) fn size(&mut self, job: &'static str, tickets: u64, cost: Cost) {
        self.sizes.push((job, tickets, cost.peak));
        let measured = format!("{:.2} s, {:.1} MiB", cost.seconds, float(cost.peak) / MIB);
        self.row(&format!("{job} of {tickets} tickets"), measured, "", "");
    }

    /// How much more memory the largest size takes than the smallest.
    pub(super) fn judge_growth(&mut self) {
        for job in ["fetch-event", "ingest"] {
            let of_job: Vec<_> = self.sizes.iter().filter(|(of, ..)| *of == job).collect();
            let (Some((_, few, small)), Some((_, many, large))) = (of_job.first(), of_job.last()) else {
                continue;
            };
            let grown = large.saturating_sub(*small);
            let bound = (many - few) * BYTES_A_TICKET + GROWTH_AT_MOST;
            let measured = format!("{:.1} MiB", float(grown) / MIB);
            let bounds = format!("{:.1} MiB", float(bound) / MIB);
            let holds = verdict(float(grown), float(bound), None);
            self.row(
                &format!("{job}: more memory at {many} than at {few}"),
                measured,
                &bounds,
                holds,
            );
        }
    }

    /// A slow wire: so many requests, so many at once. The ideal waits for the wire or does its own work, never both in turn.
    pub(super) fn latency(&mut self, requests: usize, most: usize, cost: &Cost) {
        let (requests, at_once) = (float(requests as u64), float(most as u64));
        let ideal = ((requests / at_once.max(1.0)).ceil() * 0.2).max(self.latency_free);
        let measured = format!("{most} at once");
        let enough = if most >= 4 { "PASS" } else { "MISS" };
        self.row("200 ms of latency: requests under way", measured, "at least 4", enough);
        let ratio = cost.seconds / ideal;
        let measured = format!("{:.2} s, {ratio:.2}× of {ideal:.2} s", cost.seconds);
        self.row(
            "200 ms of latency: the whole fetch",
            measured,
            "1.3×",
            verdict(ratio, 1.3, None),
        );
    }

    /// Writes with latency: the ideal has that many under way from the first to the last.
    pub(super) fn updates(&mut self, requests: usize, most: usize, latency: Duration, cost: &Cost) {
        let (requests, at_once) = (float(requests as u64), float(most as u64));
        let what = format!("{requests} updates at {} ms of latency", latency.as_millis());
        let enough = if most >= 8 { "PASS" } else { "MISS" };
        self.row(
            &format!("{what}: under way"),
            format!("{most} at once"),
            "at least 8",
            enough,
        );
        let ideal = (requests / at_once.max(1.0)).ceil() * latency.as_secs_f64();
        let ratio = cost.seconds / ideal;
        let measured = format!("{:.2} s, {ratio:.2}× of {ideal:.2} s", cost.seconds);
        self.row(&format!("{what}: time"), measured, "1.3×", verdict(ratio, 1.3, None));
    }

    /// One ticket, less the call itself, against the program's own start.
    pub(super) fn start(&mut self, version: &Cost, get: &Cost, call: f64) {
        let ratio = (get.seconds - call) / version.seconds;
        let measured = format!(
            "{:.1} ms less {:.1} ms, {ratio:.1}× of {:.1} ms",
            get.seconds * 1000.0,
            call * 1000.0,
            version.seconds * 1000.0
        );
        self.row(
            "get-tickets 1 against --version",
            measured,
            "5×",
            verdict(ratio, 5.0, None),
        );
    }

    /// Something that holds or does not.
    pub(super) fn held(&mut self, what: &str, holds: bool) {
        let (measured, verdict) = if holds {
            ("held", "PASS")
        } else {
            ("did not hold", "MISS")
        };
        self.row(what, measured.to_owned(), "", verdict);
    }

    /// What was measured beside what it is bound to; nothing is judged without a verdict.
    pub(super) fn row(&mut self, what: &str, measured: String, bound: &str, verdict: &'static str) {
        println!("{what:<48} {measured:<28} {bound:<22} {verdict}");
        self.rows.push(Row {
            what: what.to_owned(),
            measured,
            bound: bound.to_owned(),
            verdict,
        });
    }

    /// Something that may not be more than its bound.
    pub(super) fn at_most(&mut self, what: &str, value: f64, bound: f64, measured: String, bounds: &str) {
        self.row(what, measured, bounds, verdict(value, bound, None));
    }

    /// Writes `docs/performance.md`.
    pub(super) fn write(&self) -> anyhow::Result<()> {
        let commit = capture(program("git").args(["rev-parse", "--short", "HEAD"]))?;
        let date = capture(program("date").args(["-u", "+%Y-%m-%d"]))?;
        let mut page = format!(
            "# Speed and memory\n\nWritten by `cargo xtask bench --write` on {} at commit {}: {}, {} tickets.\n\nThe floor is \
             curl, four requests at a time, reading the same pages from a static file server and throwing them away. \
             Everything else is a ratio against that floor, measured in the same run; a step of a playbook is one against a \
             durable commit of SQLite.\n\n\
             | what | measured | bound | |\n|---|---|---|---|\n",
            date.trim(),
            commit.trim(),
            machine(),
            self.tickets
        );
        for row in &self.rows {
            writeln!(
                page,
                "| {} | {} | {} | {} |",
                row.what, row.measured, row.bound, row.verdict
            )?;
        }
        fs::write(place::root().join("docs/performance.md"), page)?;
        println!("wrote docs/performance.md");
        Ok(())
    }

    /// A missed bound fails the run.
    pub(super) fn finish(self) -> ExitCode {
        let missed = self.rows.iter().filter(|row| row.verdict == "MISS").count();
        println!("{missed} bounds missed");
        if missed == 0 {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        }
    }
}

fn verdict(value: f64, bound: f64, aim: Option<f64>) -> &'static str {
    match aim {
        _ if value > bound => "MISS",
        Some(aim) if value > aim => "PASS, aim missed",
        _ => "PASS",
    }
}

fn machine() -> String {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let about = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = about
        .lines()
        .find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    format!(
        "{cores} cores of {}",
        model.map_or("an unknown processor", |(_, model)| model)
    )
}

fn float(number: u64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
    let number = number as f64;
    number
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bound_is_missed_or_held_and_an_aim_is_told() {
        assert_eq!(verdict(11.0, 10.0, Some(6.0)), "MISS");
        assert_eq!(verdict(7.0, 10.0, Some(6.0)), "PASS, aim missed");
        assert_eq!(verdict(5.0, 10.0, Some(6.0)), "PASS");
    }
}
