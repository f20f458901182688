//! Vaults: where secrets can be besides the store.
//!
//! The operator of a desk declares them; what a connection's definition gives is a path in one of them, and that never
//! leads to anything that the operator has not opened: a mount, a program with its arguments, variables of certain
//! names, a folder.

mod environment;
mod exec;
mod folder;
mod hashicorp;

pub use environment::{EnvironmentVault, ReadVariable};
pub use exec::ExecVault;
pub use folder::FolderVault;
pub use hashicorp::{HashicorpOptions, HashicorpVault, KvVersion, Token};

use deskhand_engine::vaults::VaultError;

/// The kinds of vault that have one value at a path refuse a `field`.
fn no_field(field: Option<&str>) -> Result<(), VaultError> {
    match field {
        None => Ok(()),
        Some(field) => Err(VaultError::refused(
            format!("it has no fields, and `{field}` is one"),
            "take `field` out of the reference",
        )),
    }
}
