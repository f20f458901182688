//! What a holder adds to a run's journal, with all that follows from it.

use deskhand_engine::StoreError;
use deskhand_engine::runs::{Append, Cause, Entry, RunLease, Then, What};
use sqlx::{QueryBuilder, Row as _};

use super::dialect::{self, Connection, Database};
use super::entries::{between, insert};
use super::errors::store_error;
use super::words::{nanos, parsed, word};
use super::{desk_events, schedules, signal, start_all};

/// A run that was found to be ours, and has room for the entries.
struct Advanced {
    number: i64,
    /// The number of the last entry before.
    last: i64,
    cause: String,
}

/// What ended, for those who wait for it.
enum Ended {
    /// A step of another run, which gets this entry.
    Step(String, Box<What>),
    /// The run of a schedule.
    OfSchedule(String),
    /// Nothing that anybody waits for.
    Nothing,
}

/// What an append has found of its run.
pub(crate) struct Appended {
    /// The number of the last entry before.
    last: i64,
    /// Entries of others that the holder has not seen.
    foreign: Vec<Entry>,
}

/// Appends in a transaction of its own.
pub(crate) async fn append(
    store: &Database,
    lease: &RunLease,
    append: Append,
    written: Vec<String>,
) -> Result<Vec<Entry>, StoreError> {
    let mut transaction = dialect::begin_apart(&store.writer).await.map_err(store_error)?;
    let appended = add(&mut transaction, lease, &append, &written).await?;
    transaction.commit().await.map_err(store_error)?;
    Ok(appended.with(append))
}

/// Appends entries as they are written. Refused because somebody else has the run, it has changed nothing.
pub(crate) async fn add(
    to: &mut Connection,
    lease: &RunLease,
    append: &Append,
    written: &[String],
) -> Result<Appended, StoreError> {
    let run = advance(to, lease, append).await?;
    insert(to, run.number, run.last, append.at, written).await?;
    let foreign = if run.last > append.seen {
        between(to, run.number, append.seen, run.last + 1).await?
    } else {
        Vec::new()
    };
    follow(to, lease, append, &run).await?;
    Ok(Appended {
        last: run.last,
        foreign,
    })
}

impl Appended {
    /// Every entry that the holder had not seen, with its own.
    pub(crate) fn with(self, append: Append) -> Vec<Entry> {
        let own = (self.last + 1..).zip(append.what).map(|(seq, what)| Entry {
            seq,
            at: append.at,
            what,
        });
        self.foreign.into_iter().chain(own).collect()
    }
}

/// Numbers the entries and sees to the claim, in one statement: whoever has taken over, or signals, comes before or after.
async fn advance(to: &mut Connection, lease: &RunLease, append: &Append) -> Result<Advanced, StoreError> {
    let mut update = QueryBuilder::new("UPDATE desk_runs SET last_seq = last_seq + ");
    update.push_bind(i64::try_from(append.what.len()).unwrap_or(i64::MAX));
    match &append.then {
        Then::GoOn { until } => {
            update.push(", due_at = ").push_bind(nanos(*until));
        }
        Then::Sleep { wake } => {
            // An entry that the holder has not seen may be what it is about to wait for.
            update.push(", holder = NULL, state = CASE WHEN last_seq > ");
            update.push_bind(append.seen);
            update.push(" THEN 'due' ELSE 'waiting' END, due_at = CASE WHEN last_seq > ");
            update.push_bind(append.seen).push(" THEN ").push_bind(nanos(append.at));
            update.push(" ELSE ").push_bind(wake.map(nanos)).push(" END");
        }
        Then::End { outcome, reason, .. } => {
            update.push(", holder = NULL, state = 'ended', due_at = NULL, ended_at = ");
            update.push_bind(nanos(append.at));
            update.push(", outcome = ").push_bind(word(outcome)?);
            let reason = reason.as_deref().map(dialect::text);
            update.push(", reason = ").push_bind(reason);
        }
    }
    update.push(" WHERE holder IS NOT NULL AND id = ").push_bind(&lease.run);
    update.push(" AND fence = ").push_bind(lease.fence);
    update.push(" RETURNING number, last_seq, cause");
    let row = update.build().fetch_optional(to).await.map_err(store_error)?;
    let row = row.ok_or(StoreError::Lost)?;
    Ok(Advanced {
        number: row.get(0),
        last: row.get::<i64, _>(1) - i64::try_from(append.what.len()).unwrap_or(i64::MAX),
        cause: row.get(2),
    })
}

/// What follows from an append outside of its run. The order is that in which everybody asks for these rows.
async fn follow(to: &mut Connection, lease: &RunLease, append: &Append, run: &Advanced) -> Result<(), StoreError> {
    match ended(lease, append, run)? {
        Ended::Step(parent, what) => {
            // A parent that has ended, or is gone, waits for nothing.
            signal::add(to, &parent, &what, append.at).await?;
        }
        Ended::OfSchedule(name) => schedules::no_longer_running(to, &name, &lease.run).await?,
        Ended::Nothing => {}
    }
    if let Some(after) = &append.schedule {
        schedules::note(to, after).await?;
    }
    let set_off = desk_events::turn_all(to, &append.events).await?;
    let starts: Vec<_> = append.starts.iter().chain(&set_off).collect();
    start_all(to, &starts).await?;
    Ok(())
}

/// Who is told that a run has ended.
fn ended(lease: &RunLease, append: &Append, run: &Advanced) -> Result<Ended, StoreError> {
    let Then::End {
        outcome,
        reason,
        output,
    } = &append.then
    else {
        return Ok(Ended::Nothing);
    };
    Ok(match parsed(&run.cause)? {
        Cause::Step { run: parent, step, .. } => {
            let what = What::ChildEnded {
                step,
                run: lease.run.clone(),
                outcome: *outcome,
                output: output.clone(),
                reason: reason.clone(),
            };
            Ended::Step(parent, Box::new(what))
        }
        Cause::Schedule { name, .. } => Ended::OfSchedule(name),
        _ => Ended::Nothing,
    })
}
