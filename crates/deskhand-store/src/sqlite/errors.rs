//! What SQLite's troubles mean.

use deskhand_engine::StoreError;

/// The result codes that people can do something about, as SQLite's documentation numbers them.
const BUSY: i64 = 5;
const LOCKED: i64 = 6;
const FULL: i64 = 13;
const NOT_A_DATABASE: i64 = 26;

/// Tells a locked file and a full disk from everything else.
pub(super) fn store_error(error: sqlx::Error) -> StoreError {
    let code = match &error {
        sqlx::Error::Database(database) => database.code().and_then(|code| code.parse::<i64>().ok()),
        _ => None,
    };
    // The low byte is the primary code, the rest says which way it came about.
    match code.map(|code| code & 0xff) {
        Some(BUSY | LOCKED) => StoreError::Locked,
        Some(FULL) => StoreError::Full,
        Some(NOT_A_DATABASE) => StoreError::Foreign,
        _ => StoreError::Broken(Box::new(error)),
    }
}

pub(super) fn broken(error: impl std::error::Error + Send + Sync + 'static) -> StoreError {
    StoreError::Broken(Box::new(error))
}

/// Something in the store that this program never wrote.
pub(super) fn damaged(what: &str) -> StoreError {
    StoreError::Broken(format!("{what} cannot be read").into())
}
