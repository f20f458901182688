//! A schedule: what is due, when, and what becomes of times that are missed.

use std::time::Duration;

use jiff::{Timestamp, ToSpan as _};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::name::run_id;
use super::{INACTIVE, When};
use crate::runs::{Cause, NewRun, Plan};

/// A due time that starts later than this is late, unless the schedule says otherwise.
const LATE_AFTER: Duration = Duration::from_secs(60);

/// A schedule. Two runs of one schedule are never under way at the same time.
#[derive(Debug, Clone, PartialEq)]
pub struct Schedule {
    /// Its name, each once in a desk.
    pub name: String,
    /// When it is due.
    pub when: When,
    /// It is not due before.
    pub starts: Option<Timestamp>,
    /// It is not due after.
    pub ends: Option<Timestamp>,
    /// What becomes of times that nobody was there for.
    pub missed: Missed,
    /// How long after its due time a run starts late.
    pub late_after: Duration,
    /// What is run.
    pub plan: Plan,
    /// What a playbook is given.
    pub given: Map<String, Value>,
    /// The site that it works for; where nobody said, the desk puts the connection's in.
    pub site: Option<String>,
    /// The connection that it needs; when that is inactive, so is the schedule.
    pub connection: Option<String>,
    /// Who hears of failures.
    pub alert: Option<Alert>,
    /// Whether its definition lets it run.
    pub active: bool,
}

/// What becomes of due times at which nobody was there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Missed {
    /// They are missed; it goes on with the next one.
    Skip,
    /// The last of them runs late, the others are missed.
    #[default]
    Once,
    /// All of them run, one after the other. Times that come while a run is under way wait for it as well.
    All,
}

/// Who hears of failures, and after how many in a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alert {
    /// Addresses.
    pub to: Vec<String>,
    /// How many runs have failed in a row when the letter goes out; at least 1.
    pub after: u32,
}

impl Schedule {
    /// A schedule that makes up for missed times once and tells nobody of failures.
    pub fn new(name: impl Into<String>, when: When, plan: Plan) -> Self {
        let late_after = match &when {
            When::Every { period, .. } => LATE_AFTER.min(*period),
            When::Cron(_) => LATE_AFTER,
        };
        Self {
            name: name.into(),
            when,
            starts: None,
            ends: None,
            missed: Missed::default(),
            late_after,
            plan,
            given: Map::new(),
            site: None,
            connection: None,
            alert: None,
            active: true,
        }
    }

    /// The next due time strictly after another; `None`: never again.
    pub fn next_after(&self, after: Timestamp) -> Option<Timestamp> {
        let before_start = self.starts.and_then(|starts| starts.checked_sub(1.nanosecond()).ok());
        let after = before_start.map_or(after, |before| after.max(before));
        let next = self.when.next_after(after)?;
        self.ends.is_none_or(|ends| next <= ends).then_some(next)
    }

    /// When it is due next, seen from now; `None`: never, or not while its definition is inactive.
    pub fn next_at(&self, now: Timestamp) -> Option<Timestamp> {
        if self.active { self.next_after(now) } else { None }
    }

    /// What its times come to. As long as this stays the same, a time that is due stays due over restarts and changes of
    /// what is run.
    pub fn digest(&self) -> String {
        if !self.active {
            return INACTIVE.to_owned();
        }
        let from = match &self.when {
            When::Every { from, .. } => Some(*from),
            When::Cron(_) => None,
        };
        let limits = [("from", from), ("starts", self.starts), ("ends", self.ends)];
        let limits = limits
            .into_iter()
            .filter_map(|(word, time)| Some(format!(", {word} {}", time?)));
        self.when.to_string() + &limits.collect::<String>()
    }

    /// The run of a due time. Its id says which, so that it cannot be started twice.
    pub fn run(&self, due: Timestamp, now: Timestamp) -> NewRun {
        NewRun {
            id: run_id(&self.name, due),
            plan: self.plan.clone(),
            cause: Cause::Schedule {
                name: self.name.clone(),
                due,
            },
            site: self.site.clone().unwrap_or_default(),
            given: self.given.clone(),
            created_at: now,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schedules::sample::{at, schedule};

    #[test]
    fn it_is_due_between_its_start_and_its_end() {
        let mut hourly = schedule("1h");
        hourly.starts = Some(at("2026-11-26T10:00:00Z"));
        hourly.ends = Some(at("2026-11-26T12:00:00Z"));
        let mut due = vec![hourly.next_after(at("2020-01-01T00:00:00Z")).unwrap()];
        while let Some(next) = hourly.next_after(*due.last().unwrap()) {
            due.push(next);
        }
        let expected = ["10", "11", "12"].map(|hour| at(&format!("2026-11-26T{hour}:00:00Z")));
        assert_eq!(due, expected);
    }

    #[test]
    fn an_inactive_one_is_never_due() {
        let mut hourly = schedule("1h");
        hourly.active = false;
        assert_eq!(hourly.next_at(at("2026-11-26T10:00:00Z")), None);
    }

    #[test]
    fn its_digest_is_about_its_times_only() {
        let hourly = schedule("1h");
        let mut other = hourly.clone();
        other.plan = Plan::Ingest {
            job: "Other".to_owned(),
        };
        other.site = Some("Client".to_owned());
        assert_eq!(hourly.digest(), other.digest());
        for change in [
            |one: &mut Schedule| one.when = When::every("2h", None).unwrap(),
            |one: &mut Schedule| one.when = When::every("1h", Some(at("2026-11-26T10:30:00Z"))).unwrap(),
            |one: &mut Schedule| one.when = When::cron("0 * * * *", None).unwrap(),
            |one: &mut Schedule| one.ends = Some(at("2026-11-26T10:30:00Z")),
            |one: &mut Schedule| one.active = false,
        ] {
            let mut changed = hourly.clone();
            change(&mut changed);
            assert_ne!(hourly.digest(), changed.digest());
        }
    }
}
