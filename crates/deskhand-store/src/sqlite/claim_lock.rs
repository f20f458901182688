//! Lock files, by which the operating system tells that the process with a claim has ended.
//!
//! Without them, a killed process would keep its claim until its time is over.

use std::collections::HashMap;
use std::ffi::OsString;
use std::fs::File;
use std::future::{Ready, ready};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use crate::lock::Lock;

/// The lock files that this process holds, beside the store: `<store>.claim-<feed>`.
#[derive(Debug)]
pub(super) struct ClaimLocks {
    store: PathBuf,
    held: Mutex<HashMap<i64, File>>,
}

impl ClaimLocks {
    pub(super) fn beside(store: &Path) -> Self {
        Self {
            store: store.to_owned(),
            held: Mutex::default(),
        }
    }

    /// Asks for a feed's lock, which is held until it is given back or the process ends.
    ///
    /// A future, as are the others: in another database it takes a while.
    pub(super) fn take(&self, feed: i64) -> Ready<Lock> {
        ready(self.try_take(feed))
    }

    /// Sees to it that a lock that was taken is still held; that of a file is.
    #[expect(clippy::unused_self, reason = "other databases have something to look at")]
    pub(super) fn keep(&self, _feed: i64) -> Ready<()> {
        ready(())
    }

    /// Gives a feed's lock back.
    pub(super) fn give_back(&self, feed: i64) -> Ready<()> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.remove(&feed);
        ready(())
    }

    fn try_take(&self, feed: i64) -> Lock {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if held.contains_key(&feed) {
            return Lock::Kept;
        }
        let file = File::options().create(true).append(true).open(self.path(feed));
        match file {
            Ok(file) if file.try_lock().is_ok() => {
                held.insert(feed, file);
                Lock::Taken
            }
            _ => Lock::Refused,
        }
    }

    fn path(&self, feed: i64) -> PathBuf {
        let mut path = OsString::from(&self.store);
        path.push(format!(".claim-{feed}"));
        path.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_lock_is_held_by_one_and_ends_with_it() {
        let folder = tempfile::tempdir().unwrap();
        let (one, other) = (
            ClaimLocks::beside(&folder.path().join("s")),
            ClaimLocks::beside(&folder.path().join("s")),
        );
        assert_eq!((one.take(1).await, one.take(1).await), (Lock::Taken, Lock::Kept));
        assert_eq!((other.take(1).await, other.take(2).await), (Lock::Refused, Lock::Taken));
        drop(one);
        assert_eq!(other.take(1).await, Lock::Taken);
    }
}
