//! Schedules that are triggers of playbooks: their names, and what goes on under another one.
//!
//! A trigger has no name of its own. Its place in the file would be none: a pause would slip to another trigger when one is
//! put before it. So it is named by what it says. Stores from before that have numbers in the place of digests.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

use super::{Mode, Standing, When};

/// So many bytes of a digest tell the triggers of one playbook apart.
const BYTES: usize = 4;

/// The name of the schedule that a trigger of a playbook is.
pub(crate) fn trigger_name(playbook: &str, when: &When, inputs: &Map<String, Value>) -> String {
    let sorted: BTreeMap<&String, &Value> = inputs.iter().collect();
    let says = format!("{when} {sorted:?}");
    let mut name = format!("playbook:{playbook}#");
    for byte in &Sha256::digest(says)[..BYTES] {
        let _never_fails = write!(name, "{byte:02x}");
    }
    name
}

/// Lets triggers that are new go on where those were that have gone: under another name with the same times, or changed, where
/// of one playbook one trigger has gone and one is new.
pub(crate) fn go_on(new: &mut [Standing], gone: &[&Standing]) {
    let mut of_playbook: BTreeMap<String, u32> = BTreeMap::new();
    for standing in new.iter() {
        let playbook = playbook_of(&standing.name).unwrap_or_default();
        *of_playbook.entry(playbook.to_owned()).or_default() += 1;
    }
    for standing in new {
        let Some(playbook) = playbook_of(&standing.name) else {
            continue;
        };
        let before: Vec<_> = gone
            .iter()
            .filter(|gone| playbook_of(&gone.name) == Some(playbook))
            .collect();
        let mut same = before.iter().filter(|gone| gone.digest == standing.digest);
        if let Some(first) = same.clone().next() {
            standing.next_at = first.next_at;
            (standing.failures, standing.alerted) = (first.failures, first.alerted);
            // Two with the same times and other inputs cannot be told apart: what somebody has paused does not run.
            let resting = same.find(|gone| gone.mode != Mode::Active);
            standing.mode = resting.map_or(Mode::Active, |gone| gone.mode);
        } else if let ([only], Some(1)) = (&before[..], of_playbook.get(playbook)) {
            standing.mode = only.mode;
        }
    }
}

fn playbook_of(name: &str) -> Option<&str> {
    let (playbook, _) = name.strip_prefix("playbook:")?.rsplit_once('#')?;
    Some(playbook)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::sample::standing;
    use super::*;

    fn named(name: &str, digest: &str, mode: Mode) -> Standing {
        Standing {
            name: name.to_owned(),
            digest: digest.to_owned(),
            mode,
            failures: 2,
            ..standing("2026-11-26T10:00:00Z")
        }
    }

    fn modes(new: &[(&str, &str)], gone: &[Standing]) -> Vec<Mode> {
        let mut new: Vec<_> = new
            .iter()
            .map(|(name, digest)| named(name, digest, Mode::Active))
            .collect();
        go_on(&mut new, &gone.iter().collect::<Vec<_>>());
        new.iter().map(|standing| standing.mode).collect()
    }

    #[test]
    fn a_trigger_is_named_by_what_it_says() {
        let name = |cron: &str, zone: &str, inputs: Value| {
            let when = When::parse(cron, Some(zone), None).unwrap();
            trigger_name("Nightly", &when, inputs.as_object().unwrap())
        };
        let one = name("0 7 * * *", "Europe/Berlin", json!({"a": 1, "b": 2}));
        assert_eq!(one, name("0 7 * * *", "Europe/Berlin", json!({"b": 2, "a": 1})));
        assert_eq!(playbook_of(&one), Some("Nightly"));
        for other in [
            name("0 8 * * *", "Europe/Berlin", json!({"a": 1, "b": 2})),
            name("0 7 * * *", "Europe/Vienna", json!({"a": 1, "b": 2})),
            name("0 7 * * *", "Europe/Berlin", json!({"a": 1, "b": 3})),
        ] {
            assert_ne!(one, other);
        }
    }

    #[test]
    fn what_was_numbered_goes_on_with_its_pause() {
        let gone = [
            named("playbook:P#1", "at 7", Mode::Active),
            named("playbook:P#2", "at 8", Mode::Paused),
            named("playbook:Q#1", "at 9", Mode::Paused),
        ];
        let new = [
            ("playbook:P#aa", "at 8"),
            ("playbook:P#bb", "at 7"),
            ("playbook:P#cc", "at 9"),
        ];
        assert_eq!(modes(&new, &gone), [Mode::Paused, Mode::Active, Mode::Active]);
    }

    #[test]
    fn a_pause_stays_over_a_change_of_the_only_trigger_that_changed() {
        let gone = [named("playbook:P#aa", "at 7", Mode::Paused)];
        assert_eq!(modes(&[("playbook:P#bb", "at 8")], &gone), [Mode::Paused]);
        let two = [("playbook:P#bb", "at 8"), ("playbook:P#cc", "at 9")];
        assert_eq!(
            modes(&two, &gone),
            [Mode::Active, Mode::Active],
            "nobody knows which it was"
        );
    }

    #[test]
    fn of_two_with_the_same_times_none_runs_that_may_be_paused() {
        let gone = [
            named("playbook:P#1", "at 7", Mode::Active),
            named("playbook:P#2", "at 7", Mode::Paused),
        ];
        let new = [("playbook:P#aa", "at 7"), ("playbook:P#bb", "at 7")];
        assert_eq!(modes(&new, &gone), [Mode::Paused, Mode::Paused]);
    }
}
