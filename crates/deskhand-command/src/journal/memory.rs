//! A journal that ends with the process: the model of one, for tests and for trying things out.

use jiff::Timestamp;
use parking_lot::Mutex;

use super::{Claim, Claimed, Ending, Intent, Journal, JournalError, Write, WriteId};
use crate::BoxFuture;

/// A journal in memory.
#[derive(Debug, Default)]
pub struct MemoryJournal {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    claims: Vec<Claim>,
    writes: Vec<Write>,
}

impl MemoryJournal {
    /// Everything in it, the oldest first.
    pub fn writes(&self) -> Vec<Write> {
        self.state.lock().writes.clone()
    }
}

impl Journal for MemoryJournal {
    fn claim<'a>(&'a self, claim: &'a Claim) -> BoxFuture<'a, Result<Claimed, JournalError>> {
        let mut state = self.state.lock();
        let known = state.claims.iter().find(|known| known.key == claim.key);
        let claimed = match known {
            Some(known) if known == claim => Claimed::Again,
            Some(_) => Claimed::Taken,
            None => {
                state.claims.push(claim.clone());
                Claimed::New
            }
        };
        ready(claimed)
    }

    fn find<'a>(&'a self, key: &'a str, step: &'a str) -> BoxFuture<'a, Result<Option<Write>, JournalError>> {
        let state = self.state.lock();
        let of_step = |write: &&Write| write.intent.key == key && write.intent.step == step;
        ready(state.writes.iter().rfind(of_step).cloned())
    }

    fn begin<'a>(&'a self, intent: &'a Intent) -> BoxFuture<'a, Result<Option<WriteId>, JournalError>> {
        let mut state = self.state.lock();
        let same = |write: &Write| write.intent.key == intent.key && write.intent.step == intent.step;
        let is_over = |write: &Write| matches!(write.ending, Some(Ending::NotDone { .. }));
        if state.writes.iter().any(|write| same(write) && !is_over(write)) {
            return ready(None);
        }
        let id = i64::try_from(state.writes.len()).unwrap_or(i64::MAX) + 1;
        state.writes.push(Write {
            id,
            intent: intent.clone(),
            ending: None,
        });
        ready(Some(id))
    }

    fn end<'a>(&'a self, write: WriteId, ending: &'a Ending) -> BoxFuture<'a, Result<(), JournalError>> {
        let mut state = self.state.lock();
        if let Some(known) = state.writes.iter_mut().find(|known| known.id == write) {
            let is_open = matches!(known.ending, None | Some(Ending::Unknown { .. }));
            if is_open || matches!(ending, Ending::Done { .. }) {
                known.ending = Some(ending.clone());
            }
        }
        ready(())
    }

    fn resend(&self, write: WriteId, sent_at: Timestamp) -> BoxFuture<'_, Result<bool, JournalError>> {
        let mut state = self.state.lock();
        let mut open = state.writes.iter_mut().filter(|known| known.ending.is_none());
        let known = open.find(|known| known.id == write);
        ready(known.map(|known| known.intent.sent_at = sent_at).is_some())
    }

    fn conclude<'a>(
        &'a self,
        write: WriteId,
        sent_at: Timestamp,
        ending: &'a Ending,
    ) -> BoxFuture<'a, Result<bool, JournalError>> {
        let mut state = self.state.lock();
        let mut open = state.writes.iter_mut().filter(|known| known.ending.is_none());
        let known = open.find(|known| known.id == write && known.intent.sent_at == sent_at);
        ready(known.map(|known| known.ending = Some(ending.clone())).is_some())
    }

    fn take(&self, write: WriteId, record: i64) -> BoxFuture<'_, Result<bool, JournalError>> {
        let mut state = self.state.lock();
        let Some(at) = state.writes.iter().position(|known| known.id == write) else {
            return ready(false);
        };
        let has_it = |other: &Write| other.ending.as_ref().and_then(record_of) == Some(record);
        let target = &state.writes[at].intent.target;
        let rivals = state
            .writes
            .iter()
            .filter(|other| other.id != write && other.intent.target == *target);
        let free = !rivals.into_iter().any(has_it);
        if free {
            state.writes[at].ending = Some(Ending::Done { record: Some(record) });
        }
        ready(free)
    }

    fn made<'a>(&'a self, target: &'a str) -> BoxFuture<'a, Result<Vec<i64>, JournalError>> {
        let state = self.state.lock();
        let of_target = state.writes.iter().filter(|write| write.intent.target == target);
        ready(
            of_target
                .filter_map(|write| record_of(write.ending.as_ref()?))
                .collect(),
        )
    }

    fn unsettled<'a>(&'a self, request: &'a str) -> BoxFuture<'a, Result<u64, JournalError>> {
        let state = self.state.lock();
        let open = |write: &&Write| {
            write.intent.request == request && matches!(write.ending, None | Some(Ending::Unknown { .. }))
        };
        ready(state.writes.iter().filter(open).count() as u64)
    }
}

fn record_of(ending: &Ending) -> Option<i64> {
    match ending {
        Ending::Done { record } => *record,
        _ => None,
    }
}

fn ready<'a, T: Send + 'a>(value: T) -> BoxFuture<'a, Result<T, JournalError>> {
    Box::pin(std::future::ready(Ok(value)))
}
