//! What PostgreSQL's troubles mean.

use deskhand_engine::StoreError;
use sqlx::error::DatabaseError;

pub(super) use crate::errors::{broken, damaged};

/// Tells what people can do something about from everything else, by the codes of PostgreSQL's documentation.
pub(super) fn store_error(error: sqlx::Error) -> StoreError {
    match error {
        sqlx::Error::Database(database) => of_server(database),
        sqlx::Error::Io(error) => StoreError::Unreachable(Box::new(error)),
        sqlx::Error::Tls(error) => StoreError::Unreachable(error),
        sqlx::Error::PoolTimedOut => StoreError::Unreachable("there was no connection in time".into()),
        error => StoreError::Broken(Box::new(error)),
    }
}

fn of_server(error: Box<dyn DatabaseError>) -> StoreError {
    let code = error.code().unwrap_or_default().into_owned();
    let refused = |hint| StoreError::Refused {
        message: format!("the database server refuses: {}", error.message()),
        hint,
    };
    match code.as_str() {
        "55P03" | "40P01" | "40001" => StoreError::Locked,
        "53100" => StoreError::Full,
        "53300" => refused("close other programs that use the database, or raise its `max_connections`"),
        "3D000" => refused("make the database (`createdb --encoding=UTF8 NAME`), or name another (`--store`)"),
        "42501" => refused("let the user own the schema: `CREATE SCHEMA deskhand AUTHORIZATION user`, then run again"),
        "25006" => refused("name the server that can be written to (`--store`), not its copy"),
        _ if code.starts_with("28") => {
            refused("check user and password of the address (`--store`), or PGPASSWORD or ~/.pgpass")
        }
        "25P03" | "57P01" | "57P02" | "57P03" => StoreError::Unreachable(error.message().to_owned().into()),
        _ if code.starts_with("08") => StoreError::Unreachable(error.message().to_owned().into()),
        _ => StoreError::Broken(Box::new(sqlx::Error::Database(error))),
    }
}
