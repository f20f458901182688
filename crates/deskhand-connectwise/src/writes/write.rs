//! What `perform` has to know of a write.

use connectwise_psa::records::RawRecord;
use connectwise_psa::{Answer, Error, Request};
use deskhand_command::BoxFuture;
use deskhand_command::journal::Ending;
use jiff::Timestamp;

use crate::commands::Run;

/// A write: how it is sent, and how one finds out what became of it.
pub(crate) trait Write: Send + Sync {
    /// Which of the run's writes it is: `ticket 101`.
    fn step(&self) -> String;

    /// What is sent.
    fn request(&self) -> Request;

    /// The lines of the security role that it takes; without those that reads before it have shown to be there.
    fn rights(&self) -> Vec<&'static str>;

    /// The mark that the record will carry.
    fn marker(&self) -> Option<&str> {
        None
    }

    /// True when it makes a record of its own: what one such write has made is no other's.
    fn makes(&self) -> bool {
        false
    }

    /// The identifier of whoever made a record of the kind that this makes, where such records say that.
    fn author(&self, _record: &RawRecord) -> Option<String> {
        None
    }

    /// Where the record can be read that a write with this result made or changed.
    fn record_path(&self, record: Option<i64>) -> Option<String>;

    /// What an answer that says yes is worth: it has been seen to be wrong.
    fn confirm<'a>(&'a self, run: &'a Run<'a>, answer: &'a Answer) -> BoxFuture<'a, Result<Verdict, Error>>;

    /// Looks what became of it; it was sent at `sent_at`, by the server's clock.
    fn look<'a>(&'a self, run: &'a Run<'a>, sent_at: Timestamp) -> BoxFuture<'a, Result<Verdict, Error>>;

    /// True when a refusal of the second try means that the first one worked.
    fn worked_before(&self, _refusal: &Error) -> bool {
        false
    }
}

/// What a look says.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Verdict {
    /// It took effect, once.
    Done(Option<RawRecord>),
    /// There is no trace of it.
    NotDone,
    /// Part of it took effect; this is what remains to be sent.
    Partly(Request),
    /// The server said yes and did something else: what differs.
    Differs(String),
    /// It cannot be told; why.
    Unknown(String),
}

impl Verdict {
    /// What the journal has of it.
    pub(super) fn ending(&self) -> Ending {
        let not_done = |reason: String| Ending::NotDone { reason };
        match self {
            Self::Done(record) => Ending::Done {
                record: record.as_ref().and_then(|record| record.id),
            },
            Self::NotDone => not_done("the answer was lost, and there is no trace of it".to_owned()),
            Self::Partly(_) => not_done("part of it took effect; the rest is sent again".to_owned()),
            Self::Differs(what) => not_done(format!("the PSA said yes and did otherwise: {what}")),
            Self::Unknown(reason) => Ending::Unknown { reason: reason.clone() },
        }
    }
}
