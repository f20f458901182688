//! Which connection a secret address belongs to.

use std::collections::HashMap;
use std::sync::Arc;

use deskhand_command::OpenConnection;
use parking_lot::RwLock;
use tokio::sync::Notify;

/// The connection behind a secret address.
#[derive(Clone)]
pub struct Door {
    /// Its name.
    pub connection: String,
    /// What checks deliveries.
    pub opened: Arc<dyn OpenConnection>,
    /// Wakes whoever works off what was kept.
    pub nudge: Arc<Notify>,
}

/// The secret addresses at which callbacks are received now.
#[derive(Default)]
pub struct Doors {
    by_secret: RwLock<HashMap<String, Door>>,
}

/// Shorter ones could be guessed.
const SHORTEST_SECRET: usize = 32;

impl Doors {
    /// Receives a connection's callbacks at this secret address, and at no other; false when it could be guessed.
    pub fn open(&self, secret: &str, door: Door) -> bool {
        if secret.len() < SHORTEST_SECRET {
            return false;
        }
        let mut doors = self.by_secret.write();
        doors.retain(|_, other| other.connection != door.connection);
        doors.insert(secret.to_owned(), door);
        true
    }

    /// Receives nothing for a connection any more.
    pub fn close(&self, connection: &str) {
        self.by_secret.write().retain(|_, door| door.connection != connection);
    }

    /// The connection behind a secret. The map's hashes are keyed at random, so that the time it takes tells nothing.
    pub fn find(&self, secret: &str) -> Option<Door> {
        self.by_secret.read().get(secret).cloned()
    }
}

#[cfg(test)]
mod tests {
    use deskhand_command::{Command, EventSource, Failure, Feed, FeedWish};

    use super::*;

    struct Nothing;

    impl OpenConnection for Nothing {
        fn commands(&self) -> &[Arc<dyn Command>] {
            &[]
        }

        fn account(&self) -> &'static str {
            ""
        }

        fn place(&self) -> &'static str {
            ""
        }

        fn feed(&self, _source: &EventSource, _wish: FeedWish) -> Result<Arc<dyn Feed>, Failure> {
            Err(Failure::new(501, "It has none."))
        }
    }

    fn door(connection: &str) -> Door {
        Door {
            connection: connection.to_owned(),
            opened: Arc::new(Nothing),
            nudge: Arc::default(),
        }
    }

    #[test]
    fn a_connection_has_one_door_and_its_secret_cannot_be_guessed() {
        let doors = Doors::default();
        let secrets: Vec<String> = ["a", "b", "c"].iter().map(|letter| letter.repeat(64)).collect();
        assert!(!doors.open("short", door("A")));
        assert!(doors.open(&secrets[0], door("A")) && doors.open(&secrets[1], door("B")));
        assert!(doors.open(&secrets[2], door("A")));
        let found = |secret: &str| doors.find(secret).map(|door| door.connection);
        assert_eq!(found("short").or_else(|| found(&secrets[0])), None);
        assert_eq!(
            (found(&secrets[1]), found(&secrets[2])),
            (Some("B".to_owned()), Some("A".to_owned()))
        );
        doors.close("A");
        assert_eq!((found(&secrets[1]), found(&secrets[2])), (Some("B".to_owned()), None));
    }
}
