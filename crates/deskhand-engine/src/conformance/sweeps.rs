//! What sweeps ask and note.

use deskhand_command::Head;

use super::sample::{batch, claim, event, everything, time};
use super::{Fresh, Outcome};
use crate::events::NewEvent;
use crate::store::BatchWrite;

fn head(id: i64, stamp: i64) -> Head {
    Head { id, stamp }
}

pub(super) async fn missing_and_known_are_told_apart(fresh: &Fresh<'_>) -> Outcome {
    let store = fresh().await;
    let lease = claim(&*store, "A").await?;
    let other = claim(&*store, "B").await?;
    let keyed = |event: NewEvent| NewEvent {
        event_key: Some("k".to_owned()),
        ..event
    };
    let events = vec![
        event(9, 4, 1),
        event(1, 5, 1),
        event(1, 7, 2),
        keyed(event(3, 6, 1)),
        keyed(event(3, 8, 2)),
    ];
    store.commit(&lease, batch(&lease, events)).await?;
    let heads = [head(1, 5), head(1, 7), head(1, 6), head(2, 5), head(9, 4), head(3, 8)];
    assert_eq!(
        store.missing(&lease, &heads).await?,
        [head(1, 6), head(2, 5)],
        "dismissed ones are known, too"
    );
    assert_eq!(store.missing(&other, &heads).await?.len(), 6);
    assert_eq!(store.missing(&lease, &[]).await?, []);
    assert_eq!(
        store.known(&lease, i64::MIN).await?,
        [head(1, 7), head(3, 8), head(9, 4)],
        "by id"
    );
    assert_eq!(store.known(&lease, 7).await?, [head(3, 8)]);
    Ok(())
}

pub(super) async fn marks_of_the_gone_come_and_go(fresh: &Fresh<'_>) -> Outcome {
    let store = fresh().await;
    let lease = claim(&*store, "A").await?;
    store
        .commit(&lease, batch(&lease, vec![event(1, 5, 1), event(2, 5, 1)]))
        .await?;
    let first = BatchWrite {
        gone: vec![1, 2],
        ..batch(&lease, vec![])
    };
    store.commit(&lease, first).await?;
    let again = BatchWrite {
        gone: vec![1],
        now: time(50),
        ..batch(&lease, vec![event(2, 6, 2), event(1, 5, 1)])
    };
    store.commit(&lease, again).await?;
    assert_eq!(store.known(&lease, 0).await?, [head(2, 6)]);
    for summary in store.list_events(&everything()).await? {
        let event = store.get_event(summary.id).await?.ok_or("it was listed")?;
        let expected = (summary.record_id == 1).then(|| time(10));
        assert_eq!(
            event.gone_at, expected,
            "the first time counts, and a new revision takes the mark away"
        );
    }
    Ok(())
}
