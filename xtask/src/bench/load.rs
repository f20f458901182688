//! `deskhand serve` with hundreds of connections that are polled every minute, each with ten changes in between.
//!
//! The PSAs are in one other process, so that only what Deskhand itself needs is counted.

use std::fmt::Write as _;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread::sleep;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, ensure};
use serde_json::Value;

use super::engine::number;
use super::inside::{Beside, ask};
use super::report::Report;
use crate::place;
use crate::program::{alone, capture, program};

const TICKETS: u32 = 20;
const CHANGES: u32 = 10;
/// How long is measured.
const MINUTES: u32 = 3;
/// How long the first passes may take.
const PATIENCE: Duration = Duration::from_secs(600);
/// No job's last pass is older; a minute of it is the job's interval.
const OLDEST: f64 = 90.0;

/// A desk in a folder, and what looks at it.
struct Desk {
    folder: PathBuf,
    engine: PathBuf,
    connections: u32,
}

/// What a process has used so far.
struct Used {
    cpu: f64,
    peak: f64,
}

pub(super) fn measure(engine: &Path, connections: u32, report: &mut Report) -> anyhow::Result<()> {
    let desk = Desk {
        folder: place::scratch("bench/load")?.canonicalize()?,
        engine: engine.to_owned(),
        connections,
    };
    let (_sandboxes, urls) = desk.sandboxes()?;
    desk.define(&urls)?;
    let serve = desk.serve()?;
    desk.warm_up()?;
    wait_for_half_a_minute();
    let (before, seen) = (used(serve.0.id())?, desk.look()?);
    let began = Instant::now();
    sleep(Duration::from_secs(u64::from(MINUTES) * 60));
    let (after, took) = (used(serve.0.id())?, began.elapsed().as_secs_f64());
    let ended = desk.look()?;
    judge(&desk, &before, &after, took, report);
    desk.judge_events(&seen, &ended, took, report)
}

fn judge(desk: &Desk, before: &Used, after: &Used, took: f64, report: &mut Report) {
    let what = format!("{} connections polled every minute", desk.connections);
    let cores = (after.cpu - before.cpu) / took;
    report.at_most(
        &format!("{what}: processor"),
        cores,
        0.5,
        format!("{cores:.3} cores"),
        "0.5 cores",
    );
    let measured = format!("{:.1} MiB", after.peak);
    report.at_most(&format!("{what}: memory"), after.peak, 300.0, measured, "300 MiB");
}

impl Desk {
    fn sandboxes(&self) -> anyhow::Result<(Beside, Vec<String>)> {
        let numbers = [self.connections, TICKETS, CHANGES].map(|number| number.to_string());
        let mut host = Beside::start(alone(&self.engine).arg("sandboxes").args(numbers))?;
        let output = host.0.stdout.take().context("the sandboxes' output is taken")?;
        let mut line = String::new();
        BufReader::new(output).read_line(&mut line)?;
        let told: Value = serde_json::from_str(&line).context("the sandboxes did not start")?;
        let urls = told["urls"].as_array().context("the sandboxes have no addresses")?;
        let urls = urls.iter().filter_map(|url| url.as_str().map(str::to_owned));
        Ok((host, urls.collect()))
    }

    /// A new store, with a connection and an ingestion job for each sandbox.
    fn define(&self, urls: &[String]) -> anyhow::Result<()> {
        for ending in ["", "-wal", "-shm"] {
            let _there_may_be_none = fs::remove_file(format!("{}{ending}", self.store().display()));
        }
        let key = self.folder.join("key");
        fs::write(&key, capture(alone(&place::deskhand_release()).args(["key", "new"]))?)?;
        let (store, key) = (self.store(), key.display());
        let settings = format!("store = \"{}\"\n[seal]\nkey_file = \"{key}\"\n", store.display());
        fs::write(self.folder.join("deskhand.toml"), settings)?;
        let file = self.folder.join("desk.toml");
        fs::write(&file, definitions(urls))?;
        capture(self.deskhand().arg("apply").arg("-f").arg(file))?;
        Ok(())
    }

    fn serve(&self) -> anyhow::Result<Beside> {
        let log = fs::File::create(self.folder.join("serve.log"))?;
        Beside::start(self.deskhand().arg("serve").stderr(log))
    }

    /// Every job has done a pass, and its first sweep if it wanted one.
    fn warm_up(&self) -> anyhow::Result<()> {
        let until = Instant::now() + PATIENCE;
        loop {
            sleep(Duration::from_secs(5));
            let seen = self.look()?;
            if seen["connections"] == self.connections {
                return Ok(());
            }
            ensure!(Instant::now() < until, "the first passes are not over: {seen}");
        }
    }

    /// What the store has; of passes the last three of each job.
    fn look(&self) -> anyhow::Result<Value> {
        let passes = (self.connections * 3).to_string();
        ask(&self.engine, &["look", &self.store().to_string_lossy(), &passes])
    }

    fn judge_events(&self, before: &Value, after: &Value, took: f64, report: &mut Report) -> anyhow::Result<()> {
        let what = format!("{} connections polled every minute", self.connections);
        let expected = f64::from(self.connections * CHANGES);
        let each_minute = (number(&after["events"])? - number(&before["events"])?) * 60.0 / took;
        let enough = expected * 0.95;
        let verdict = if each_minute >= enough { "PASS" } else { "MISS" };
        let bound = format!("at least {enough:.0} of {expected:.0}");
        report.row(
            &format!("{what}: events a minute"),
            format!("{each_minute:.0}"),
            &bound,
            verdict,
        );
        let (oldest, failed) = (number(&after["oldestPass"])?, &after["failed"]);
        let all = after["connections"] == self.connections;
        ensure!(all, "of {} connections some were not polled: {after}", self.connections);
        let measured = format!("{oldest:.0} s ago");
        report.at_most(&format!("{what}: oldest last pass"), oldest, OLDEST, measured, "90 s");
        report.held(&format!("{what}: no pass failed"), failed == 0);
        Ok(())
    }

    fn store(&self) -> PathBuf {
        self.folder.join("desk.sqlite")
    }

    fn deskhand(&self) -> Command {
        let mut command = alone(&place::deskhand_release());
        command.env("DESKHAND_CONFIG", self.folder.join("deskhand.toml"));
        command
    }
}

fn definitions(urls: &[String]) -> String {
    let mut text = "[[site]]\nname = \"Main\"\nkind = \"internal\"\n".to_owned();
    for (number, url) in urls.iter().enumerate() {
        let _cannot_fail = write!(
            text,
            "[[connection]]\nname = \"c{number}\"\nsite = \"Main\"\nserver_url = \"{url}\"\ncompany_id = \"sandbox\"\n\
             public_key = \"public\"\nprivate_key = \"private\"\nclient_id = \"bench\"\n\
             [[ingestion]]\nname = \"j{number}\"\nconnection = \"c{number}\"\nevery = \"1m\"\n"
        );
    }
    text
}

/// Jobs are due at every full minute: in the middle between two, what was due is done.
fn wait_for_half_a_minute() {
    #[expect(
        clippy::disallowed_methods,
        reason = "it is another process that is due, by the real time"
    )]
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let over = now.as_secs() % 60;
    sleep(Duration::from_secs((90 - over) % 60));
}

fn used(process: u32) -> anyhow::Result<Used> {
    let folder = Path::new("/proc").join(process.to_string());
    let stat = fs::read_to_string(folder.join("stat")).context("`deskhand serve` has ended; serve.log says why")?;
    let status = fs::read_to_string(folder.join("status"))?;
    let ticks: f64 = capture(program("getconf").arg("CLK_TCK"))?.trim().parse()?;
    Ok(Used {
        cpu: cpu_ticks(&stat).context("/proc does not say what was used")? / ticks,
        peak: peak_kib(&status).context("/proc does not say how much memory there was")? / 1024.0,
    })
}

/// Time in the program and for it in the system, of all its threads; the name before can have blanks.
fn cpu_ticks(stat: &str) -> Option<f64> {
    let (_, after_name) = stat.rsplit_once(')')?;
    let mut fields = after_name.split_whitespace().skip(11);
    let (user, system): (f64, f64) = (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
    Some(user + system)
}

/// The most memory that was resident at once.
fn peak_kib(status: &str) -> Option<f64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_of_a_program_is_found_behind_its_name() {
        let stat = "7 (a (b) c) S 1 7 7 0 -1 4194304 900 0 0 0 321 79 5 6 20 0 3 0 100 1 2";
        assert_eq!(cpu_ticks(stat), Some(400.0));
        assert_eq!(cpu_ticks("7 deskhand"), None);
    }

    #[test]
    fn the_most_memory_is_found_in_the_status() {
        assert_eq!(peak_kib("Name:\tx\nVmPeak:\t 9 kB\nVmHWM:\t   5120 kB\n"), Some(5120.0));
        assert_eq!(peak_kib("Name:\tx\n"), None);
    }
}
