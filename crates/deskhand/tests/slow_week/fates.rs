//! What has to become of due times, by when the engine looked and which runs were under way; reckoned without its code.

use std::collections::BTreeMap;

use deskhand_engine::schedules::{Fate, Occurrence};
use jiff::{SignedDuration, Timestamp};

use super::expected::{Expected, Policy};

/// What starts within this time is not late.
const IN_TIME: SignedDuration = SignedDuration::from_secs(60);

/// From one time to another; what has not ended has no end.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Span {
    pub(crate) from: Timestamp,
    pub(crate) until: Option<Timestamp>,
}

/// What is known beside of what became of due times.
#[derive(Debug)]
pub(crate) struct Known<'a> {
    /// The engine's turns that came to their end, in their order: each begins with a look at what is due.
    pub(crate) turns: &'a [Span],
    /// The schedule's runs.
    pub(crate) runs: Vec<Span>,
}

impl Known<'_> {
    /// Whether a run that had begun before was under way.
    fn is_open(&self, at: Timestamp) -> bool {
        let is_open = |run: &Span| run.from < at && run.until.is_none_or(|until| until > at);
        self.runs.iter().any(is_open)
    }

    /// The first whole turn that begins when something is due; where due times wait for runs, the first without one.
    fn answering(&self, due: Timestamp, policy: Policy) -> Option<&Span> {
        let after = self.turns.partition_point(|turn| turn.from < due);
        let mut turns = self.turns[after..].iter();
        turns.find(|turn| policy != Policy::All || !self.runs.iter().any(|run| meet(run, turn)))
    }
}

fn meet(one: &Span, other: &Span) -> bool {
    let begins_before = |one: &Span, other: &Span| other.until.is_none_or(|until| one.from <= until);
    begins_before(one, other) && begins_before(other, one)
}

/// What should not have become of due times, in sentences.
pub(crate) fn wrong_fates(expected: &Expected, occurrences: &[Occurrence], known: &Known<'_>) -> Vec<String> {
    let mut looks: BTreeMap<Timestamp, Vec<&Occurrence>> = BTreeMap::new();
    for one in occurrences {
        looks.entry(one.at).or_default().push(one);
    }
    let last_of = |one: &Occurrence| looks[&one.at].iter().map(|other| other.last).max();
    let wrong = occurrences.iter().filter_map(|one| {
        let is_last = last_of(one) == Some(one.last) && one.times == 1;
        let fate = fate(expected.policy, one, is_last, known.is_open(one.at));
        let told = |what: String| Some(format!("{}: {one:?} {what} ({:?})", expected.name, expected.policy));
        if one.at < one.due {
            return told("was decided before it was due".to_owned());
        }
        if one.fate != fate {
            return told(format!("should be {fate:?}"));
        }
        if one.run.is_some() != matches!(fate, Fate::Ran | Fate::Late) {
            return told("has a run and none, or none and one".to_owned());
        }
        let turn = known.answering(one.due, expected.policy)?;
        let in_time = turn.until.is_none_or(|until| one.at <= until);
        if in_time {
            None
        } else {
            told(format!("waited beyond the turn of {}", turn.from))
        }
    });
    wrong.collect()
}

/// What becomes of a due time that is looked at, whether it is the last one of those, and whether a run is open.
fn fate(policy: Policy, one: &Occurrence, is_last: bool, is_open: bool) -> Fate {
    let is_late = one.at.duration_since(one.due) > IN_TIME;
    match policy {
        Policy::All if is_late => Fate::Late,
        Policy::All => Fate::Ran,
        _ if is_open => Fate::Overlapped,
        _ if !is_last => Fate::Missed,
        Policy::Skip if is_late => Fate::Missed,
        Policy::Once if is_late => Fate::Late,
        _ => Fate::Ran,
    }
}

#[cfg(test)]
mod tests {
    use super::super::expected::Times;
    use super::*;

    fn at(time: &str) -> Timestamp {
        format!("2027-10-28T{time}Z").parse().unwrap()
    }

    fn span(from: &str, until: &str) -> Span {
        Span {
            from: at(from),
            until: Some(at(until)),
        }
    }

    /// Every five minutes from midnight to noon, but for an absence from 03:10 to 06:24.
    fn turns() -> Vec<Span> {
        let away = span("03:10:00", "06:24:00");
        let times = (0..144).map(|number| at("00:00:01") + SignedDuration::from_mins(5 * number));
        let turns = times.map(|from| Span {
            from,
            until: Some(from + SignedDuration::from_secs(2)),
        });
        turns.filter(|turn| !meet(turn, &away)).collect()
    }

    fn one(due: &str, looked: &str, fate: Fate) -> Occurrence {
        let run = matches!(fate, Fate::Ran | Fate::Late).then(|| format!("run of {due}"));
        Occurrence {
            due: at(due),
            last: at(due),
            times: 1,
            fate,
            at: at(looked),
            run,
        }
    }

    /// What is right, by policy: in time, two or three due times in the absence, and in time again.
    fn right(policy: Policy) -> Vec<Occurrence> {
        let [four, five, six] = match policy {
            Policy::Skip => [Fate::Missed; 3],
            Policy::Once => [Fate::Missed, Fate::Missed, Fate::Late],
            Policy::All => [Fate::Late; 3],
        };
        vec![
            one("03:00:00", "03:00:01", Fate::Ran),
            one("04:00:00", "06:25:01", four),
            one("05:00:00", "06:25:01", five),
            one("06:00:00", "06:25:01", six),
            one("07:00:00", "07:00:01", Fate::Ran),
        ]
    }

    fn found(policy: Policy, occurrences: &[Occurrence], runs: Vec<Span>) -> Vec<String> {
        let hourly = Expected {
            name: "Hourly".to_owned(),
            policy,
            times: Times::Every { minutes: 60 },
        };
        let turns = turns();
        wrong_fates(&hourly, occurrences, &Known { turns: &turns, runs })
    }

    /// What is found when the due time of this number came to something else.
    fn with(policy: Policy, number: usize, looked: &str, fate: Fate) -> Vec<String> {
        let mut occurrences = right(policy);
        let due = occurrences[number].due.strftime("%H:%M:%S").to_string();
        occurrences[number] = one(&due, looked, fate);
        found(policy, &occurrences, Vec::new())
    }

    const EACH: [Policy; 3] = [Policy::Skip, Policy::Once, Policy::All];

    #[test]
    fn nothing_is_found_where_all_is_right() {
        for policy in EACH {
            assert_eq!(found(policy, &right(policy), Vec::new()), [""; 0], "{policy:?}");
        }
    }

    #[test]
    fn a_due_time_is_found_that_came_to_nothing_while_the_engine_was_there() {
        for policy in EACH {
            for fate in [Fate::Missed, Fate::Overlapped, Fate::Late] {
                let wrong = with(policy, 4, "07:00:01", fate);
                assert_eq!(wrong.len(), 1, "{policy:?}: {wrong:?}");
                assert!(wrong[0].contains("should be Ran"), "{wrong:?}");
            }
        }
    }

    #[test]
    fn a_due_time_is_found_that_waited_while_the_engine_was_there() {
        for policy in EACH {
            let fate = if policy == Policy::Skip {
                Fate::Missed
            } else {
                Fate::Late
            };
            let wrong = with(policy, 4, "07:05:01", fate);
            assert_eq!(wrong.len(), 1, "{policy:?}: {wrong:?}");
            assert!(wrong[0].contains("waited beyond the turn"), "{wrong:?}");
        }
    }

    #[test]
    fn after_an_absence_the_policy_says_how_many_are_made_up_for() {
        let looked = "06:25:01";
        assert_eq!(with(Policy::Skip, 3, looked, Fate::Late).len(), 1, "none is");
        assert_eq!(with(Policy::Once, 3, looked, Fate::Missed).len(), 1, "the last is");
        assert_eq!(with(Policy::Once, 2, looked, Fate::Late).len(), 1, "no other is");
        assert_eq!(with(Policy::All, 1, looked, Fate::Missed).len(), 1, "each is");
    }

    #[test]
    fn what_is_overlapped_has_a_run_that_it_was_overlapped_by() {
        let open = span("03:00:01", "07:30:00");
        let overlapped = [one("07:00:00", "07:00:01", Fate::Overlapped)];
        let ran = [one("07:00:00", "07:00:01", Fate::Ran)];
        for policy in [Policy::Skip, Policy::Once] {
            assert_eq!(found(policy, &overlapped, vec![open]), [""; 0]);
            assert_eq!(found(policy, &ran, vec![open]).len(), 1, "two at once");
            let over = span("03:00:01", "06:59:00");
            assert_eq!(found(policy, &overlapped, vec![over]).len(), 1, "it was over");
        }
        let waited = [one("07:00:00", "07:30:01", Fate::Late)];
        assert_eq!(found(Policy::All, &waited, vec![open]), [""; 0], "it waits for the run");
        let longer = [one("07:00:00", "07:35:01", Fate::Late)];
        assert_eq!(found(Policy::All, &longer, vec![open]).len(), 1, "and no longer");
    }
}
