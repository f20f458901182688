//! Batches and what is kept of them.

use bytes::Bytes;
use serde_json::json;

use super::sample::{batch, claim, event, everything, run_id, time};
use super::{Fresh, Outcome};
use crate::events::{Because, Dismissal, EventFilter, NewEvent};
use crate::store::{BatchWrite, Unusable};

pub(super) async fn events_come_back_as_they_were(fresh: &Fresh<'_>) -> Outcome {
    let store = fresh().await;
    let lease = claim(&*store, "A").await?;
    let mut odd = event(2, 6, 1);
    odd.raw = Bytes::from_static("{\"id\":2,\"n\":1e400,\"s\":\"\u{1F600}\\u0000\",\"d\":0.10}".as_bytes());
    "Other".clone_into(&mut odd.source);
    let new = [event(1, 5, 1), odd];
    let committed = store.commit(&lease, batch(&lease, new.to_vec())).await?;
    assert_eq!((committed.taken, committed.dismissed.len()), (2, 0));
    let listed = store.list_events(&everything()).await?;
    for (summary, new) in listed.iter().rev().zip(&new) {
        let event = store.get_event(summary.id).await?.ok_or("it was listed")?;
        assert_eq!(event.summary, *summary);
        assert_eq!(event.raw, new.raw, "to the byte");
        assert_eq!(serde_json::to_string(&summary.fields)?, new.fields, "in order");
        assert_eq!(
            (summary.record_id, summary.updated, summary.taken_at),
            (new.record_id, time(new.stamp), time(10))
        );
        assert_eq!(
            (summary.connection.as_str(), summary.source.as_str()),
            ("main", new.source.as_str())
        );
        assert_eq!(summary.fetched_by, "A");
    }
    assert!(store.get_event(99).await?.is_none());
    let measure = store.measure().await?;
    assert_eq!(
        (measure.events, measure.raw_bytes),
        (2, (new[0].raw.len() + new[1].raw.len()) as u64)
    );
    Ok(())
}

pub(super) async fn reasons_are_kept(fresh: &Fresh<'_>) -> Outcome {
    let store = fresh().await;
    let lease = claim(&*store, "A").await?;
    let keyed = |event: NewEvent| NewEvent {
        event_key: Some("\"k\"".to_owned()),
        ..event
    };
    let open = NewEvent {
        settled: false,
        ..event(1, 6, 1)
    };
    let late = NewEvent {
        late: true,
        ..event(2, 9, 1)
    };
    let first = vec![event(1, 5, 1), open, keyed(event(3, 5, 1))];
    store.commit(&lease, batch(&lease, first)).await?;
    let write = BatchWrite {
        passed_over: vec![(1, Dismissal::NoSource), (4, Dismissal::NoSource)],
        unusable: vec![
            Unusable {
                record_id: None,
                reason: "it has no id".to_owned(),
                raw: None
            };
            2
        ],
        ..batch(
            &lease,
            vec![
                event(1, 5, 1),
                event(1, 5, 2),
                event(1, 6, 2),
                late,
                keyed(event(4, 5, 1)),
            ],
        )
    };
    let committed = store.commit(&lease, write).await?;
    assert_eq!(committed.taken, 2);
    let counts = [
        (Dismissal::SameRevision, 1),
        (Dismissal::SameStamp, 1),
        (Dismissal::KnownKey, 1),
        (Dismissal::NoSource, 2),
    ];
    assert_eq!(committed.dismissed, counts.into());

    let mut because = Vec::new();
    for summary in store.list_events(&everything()).await? {
        because.push(store.get_event(summary.id).await?.ok_or("it was listed")?.because);
    }
    let expected = [
        Because::Late,
        Because::SameSecond,
        Because::FirstSeen,
        Because::Updated,
        Because::FirstSeen,
    ];
    assert_eq!(because, expected.map(Because::reason));
    let filter = EventFilter {
        record_id: Some(1),
        ..everything()
    };
    let last = store.list_events(&filter).await?.first().ok_or("three events")?.id;
    let event = store.get_event(last).await?.ok_or("it was listed")?;
    let stamps: Vec<_> = event.revisions.iter().map(|(_, updated)| updated.as_second()).collect();
    assert_eq!(stamps, [5, 6, 6], "the oldest first");
    let reasons = [Dismissal::SameRevision, Dismissal::SameStamp, Dismissal::NoSource];
    assert_eq!(event.dismissals, reasons.map(|reason| (reason.reason().to_owned(), 1)));
    Ok(())
}

pub(super) async fn lists_begin_with_the_newest(fresh: &Fresh<'_>) -> Outcome {
    let store = fresh().await;
    let lease = claim(&*store, "A").await?;
    let many = (1..=7).map(|id| event(id % 3, id, 1)).collect();
    store.commit(&lease, batch(&lease, many)).await?;
    let mut filter = EventFilter {
        limit: 3,
        ..EventFilter::default()
    };
    let mut stamps = Vec::new();
    loop {
        let page = store.list_events(&filter).await?;
        assert!(page.len() <= 3);
        let Some(last) = page.last() else { break };
        filter.before = Some(last.id);
        stamps.extend(page.iter().map(|event| event.updated.as_second()));
    }
    assert_eq!(stamps, [7, 6, 5, 4, 3, 2, 1]);
    let of_one = EventFilter {
        record_id: Some(2),
        ..everything()
    };
    assert!(
        store
            .list_events(&of_one)
            .await?
            .iter()
            .all(|event| event.record_id == 2)
    );
    let of_run = |run: String| EventFilter {
        run: Some(run),
        ..everything()
    };
    let (ours, prefix) = (run_id(&lease), run_id(&lease)[..3].to_owned());
    assert_eq!(store.list_events(&of_run(ours)).await?.len(), 7);
    assert_eq!(store.list_events(&of_run(prefix)).await?.len(), 0, "another run");
    Ok(())
}

pub(super) async fn keys_and_revisions_outlive_pruned_events(fresh: &Fresh<'_>) -> Outcome {
    let store = fresh().await;
    let lease = claim(&*store, "A").await?;
    let keyed = NewEvent {
        event_key: Some("7".to_owned()),
        ..event(7, 5, 1)
    };
    store
        .commit(&lease, batch(&lease, vec![event(1, 5, 1), keyed.clone()]))
        .await?;
    let last = store.list_events(&everything()).await?.first().ok_or("two events")?.id;
    assert_eq!(store.prune(time(10)).await?, 0);
    assert_eq!(store.prune(time(11)).await?, 2);
    assert!(store.list_events(&everything()).await?.is_empty());
    let changed = NewEvent {
        event_key: Some("7".to_owned()),
        ..event(7, 9, 2)
    };
    let again = store
        .commit(
            &lease,
            batch(&lease, vec![event(1, 5, 1), keyed, changed, event(1, 6, 2)]),
        )
        .await?;
    assert_eq!(again.taken, 1);
    let next = store.list_events(&everything()).await?.first().ok_or("one event")?.id;
    assert!(next > last, "numbers are not used twice");
    Ok(())
}

pub(super) async fn scopes_do_not_know_each_other(fresh: &Fresh<'_>) -> Outcome {
    let store = fresh().await;
    for source in ["A", "B"] {
        let lease = claim(&*store, source).await?;
        let keyed = NewEvent {
            event_key: Some("7".to_owned()),
            ..event(7, 5, 1)
        };
        assert_eq!(
            store
                .commit(&lease, batch(&lease, vec![event(1, 5, 1), keyed]))
                .await?
                .taken,
            2
        );
    }
    let events = store.list_events(&everything()).await?;
    let event = store
        .get_event(events.first().ok_or("four events")?.id)
        .await?
        .ok_or("it was listed")?;
    assert_eq!(event.revisions.len(), 1);
    Ok(())
}

pub(super) async fn a_large_batch_is_stored(fresh: &Fresh<'_>) -> Outcome {
    let store = fresh().await;
    let lease = claim(&*store, "A").await?;
    let many: Vec<_> = (0..2_345).map(|id| event(id, id, 1)).collect();
    assert_eq!(store.commit(&lease, batch(&lease, many.clone())).await?.taken, 2_345);
    let write = BatchWrite {
        position: Some(json!(1)),
        ..batch(&lease, many)
    };
    let again = store.commit(&lease, write).await?;
    assert_eq!((again.taken, again.dismissed[&Dismissal::SameRevision]), (0, 2_345));
    assert_eq!(store.list_events(&everything()).await?.len(), 2_345);
    Ok(())
}
