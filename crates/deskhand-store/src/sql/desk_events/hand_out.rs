//! New events that are handed out, with what becomes of each.

use std::collections::HashSet;

use deskhand_engine::StoreError;
use deskhand_engine::desk::{EventChange, EventState, HandedOut};
use sqlx::QueryBuilder;

use super::desk_runs::start_all;
use super::dialect::{self, Connection, Database};
use super::errors::store_error;
use super::state::{Turning, code};
use super::{ROWS, changes};

/// An event with what its changes come to.
struct Turned<'a> {
    handed: &'a HandedOut,
    state: EventState,
    /// The changes that change something, with their numbers.
    changes: Vec<(i64, &'a EventChange)>,
}

/// Turns new events and starts runs with them; returns how many were turned.
pub(super) async fn hand_out(store: &Database, handed: &[HandedOut]) -> Result<u64, StoreError> {
    let mut seen = HashSet::new();
    let once = handed.iter().filter(|handed| seen.insert(handed.event));
    let turned: Vec<Turned<'_>> = once.map(Turned::of).collect();
    let mut transaction = dialect::begin(&store.writer).await.map_err(store_error)?;
    let mut count = 0;
    for turned in turned.chunks(ROWS) {
        count += hand_out_some(&mut transaction, turned).await?;
    }
    transaction.commit().await.map_err(store_error)?;
    Ok(count)
}

async fn hand_out_some(to: &mut Connection, turned: &[Turned<'_>]) -> Result<u64, StoreError> {
    let new = turn_new(to, turned).await?;
    let turned: Vec<_> = turned
        .iter()
        .filter(|turned| new.contains(&turned.handed.event))
        .collect();
    let kept: Vec<_> = turned
        .iter()
        .flat_map(|turned| turned.changes.iter().copied())
        .collect();
    changes::insert(to, &kept).await?;
    let starts: Vec<_> = turned.iter().flat_map(|turned| &turned.handed.starts).collect();
    start_all(to, &starts).await?;
    Ok(new.len() as u64)
}

/// Turns those events that are still new; returns their ids.
async fn turn_new(to: &mut Connection, turned: &[Turned<'_>]) -> Result<HashSet<i64>, StoreError> {
    let mut update = QueryBuilder::new("UPDATE events SET state = turned.column2 FROM (");
    update.push_values(turned, |mut values, turned| {
        values.push_bind(turned.handed.event).push_bind(code(turned.state));
    });
    update.push(") AS turned WHERE id = turned.column1 AND state = 0 RETURNING id");
    let update = update.build_query_scalar::<i64>();
    let update = update.persistent(turned.len() == 1 || turned.len() == ROWS);
    let ids = update.fetch_all(to).await.map_err(store_error)?;
    Ok(ids.into_iter().collect())
}

impl<'a> Turned<'a> {
    fn of(handed: &'a HandedOut) -> Self {
        let mut event = Turning {
            state: EventState::New,
            linked: HashSet::new(),
        };
        let changes = handed.changes.iter().filter(|change| event.turn(change));
        let changes = (1..).zip(changes).collect();
        // What somebody hands out without a word is for people to look at.
        let state = if event.state == EventState::New {
            EventState::Open
        } else {
            event.state
        };
        Self { handed, state, changes }
    }
}
