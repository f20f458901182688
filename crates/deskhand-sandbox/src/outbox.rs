//! The mails that would have gone out.

use std::collections::VecDeque;

use parking_lot::Mutex;
use serde::{Deserialize, Serialize};

/// A mail that the vendor would have sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Mail {
    /// When, in milliseconds of the sandbox's clock.
    pub at_ms: i64,
    /// The ticket that it is about.
    pub ticket: i64,
    /// The note that it carries.
    pub note: i64,
    /// Why it goes there.
    pub to: Recipient,
    /// Where it goes.
    pub address: String,
    /// Number and summary of the ticket; the form is invented.
    pub subject: String,
    /// The note's text.
    pub text: String,
}

/// Why somebody gets a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Recipient {
    /// The ticket's contact.
    Contact,
    /// Somebody who works on the ticket.
    Resource,
    /// An address in `automaticEmailCc`.
    Copy,
}

/// The latest mails; older ones are forgotten.
#[derive(Debug, Default)]
pub struct Outbox {
    mails: Mutex<VecDeque<Mail>>,
}

/// Enough for a test of many thousand notes.
const KEPT: usize = 50_000;

impl Outbox {
    pub(crate) fn send(&self, mail: Mail) {
        let mut mails = self.mails.lock();
        if mails.len() >= KEPT {
            mails.pop_front();
        }
        mails.push_back(mail);
    }

    /// The mails, oldest first.
    pub fn all(&self) -> Vec<Mail> {
        self.mails.lock().iter().cloned().collect()
    }

    /// Forgets every mail.
    pub fn clear(&self) {
        self.mails.lock().clear();
    }
}
