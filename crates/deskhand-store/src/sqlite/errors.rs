//! What SQLite's troubles mean.

use deskhand_engine::StoreError;

pub(super) use crate::errors::{broken, damaged};

/// The result codes that people can do something about, as SQLite's documentation numbers them.
const BUSY: i64 = 5;
const LOCKED: i64 = 6;
const READ_ONLY: i64 = 8;
const FULL: i64 = 13;
const NOT_A_DATABASE: i64 = 26;

/// What the system answers to a write when a quota or the largest size of a file is reached, or the disk is broken: of an
/// input or output error, the ways that are about writing, flushing, and making a file longer or shorter.
const WRITES: [i64; 4] = [778, 1034, 1546, 4874];

/// Tells a locked file, a full disk and one that cannot be written from everything else.
pub(super) fn store_error(error: sqlx::Error) -> StoreError {
    let code = match &error {
        sqlx::Error::Database(database) => database.code().and_then(|code| code.parse::<i64>().ok()),
        _ => None,
    };
    if matches!(error, sqlx::Error::PoolTimedOut) {
        // Those who wait for the lock are so many that the last did not even come to ask for it.
        return StoreError::Locked;
    }
    if code.is_some_and(|code| WRITES.contains(&code)) {
        return StoreError::Unwritable(Box::new(error));
    }
    // The low byte is the primary code, the rest says which way it came about.
    match code.map(|code| code & 0xff) {
        Some(BUSY | LOCKED) => StoreError::Locked,
        Some(FULL) => StoreError::Full,
        Some(READ_ONLY) => StoreError::Unwritable(Box::new(error)),
        Some(NOT_A_DATABASE) => StoreError::Foreign,
        _ => StoreError::Broken(Box::new(error)),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use deskhand_engine::events::{EventFilter, NewEvent};
    use deskhand_engine::store::{BatchWrite, Committed, EventStore, FeedKey, Lease, LeaseRequest};
    use jiff::Timestamp;
    use serde_json::json;
    use tempfile::TempDir;

    use super::super::SqliteStore;
    use super::*;

    async fn store_in(folder: &TempDir) -> (SqliteStore, Lease) {
        patient_store_in(folder, Duration::from_millis(200)).await
    }

    async fn patient_store_in(folder: &TempDir, patience: Duration) -> (SqliteStore, Lease) {
        let path = folder.path().join("store.sqlite");
        let store = SqliteStore::open_with(&path, patience).await.unwrap();
        let lease = claim(&store).await.unwrap();
        (store, lease)
    }

    async fn claim(store: &SqliteStore) -> Result<Lease, StoreError> {
        let text = str::to_owned;
        let key = FeedKey {
            connection: text("main"),
            company: text("sandbox"),
            source: text("A"),
            site: text("Main"),
            filters: text("{}"),
        };
        let (now, until) = (Timestamp::UNIX_EPOCH, Timestamp::from_second(60).unwrap());
        let request = LeaseRequest {
            holder: text("one"),
            now,
            until,
            reader: None,
        };
        store.claim(&key, &request).await
    }

    /// Commits 20 events whose text does not get smaller.
    async fn commit(store: &SqliteStore, lease: &Lease, page: i64) -> Result<Committed, StoreError> {
        let event = |id: i64| NewEvent {
            record_id: page * 20 + id,
            stamp: 1,
            digest: [1; 32],
            settled: true,
            late: false,
            event_key: None,
            source: "A".to_owned(),
            fields: "{}".to_owned(),
            raw: std::iter::repeat_with({
                let mut random = u64::try_from(page * 20 + id).unwrap() + 1;
                move || {
                    random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                    random.to_be_bytes()[0]
                }
            })
            .take(4_000)
            .collect(),
        };
        let write = BatchWrite {
            candidates: (0..20).map(event).collect(),
            passed_over: Vec::new(),
            unusable: Vec::new(),
            gone: Vec::new(),
            position: Some(json!(page)),
            now: Timestamp::UNIX_EPOCH,
            lease_until: Timestamp::UNIX_EPOCH,
            run_id: String::new(),
        };
        store.commit(lease, write).await
    }

    #[tokio::test]
    async fn a_full_disk_is_named_and_nothing_committed_is_lost() {
        let folder = tempfile::tempdir().unwrap();
        let (store, lease) = store_in(&folder).await;
        let limit = |pages: i64| sqlx::raw_sql(sqlx::AssertSqlSafe(format!("PRAGMA max_page_count = {pages}")));
        limit(100).execute(&store.writer).await.unwrap();
        let mut page = 0;
        let error = loop {
            match commit(&store, &lease, page).await {
                Ok(_) => page += 1,
                Err(error) => break error,
            }
        };
        assert!(matches!(error, StoreError::Full), "{error:?}");
        assert_eq!(
            error.hint(),
            "make room, then run again; everything committed before is kept"
        );
        let filter = EventFilter {
            limit: 10_000,
            ..EventFilter::default()
        };
        let kept = store.list_events(&filter).await.unwrap().len();
        assert_eq!((i64::try_from(kept).unwrap(), page > 0), (page * 20, true));
        assert_eq!(claim(&store).await.unwrap().position, Some(json!(page - 1)));

        limit(1_000_000).execute(&store.writer).await.unwrap();
        let lease = claim(&store).await.unwrap();
        assert_eq!(commit(&store, &lease, page).await.unwrap().taken, 20);
    }

    #[tokio::test]
    async fn a_locked_store_is_waited_for_and_named() {
        let folder = tempfile::tempdir().unwrap();
        let (store, lease) = store_in(&folder).await;
        let (patient, _) = patient_store_in(&folder, Duration::from_secs(20)).await;
        let (other, _) = store_in(&folder).await;
        let lock = other.writer.begin_with("BEGIN IMMEDIATE").await.unwrap();
        let error = commit(&store, &lease, 0).await.unwrap_err();
        assert!(matches!(error, StoreError::Locked), "{error:?}");
        let waiting = commit(&patient, &lease, 0);
        let released = async {
            tokio::time::sleep(Duration::from_millis(50)).await;
            lock.rollback().await.unwrap();
        };
        let (waited, ()) = tokio::join!(waiting, released);
        // The other store claimed last, so ours is lost; what matters is that it was asked.
        assert!(matches!(waited, Err(StoreError::Lost)), "{waited:?}");
    }

    #[tokio::test]
    async fn a_commit_that_is_dropped_on_the_way_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let (store, lease) = store_in(&folder).await;
        for wait in 0..30 {
            let commit = commit(&store, &lease, 1);
            let _dropped = tokio::time::timeout(Duration::from_micros(wait * 100), commit).await;
            let events = store.measure().await.unwrap().events;
            assert!(events == 0 || events == 20, "{events}");
        }
        assert_eq!(commit(&store, &lease, 2).await.unwrap().taken, 20);
    }
}
