//! Definitions as a store keeps them: named, versioned text.

use deskhand_command::BoxFuture;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::StoreError;

/// What a definition defines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A site.
    Site,
    /// Somebody who uses the desk.
    User,
    /// A connection.
    Connection,
    /// An event source.
    EventSource,
    /// An ingestion job.
    Ingestion,
    /// A schedule.
    Schedule,
    /// A playbook.
    Playbook,
    /// An automation rule.
    Rule,
}

/// A definition in one of its versions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Definition {
    /// What it defines.
    pub kind: Kind,
    /// Its name, each once a kind; upper and lower case are different.
    pub name: String,
    /// Rises with every change, from 1.
    pub version: i64,
    /// The definition as TOML; no secrets are in it.
    pub body: String,
    /// When it was applied.
    pub applied_at: Timestamp,
    /// By whom.
    pub applied_by: String,
    /// Whether this version takes it away.
    pub removed: bool,
}

/// A definition on its way into a store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// What it defines.
    pub kind: Kind,
    /// Its name.
    pub name: String,
    /// The definition; `None` takes it away.
    pub body: Option<String>,
}

/// Keeps definitions, all their versions, and sealed secrets. Every method is one transaction.
pub trait DeskStore: Send + Sync {
    /// Applies definitions, all or nothing. One whose body is the newest version's gets no new version; returns those that
    /// changed.
    fn apply<'a>(
        &'a self,
        wanted: &'a [Wanted],
        by: &'a str,
        at: Timestamp,
    ) -> BoxFuture<'a, Result<Vec<Definition>, StoreError>>;

    /// The newest version of everything that was not taken away, by kind and name.
    fn definitions(&self) -> BoxFuture<'_, Result<Vec<Definition>, StoreError>>;

    /// One definition in one version, also when it was taken away since.
    fn definition<'a>(
        &'a self,
        kind: Kind,
        name: &'a str,
        version: i64,
    ) -> BoxFuture<'a, Result<Option<Definition>, StoreError>>;

    /// All versions of a definition, the newest first.
    fn versions<'a>(&'a self, kind: Kind, name: &'a str) -> BoxFuture<'a, Result<Vec<Definition>, StoreError>>;

    /// A number that rises with every change, for whoever holds definitions in memory.
    fn revision(&self) -> BoxFuture<'_, Result<i64, StoreError>>;

    /// Keeps a sealed secret in the place of the one before.
    fn put_secret<'a>(&'a self, secret: &'a SealedSecret) -> BoxFuture<'a, Result<(), StoreError>>;

    /// All sealed secrets of a connection.
    fn secrets<'a>(&'a self, connection: &'a str) -> BoxFuture<'a, Result<Vec<SealedSecret>, StoreError>>;

    /// Sealed secrets of any connection that are not sealed with this key, at most so many.
    fn secrets_of_other_keys<'a>(
        &'a self,
        key_id: &'a str,
        limit: u32,
    ) -> BoxFuture<'a, Result<Vec<SealedSecret>, StoreError>>;

    /// Replaces a sealed secret if it still is what it was; false when it is not.
    fn reseal<'a>(
        &'a self,
        before: &'a SealedSecret,
        after: &'a SealedSecret,
    ) -> BoxFuture<'a, Result<bool, StoreError>>;

    /// Forgets the secrets of a connection.
    fn forget_secrets<'a>(&'a self, connection: &'a str) -> BoxFuture<'a, Result<(), StoreError>>;
}

/// A secret that only the holder of the key can read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedSecret {
    /// The connection.
    pub connection: String,
    /// The parameter.
    pub parameter: String,
    /// Which key it is sealed with.
    pub key_id: String,
    /// Nonce and ciphertext.
    pub sealed: Vec<u8>,
}
