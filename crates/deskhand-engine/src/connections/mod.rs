//! Connections: who has them, who may use them, and how they are opened.
//!
//! [`authorize()`] is the one place that says who may see, use and change what. A definition holds no secrets, only where
//! they are; [`Connections`] fetches them when a call needs them.

mod agents;
mod authorize;
mod check;
mod connection;
mod guard;
mod moved;
mod near;
mod open;
mod people;
mod see;
mod settings;
mod site;
mod through;
#[cfg(test)]
pub(crate) mod toy;

pub use agents::{Agent, Agents};
pub use authorize::{Access, Denied, authorize};
pub use check::{Surroundings, complaints};
pub use connection::{Connection, SecretPlace, SiteScope, VaultReference};
pub(crate) use guard::give_again;
pub use guard::needs_secret_again;
pub(crate) use near::sentence;
pub use near::unknown;
pub use open::{Connections, Opened, Unsaved};
pub use people::{Actor, KnownUsers, OPERATOR, User, Users, find_user};
pub use see::{Seen, seen};
pub use site::{Site, SiteKind, SiteRole, Sites};
