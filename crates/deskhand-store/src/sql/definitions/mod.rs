//! Definitions in all their versions, and sealed secrets.

mod apply;
mod read;
mod secrets;

use deskhand_command::BoxFuture;
use deskhand_engine::StoreError;
use deskhand_engine::desk::{Definition, DeskStore, Kind, SealedSecret, Wanted};
use jiff::Timestamp;

use super::dialect::Database;
use super::{ROWS, dialect, errors, readers, words};

impl DeskStore for Database {
    fn apply<'a>(
        &'a self,
        wanted: &'a [Wanted],
        by: &'a str,
        at: Timestamp,
    ) -> BoxFuture<'a, Result<Vec<Definition>, StoreError>> {
        Box::pin(apply::apply(self, wanted, by, at))
    }

    fn definitions(&self) -> BoxFuture<'_, Result<Vec<Definition>, StoreError>> {
        Box::pin(read::newest(self))
    }

    fn definition<'a>(
        &'a self,
        kind: Kind,
        name: &'a str,
        version: i64,
    ) -> BoxFuture<'a, Result<Option<Definition>, StoreError>> {
        Box::pin(read::one(self, kind, name, version))
    }

    fn versions<'a>(&'a self, kind: Kind, name: &'a str) -> BoxFuture<'a, Result<Vec<Definition>, StoreError>> {
        Box::pin(read::versions(self, kind, name))
    }

    fn revision(&self) -> BoxFuture<'_, Result<i64, StoreError>> {
        Box::pin(read::revision(self))
    }

    fn put_secret<'a>(&'a self, secret: &'a SealedSecret) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(secrets::put(self, secret))
    }

    fn secrets<'a>(&'a self, connection: &'a str) -> BoxFuture<'a, Result<Vec<SealedSecret>, StoreError>> {
        Box::pin(secrets::of(self, connection))
    }

    fn secrets_of_other_keys<'a>(
        &'a self,
        key_id: &'a str,
        limit: u32,
    ) -> BoxFuture<'a, Result<Vec<SealedSecret>, StoreError>> {
        Box::pin(secrets::of_other_keys(self, key_id, limit))
    }

    fn reseal<'a>(
        &'a self,
        before: &'a SealedSecret,
        after: &'a SealedSecret,
    ) -> BoxFuture<'a, Result<bool, StoreError>> {
        Box::pin(secrets::reseal(self, before, after))
    }

    fn forget_secrets<'a>(&'a self, connection: &'a str) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(secrets::forget(self, connection))
    }
}
