//! Trouble that is no database's own.

use deskhand_engine::StoreError;

pub(crate) fn broken(error: impl std::error::Error + Send + Sync + 'static) -> StoreError {
    StoreError::Broken(Box::new(error))
}

/// Something in the store that this program never wrote.
pub(crate) fn damaged(what: &str) -> StoreError {
    StoreError::Broken(format!("{what} cannot be read").into())
}
