//! Claims: one process at a time works on a feed.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

/// What has a position of its own.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct FeedKey {
    /// The connection.
    pub connection: String,
    /// The company at the PSA; another one begins anew.
    pub company: String,
    /// The event source that fetches.
    pub source: String,
    /// The site that events land in.
    pub site: String,
    /// What is fetched; other filters begin anew.
    #[serde(skip)]
    pub filters: String,
}

/// Who claims a feed, and for how long.
#[derive(Debug, Clone)]
pub struct LeaseRequest {
    /// Who; the same name may claim again.
    pub holder: String,
    /// When.
    pub now: Timestamp,
    /// Until when, unless it is renewed.
    pub until: Timestamp,
    /// Whose feed it is, if anybody's: an ingestion job by its name, or [`BY_HAND`].
    pub reader: Option<String>,
}

/// The reader of what is ingested without a job.
pub const BY_HAND: &str = "";

/// A claim on a feed.
#[derive(Debug, Clone)]
pub struct Lease {
    /// The feed, as the store knows it.
    pub feed: i64,
    /// What events are de-duplicated in, as the store knows it.
    pub scope: i64,
    /// Rises with every claim; a commit with an older one is refused.
    pub fence: i64,
    /// How far the feed has come.
    pub position: Option<Value>,
    /// The feed that its reader read before this one, as long as this one has not come anywhere.
    pub before: Option<Before>,
}

/// A feed from which another one goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Before {
    /// The feed, as the store knows it.
    pub feed: i64,
    /// How far it has come.
    pub position: Value,
}
