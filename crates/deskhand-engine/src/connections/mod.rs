//! Connections: who has them, who may use them, and how they are opened.
//!
//! [`authorize`] is the one place that says who may see, use and change what. A definition holds no secrets, only where
//! they are; [`Connections`] fetches them when a call needs them.

mod authorize;
mod check;
mod connection;
mod guard;
mod near;
mod people;
mod site;
#[cfg(test)]
pub(crate) mod toy;

pub use authorize::{Access, Denied, authorize};
pub use check::{Surroundings, complaints};
pub use connection::{Connection, HealthCheck, SecretPlace, SiteScope, VaultReference};
pub use guard::{needs_secret_again, secrets_to_give_again};
pub(crate) use near::unknown;
pub use people::{Actor, User, Users};
pub use site::{Site, SiteKind, SiteRole, Sites};
