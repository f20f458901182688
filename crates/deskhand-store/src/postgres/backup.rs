//! Copies of a store are the database's own business.

use std::path::Path;

use deskhand_engine::StoreError;

use super::PostgresStore;

/// Says what does it.
#[expect(clippy::unused_async, reason = "the other database takes its time")]
pub(super) async fn backup(_store: &PostgresStore, _to: &Path) -> Result<(), StoreError> {
    Err(StoreError::Refused {
        message: "a store in PostgreSQL is backed up by PostgreSQL's own programs".to_owned(),
        hint: "run `pg_dump --schema=deskhand --format=custom --file=FILE DATABASE`, which can be done while others write",
    })
}
