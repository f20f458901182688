//! Claims and positions.

use serde_json::json;

use super::sample::{batch, claim, event, everything, is_lost, key, request, time};
use super::{Fresh, Outcome};
use crate::events::NewEvent;
use crate::store::{BY_HAND, BatchWrite, Before, FeedKey, Lease, LeaseRequest};
use crate::{EventStore, StoreError};

pub(super) async fn a_claim_stands_until_it_ends(fresh: &Fresh<'_>) -> Outcome {
    let store = fresh().await;
    let key = key("A");
    let first = store.claim(&key, &request("one", 0, 60)).await?;
    assert_eq!(first.position, None);
    let refused = store.claim(&key, &request("two", 59, 120)).await;
    assert!(matches!(&refused, Err(StoreError::Held { holder, until }) if holder == "one" && *until == time(60)));
    assert!(refused.is_err_and(|error| error.to_string().contains("another process is ingesting")));

    store.renew(&first, time(200)).await?;
    assert!(store.claim(&key, &request("two", 120, 300)).await.is_err());
    let again = store.claim(&key, &request("one", 1, 300)).await?;
    assert!(again.fence > first.fence, "the same holder may claim again");
    store.release(&again).await?;
    let second = store.claim(&key, &request("two", 2, 300)).await?;
    let third = store.claim(&key, &request("three", 301, 400)).await?;
    assert!(third.fence > second.fence, "time is over");
    Ok(())
}

pub(super) async fn an_older_claim_changes_nothing(fresh: &Fresh<'_>) -> Outcome {
    let store = fresh().await;
    let older = claim(&*store, "A").await?;
    let newer = store.claim(&key("A"), &request("two", 101, 200)).await?;
    let write = BatchWrite {
        position: Some(json!({"at": 1})),
        gone: vec![1],
        ..batch(&older, vec![event(1, 5, 1)])
    };
    assert!(is_lost(store.commit(&older, write).await));
    assert!(is_lost(store.renew(&older, time(500)).await));
    assert!(is_lost(store.release(&older).await));
    assert!(store.list_events(&everything()).await?.is_empty());
    store.release(&newer).await?;
    let next = store.claim(&key("A"), &request("three", 102, 200)).await?;
    assert_eq!(next.position, None);
    Ok(())
}

pub(super) async fn other_filters_and_companies_begin_anew(fresh: &Fresh<'_>) -> Outcome {
    let store = fresh().await;
    let first = claim(&*store, "A").await?;
    let position = json!({"since": "2026-01-01T00:00:00Z", "ranges": [[1, null]]});
    let write = BatchWrite {
        position: Some(position.clone()),
        ..batch(&first, vec![event(1, 5, 1)])
    };
    store.commit(&first, write).await?;
    store.commit(&first, batch(&first, vec![])).await?;
    assert_eq!(
        store.claim(&key("A"), &request("one", 1, 60)).await?.position,
        Some(position)
    );
    let base = key("A");
    for other in [
        FeedKey {
            filters: "{\"Status\":\"New\"}".to_owned(),
            ..base.clone()
        },
        FeedKey {
            company: "other".to_owned(),
            ..base.clone()
        },
    ] {
        let lease = store.claim(&other, &request("one", 1, 60)).await?;
        assert_eq!((lease.position.as_ref(), lease.scope), (None, first.scope));
        let again = store.commit(&lease, batch(&lease, vec![event(1, 5, 1)])).await?;
        assert_eq!(again.taken, 0, "the scope is the same, so the revision is known");
    }
    Ok(())
}

/// A claim for a reader, from now on.
async fn read_by(store: &dyn EventStore, reader: &str, key: &FeedKey) -> Result<Lease, StoreError> {
    let request = LeaseRequest {
        reader: Some(reader.to_owned()),
        ..request("one", 0, 100)
    };
    store.claim(key, &request).await
}

/// Moves a feed's position, with these events.
async fn come(store: &dyn EventStore, lease: &Lease, at: i64, events: Vec<NewEvent>) -> Result<u64, StoreError> {
    let write = BatchWrite {
        position: Some(json!(at)),
        ..batch(lease, events)
    };
    Ok(store.commit(lease, write).await?.taken)
}

pub(super) async fn a_job_goes_on_from_the_feed_that_it_read_before(fresh: &Fresh<'_>) -> Outcome {
    let store = fresh().await;
    let keyed = |record, stamp| NewEvent {
        event_key: Some("once".to_owned()),
        ..event(record, stamp, 1)
    };
    let home = key("A");
    let other = FeedKey {
        site: "Other".to_owned(),
        ..home.clone()
    };
    let first = read_by(&*store, "J", &home).await?;
    assert_eq!((&first.position, &first.before), (&None, &None));
    let events = vec![event(1, 5, 1), event(2, 9, 1), keyed(3, 6)];
    assert_eq!(come(&*store, &first, 1, events).await?, 3);
    assert_eq!(read_by(&*store, "J", &home).await?.position, Some(json!(1)));

    let before = Before {
        feed: first.feed,
        position: json!(1),
    };
    for _ in 0..2 {
        let moved = read_by(&*store, "J", &other).await?;
        assert_eq!((&moved.position, moved.before.as_ref()), (&None, Some(&before)));
        assert_ne!(moved.scope, first.scope);
    }
    let moved = read_by(&*store, "J", &other).await?;
    store.carry_over(&moved, 9).await?;
    store.carry_over(&moved, 9).await?;
    let again = vec![event(1, 5, 1), event(2, 9, 1), event(2, 10, 1), keyed(4, 11)];
    assert_eq!(
        come(&*store, &moved, 2, again).await?,
        2,
        "what is older was not carried over, and one is a new revision"
    );
    let later = read_by(&*store, "J", &other).await?;
    assert_eq!((later.position, later.before), (Some(json!(2)), None));

    let back = read_by(&*store, "J", &home).await?;
    assert_eq!(back.position, None, "it has read elsewhere since");
    assert_eq!(back.before.map(|before| before.position), Some(json!(2)));
    let elsewhere = FeedKey {
        connection: "another".to_owned(),
        ..home
    };
    let elsewhere = read_by(&*store, "J", &elsewhere).await?;
    assert_eq!(
        elsewhere.before.as_ref().map(|before| &before.position),
        Some(&json!(2))
    );
    store.carry_over(&elsewhere, 0).await?;
    assert_eq!(
        come(&*store, &elsewhere, 3, vec![event(1, 5, 1), keyed(3, 6)]).await?,
        2,
        "another connection's records are others"
    );
    Ok(())
}

pub(super) async fn a_feed_that_somebody_reads_keeps_its_position(fresh: &Fresh<'_>) -> Outcome {
    let store = fresh().await;
    let by_hand = read_by(&*store, BY_HAND, &key("A")).await?;
    come(&*store, &by_hand, 1, vec![]).await?;
    assert_eq!(read_by(&*store, BY_HAND, &key("B")).await?.before, None);
    assert_eq!(read_by(&*store, "J", &key("A")).await?.position, Some(json!(1)));
    assert_eq!(read_by(&*store, "K", &key("A")).await?.position, Some(json!(1)));
    read_by(&*store, "J", &key("B")).await?;
    let shared = read_by(&*store, "J", &key("A")).await?;
    assert_eq!(shared.position, Some(json!(1)), "K reads it all the time");
    Ok(())
}
