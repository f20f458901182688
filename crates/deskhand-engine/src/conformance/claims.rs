//! Claims and positions.

use serde_json::json;

use super::sample::{batch, claim, event, everything, is_lost, key, request, time};
use super::{Fresh, Outcome};
use crate::StoreError;
use crate::store::{BatchWrite, FeedKey};

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
