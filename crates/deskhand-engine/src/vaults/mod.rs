//! Vaults: where secrets are that are not the desk's to keep.
//!
//! The operator declares them by name, and a connection's definition can only name one. A value is fetched when a call
//! needs it, and kept no longer than the vault's declaration says.

mod registry;
mod vault;

pub use registry::Vaults;
pub use vault::{Vault, VaultError};
