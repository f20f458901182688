//! Who has a run.

use std::collections::BTreeSet;

use super::sample::{append, began, claim, claim_at, claimed, end, is_lost, new_run, sleep, time};
use super::{Desk, Outcome};
use crate::runs::{Append, RunClaim, RunLease, RunOutcome, Then};

pub(super) async fn a_run_starts_once(desk: &Desk) -> Outcome {
    assert_eq!(desk.runs.next_run_due().await?, None);
    let run = new_run("a", 5);
    assert!(desk.runs.start(&run).await?);
    let mut other = new_run("a", 1);
    other.given.clear();
    assert!(!desk.runs.start(&other).await?, "the id is known");
    assert_eq!(desk.runs.next_run_due().await?, Some(time(5)));
    let claimed = claim(desk, 5).await?;
    assert_eq!((claimed.run, claimed.entries.len()), (run.clone(), 0));
    desk.runs.append(&claimed.lease, end(RunOutcome::Successful)).await?;
    assert!(
        !desk.runs.start(&run).await?,
        "nor does it start again when it has ended"
    );
    assert_eq!(desk.runs.next_run_due().await?, None);
    Ok(())
}

pub(super) async fn the_longest_due_is_claimed_first(desk: &Desk) -> Outcome {
    for (id, second) in [("c", 3), ("a", 2), ("d", 4), ("b", 1)] {
        desk.runs.start(&new_run(id, second)).await?;
    }
    assert_eq!(claimed(desk, &claim_at("one", 3, 2)).await?, ["b", "a"]);
    assert_eq!(
        claimed(desk, &claim_at("two", 3, 9)).await?,
        ["c"],
        "the fourth is not due"
    );
    let slept = desk.runs.claim_runs(&claim_at("one", 4, 9)).await?.remove(0);
    desk.runs.append(&slept.lease, sleep(0, Some(20))).await?;
    desk.runs.start(&new_run("e", 30)).await?;
    // The others' time is over at 63, which is when they are due again.
    assert_eq!(claimed(desk, &claim_at("two", 63, 2)).await?, ["d", "e"]);
    Ok(())
}

pub(super) async fn a_claim_stands_until_its_time_is_over(desk: &Desk) -> Outcome {
    desk.runs.start(&new_run("a", 0)).await?;
    let first = claim(desk, 0).await?;
    for holder in ["one", "two"] {
        assert!(claimed(desk, &claim_at(holder, 59, 9)).await?.is_empty(), "it is held");
    }
    assert_eq!(desk.runs.next_run_due().await?, Some(time(60)));
    desk.runs.append(&first.lease, append(vec![began("A")], 0)).await?;
    assert_eq!(
        desk.runs.next_run_due().await?,
        Some(time(100)),
        "an append says until when"
    );
    let later = Append {
        then: Then::GoOn { until: time(200) },
        ..append(vec![], 1)
    };
    desk.runs.append(&first.lease, later).await?;
    assert!(
        claimed(desk, &claim_at("two", 199, 9)).await?.is_empty(),
        "also one without entries"
    );
    let second = desk.runs.claim_runs(&claim_at("two", 200, 9)).await?.remove(0);
    assert!(second.lease.fence > first.lease.fence);
    assert_eq!(second.entries.len(), 1);
    Ok(())
}

pub(super) async fn what_its_holder_is_at_work_on_is_left_out(desk: &Desk) -> Outcome {
    for (id, second) in [("a", 0), ("b", 1), ("c'", 2)] {
        desk.runs.start(&new_run(id, second)).await?;
    }
    let but = |now, limit, except: &[&str]| RunClaim {
        except: except.iter().map(|&id| id.to_owned()).collect(),
        ..claim_at("one", now, limit)
    };
    assert_eq!(
        claimed(desk, &but(5, 1, &["a", "c'"])).await?,
        ["b"],
        "nor is it counted"
    );
    assert_eq!(claimed(desk, &but(5, 9, &["c'", "nobody"])).await?, ["a"]);
    // The time of the first two is over.
    assert_eq!(claimed(desk, &but(100, 9, &["a", "b"])).await?, ["c'"]);
    assert_eq!(claimed(desk, &but(100, 9, &["b"])).await?, ["a"]);
    Ok(())
}

pub(super) async fn an_older_claim_changes_nothing(desk: &Desk) -> Outcome {
    desk.runs.start(&new_run("a", 0)).await?;
    let older = claim(desk, 0).await?.lease;
    // Nobody else came, so the claim still holds although its time is over.
    desk.runs.append(&older, append(vec![began("A")], 0)).await?;
    let newer = claim(desk, 200).await?.lease;
    assert!(is_lost(desk.runs.append(&older, append(vec![began("B")], 1)).await));
    assert!(is_lost(desk.runs.append(&older, end(RunOutcome::Failed)).await));
    desk.runs.append(&newer, sleep(1, None)).await?;
    assert!(
        is_lost(desk.runs.append(&newer, append(vec![], 1)).await),
        "who sleeps has nothing"
    );
    let missing = RunLease {
        run: "b".to_owned(),
        ..newer
    };
    assert!(is_lost(desk.runs.append(&missing, append(vec![], 0)).await));
    Ok(())
}

pub(super) async fn claims_at_the_same_time_share_what_is_due(desk: &Desk) -> Outcome {
    for n in 0..40 {
        desk.runs.start(&new_run(&format!("run {n}"), 0)).await?;
    }
    let claims = (0..8).map(|n| {
        let desk = desk.clone();
        async move { claimed(&desk, &claim_at(&format!("holder {n}"), 1, 5)).await }
    });
    let shares = futures_util::future::try_join_all(claims).await?;
    let all: Vec<String> = shares.into_iter().flatten().collect();
    assert_eq!(all.len(), 40, "everybody gets what there is");
    assert_eq!(
        all.iter().collect::<BTreeSet<_>>().len(),
        40,
        "and nobody what another has"
    );
    Ok(())
}
