//! Which connection a secret address belongs to.

use std::collections::HashMap;
use std::sync::Arc;

use deskhand_command::OpenConnection;
use parking_lot::RwLock;

/// The connection behind a secret address.
#[derive(Clone)]
pub struct Door {
    /// Its name.
    pub connection: String,
    /// What checks deliveries.
    pub opened: Arc<dyn OpenConnection>,
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
