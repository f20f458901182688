//! Definitions in all their versions, and sealed secrets.

use std::collections::BTreeMap;

use deskhand_command::BoxFuture;
use jiff::Timestamp;

use super::{MemoryDesk, ready};
use crate::StoreError;
use crate::desk::{Definition, DeskStore, Kind, SealedSecret, Wanted};

#[derive(Debug, Default)]
pub(super) struct Definitions {
    /// All versions of each, the oldest first.
    versions: BTreeMap<(Kind, String), Vec<Definition>>,
    revision: i64,
    secrets: BTreeMap<(String, String), SealedSecret>,
}

impl Definitions {
    /// Applies one; `None` when it is so already.
    fn apply(&mut self, wanted: &Wanted, by: &str, at: Timestamp) -> Option<Definition> {
        let versions = self.versions.entry((wanted.kind, wanted.name.clone())).or_default();
        let newest = versions.last();
        let current = newest
            .filter(|newest| !newest.removed)
            .map(|newest| newest.body.as_str());
        if current == wanted.body.as_deref() {
            return None;
        }
        let changed = Definition {
            kind: wanted.kind,
            name: wanted.name.clone(),
            version: newest.map_or(0, |newest| newest.version) + 1,
            body: wanted.body.clone().unwrap_or_default(),
            applied_at: at,
            applied_by: by.to_owned(),
            removed: wanted.body.is_none(),
        };
        versions.push(changed.clone());
        self.revision += 1;
        Some(changed)
    }

    fn of(&self, kind: Kind, name: &str) -> &[Definition] {
        let versions = self.versions.get(&(kind, name.to_owned()));
        versions.map_or(&[], Vec::as_slice)
    }

    fn reseal(&mut self, before: &SealedSecret, after: &SealedSecret) -> bool {
        let key = (before.connection.clone(), before.parameter.clone());
        let known = self.secrets.get_mut(&key).filter(|known| *known == before);
        let same = known.is_some();
        if let Some(known) = known {
            *known = after.clone();
        }
        same
    }
}

impl DeskStore for MemoryDesk {
    fn apply<'a>(
        &'a self,
        wanted: &'a [Wanted],
        by: &'a str,
        at: Timestamp,
    ) -> BoxFuture<'a, Result<Vec<Definition>, StoreError>> {
        let mut state = self.state.lock();
        let changed = wanted
            .iter()
            .filter_map(|wanted| state.definitions.apply(wanted, by, at));
        let changed: Vec<Definition> = changed.collect();
        for removed in changed.iter().filter(|one| one.removed && one.kind == Kind::Ingestion) {
            self.ingested.reader_left(&removed.name);
        }
        ready(changed)
    }

    fn definitions(&self) -> BoxFuture<'_, Result<Vec<Definition>, StoreError>> {
        let state = self.state.lock();
        let newest = state
            .definitions
            .versions
            .values()
            .filter_map(|versions| versions.last());
        ready(newest.filter(|newest| !newest.removed).cloned().collect())
    }

    fn definition<'a>(
        &'a self,
        kind: Kind,
        name: &'a str,
        version: i64,
    ) -> BoxFuture<'a, Result<Option<Definition>, StoreError>> {
        let state = self.state.lock();
        let mut versions = state.definitions.of(kind, name).iter();
        ready(versions.find(|known| known.version == version).cloned())
    }

    fn versions<'a>(&'a self, kind: Kind, name: &'a str) -> BoxFuture<'a, Result<Vec<Definition>, StoreError>> {
        let state = self.state.lock();
        ready(state.definitions.of(kind, name).iter().rev().cloned().collect())
    }

    fn revision(&self) -> BoxFuture<'_, Result<i64, StoreError>> {
        ready(self.state.lock().definitions.revision)
    }

    fn put_secret<'a>(&'a self, secret: &'a SealedSecret) -> BoxFuture<'a, Result<(), StoreError>> {
        let key = (secret.connection.clone(), secret.parameter.clone());
        self.state.lock().definitions.secrets.insert(key, secret.clone());
        ready(())
    }

    fn secrets<'a>(&'a self, connection: &'a str) -> BoxFuture<'a, Result<Vec<SealedSecret>, StoreError>> {
        let state = self.state.lock();
        let all = state.definitions.secrets.values();
        ready(all.filter(|secret| secret.connection == connection).cloned().collect())
    }

    fn secrets_of_other_keys<'a>(
        &'a self,
        key_id: &'a str,
        limit: u32,
    ) -> BoxFuture<'a, Result<Vec<SealedSecret>, StoreError>> {
        let state = self.state.lock();
        let others = state
            .definitions
            .secrets
            .values()
            .filter(|secret| secret.key_id != key_id);
        ready(others.take(limit as usize).cloned().collect())
    }

    fn reseal<'a>(
        &'a self,
        before: &'a SealedSecret,
        after: &'a SealedSecret,
    ) -> BoxFuture<'a, Result<bool, StoreError>> {
        ready(self.state.lock().definitions.reseal(before, after))
    }

    fn forget_secrets<'a>(&'a self, connection: &'a str) -> BoxFuture<'a, Result<(), StoreError>> {
        let mut state = self.state.lock();
        state.definitions.secrets.retain(|(of, _), _| of != connection);
        ready(())
    }
}
