//! Secrets at rest: sealed with a key that the operator holds, readable nowhere else.
//!
//! What is sealed is bound to its connection and parameter, so that it cannot be moved to another place. [`rotate()`]
//! seals everything anew while the desk runs.

mod error;
mod keyring;
mod keys;
mod rotate;
mod seal;
#[cfg(test)]
pub(crate) mod toy;

pub use error::SecretError;
pub use keyring::{Keyring, Random, new_key};
pub use keys::{Keys, ReadKeys};
pub use rotate::{Rotated, rotate};
