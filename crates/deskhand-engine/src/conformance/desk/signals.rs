//! What people and other runs want of a run.

use super::sample::{
    append, began, cancel, claim, claim_at, claimed, journal, new_run, numbers, over, retry, sleep, state, time,
};
use super::{Desk, Outcome};
use crate::runs::{RunOutcome, RunState, Signalled, What};

fn answer() -> What {
    What::Answered {
        step: "Ask".to_owned(),
        answer: "approved".to_owned(),
        by: "bob".to_owned(),
        group: None,
        words: "go \"on\"".to_owned(),
    }
}

pub(super) async fn signals_make_a_waiting_run_due(desk: &Desk) -> Outcome {
    for (id, wake) in [("a", None), ("b", Some(500))] {
        desk.runs.start(&new_run(id, 0)).await?;
        let lease = claim(desk, 0).await?.lease;
        desk.runs.append(&lease, sleep(0, wake)).await?;
        assert_eq!(desk.runs.signal(id, &answer(), time(20)).await?, Signalled::Taken);
        assert_eq!(state(desk, id).await?, RunState::Due);
        assert_eq!(desk.runs.next_run_due().await?, Some(time(20)));
        let claimed = claim(desk, 20).await?;
        assert_eq!(claimed.entries[0].what, answer());
        desk.runs.append(&claimed.lease, sleep(1, None)).await?;
    }
    assert_eq!(desk.runs.signal("c", &answer(), time(20)).await?, Signalled::Missing);
    Ok(())
}

pub(super) async fn signals_do_not_disturb_a_holder(desk: &Desk) -> Outcome {
    desk.runs.start(&new_run("a", 5)).await?;
    desk.runs.signal("a", &cancel(), time(1)).await?;
    assert_eq!(desk.runs.next_run_due().await?, Some(time(5)), "it was due already");
    let claimed_run = claim(desk, 5).await?;
    assert_eq!(numbers(&claimed_run.entries), [1]);
    desk.runs.signal("a", &cancel(), time(6)).await?;
    assert!(claimed(desk, &claim_at("two", 7, 9)).await?.is_empty(), "it is held");
    let unseen = desk
        .runs
        .append(&claimed_run.lease, append(vec![began("A")], 1))
        .await?;
    assert_eq!(numbers(&unseen), [2, 3]);
    Ok(())
}

pub(super) async fn only_a_retry_opens_an_ended_run(desk: &Desk) -> Outcome {
    for (id, outcome) in [
        ("failed", RunOutcome::Failed),
        ("cancelled", RunOutcome::Cancelled),
        ("partly", RunOutcome::PartiallySuccessful),
    ] {
        over(desk, &new_run(id, 0), outcome).await?;
        for refused in [cancel(), answer()] {
            assert_eq!(desk.runs.signal(id, &refused, time(20)).await?, Signalled::Ended);
        }
        assert_eq!(desk.runs.signal(id, &retry(), time(30)).await?, Signalled::Taken);
        let summary = desk.runs.get_run(id).await?.ok_or("it was started")?.summary;
        assert_eq!(summary.state, RunState::Due);
        assert_eq!((summary.outcome, summary.ended_at, summary.reason), (None, None, None));
        let again = claim(desk, 30).await?;
        assert_eq!(numbers(&again.entries), [1, 2]);
        assert_eq!(again.entries[1].what, retry());
    }
    over(desk, &new_run("good", 0), RunOutcome::Successful).await?;
    assert_eq!(desk.runs.signal("good", &retry(), time(20)).await?, Signalled::Ended);
    assert_eq!(numbers(&journal(desk, "good").await?), [1]);
    assert_eq!(state(desk, "good").await?, RunState::Ended);
    Ok(())
}
