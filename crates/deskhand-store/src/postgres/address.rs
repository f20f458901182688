//! Where a database is, and who asks for it.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use sqlx::postgres::PgConnectOptions;

use crate::address::BadAddress;

/// The schema that the tables are in.
pub(super) const SCHEMA: &str = "deskhand";

/// A database by its URL: `postgres://USER:PASSWORD@HOST:PORT/DATABASE?sslmode=…`.
///
/// What the URL leaves out comes from the variables and the password file that PostgreSQL's own programs read
/// (`PGPASSWORD`, `~/.pgpass`, …). It is never shown with its password.
#[derive(Clone)]
pub struct PostgresAddress(Box<PgConnectOptions>);

impl PostgresAddress {
    /// How to connect; what is locked is waited for as long as `patience`.
    pub(super) fn options(&self, patience: Duration) -> PgConnectOptions {
        let mut options = PgConnectOptions::clone(&self.0);
        if options.get_application_name().is_none() {
            options = options.application_name("deskhand");
        }
        options.options([
            ("search_path", SCHEMA.to_owned()),
            ("lock_timeout", format!("{}ms", patience.as_millis())),
            // A process that stands still, or a machine that is gone, must not keep the others waiting for long.
            ("idle_in_transaction_session_timeout", "60s".to_owned()),
            ("tcp_keepalives_idle", "30".to_owned()),
            ("tcp_keepalives_interval", "10".to_owned()),
            ("tcp_keepalives_count", "3".to_owned()),
        ])
    }
}

impl FromStr for PostgresAddress {
    type Err = BadAddress;

    fn from_str(url: &str) -> Result<Self, BadAddress> {
        let after_scheme = url.split_once("://").map_or(url, |(_, rest)| rest);
        let (_, after_host) = after_scheme.split_at(after_scheme.find(['/', '?', '#']).unwrap_or(after_scheme.len()));
        // Else a part of a password would be taken for a host or a database, and be shown as one.
        if after_host.contains('@') {
            return Err(BadAddress {
                message: "the address of the store has an `@` after its host".to_owned(),
                hint: "write the characters / ? # @ of a password as %2F %3F %23 %40",
            });
        }
        PgConnectOptions::from_str(url)
            .map(|options| Self(Box::new(options)))
            .map_err(|error| BadAddress {
                message: format!("the address of the store cannot be read: {}", reason_of(error)),
                hint: "write it as postgres://USER:PASSWORD@HOST:PORT/DATABASE",
            })
    }
}

/// What is wrong with an address, without what sqlx puts before it.
fn reason_of(error: sqlx::Error) -> String {
    match error {
        sqlx::Error::Configuration(reason) => reason.to_string(),
        other => other.to_string(),
    }
}

impl fmt::Display for PostgresAddress {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        let options = &self.0;
        write!(to, "postgres://{}@", options.get_username())?;
        match options.get_socket() {
            Some(socket) => write!(to, "{}", socket.display())?,
            None => write!(to, "{}:{}", options.get_host(), options.get_port())?,
        }
        write!(to, "/{}", options.get_database().unwrap_or(options.get_username()))
    }
}

impl fmt::Debug for PostgresAddress {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(to, "PostgresAddress({self})")
    }
}
