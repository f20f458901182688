//! What a journal can be asked to do.

use jiff::Timestamp;

use super::{Claim, Claimed, Ending, Intent, Write, WriteId};
use crate::BoxFuture;

/// A journal of one connection's writes; what it has noted survives the process, unless it says otherwise.
///
/// Keys are the connection's own. Which records writes have made or taken, and which writes are not settled, is answered for
/// every connection that writes to the same records.
pub trait Journal: Send + Sync {
    /// Takes a caller's key for these inputs; the first one to ask has it.
    fn claim<'a>(&'a self, claim: &'a Claim) -> BoxFuture<'a, Result<Claimed, JournalError>>;

    /// The newest write of this key and step.
    fn find<'a>(&'a self, key: &'a str, step: &'a str) -> BoxFuture<'a, Result<Option<Write>, JournalError>>;

    /// Notes a write that is about to be sent; `None` when the same step of the same key is under way already, has been done,
    /// or may have been.
    fn begin<'a>(&'a self, intent: &'a Intent) -> BoxFuture<'a, Result<Option<WriteId>, JournalError>>;

    /// Notes that a write is sent at this time, later than it was meant to be; false, and nothing is noted, when somebody has
    /// ended it meanwhile.
    fn resend(&self, write: WriteId, sent_at: Timestamp) -> BoxFuture<'_, Result<bool, JournalError>>;

    /// Ends a write by what looking for it has said; false, and nothing is noted, when it has ended already, or was sent
    /// later than at this time.
    fn conclude<'a>(
        &'a self,
        write: WriteId,
        sent_at: Timestamp,
        ending: &'a Ending,
    ) -> BoxFuture<'a, Result<bool, JournalError>>;

    /// Notes what became of it, as the answer says. That it is done is believed whatever was noted; that it is not, only
    /// where nobody has known.
    fn end<'a>(&'a self, write: WriteId, ending: &'a Ending) -> BoxFuture<'a, Result<(), JournalError>>;

    /// Ends a write as done by a record that was found by looking for it; false, and nothing is noted, when another write
    /// to the same path has that record. Of several that ask for one record at once, one gets it.
    ///
    /// This is for writes that make a record each. A record that the answer to a write named needs no asking.
    fn take(&self, write: WriteId, record: i64) -> BoxFuture<'_, Result<bool, JournalError>>;

    /// The records that done writes to this path made or changed.
    fn made<'a>(&'a self, target: &'a str) -> BoxFuture<'a, Result<Vec<i64>, JournalError>>;

    /// How many writes with this very request have no ending, or an unknown one.
    fn unsettled<'a>(&'a self, request: &'a str) -> BoxFuture<'a, Result<u64, JournalError>>;
}

/// A journal that cannot be read or written: without it nothing is sent.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct JournalError {
    /// What is wrong, in words.
    pub message: String,
    /// What to do about it.
    pub hint: String,
}
