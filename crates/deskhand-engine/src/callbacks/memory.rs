//! The model of an inbox, in memory: what the others have to agree with.

use std::collections::BTreeMap;

use deskhand_command::{Announced, BoxFuture};
use jiff::Timestamp;
use parking_lot::Mutex;

use super::{CallbackInbox, Reception, Waiting};
use crate::StoreError;

/// An inbox in memory.
#[derive(Debug, Default)]
pub struct MemoryInbox {
    connections: Mutex<BTreeMap<String, Kept>>,
}

#[derive(Debug, Default)]
struct Kept {
    secret: Option<String>,
    reception: Reception,
    waiting: BTreeMap<i64, Waiting>,
}

impl Kept {
    fn keep(&mut self, announced: Announced, at: Timestamp) {
        self.reception.received += 1;
        self.reception.last_received_at = Some(at);
        self.reception.unannounced_at = None;
        let number = self.reception.received;
        let waiting = self.waiting.entry(announced.id).or_insert(Waiting {
            announced,
            since: at,
            number,
        });
        waiting.announced.deleted |= announced.deleted;
        waiting.number = number;
    }

    fn oldest(&self, limit: u32) -> Vec<Waiting> {
        let mut waiting: Vec<Waiting> = self.waiting.values().copied().collect();
        waiting.sort_by_key(|one| (one.since, one.announced.id));
        waiting.truncate(limit as usize);
        waiting
    }

    fn done(&mut self, looked_at: &[Waiting]) {
        for one in looked_at {
            let same = |waiting: &Waiting| waiting.number == one.number;
            if self.waiting.get(&one.announced.id).is_some_and(same) {
                self.waiting.remove(&one.announced.id);
            }
        }
    }
}

impl MemoryInbox {
    fn with<T: Send + 'static>(
        &self,
        connection: &str,
        with: impl FnOnce(&mut Kept) -> T,
    ) -> BoxFuture<'static, Result<T, StoreError>> {
        let mut connections = self.connections.lock();
        let outcome = with(connections.entry(connection.to_owned()).or_default());
        Box::pin(std::future::ready(Ok(outcome)))
    }
}

impl CallbackInbox for MemoryInbox {
    fn secret<'a>(&'a self, connection: &'a str, proposed: &'a str) -> BoxFuture<'a, Result<String, StoreError>> {
        self.with(connection, |kept| {
            kept.secret.get_or_insert_with(|| proposed.to_owned()).clone()
        })
    }

    fn registered<'a>(&'a self, connection: &'a str, at: Timestamp) -> BoxFuture<'a, Result<(), StoreError>> {
        self.with(connection, |kept| {
            kept.reception.registered_at = Some(at);
            kept.reception.unannounced_at = None;
        })
    }

    fn keep<'a>(
        &'a self,
        connection: &'a str,
        announced: Announced,
        at: Timestamp,
    ) -> BoxFuture<'a, Result<(), StoreError>> {
        self.with(connection, |kept| kept.keep(announced, at))
    }

    fn waiting<'a>(&'a self, connection: &'a str, limit: u32) -> BoxFuture<'a, Result<Vec<Waiting>, StoreError>> {
        self.with(connection, |kept| kept.oldest(limit))
    }

    fn done<'a>(&'a self, connection: &'a str, looked_at: &'a [Waiting]) -> BoxFuture<'a, Result<(), StoreError>> {
        self.with(connection, |kept| kept.done(looked_at))
    }

    fn unannounced<'a>(
        &'a self,
        connection: &'a str,
        received: u64,
        at: Timestamp,
    ) -> BoxFuture<'a, Result<(), StoreError>> {
        self.with(connection, |kept| {
            if kept.reception.received == received {
                kept.reception.unannounced_at.get_or_insert(at);
            }
        })
    }

    fn reception<'a>(&'a self, connection: &'a str) -> BoxFuture<'a, Result<Reception, StoreError>> {
        self.with(connection, |kept| Reception {
            waiting: kept.waiting.len() as u64,
            ..kept.reception
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::conformance;
    use crate::store::{EventStore, MemoryStore};

    #[tokio::test]
    async fn the_model_keeps_its_promises() {
        let fresh = || -> BoxFuture<'_, (Arc<dyn EventStore>, Arc<dyn CallbackInbox>)> {
            let (store, inbox) = (MemoryStore::default(), MemoryInbox::default());
            Box::pin(async { (Arc::new(store) as _, Arc::new(inbox) as _) })
        };
        let checked = conformance::run_inbox(&fresh, |check| println!("{check}")).await;
        checked.unwrap();
    }
}
