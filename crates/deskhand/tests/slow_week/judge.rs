//! What is wrong after the week: due times that are not accounted for, or twice; revisions that came twice, or not at all.

use std::collections::{BTreeMap, BTreeSet};

use deskhand_engine::events::EventFilter;
use deskhand_engine::runs::{Cause, RunFilter, RunState};
use deskhand_engine::schedules::{Fate, Occurrence};
use jiff::Timestamp;
use serde_json::Value;

use super::expected::{Expected, Policy};
use super::week::Week;

/// Everything that is wrong, in sentences.
pub(crate) async fn wrong(week: &Week) -> Vec<String> {
    let mut wrong = Vec::new();
    for expected in &week.expected {
        wrong.extend(wrong_with_schedule(week, expected).await);
    }
    wrong.extend(wrong_with_events(week).await);
    wrong.truncate(40);
    wrong
}

async fn wrong_with_schedule(week: &Week, expected: &Expected) -> Vec<String> {
    let name = &expected.name;
    let occurrences = week.desk.store.list_occurrences(name, u32::MAX).await.unwrap();
    let due: Vec<_> = expected.times.between(week.began, week.ended);
    let mut wrong = accounted(name, &due, &occurrences);
    for occurrence in &occurrences {
        wrong.extend(against_policy(expected, occurrence));
    }
    let started: BTreeSet<_> = occurrences.iter().filter_map(|one| one.run.clone()).collect();
    let filter = RunFilter {
        schedule: Some(name.clone()),
        limit: 1_000_000,
        ..RunFilter::default()
    };
    let mut runs = BTreeSet::new();
    for run in week.desk.store.find_runs(&filter).await.unwrap() {
        if !matches!(run.cause, Cause::Schedule { .. }) {
            continue;
        }
        if run.state != RunState::Ended {
            wrong.push(format!("{name}: the run {} has not ended", run.id));
        }
        runs.insert(run.id);
    }
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

fn against_policy(expected: &Expected, one: &Occurrence) -> Option<String> {
    let ran = matches!(one.fate, Fate::Ran | Fate::Late);
    let allowed = match expected.policy {
        Policy::Skip => one.fate != Fate::Late,
        Policy::Once => true,
        Policy::All => ran,
    };
    let told = ran == one.run.is_some();
    (!allowed || !told).then(|| format!("{}: {one:?} with the policy {:?}", expected.name, expected.policy))
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
