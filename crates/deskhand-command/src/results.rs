//! The vendor's own objects, as received: a few in memory, or any number spilled to a temporary file.

use std::fs::File;
use std::io::{self, IoSlice, Write};
use std::os::unix::fs::FileExt;

use bytes::Bytes;

/// The records of a command's Raw Data, each the JSON text of one vendor object.
#[derive(Debug)]
pub enum Results {
    /// Few enough to hold.
    Memory(Vec<Bytes>),
    /// Any number, on disk, in their final order.
    Spilled(Spill),
}

impl Results {
    /// No records.
    pub fn none() -> Self {
        Self::Memory(Vec::new())
    }

    /// How many records there are.
    pub fn len(&self) -> usize {
        match self {
            Self::Memory(records) => records.len(),
            Self::Spilled(spill) => spill.len(),
        }
    }

    /// True when there is no record.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Reads the records in order; may be called more than once.
    pub fn records(&self) -> Box<dyn Iterator<Item = io::Result<Bytes>> + '_> {
        match self {
            Self::Memory(records) => Box::new(records.iter().cloned().map(Ok)),
            Self::Spilled(spill) => Box::new((0..spill.len()).map(|at| spill.read(at))),
        }
    }
}

/// What a spilled record is sorted by: newest first, and of two in one second the higher id first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct SpillKey {
    /// When it was last updated, in seconds since 1970.
    pub stamp: i64,
    /// Its id.
    pub id: i64,
}

/// Records in a temporary file that nobody else can open; 24 bytes of memory each.
#[derive(Debug)]
pub struct Spill {
    file: File,
    written: u64,
    index: Vec<Entry>,
}

/// A record's key and place; offset and length share a word (40 and 24 bits: 1 TiB of records of up to 16 MiB).
#[derive(Debug, Clone, Copy)]
struct Entry {
    key: SpillKey,
    place: u64,
}

const LENGTH_BITS: u32 = 24;

impl Spill {
    /// Makes an empty spill in the system's temporary folder.
    pub fn create() -> io::Result<Self> {
        Ok(Self {
            file: tempfile::tempfile()?,
            written: 0,
            index: Vec::new(),
        })
    }

    /// Appends records, from where they are to the file without a copy between.
    pub fn append<'a>(&mut self, records: impl IntoIterator<Item = (SpillKey, &'a [u8])>) -> io::Result<()> {
        let mut slices = Vec::new();
        for (key, record) in records {
            let length = record.len() as u64;
            if length >= 1 << LENGTH_BITS || self.written >= 1 << (64 - LENGTH_BITS) {
                return Err(io::Error::new(
                    io::ErrorKind::FileTooLarge,
                    "a record of more than 16 MiB, or over 1 TiB of them",
                ));
            }
            slices.push(IoSlice::new(record));
            self.index.push(Entry {
                key,
                place: self.written << LENGTH_BITS | length,
            });
            self.written += length;
        }
        write_all(&mut self.file, &mut slices)
    }

    /// Puts the newest first; ties by the higher id.
    pub fn sort(&mut self) {
        self.index.sort_unstable_by_key(|entry| std::cmp::Reverse(entry.key));
    }

    /// How many records were pushed.
    pub fn len(&self) -> usize {
        self.index.len()
    }

    /// True when none was pushed.
    pub fn is_empty(&self) -> bool {
        self.index.is_empty()
    }

    /// Reads the record at this place of the order; in the order of arrival before [`Spill::sort`].
    fn read(&self, at: usize) -> io::Result<Bytes> {
        let place = self.index[at].place;
        let length = usize::try_from(place & ((1 << LENGTH_BITS) - 1)).expect("24 bits fit a usize");
        let mut record = vec![0; length];
        self.file.read_exact_at(&mut record, place >> LENGTH_BITS)?;
        Ok(record.into())
    }
}

fn write_all(file: &mut File, mut slices: &mut [IoSlice<'_>]) -> io::Result<()> {
    while slices.iter().any(|slice| !slice.is_empty()) {
        match file.write_vectored(slices) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(written) => IoSlice::advance_slices(&mut slices, written),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spilled_records_come_back_newest_first_and_more_than_once() {
        let mut spill = Spill::create().unwrap();
        for page in [&[(10, 1), (30, 2)][..], &[], &[(30, 3), (20, 4)]] {
            let records: Vec<_> = page.iter().map(|(_, id)| format!("{{\"id\":{id}}}")).collect();
            let keys = page.iter().map(|&(stamp, id)| SpillKey { stamp, id });
            spill.append(keys.zip(records.iter().map(String::as_bytes))).unwrap();
        }
        spill.sort();
        let results = Results::Spilled(spill);
        for _ in 0..2 {
            let ids: Vec<_> = results.records().map(|record| record.unwrap()).collect();
            assert_eq!(ids, [r#"{"id":3}"#, r#"{"id":2}"#, r#"{"id":4}"#, r#"{"id":1}"#]);
        }
    }

    #[test]
    fn more_records_than_one_call_takes_are_all_written() {
        let mut spill = Spill::create().unwrap();
        let records: Vec<_> = (0..5_000).map(|id| vec![b'x'; id % 700]).collect();
        let keys = (0..5_000).map(|id| SpillKey { stamp: -id, id });
        spill.append(keys.zip(records.iter().map(Vec::as_slice))).unwrap();
        spill.sort();
        let back: Vec<_> = Results::Spilled(spill)
            .records()
            .map(|record| record.unwrap().to_vec())
            .collect();
        assert_eq!(back, records);
    }
}
