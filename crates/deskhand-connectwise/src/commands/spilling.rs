//! Pages go to the temporary file on another thread, while the next ones are read.

use std::io;

use connectwise_psa::records::RawRecord;
use deskhand_command::{Spill, SpillKey};
use tokio::task::JoinHandle;

/// A spill with at most one page on its way into it, which bounds what is in memory.
pub(super) struct Spilling {
    writing: JoinHandle<io::Result<Spill>>,
}

impl Spilling {
    /// Makes an empty spill.
    pub(super) fn begin() -> Self {
        Self {
            writing: tokio::task::spawn_blocking(Spill::create),
        }
    }

    /// Begins to write a page, once the one before it is written.
    pub(super) async fn append(self, records: Vec<RawRecord>) -> io::Result<Self> {
        let mut spill = self.writing.await??;
        let writing = tokio::task::spawn_blocking(move || {
            spill.append(records.iter().map(|record| (key_of(record), &*record.json)))?;
            Ok(spill)
        });
        Ok(Self { writing })
    }

    /// The spill, sorted.
    pub(super) async fn end(self) -> io::Result<Spill> {
        let mut spill = self.writing.await??;
        spill.sort();
        Ok(spill)
    }
}

/// What records are sorted by.
pub(super) fn key_of(record: &RawRecord) -> SpillKey {
    SpillKey {
        stamp: record.last_updated.unwrap_or(i64::MIN),
        id: record.id.unwrap_or(0),
    }
}
