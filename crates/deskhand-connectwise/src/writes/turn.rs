//! The turn of a write to be sent: what has waited for it long is noted anew before.

use deskhand_command::journal::{JournalError, WriteId};
use deskhand_command::{BoxFuture, Failure};
use jiff::{SignedDuration, Timestamp};
use parking_lot::Mutex;

use super::perform::{elsewhere, server_time, unwritable};
use crate::commands::Run;

/// Nobody else takes a write for abandoned so soon after it was noted.
const MOMENT: SignedDuration = SignedDuration::from_secs(5);

/// A write that waits for its turn: for other requests, for the end of a rate limit, or for an answer of the journal.
///
/// Another process with the same key may take it for abandoned meanwhile, look, find nothing, and send it as its own. So it is
/// sent only soon after the journal has said that nobody has ended it; and whoever looks for it hears that it is sent later
/// than it was noted.
pub(super) struct Turn<'a> {
    run: &'a Run<'a>,
    id: WriteId,
    noted: Mutex<Noted>,
}

struct Noted {
    /// By our clock, before the journal was asked.
    at: Timestamp,
    /// By the server's.
    sent_at: Timestamp,
    refused: Option<JournalError>,
}

impl<'a> Turn<'a> {
    /// For a write that was noted by a call that began then.
    pub(super) fn new(run: &'a Run<'a>, id: WriteId, at: Timestamp, sent_at: Timestamp) -> Self {
        let refused = None;
        let noted = Mutex::new(Noted { at, sent_at, refused });
        Self { run, id, noted }
    }

    /// Whether it may be sent at once.
    pub(super) fn is_ours(&self) -> BoxFuture<'_, bool> {
        Box::pin(async move {
            let clock = &self.run.context.clock;
            while clock.now().duration_since(self.noted.lock().at).abs() >= MOMENT {
                let (at, sent_at) = (clock.now(), server_time(self.run));
                match self.run.context.journal.resend(self.id, sent_at).await {
                    Ok(true) => {
                        let mut noted = self.noted.lock();
                        (noted.at, noted.sent_at) = (at, sent_at);
                    }
                    Ok(false) => return false,
                    Err(error) => {
                        self.noted.lock().refused = Some(error);
                        return false;
                    }
                }
            }
            true
        })
    }

    /// When it was sent, by the server's clock.
    pub(super) fn sent_at(&self) -> Timestamp {
        self.noted.lock().sent_at
    }

    /// Why it was not sent when its turn had come.
    pub(super) fn refusal(&self) -> Failure {
        self.noted.lock().refused.as_ref().map_or_else(elsewhere, unwritable)
    }
}
