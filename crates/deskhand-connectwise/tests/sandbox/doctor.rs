//! The doctor: every right is tried, nothing is changed, and what is missing is named.

use std::collections::BTreeMap;
use std::time::Instant;

use deskhand_command::SystemClock;
use deskhand_connectwise::{Checkup, RightState, examine};
use deskhand_sandbox::{Level, Member, Running};

use crate::support::{client, client_as, sandbox};

const LEVELS: [(&str, Level); 4] = [
    ("Inquire", Level::Inquire),
    ("Add", Level::Add),
    ("Edit", Level::Edit),
    ("Delete", Level::Delete),
];

/// What the doctor says of each line, for a member with these rights.
async fn states(sandbox: &Running, rights: &[(&str, Level)]) -> BTreeMap<&'static str, RightState> {
    sandbox
        .world()
        .set_member(Member::with_rights("examined", "key", rights));
    let client = client_as(&sandbox.url(), "sandbox", "examined", "key");
    let checkup = examine(&client, &SystemClock).await.unwrap();
    checkup
        .rights
        .into_iter()
        .map(|right| (right.line, right.state))
        .collect()
}

fn parts(line: &str) -> (&str, Level) {
    let (of, level) = line.rsplit_once(" > ").unwrap();
    let level = LEVELS.iter().find(|(word, _)| level.starts_with(word)).unwrap().1;
    (of, level)
}

/// The server says whole seconds, and ours is looked at up to as much later as the examination took.
fn assert_ahead_by(seconds: i64, checkup: &Checkup, begun: Instant) {
    let ahead = checkup.clock_ahead.unwrap().as_secs();
    let took = i64::try_from(begun.elapsed().as_secs()).unwrap();
    assert!((seconds - took - 2..=seconds + 1).contains(&ahead), "{ahead}");
}

#[tokio::test]
async fn c23_with_every_right_nothing_is_missing_and_nothing_is_changed() {
    let sandbox = sandbox(30).await;
    let before = sandbox.world().truth().len();
    let begun = Instant::now();
    let checkup = examine(&client(&sandbox), &SystemClock).await.unwrap();
    for right in &checkup.rights {
        let told = !right.line.contains("Close Service Tickets");
        assert_eq!(right.state == RightState::Granted, told, "{right:?}");
    }
    assert_eq!(sandbox.world().truth().len(), before);
    assert!(sandbox.outbox().all().is_empty());
    assert!(checkup.version.as_ref().unwrap().starts_with("v2026"));
    assert_ahead_by(0, &checkup, begun);
    assert!(checkup.latency.is_some() && checkup.requests > 5 && checkup.refusals == 0);
}

#[tokio::test]
async fn c23_each_missing_line_is_named_and_no_other() {
    let sandbox = sandbox(10).await;
    let all: Vec<_> = states(&sandbox, &[])
        .await
        .into_keys()
        .filter(|line| !line.contains("Close"))
        .collect();
    for missing in &all {
        let rights: Vec<_> = all
            .iter()
            .filter(|line| *line != missing)
            .map(|line| parts(line))
            .collect();
        let states = states(&sandbox, &rights).await;
        assert_eq!(states[missing], RightState::Missing, "{missing}");
        // Merging is tried with one request for both of its lines.
        let together = |line: &str| line.contains("Merge") && missing.contains("Merge");
        // Without looking at tickets, nothing can be told of changing them either.
        let looks = missing.contains("Service Tickets > Inquire") || missing.contains("Service Tickets > Edit");
        for line in all.iter().filter(|line| *line != missing && !together(line)) {
            if !(looks && (line.contains("Service Tickets") || line.contains("Merge"))) {
                assert_eq!(states[line], RightState::Granted, "without {missing}: {line}");
            }
        }
    }
}

#[tokio::test]
async fn keys_that_are_wrong_end_the_examination() {
    let sandbox = sandbox(1).await;
    let client = client_as(&sandbox.url(), "sandbox", "public", "wrong");
    let failure = examine(&client, &SystemClock).await.unwrap_err();
    assert_eq!((failure.status_code, failure.message.as_str()), (401, "Unauthorized."));
}

#[tokio::test]
async fn a_servers_clock_that_is_ahead_is_told() {
    let sandbox = sandbox(1).await;
    sandbox.world().clock.set_offset(90);
    let begun = Instant::now();
    let checkup = examine(&client(&sandbox), &SystemClock).await.unwrap();
    assert_ahead_by(90, &checkup, begun);
}
