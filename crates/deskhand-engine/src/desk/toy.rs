//! A store of definitions and sealed secrets in memory, for tests.

use deskhand_command::BoxFuture;
use jiff::Timestamp;
use parking_lot::Mutex;

use super::{Definition, DeskStore, Kind, SealedSecret, Wanted};
use crate::StoreError;

type Meddling = Box<dyn FnOnce(&mut Vec<SealedSecret>) + Send>;

/// Keeps definitions and sealed secrets as long as it is there.
#[derive(Default)]
pub struct ToyStore {
    kept: Mutex<Kept>,
    meddling: Mutex<Option<Meddling>>,
    writes_left: Mutex<Option<u32>>,
}

#[derive(Default)]
struct Kept {
    versions: Vec<Definition>,
    secrets: Vec<SealedSecret>,
    revision: i64,
}

impl ToyStore {
    /// Somebody changes secrets just before the next reseal.
    pub fn before_reseal(&self, meddling: impl FnOnce(&mut Vec<SealedSecret>) + Send + 'static) {
        *self.meddling.lock() = Some(Box::new(meddling));
    }

    /// Takes so many writes and refuses all that come after them, as if the process had ended; `None` takes all again.
    pub fn ends_after(&self, writes: Option<u32>) {
        *self.writes_left.lock() = writes;
    }

    fn write(&self) -> Result<(), StoreError> {
        match &mut *self.writes_left.lock() {
            Some(0) => Err(StoreError::Full),
            Some(left) => {
                *left -= 1;
                Ok(())
            }
            None => Ok(()),
        }
    }

    fn newest(kept: &Kept, kind: Kind, name: &str) -> Option<Definition> {
        let mut versions = kept.versions.iter().rev();
        versions.find(|known| known.kind == kind && known.name == name).cloned()
    }
}

fn now<T: Send + 'static>(value: T) -> BoxFuture<'static, Result<T, StoreError>> {
    Box::pin(std::future::ready(Ok(value)))
}

impl DeskStore for ToyStore {
    fn apply<'a>(
        &'a self,
        wanted: &'a [Wanted],
        by: &'a str,
        at: Timestamp,
    ) -> BoxFuture<'a, Result<Vec<Definition>, StoreError>> {
        if let Err(error) = self.write() {
            return Box::pin(std::future::ready(Err(error)));
        }
        let mut kept = self.kept.lock();
        let mut changed = Vec::new();
        for Wanted { kind, name, body } in wanted {
            let before = Self::newest(&kept, *kind, name);
            let standing = before.as_ref().filter(|known| !known.removed).map(|known| &known.body);
            if standing == body.as_ref() {
                continue;
            }
            changed.push(Definition {
                kind: *kind,
                name: name.clone(),
                version: before.as_ref().map_or(0, |known| known.version) + 1,
                body: body.clone().unwrap_or_default(),
                applied_at: at,
                applied_by: by.to_owned(),
                removed: body.is_none(),
            });
        }
        kept.versions.extend(changed.iter().cloned());
        kept.revision += 1;
        now(changed)
    }

    fn definitions(&self) -> BoxFuture<'_, Result<Vec<Definition>, StoreError>> {
        let kept = self.kept.lock();
        let mut newest = std::collections::BTreeMap::new();
        for known in &kept.versions {
            newest.insert((known.kind, known.name.clone()), known.clone());
        }
        now(newest.into_values().filter(|known| !known.removed).collect())
    }

    fn definition<'a>(
        &'a self,
        kind: Kind,
        name: &'a str,
        version: i64,
    ) -> BoxFuture<'a, Result<Option<Definition>, StoreError>> {
        let kept = self.kept.lock();
        let mut versions = kept.versions.iter();
        now(versions
            .find(|known| known.kind == kind && known.name == name && known.version == version)
            .cloned())
    }

    fn versions<'a>(&'a self, kind: Kind, name: &'a str) -> BoxFuture<'a, Result<Vec<Definition>, StoreError>> {
        let kept = self.kept.lock();
        let versions = kept.versions.iter().rev();
        now(versions
            .filter(|known| known.kind == kind && known.name == name)
            .cloned()
            .collect())
    }

    fn revision(&self) -> BoxFuture<'_, Result<i64, StoreError>> {
        now(self.kept.lock().revision)
    }

    fn put_secret<'a>(&'a self, secret: &'a SealedSecret) -> BoxFuture<'a, Result<(), StoreError>> {
        if let Err(error) = self.write() {
            return Box::pin(std::future::ready(Err(error)));
        }
        let mut kept = self.kept.lock();
        kept.secrets
            .retain(|known| known.connection != secret.connection || known.parameter != secret.parameter);
        kept.secrets.push(secret.clone());
        now(())
    }

    fn secrets<'a>(&'a self, connection: &'a str) -> BoxFuture<'a, Result<Vec<SealedSecret>, StoreError>> {
        let kept = self.kept.lock();
        let secrets = kept.secrets.iter().filter(|known| known.connection == connection);
        now(secrets.cloned().collect())
    }

    fn secrets_of_other_keys<'a>(
        &'a self,
        key_id: &'a str,
        limit: u32,
    ) -> BoxFuture<'a, Result<Vec<SealedSecret>, StoreError>> {
        let kept = self.kept.lock();
        let secrets = kept.secrets.iter().filter(|known| known.key_id != key_id);
        now(secrets.take(limit as usize).cloned().collect())
    }

    fn reseal<'a>(
        &'a self,
        before: &'a SealedSecret,
        after: &'a SealedSecret,
    ) -> BoxFuture<'a, Result<bool, StoreError>> {
        let mut kept = self.kept.lock();
        if let Some(meddling) = self.meddling.lock().take() {
            meddling(&mut kept.secrets);
        }
        let found = kept.secrets.iter_mut().find(|known| *known == before);
        let resealed = found.is_some();
        if let Some(found) = found {
            found.clone_from(after);
        }
        now(resealed)
    }

    fn forget_secrets<'a>(&'a self, connection: &'a str) -> BoxFuture<'a, Result<(), StoreError>> {
        if let Err(error) = self.write() {
            return Box::pin(std::future::ready(Err(error)));
        }
        self.kept.lock().secrets.retain(|known| known.connection != connection);
        now(())
    }
}
