//! Who is told of failures: pure, decided when a run of a schedule ends.

use jiff::Timestamp;
use serde_json::Map;

use super::name::letter_id;
use super::{Alert, Schedule, ScheduleAfter, Standing};
use crate::dates::DateForm;
use crate::runs::{Cause, NewRun, Plan, RunOutcome};

/// A run of a schedule that has ended.
#[derive(Debug, Clone, Copy)]
pub struct EndedRun<'a> {
    /// Its id.
    pub id: &'a str,
    /// Which of its ends this is, from 1: a run that is tried again has several.
    pub ending: u32,
    /// How it ended.
    pub outcome: RunOutcome,
    /// Why it failed.
    pub reason: Option<&'a str>,
    /// When it ended.
    pub at: Timestamp,
}

/// What follows when a run of a schedule ends.
#[derive(Debug, Clone, PartialEq)]
pub struct AfterRun {
    /// What becomes of the schedule.
    pub schedule: ScheduleAfter,
    /// Letters, as runs to start.
    pub letters: Vec<NewRun>,
}

impl AfterRun {
    /// Whether the schedule is another one by this than it was: of a run that works after one that worked, it is not.
    pub fn changes(&self, before: &Standing) -> bool {
        (self.schedule.failures, self.schedule.alerted) != (before.failures, before.alerted)
    }
}

/// Counts the failures in a row, and says who hears of them.
///
/// One letter goes out when as many runs have failed in a row as the schedule says, not earlier and not again; a run that
/// works begins the count anew, and people who were told of failures hear that it works. A run that somebody cancelled is
/// neither. The ids of the letters are made of the run's and of which end it is, so that each is written once; times in them have this form.
pub fn after_run(schedule: &Schedule, standing: &Standing, ended: EndedRun<'_>, dates: &DateForm) -> AfterRun {
    let (failures, works) = match ended.outcome {
        RunOutcome::Successful | RunOutcome::PartiallySuccessful => (0, true),
        RunOutcome::Failed => (standing.failures.saturating_add(1), false),
        RunOutcome::Cancelled => (standing.failures, false),
    };
    let failed = ended.outcome == RunOutcome::Failed;
    let due = |alert: &&Alert| failed && !standing.alerted && failures >= alert.after.max(1);
    let alarm = schedule.alert.as_ref().filter(due);
    let relief = schedule.alert.as_ref().filter(|_| works && standing.alerted);
    let letters = [
        alarm.map(|alert| {
            letter(
                schedule,
                alert,
                ended,
                failing(schedule, standing, failures, ended, dates),
            )
        }),
        relief.map(|alert| letter(schedule, alert, ended, working(schedule, standing, ended, dates))),
    ];
    AfterRun {
        schedule: ScheduleAfter {
            schedule: schedule.name.clone(),
            failures,
            alerted: !works && (standing.alerted || alarm.is_some()),
        },
        letters: letters.into_iter().flatten().collect(),
    }
}

fn letter(schedule: &Schedule, alert: &Alert, ended: EndedRun<'_>, (subject, text): (String, String)) -> NewRun {
    NewRun {
        id: letter_id(&schedule.name, ended.id, ended.ending),
        plan: Plan::Letter {
            to: alert.to.clone(),
            subject,
            text,
        },
        cause: Cause::Alert {
            about: schedule.name.clone(),
        },
        site: schedule.site.clone().unwrap_or_default(),
        given: Map::new(),
        created_at: ended.at,
    }
}

/// The letter about failures.
fn failing(
    schedule: &Schedule,
    standing: &Standing,
    failures: u32,
    ended: EndedRun<'_>,
    dates: &DateForm,
) -> (String, String) {
    let what = what_runs(schedule);
    let failed = if matches!(schedule.plan, Plan::Check { .. }) {
        "has failed its test"
    } else {
        "has failed"
    };
    let times = if failures == 1 {
        failed.to_owned()
    } else {
        format!("{failed} {failures} times in a row")
    };
    let goes_on = match standing.next_at {
        Some(next) => format!("It goes on, the next time at {}.", dates.tell(next)),
        None => "It is not due again.".to_owned(),
    };
    let text = format!(
        "{what} {times}, the last time at {at}.\n\nWhy: {reason}\n\n{goes_on} The next letter is sent when it works again.\n\nSchedule: {name} ({when})\nRun: {run}\n",
        at = dates.tell(ended.at),
        reason = ended.reason.unwrap_or("no reason was given"),
        name = schedule.name,
        when = schedule.when,
        run = ended.id,
    );
    (format!("{what} {times}"), text)
}

/// The letter that all is well.
fn working(schedule: &Schedule, standing: &Standing, ended: EndedRun<'_>, dates: &DateForm) -> (String, String) {
    let what = what_runs(schedule);
    let before = if standing.failures == 1 {
        "a failure".to_owned()
    } else {
        format!("{} failures in a row", standing.failures)
    };
    let text = format!(
        "{what} works again since {at}, after {before}.\n\nSchedule: {name} ({when})\nRun: {run}\n",
        at = dates.tell(ended.at),
        name = schedule.name,
        when = schedule.when,
        run = ended.id,
    );
    (format!("{what} works again"), text)
}

/// What a schedule runs, as the beginning of a sentence.
fn what_runs(schedule: &Schedule) -> String {
    match &schedule.plan {
        Plan::Playbook { name, .. } => format!("The playbook \"{name}\""),
        Plan::Command {
            command, connection, ..
        } => format!("The command {command} on \"{connection}\""),
        Plan::Ingest { job } => format!("The ingestion \"{job}\""),
        Plan::Check { connection } => format!("The connection \"{connection}\""),
        Plan::Letter { .. } => format!("The letter of \"{}\"", schedule.name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schedules::sample::{at, schedule, standing};

    /// Runs that end, one after the other; what is told after each.
    fn told(after: u32, outcomes: &[RunOutcome]) -> Vec<Vec<String>> {
        let mut schedule = schedule("1h");
        schedule.alert = Some(Alert {
            to: vec!["noc@example.com".to_owned()],
            after,
        });
        let mut standing = standing("2026-11-26T11:00:00Z");
        let mut told = Vec::new();
        for (number, outcome) in outcomes.iter().enumerate() {
            let id = format!("run {number}");
            let ended = EndedRun {
                id: &id,
                ending: 1,
                outcome: *outcome,
                reason: Some("It is broken."),
                at: at("2026-11-26T10:00:00Z"),
            };
            let after = after_run(&schedule, &standing, ended, &DateForm::default());
            (standing.failures, standing.alerted) = (after.schedule.failures, after.schedule.alerted);
            let subjects = after.letters.into_iter().map(|letter| match letter.plan {
                Plan::Letter { to, subject, .. } if to == ["noc@example.com"] => subject,
                other => panic!("{other:?} is no letter to those who watch"),
            });
            told.push(subjects.collect());
        }
        told
    }

    use RunOutcome::{Cancelled, Failed, PartiallySuccessful, Successful};

    #[test]
    fn pl3_a_letter_goes_out_after_as_many_failures_in_a_row_and_not_again() {
        let told = told(3, &[Failed, Failed, Failed, Failed, Failed]);
        let alarm = "The command list-boards on \"Main\" has failed 3 times in a row";
        assert_eq!(told, [vec![], vec![], vec![alarm.to_owned()], vec![], vec![]]);
    }

    #[test]
    fn pl3_a_success_begins_the_count_anew_and_is_told_to_those_who_were_alarmed() {
        let told = told(
            2,
            &[
                Failed,
                Successful,
                Failed,
                Failed,
                PartiallySuccessful,
                Successful,
                Failed,
                Failed,
            ],
        );
        let count = told.iter().map(Vec::len).collect::<Vec<_>>();
        assert_eq!(count, [0, 0, 0, 1, 1, 0, 0, 1]);
        assert_eq!(told[4], ["The command list-boards on \"Main\" works again"]);
    }

    #[test]
    fn a_cancelled_run_is_neither_a_failure_nor_a_success() {
        let count = |outcomes: &[RunOutcome]| told(2, outcomes).iter().map(Vec::len).collect::<Vec<_>>();
        assert_eq!(
            count(&[Failed, Cancelled, Failed, Cancelled, Failed, Successful]),
            [0, 0, 1, 0, 0, 1]
        );
    }

    #[test]
    fn failures_are_counted_where_nobody_is_to_be_told() {
        let ended = EndedRun {
            id: "run",
            ending: 1,
            outcome: Failed,
            reason: None,
            at: at("2026-11-26T10:00:00Z"),
        };
        let mut before = standing("2026-11-26T11:00:00Z");
        before.failures = 6;
        let after = after_run(&schedule("1h"), &before, ended, &DateForm::default());
        assert_eq!((after.schedule.failures, after.schedule.alerted), (7, false));
        assert!(after.letters.is_empty());
    }

    #[test]
    fn a_letter_says_what_failed_why_and_what_comes_next_and_has_the_id_of_its_run() {
        let mut schedule = schedule("1h");
        schedule.alert = Some(Alert {
            to: vec!["noc@example.com".to_owned()],
            after: 1,
        });
        let ended = EndedRun {
            id: "schedule:Hourly@2026-11-26T10:00:00Z",
            ending: 1,
            outcome: Failed,
            reason: Some("The PSA refuses the keys."),
            at: at("2026-11-26T10:00:05Z"),
        };
        let berlin = DateForm::new("dd.MM.yyyy HH:mm", "Europe/Berlin").unwrap();
        let letter = after_run(&schedule, &standing("2026-11-26T11:00:00Z"), ended, &berlin)
            .letters
            .remove(0);
        assert_eq!(letter.id, "alert:Hourly@schedule:Hourly@2026-11-26T10:00:00Z");
        assert_eq!(
            letter.cause,
            Cause::Alert {
                about: "Hourly".to_owned()
            }
        );
        let again = EndedRun { ending: 2, ..ended };
        let again = after_run(&schedule, &standing("2026-11-26T11:00:00Z"), again, &berlin);
        assert_eq!(
            again.letters[0].id, "alert-2:Hourly@schedule:Hourly@2026-11-26T10:00:00Z",
            "it ends another time after it was tried again"
        );
        let Plan::Letter { subject, text, .. } = letter.plan else {
            panic!("no letter")
        };
        assert_eq!(subject, "The command list-boards on \"Main\" has failed");
        assert_eq!(
            text,
            "The command list-boards on \"Main\" has failed, the last time at 26.11.2026 11:00 (Europe/Berlin).\n\nWhy: The PSA refuses the keys.\n\nIt goes on, the next time at 26.11.2026 12:00 (Europe/Berlin). The next letter is sent when it works again.\n\nSchedule: Hourly (every 1 hour)\nRun: schedule:Hourly@2026-11-26T10:00:00Z\n"
        );
    }
}
