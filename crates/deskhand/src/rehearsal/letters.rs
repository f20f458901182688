//! Letters that are kept and not sent.

use deskhand_command::{BoxFuture, Failure};
use deskhand_engine::mail::{Letter, Mailer};
use parking_lot::Mutex;

/// Keeps letters. One that is handed over again is the same one still, and it is counted how often that was.
#[derive(Default)]
pub(super) struct KeptLetters {
    letters: Mutex<Vec<(Letter, u32)>>,
}

impl KeptLetters {
    pub(super) fn all(&self) -> Vec<Letter> {
        self.letters.lock().iter().map(|(letter, _)| letter.clone()).collect()
    }

    /// How often each was handed over, by Message-ID.
    #[cfg(test)]
    pub(super) fn handed_over(&self) -> std::collections::BTreeMap<String, u32> {
        let letters = self.letters.lock();
        let times = letters
            .iter()
            .map(|(letter, times)| (letter.message_id.clone(), *times));
        times.collect()
    }
}

impl Mailer for KeptLetters {
    fn send<'a>(&'a self, letter: &'a Letter) -> BoxFuture<'a, Result<(), Failure>> {
        let mut letters = self.letters.lock();
        match letters
            .iter_mut()
            .find(|(known, _)| known.message_id == letter.message_id)
        {
            Some((_, times)) => *times += 1,
            None => letters.push((letter.clone(), 1)),
        }
        Box::pin(std::future::ready(Ok(())))
    }
}
