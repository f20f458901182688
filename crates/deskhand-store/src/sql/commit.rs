//! A batch: what is new becomes events, together with the position after it.

use std::collections::BTreeMap;

use deskhand_engine::StoreError;
use deskhand_engine::events::{Because, Dismissal, NewEvent};
use deskhand_engine::ingest::{Decision, Note, decide};
use deskhand_engine::store::{BatchWrite, Committed, Lease};

use super::claim::held;
use super::dialect::{self, Connection, Database};
use super::errors::store_error;
use super::{dismissals, events, gone, keys, quarantine, revisions, runs};

/// What a batch's candidates come to.
#[derive(Default)]
struct Sorted {
    taken: Vec<(NewEvent, Because)>,
    dismissed: BTreeMap<(i64, Dismissal), i64>,
    /// Revisions that are noted: of what is taken, and of what is not.
    noted: Vec<revisions::Row>,
    keys: Vec<String>,
}

pub(super) async fn commit(store: &Database, lease: &Lease, batch: BatchWrite) -> Result<Committed, StoreError> {
    let mut transaction = dialect::begin(&store.writer).await.map_err(store_error)?;
    let to = &mut *transaction;
    advance(to, lease, &batch).await?;
    let (scope, now) = (lease.scope, batch.now.as_second());
    let known = revisions::known(to, scope, &batch.candidates).await?;
    let known_keys = keys::known(to, scope, &batch.candidates).await?;
    let decisions = decide(&batch.candidates, known, known_keys);
    let sorted = sort(batch.candidates, &decisions, &batch.passed_over);
    let committed = sorted.committed();
    let run = runs::count(to, &batch.run_id, &committed, batch.unusable.len(), batch.gone.len()).await?;
    revisions::insert(to, scope, &sorted.noted).await?;
    keys::insert(to, scope, &sorted.keys).await?;
    dismissals::count(to, scope, &sorted.dismissed).await?;
    gone::unmark(to, scope, sorted.taken.iter().map(|(event, _)| event.record_id)).await?;
    events::insert(
        to,
        store.codec.clone(),
        sorted.taken,
        events::Origin {
            feed: lease.feed,
            run,
            now,
        },
    )
    .await?;
    gone::mark(to, scope, &batch.gone, now).await?;
    quarantine::insert(to, lease.feed, &batch.unusable, now).await?;
    transaction.commit().await.map_err(store_error)?;
    Ok(committed)
}

/// Moves the position and renews the claim; a claim that somebody else has taken over changes nothing.
async fn advance(to: &mut Connection, lease: &Lease, batch: &BatchWrite) -> Result<(), StoreError> {
    let position = batch.position.as_ref().map(ToString::to_string);
    let advanced =
        sqlx::query("UPDATE feeds SET position = COALESCE($1, position), held_until = $2 WHERE id = $3 AND fence = $4")
            .bind(position)
            .bind(batch.lease_until.as_second())
            .bind(lease.feed)
            .bind(lease.fence)
            .execute(to)
            .await
            .map_err(store_error)?;
    held(advanced.rows_affected())
}

fn sort(candidates: Vec<NewEvent>, decisions: &[Decision], passed_over: &[(i64, Dismissal)]) -> Sorted {
    let mut sorted = Sorted::default();
    for (candidate, decision) in candidates.into_iter().zip(decisions) {
        match decision {
            Decision::Take(because) => {
                sorted.noted.push(revisions::Row::of(&candidate));
                sorted.keys.extend(candidate.event_key.clone());
                sorted.taken.push((candidate, *because));
            }
            Decision::Dismiss(reason, note) => {
                if *note != Note::Nothing {
                    sorted.noted.push(revisions::Row::of(&candidate));
                }
                *sorted.dismissed.entry((candidate.record_id, *reason)).or_default() += 1;
            }
        }
    }
    for dismissed in passed_over {
        *sorted.dismissed.entry(*dismissed).or_default() += 1;
    }
    revisions::merge(&mut sorted.noted);
    sorted
}

impl Sorted {
    fn committed(&self) -> Committed {
        let mut dismissed = BTreeMap::new();
        for ((_, reason), times) in &self.dismissed {
            *dismissed.entry(*reason).or_default() += times.unsigned_abs();
        }
        Committed {
            taken: self.taken.len() as u64,
            dismissed,
        }
    }
}
