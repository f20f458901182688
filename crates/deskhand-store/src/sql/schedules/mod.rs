//! Where schedules are, and what became of their due times.

mod fire;
mod forget;
mod put;
mod read;
mod turn;

use deskhand_command::BoxFuture;
use deskhand_engine::StoreError;
use deskhand_engine::schedules::{Firing, Occurrence, ScheduleStore, Standing, Turn};
use jiff::Timestamp;

pub(super) use self::forget::forget_occurrences;
pub(super) use self::turn::{no_longer_running, note, running_beside};
use super::dialect::Database;
use super::{ROWS, desk_runs, dialect, errors, words};

impl ScheduleStore for Database {
    fn put_schedules<'a>(&'a self, standings: &'a [Standing]) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(put::put(self, standings))
    }

    fn due_schedules(&self, now: Timestamp, limit: u32) -> BoxFuture<'_, Result<Vec<Standing>, StoreError>> {
        Box::pin(read::due(self, now, limit))
    }

    fn fire<'a>(&'a self, firings: &'a [Firing]) -> BoxFuture<'a, Result<u64, StoreError>> {
        Box::pin(fire::fire(self, firings))
    }

    fn next_schedule_due(&self) -> BoxFuture<'_, Result<Option<Timestamp>, StoreError>> {
        Box::pin(read::next_due(self))
    }

    fn list_schedules(&self) -> BoxFuture<'_, Result<Vec<Standing>, StoreError>> {
        Box::pin(read::list(self))
    }

    fn get_schedule<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<Option<Standing>, StoreError>> {
        Box::pin(read::get(self, name))
    }

    fn turn_schedule<'a>(&'a self, name: &'a str, to: Turn) -> BoxFuture<'a, Result<bool, StoreError>> {
        Box::pin(turn::turn(self, name, to))
    }

    fn delete_schedule<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<bool, StoreError>> {
        Box::pin(forget::delete(self, name))
    }

    fn list_occurrences<'a>(
        &'a self,
        schedule: &'a str,
        limit: u32,
    ) -> BoxFuture<'a, Result<Vec<Occurrence>, StoreError>> {
        Box::pin(read::occurrences(self, schedule, limit))
    }
}
