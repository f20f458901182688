//! Letters that are kept and not sent.

use deskhand_command::{BoxFuture, Failure};
use deskhand_engine::mail::{Letter, Mailer};
use parking_lot::Mutex;

/// Keeps letters; the same one twice is one.
#[derive(Default)]
pub(super) struct KeptLetters {
    letters: Mutex<Vec<Letter>>,
}

impl KeptLetters {
    pub(super) fn all(&self) -> Vec<Letter> {
        self.letters.lock().clone()
    }
}

impl Mailer for KeptLetters {
    fn send<'a>(&'a self, letter: &'a Letter) -> BoxFuture<'a, Result<(), Failure>> {
        let mut letters = self.letters.lock();
        if letters.iter().all(|known| known.message_id != letter.message_id) {
            letters.push(letter.clone());
        }
        Box::pin(std::future::ready(Ok(())))
    }
}
