//! Appends to the journals of runs that wait for each other anyway are committed together.
//!
//! There is one writer, and its commits and the ways to it take most of the time. Whoever's turn it is therefore takes along all
//! who wait by then; who comes alone waits for nobody.

use deskhand_engine::StoreError;
use deskhand_engine::runs::{Append, Entry, RunLease};
use parking_lot::Mutex;
use sqlx::{Sqlite, Transaction};
use tokio::sync::oneshot::{self, Receiver, Sender};

use super::SqliteStore;
use super::dialect::begin_apart;
use super::errors::store_error;
use super::sql::append::{Appended, add, append as append_alone};

/// So many are committed together.
const MOST: usize = 64;

type Answer = Result<Vec<Entry>, StoreError>;

/// Appends that wait for their turn.
#[derive(Debug, Default)]
pub(super) struct Appends {
    waiting: Mutex<Vec<Waiting>>,
    turn: tokio::sync::Mutex<()>,
}

#[derive(Debug)]
struct Waiting {
    lease: RunLease,
    append: Append,
    written: Vec<String>,
    answer: Sender<Answer>,
}

/// Why appends were not committed together.
enum Apart {
    /// One of several cannot be done, and nothing was: each is to be tried alone.
    One,
    /// It concerns all.
    All(StoreError),
}

/// Appends, together with all who wait at the same time.
pub(super) async fn append(store: &SqliteStore, lease: &RunLease, append: Append, written: Vec<String>) -> Answer {
    let mut answer = store.appends.wait(lease.clone(), append, written);
    let turn = tokio::select! {
        biased;
        answer = &mut answer => return answer.unwrap_or_else(|_| Err(left_off())),
        turn = store.appends.turn.lock() => turn,
    };
    // Those who came before us have their answers, so that we are among the first.
    commit(store).await;
    drop(turn);
    answer.await.unwrap_or_else(|_| Err(left_off()))
}

impl Appends {
    fn wait(&self, lease: RunLease, append: Append, written: Vec<String>) -> Receiver<Answer> {
        let (answer, receiver) = oneshot::channel();
        self.waiting.lock().push(Waiting {
            lease,
            append,
            written,
            answer,
        });
        receiver
    }

    /// Those who have waited longest, without those who do not wait any more.
    fn take(&self) -> Vec<Waiting> {
        let mut waiting = self.waiting.lock();
        waiting.retain(|one| !one.answer.is_closed());
        let count = waiting.len().min(MOST);
        waiting.drain(..count).collect()
    }
}

/// Commits what waits when the writer is there.
async fn commit(store: &SqliteStore) {
    let transaction = begin_apart(&store.writer).await;
    let group = store.appends.take();
    let committed = match transaction {
        Ok(transaction) => commit_together(transaction, &group).await,
        Err(error) => Err(Apart::All(store_error(error))),
    };
    match committed {
        Ok(answers) => {
            for (one, answer) in group.into_iter().zip(answers) {
                let answer = answer.map(|appended| appended.with(one.append));
                let _nobody_waits_any_more = one.answer.send(answer);
            }
        }
        Err(Apart::All(error)) => {
            for one in group {
                let _nobody_waits_any_more = one.answer.send(Err(retold(&error)));
            }
        }
        Err(Apart::One) => {
            for one in group {
                let answer = append_alone(store, &one.lease, one.append, one.written).await;
                let _nobody_waits_any_more = one.answer.send(answer);
            }
        }
    }
}

/// Commits all, those excepted whose run somebody else has.
async fn commit_together(
    mut transaction: Transaction<'static, Sqlite>,
    group: &[Waiting],
) -> Result<Vec<Result<Appended, StoreError>>, Apart> {
    let all = |error| Apart::All(store_error(error));
    let mut answers = Vec::with_capacity(group.len());
    for one in group {
        let added = add(&mut transaction, &one.lease, &one.append, &one.written).await;
        match added {
            // Dropped, it is rolled back, unless SQLite has done that by itself.
            Err(error) if !matches!(error, StoreError::Lost) => {
                return Err(if group.len() == 1 {
                    Apart::All(error)
                } else {
                    Apart::One
                });
            }
            added => answers.push(added),
        }
    }
    transaction.commit().await.map_err(all)?;
    Ok(answers)
}

/// An error for one more who hears of it.
fn retold(error: &StoreError) -> StoreError {
    match error {
        StoreError::Locked => StoreError::Locked,
        StoreError::Full => StoreError::Full,
        StoreError::Unwritable(cause) => StoreError::Unwritable(cause.to_string().into()),
        other => StoreError::Broken(other.in_full().into()),
    }
}

/// Whoever's turn it was has not come to its end: whether it has committed is not known.
fn left_off() -> StoreError {
    StoreError::Broken("a commit was left off in the middle".into())
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::time::Duration;

    use deskhand_engine::runs::{Cause, NewRun, Plan, RunClaim, RunOutcome, RunStore, Then, What};
    use jiff::Timestamp;
    use serde_json::{Map, Value};
    use tempfile::TempDir;
    use tokio::task::JoinHandle;

    use super::*;

    fn time(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    /// A store with so many runs, all of them ours.
    async fn store_with(folder: &TempDir, count: u32) -> (SqliteStore, Vec<RunLease>) {
        let path = folder.path().join("store.sqlite");
        let store = SqliteStore::open_with(&path, Duration::from_millis(50)).await.unwrap();
        for number in 0..count {
            let run = NewRun {
                id: format!("run {number}"),
                plan: Plan::Ingest {
                    job: "Tickets".to_owned(),
                },
                cause: Cause::Person { name: "Ann".to_owned() },
                site: "Main".to_owned(),
                given: Map::new(),
                created_at: time(0),
            };
            assert!(store.start(&run).await.unwrap());
        }
        let claim = RunClaim {
            holder: "one".to_owned(),
            now: time(1),
            until: time(60),
            limit: count,
            except: Vec::new(),
        };
        let claimed = store.claim_runs(&claim).await.unwrap();
        (store, claimed.into_iter().map(|run| run.lease).collect())
    }

    fn append(then: Then) -> Append {
        Append {
            what: vec![What::Began { roots: Map::new() }],
            at: time(2),
            seen: 0,
            starts: Vec::new(),
            events: Vec::new(),
            schedule: None,
            then,
        }
    }

    fn go_on() -> Append {
        append(Then::GoOn { until: time(60) })
    }

    fn end() -> Append {
        append(Then::End {
            outcome: RunOutcome::Successful,
            reason: None,
            output: Value::Null,
        })
    }

    /// Appends that are begun while somebody else writes; they wait when this returns.
    async fn begin(store: &SqliteStore, leases: &[RunLease], append: fn() -> Append) -> Vec<JoinHandle<Answer>> {
        let begun = leases.iter().map(|lease| {
            let (store, lease) = (store.clone(), lease.clone());
            tokio::spawn(async move { RunStore::append(&store, &lease, append()).await })
        });
        let begun: Vec<_> = begun.collect();
        while store.appends.waiting.lock().len() < begun.len() {
            tokio::task::yield_now().await;
        }
        begun
    }

    async fn count_entries(store: &SqliteStore, lease: &RunLease) -> i64 {
        let sql = "SELECT COUNT(*) FROM desk_entries WHERE run = (SELECT number FROM desk_runs WHERE id = $1)";
        let count = sqlx::query_scalar(sql).bind(&lease.run);
        count.fetch_one(&store.readers).await.unwrap()
    }

    /// Commits in the file beside the store that has what was written last. The last frame of each says how large the store is.
    fn commits(folder: &Path) -> usize {
        let log = std::fs::read(folder.join("store.sqlite-wal")).unwrap();
        let page = u32::from_be_bytes(log[8..12].try_into().unwrap()) as usize;
        let frames = log[32..].chunks_exact(24 + page);
        frames.filter(|frame| frame[4..8] != [0; 4]).count()
    }

    #[tokio::test]
    async fn those_who_wait_are_committed_together_and_one_who_has_lost_its_run_alone_is_refused() {
        let folder = TempDir::new().unwrap();
        let (store, mut leases) = store_with(&folder, 20).await;
        leases[7].fence += 1;
        let before = commits(folder.path());
        let writer = begin_apart(&store.writer).await.unwrap();
        let begun = begin(&store, &leases, go_on).await;
        writer.rollback().await.unwrap();
        for (number, append) in begun.into_iter().enumerate() {
            let answer = append.await.unwrap();
            if number == 7 {
                assert!(matches!(answer, Err(StoreError::Lost)), "{answer:?}");
            } else {
                let entries = answer.unwrap();
                assert_eq!((entries.len(), entries[0].seq), (1, 1));
            }
            let kept = count_entries(&store, &leases[number]).await;
            assert_eq!(kept, i64::from(number != 7), "of run {number}");
        }
        assert_eq!(commits(folder.path()) - before, 1);
    }

    #[tokio::test]
    async fn one_that_cannot_be_written_takes_none_of_the_others_with_it() {
        let folder = TempDir::new().unwrap();
        let (store, leases) = store_with(&folder, 5).await;
        let damage = sqlx::query("UPDATE desk_runs SET cause = '?' WHERE id = $1").bind(&leases[2].run);
        damage.execute(&store.writer).await.unwrap();
        let writer = begin_apart(&store.writer).await.unwrap();
        let begun = begin(&store, &leases, end).await;
        writer.rollback().await.unwrap();
        for (number, append) in begun.into_iter().enumerate() {
            let answer = append.await.unwrap();
            assert_eq!(answer.is_err(), number == 2, "run {number}: {answer:?}");
            assert_eq!(
                count_entries(&store, &leases[number]).await,
                i64::from(number != 2),
                "of run {number}"
            );
        }
    }

    #[tokio::test]
    async fn nobody_waits_for_one_who_went_away() {
        let folder = TempDir::new().unwrap();
        let (store, leases) = store_with(&folder, 3).await;
        let writer = begin_apart(&store.writer).await.unwrap();
        let begun = begin(&store, &leases, go_on).await;
        begun[0].abort();
        tokio::task::yield_now().await;
        writer.rollback().await.unwrap();
        let mut kept = Vec::new();
        for (lease, append) in leases.iter().zip(begun) {
            let _one_was_aborted = append.await;
            kept.push(count_entries(&store, lease).await);
        }
        assert_eq!(kept, [0, 1, 1]);
    }

    #[tokio::test]
    async fn a_locked_file_is_told_to_all() {
        let folder = TempDir::new().unwrap();
        let (store, leases) = store_with(&folder, 3).await;
        let other = SqliteStore::open(&folder.path().join("store.sqlite")).await.unwrap();
        let locked = begin_apart(&other.writer).await.unwrap();
        let begun = begin(&store, &leases, go_on).await;
        for append in begun {
            let answer = append.await.unwrap();
            assert!(matches!(answer, Err(StoreError::Locked)), "{answer:?}");
        }
        locked.rollback().await.unwrap();
        let answer = RunStore::append(&store, &leases[0], go_on()).await;
        assert_eq!(answer.unwrap().len(), 1);
    }
}
