//! What is wrong after the week: due times that are not accounted for, or twice; revisions that came twice, or not at all.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use deskhand_engine::events::EventFilter;
use deskhand_engine::runs::{Cause, RunFilter, RunState};
use deskhand_engine::schedules::{Fate, Occurrence};
use jiff::Timestamp;
use serde_json::Value;

use super::expected::{Expected, Policy};
use super::fates::{Known, Span, wrong_fates};
use super::week::Week;

/// What the week came to.
#[derive(Debug, Default)]
pub(crate) struct Judged {
    /// Everything that is wrong, in sentences.
    pub(crate) wrong: Vec<String>,
    /// How many due times came to what.
    pub(crate) fates: HashMap<(Policy, Fate), u64>,
}

/// Judges the week.
pub(crate) async fn judge(week: &Week) -> Judged {
    let mut judged = Judged::default();
    for expected in &week.expected {
        judged.take(week, expected).await;
    }
    judged.wrong.extend(wrong_with_events(week).await);
    judged.wrong.truncate(40);
    judged
}

impl Judged {
    async fn take(&mut self, week: &Week, expected: &Expected) {
        let occurrences = week
            .desk
            .store
            .list_occurrences(&expected.name, u32::MAX)
            .await
            .unwrap();
        for one in &occurrences {
            *self.fates.entry((expected.policy, one.fate)).or_default() += one.times;
        }
        self.wrong
            .extend(wrong_with_schedule(week, expected, &occurrences).await);
    }

    /// How many due times of a policy came to this.
    pub(crate) fn count(&self, policy: Policy, fate: Fate) -> u64 {
        self.fates.get(&(policy, fate)).copied().unwrap_or_default()
    }

    /// Whether there was something of everything to judge.
    ///
    /// Of what is due, more than this percentage runs in time. For more than a quarter of the week nobody is there; and on a machine
    /// that is slow, turns take longer than what counts as in time.
    pub(crate) fn has_everything(&self, in_time: u64) -> bool {
        let of = |policy: Policy| self.fates.iter().filter(move |((of, _), _)| *of == policy);
        let mostly_in_time = [Policy::Skip, Policy::Once, Policy::All].into_iter().all(|policy| {
            let all: u64 = of(policy).map(|(_, times)| times).sum();
            self.count(policy, Fate::Ran) * 100 > all * in_time
        });
        mostly_in_time
            && self.count(Policy::Skip, Fate::Missed) > 0
            && self.count(Policy::Once, Fate::Missed) > 0
            && self.count(Policy::Once, Fate::Late) > 0
            && self.count(Policy::All, Fate::Late) > 0
    }
}

async fn wrong_with_schedule(week: &Week, expected: &Expected, occurrences: &[Occurrence]) -> Vec<String> {
    let name = &expected.name;
    let due: Vec<_> = expected.times.between(week.began, week.ended);
    let mut wrong = accounted(name, &due, occurrences);
    let started: BTreeSet<_> = occurrences.iter().filter_map(|one| one.run.clone()).collect();
    let filter = RunFilter {
        schedule: Some(name.clone()),
        limit: 1_000_000,
        ..RunFilter::default()
    };
    let mut runs = BTreeSet::new();
    let mut known = Known {
        turns: &week.turns,
        runs: Vec::new(),
    };
    for run in week.desk.store.find_runs(&filter).await.unwrap() {
        if !matches!(run.cause, Cause::Schedule { .. }) {
            continue;
        }
        if run.state != RunState::Ended {
            wrong.push(format!("{name}: the run {} has not ended", run.id));
        }
        known.runs.push(Span {
            from: run.created_at,
            until: run.ended_at,
        });
        runs.insert(run.id);
    }
    wrong.extend(wrong_fates(expected, occurrences, &known));
    if runs != started {
        let difference: Vec<_> = runs.symmetric_difference(&started).take(3).collect();
        wrong.push(format!("{name}: runs and occurrences differ: {difference:?}"));
    }
    wrong
}

/// Every due time has one fate. Several in a row that came to nothing can stand together.
fn accounted(name: &str, due: &[Timestamp], occurrences: &[Occurrence]) -> Vec<String> {
    let mut fates: BTreeMap<Timestamp, usize> = due.iter().map(|time| (*time, 0)).collect();
    let mut wrong = Vec::new();
    for one in occurrences {
        let covered: Vec<_> = due.iter().filter(|time| (one.due..=one.last).contains(*time)).collect();
        if covered.len() as u64 != one.times {
            wrong.push(format!("{name}: {one:?} stands for {} due times", covered.len()));
        }
        for time in covered {
            *fates.entry(*time).or_default() += 1;
        }
    }
    let unaccounted = fates.iter().filter(|(_, times)| **times != 1);
    wrong.extend(unaccounted.map(|(time, times)| format!("{name}: due at {time}, has {times} fates")));
    wrong
}

async fn wrong_with_events(week: &Week) -> Vec<String> {
    let mut taken: BTreeMap<(String, i64, Timestamp, u64), usize> = BTreeMap::new();
    let mut filter = EventFilter {
        limit: 1000,
        ..EventFilter::default()
    };
    loop {
        let events = week.desk.store.list_events(&filter).await.unwrap();
        let Some(last) = events.last() else { break };
        filter.before = Some(last.id);
        for event in events {
            let raw = week.desk.store.get_event(event.id).await.unwrap().unwrap().raw;
            let edit = edit_count(&serde_json::from_slice(&raw).unwrap());
            *taken
                .entry((event.connection, event.record_id, event.updated, edit))
                .or_default() += 1;
        }
    }
    let twice = taken.iter().filter(|(_, times)| **times > 1);
    let mut wrong: Vec<_> = twice
        .map(|(revision, times)| format!("{revision:?} was taken {times} times"))
        .collect();
    for (number, sandbox) in week.desk.sandboxes.iter().enumerate() {
        let current = sandbox.world().truth().into_iter().filter(|row| row.until_ms.is_none());
        for row in current {
            let updated = Timestamp::from_second(row.stamp).unwrap();
            let key = (format!("psa {number}"), row.id, updated, u64::from(row.edit));
            if !taken.contains_key(&key) {
                wrong.push(format!("the last revision was never taken: {key:?}"));
            }
        }
    }
    wrong
}

/// What the sandbox counts in each ticket.
fn edit_count(ticket: &Value) -> u64 {
    let fields = ticket["customFields"].as_array();
    let mut counts = fields.into_iter().flatten();
    let count = counts.find(|field| field["caption"] == "Edit Count");
    count.and_then(|field| field["value"].as_u64()).unwrap_or_default()
}
