//! The statements, one file for each thing that is done; compiled once for each database.
//!
//! `sqlite/` and `postgres/` each include this folder as a module of their own, beside a `dialect.rs` and an
//! `errors.rs`, which say what differs. What is written here is therefore SQL that both databases read:
//!
//! - Parameters are `$1`, `$2`, …; whole numbers are `i64`, also where they are few or mean yes and no; text is text,
//!   JSON too; bytes are bytes.
//! - A list is one parameter, `dialect::list(…)`, and a table of its values is `dialect::table("$2")`, with the one column
//!   `value`. A batch is one statement for every [`ROWS`] rows.
//! - One statement never inserts the same key twice (PostgreSQL refuses that), and never relies on the order of rows
//!   that it does not ask for.
//! - What takes several statements goes into one `dialect::begin(&store.writer)`: those transactions come one after the
//!   other in the whole store, in both databases. What only reads uses `store.readers`.
//! - What concerns a run or some alone is begun by `dialect::begin_apart`: there, the rows that it touches are all that others
//!   wait for. It asks for them in one order everywhere, runs, those that wait for them, schedules, events, then new runs, and
//!   each kind by its key, so that no two wait for each other.
//! - Numbers of rows come from a sequence that an `ON CONFLICT DO NOTHING` uses up as well: what is asked for often looks
//!   first whether it is there.
//! - Text that somebody else wrote goes through `dialect::text`: not every database takes every character.
//!
//! A new table is a migration for each database (the same number and name in `migrations/sqlite/` and
//! `migrations/postgres/`, each in the list of the `open.rs` of its database), a file here with its statements, a `mod`
//! line below, and methods in the implementation of the trait by which it is asked for.

mod callbacks;
mod claim;
mod commit;
mod definitions;
mod desk_events;
mod desk_runs;
mod dismissals;
mod events;
mod gone;
mod journal;
mod keys;
mod known;
mod list;
mod measure;
mod prune;
mod quarantine;
mod readers;
mod revisions;
mod runs;
mod schedules;
mod words;

use std::path::Path;
use std::sync::Arc;

use deskhand_command::journal::{Ending, Journal, Write, WriteId};
use deskhand_command::{BoxFuture, Head};
use deskhand_engine::StoreError;
use deskhand_engine::engine::EngineStore;
use deskhand_engine::events::{Event, EventFilter, EventSummary};
use deskhand_engine::store::{
    BatchWrite, Committed, EventStore, FeedKey, Lease, LeaseRequest, Measure, RunEnd, RunRecord, RunStart,
};
use jiff::Timestamp;

pub(super) use self::desk_runs::append;
use self::dialect::Database;
use super::{backup, dialect, errors};
use crate::Store;

/// Rows a statement: well below the limits of bound values.
const ROWS: usize = 250;

impl EventStore for Database {
    fn claim<'a>(&'a self, key: &'a FeedKey, request: &'a LeaseRequest) -> BoxFuture<'a, Result<Lease, StoreError>> {
        Box::pin(claim::claim(self, key, request))
    }

    fn renew<'a>(&'a self, lease: &'a Lease, until: Timestamp) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(claim::renew(self, lease, until))
    }

    fn release<'a>(&'a self, lease: &'a Lease) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(claim::release(self, lease))
    }

    fn commit<'a>(&'a self, lease: &'a Lease, batch: BatchWrite) -> BoxFuture<'a, Result<Committed, StoreError>> {
        Box::pin(commit::commit(self, lease, batch))
    }

    fn carry_over<'a>(&'a self, lease: &'a Lease, since: i64) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(readers::carry_over(self, lease, since))
    }

    fn missing<'a>(&'a self, lease: &'a Lease, heads: &'a [Head]) -> BoxFuture<'a, Result<Vec<Head>, StoreError>> {
        Box::pin(known::missing(self, lease, heads))
    }

    fn known<'a>(&'a self, lease: &'a Lease, since: i64) -> BoxFuture<'a, Result<Vec<Head>, StoreError>> {
        Box::pin(known::known(self, lease, since))
    }

    fn begin_run<'a>(&'a self, lease: &'a Lease, run: &'a RunStart) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(runs::begin(self, lease, run))
    }

    fn end_run<'a>(&'a self, run: &'a RunEnd) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(runs::end(self, run))
    }

    fn list_runs(&self, limit: u32) -> BoxFuture<'_, Result<Vec<RunRecord>, StoreError>> {
        Box::pin(runs::list(self, limit))
    }

    fn last_sweep<'a>(&'a self, key: &'a FeedKey) -> BoxFuture<'a, Result<Option<Timestamp>, StoreError>> {
        Box::pin(runs::last_sweep(self, key))
    }

    fn list_events<'a>(&'a self, filter: &'a EventFilter) -> BoxFuture<'a, Result<Vec<EventSummary>, StoreError>> {
        Box::pin(list::list_events(self, filter))
    }

    fn get_event(&self, id: i64) -> BoxFuture<'_, Result<Option<Event>, StoreError>> {
        Box::pin(list::get_event(self, id))
    }

    fn prune(&self, before: Timestamp) -> BoxFuture<'_, Result<u64, StoreError>> {
        Box::pin(prune::prune(self, before))
    }

    fn measure(&self) -> BoxFuture<'_, Result<Measure, StoreError>> {
        Box::pin(measure::measure(self))
    }
}

impl EngineStore for Database {
    fn journal(&self, connection: &str, place: &str) -> Arc<dyn Journal> {
        Arc::new(journal::StoreJournal::of((connection, place), self))
    }
}

impl Store for Database {
    fn list_writes(&self, all: bool, limit: u32) -> BoxFuture<'_, Result<Vec<(String, Write)>, StoreError>> {
        Box::pin(journal::list(self, all, limit))
    }

    fn get_write(&self, id: WriteId) -> BoxFuture<'_, Result<Option<(String, Write)>, StoreError>> {
        Box::pin(journal::get(self, id))
    }

    fn resolve_write<'a>(&'a self, id: WriteId, ending: &'a Ending) -> BoxFuture<'a, Result<bool, StoreError>> {
        Box::pin(journal::resolve(self, id, ending))
    }

    fn backup<'a>(&'a self, to: &'a Path) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(backup::backup(self, to))
    }

    fn close(&self) -> BoxFuture<'_, ()> {
        Box::pin(async move {
            self.readers.close().await;
            self.writer.close().await;
        })
    }
}
