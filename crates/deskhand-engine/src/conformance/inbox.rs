//! What an inbox of callbacks keeps.

use deskhand_command::Announced;

use super::sample::time;
use super::{FreshInbox, Outcome};
use crate::callbacks::{Reception, Waiting};

pub(super) fn changed(id: i64) -> Announced {
    Announced { id, deleted: false }
}

fn deleted(id: i64) -> Announced {
    Announced { id, deleted: true }
}

fn waiting(announced: Announced, since: i64, number: u64) -> Waiting {
    Waiting {
        announced,
        since: time(since),
        number,
    }
}

pub(super) async fn a_secret_stays_what_it_was(fresh: &FreshInbox<'_>) -> Outcome {
    let (_, inbox) = fresh().await;
    assert_eq!(inbox.secret("A", "first").await?, "first");
    assert_eq!(inbox.secret("A", "second").await?, "first");
    assert_eq!(inbox.secret("B", "third").await?, "third");
    // Received before anybody asked for the secret.
    inbox.keep("C", changed(1), time(1)).await?;
    assert_eq!(inbox.secret("C", "fourth").await?, "fourth");
    assert_eq!(inbox.reception("C").await?.received, 1);
    Ok(())
}

pub(super) async fn a_record_waits_once_however_often_it_is_announced(fresh: &FreshInbox<'_>) -> Outcome {
    let (_, inbox) = fresh().await;
    inbox.keep("A", changed(7), time(1)).await?;
    inbox.keep("A", deleted(7), time(2)).await?;
    inbox.keep("A", changed(7), time(3)).await?;
    assert_eq!(inbox.waiting("A", 10).await?, [waiting(deleted(7), 1, 3)]);
    let expected = Reception {
        received: 3,
        last_received_at: Some(time(3)),
        waiting: 1,
        ..Reception::default()
    };
    assert_eq!(inbox.reception("A").await?, expected);
    Ok(())
}

pub(super) async fn what_is_announced_meanwhile_is_not_lost(fresh: &FreshInbox<'_>) -> Outcome {
    let (_, inbox) = fresh().await;
    inbox.keep("A", deleted(7), time(1)).await?;
    inbox.keep("A", changed(8), time(1)).await?;
    let handed_out = inbox.waiting("A", 10).await?;
    inbox.keep("A", changed(7), time(5)).await?;
    inbox.done("A", &handed_out).await?;
    assert_eq!(inbox.waiting("A", 10).await?, [waiting(deleted(7), 1, 3)]);
    // Looked at, announced anew, and then an older look ends: it was at the one before.
    inbox.done("A", &inbox.waiting("A", 10).await?).await?;
    assert_eq!(inbox.waiting("A", 10).await?, []);
    inbox.keep("A", changed(7), time(6)).await?;
    inbox.done("A", &handed_out).await?;
    inbox.done("A", &[]).await?;
    assert_eq!(inbox.waiting("A", 10).await?, [waiting(changed(7), 6, 4)]);
    Ok(())
}

pub(super) async fn connections_do_not_know_each_other(fresh: &FreshInbox<'_>) -> Outcome {
    let (_, inbox) = fresh().await;
    inbox.keep("A", changed(7), time(1)).await?;
    inbox.keep("B", changed(7), time(2)).await?;
    inbox.done("B", &inbox.waiting("A", 10).await?).await?;
    inbox.done("A", &inbox.waiting("A", 10).await?).await?;
    assert_eq!(inbox.waiting("A", 10).await?, []);
    assert_eq!(
        inbox.waiting("B", 10).await?,
        [],
        "the number and the record are the same"
    );
    inbox.keep("B", changed(7), time(3)).await?;
    inbox.registered("B", time(4)).await?;
    assert_eq!(inbox.reception("never heard of").await?, Reception::default());
    let a = inbox.reception("A").await?;
    assert_eq!((a.received, a.registered_at, a.waiting), (1, None, 0));
    Ok(())
}

pub(super) async fn the_oldest_comes_first(fresh: &FreshInbox<'_>) -> Outcome {
    let (_, inbox) = fresh().await;
    for (id, at) in [(9, 1), (3, 2), (4, 2), (1, 3), (9, 4)] {
        inbox.keep("A", changed(id), time(at)).await?;
    }
    let ids = |waiting: &[Waiting]| waiting.iter().map(|one| one.announced.id).collect::<Vec<_>>();
    assert_eq!(ids(&inbox.waiting("A", 3).await?), [9, 3, 4]);
    assert_eq!(ids(&inbox.waiting("A", 99).await?), [9, 3, 4, 1]);
    assert_eq!(inbox.waiting("A", 0).await?, []);
    Ok(())
}

pub(super) async fn silence_is_noted_once_and_ends_with_the_next_callback(fresh: &FreshInbox<'_>) -> Outcome {
    let (_, inbox) = fresh().await;
    inbox.registered("A", time(1)).await?;
    inbox.unannounced("A", 0, time(10)).await?;
    inbox.unannounced("A", 0, time(20)).await?;
    let noted = inbox.reception("A").await?;
    assert_eq!(
        (noted.registered_at, noted.unannounced_at, noted.last_received_at),
        (Some(time(1)), Some(time(10)), None)
    );
    inbox.keep("A", changed(1), time(30)).await?;
    assert_eq!(inbox.reception("A").await?.unannounced_at, None);
    inbox.unannounced("A", 0, time(40)).await?;
    assert_eq!(inbox.reception("A").await?.unannounced_at, None, "one came in between");
    inbox.unannounced("A", 1, time(50)).await?;
    assert_eq!(inbox.reception("A").await?.unannounced_at, Some(time(50)));
    inbox.registered("A", time(60)).await?;
    let mended = inbox.reception("A").await?;
    assert_eq!(
        (mended.registered_at, mended.unannounced_at, mended.last_received_at),
        (Some(time(60)), None, Some(time(30)))
    );
    Ok(())
}
