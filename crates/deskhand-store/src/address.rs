//! Where a store is: a file, or a database of a server.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use deskhand_command::BoxFuture;
use deskhand_engine::StoreError;

use crate::{PostgresAddress, PostgresStore, SqliteStore, Store};

/// Where a store is. It is shown without its password.
#[derive(Debug, Clone)]
pub enum StoreAddress {
    /// A SQLite file.
    File(PathBuf),
    /// A database of a PostgreSQL server.
    Postgres(PostgresAddress),
}

/// An address that cannot be read; what is said of it never holds a password.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct BadAddress {
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub hint: &'static str,
}

impl StoreAddress {
    /// Reads what a person wrote: a URL that begins with `postgres://` or `postgresql://`, or the path of a file.
    pub fn read(named: &Path) -> Result<Self, BadAddress> {
        let url = named.to_str().and_then(|text| Some((text, text.split_once("://")?.0)));
        match url {
            None => Ok(Self::File(named.to_owned())),
            Some((url, "postgres" | "postgresql")) => Ok(Self::Postgres(url.parse()?)),
            Some((_, scheme)) => Err(BadAddress {
                message: format!("a store cannot be at an address that begins with `{scheme}://`"),
                hint: "name a file, or postgres://USER:PASSWORD@HOST:PORT/DATABASE",
            }),
        }
    }
}

impl fmt::Display for StoreAddress {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(to, "{}", path.display()),
            Self::Postgres(address) => write!(to, "{address}"),
        }
    }
}

/// Opens a store, making it when it is not there.
pub fn open(address: &StoreAddress) -> BoxFuture<'_, Result<Arc<dyn Store>, StoreError>> {
    Box::pin(async move {
        Ok(match address {
            StoreAddress::File(path) => Arc::new(SqliteStore::open(path).await?) as Arc<dyn Store>,
            StoreAddress::Postgres(address) => Arc::new(PostgresStore::open(address).await?),
        })
    })
}

/// Opens a store that is there already; one that is not is not made.
pub fn find(address: &StoreAddress) -> BoxFuture<'_, Result<Option<Arc<dyn Store>>, StoreError>> {
    Box::pin(async move {
        let exists = match address {
            StoreAddress::File(path) => path.exists(),
            StoreAddress::Postgres(address) => PostgresStore::exists(address).await?,
        };
        if exists {
            open(address).await.map(Some)
        } else {
            Ok(None)
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(named: &str) -> Result<String, String> {
        let read = StoreAddress::read(Path::new(named));
        read.map(|address| format!("{address} {address:?}"))
            .map_err(|error| format!("{error} {error:?}"))
    }

    #[test]
    fn an_address_is_a_file_or_a_url() {
        let file = StoreAddress::read(Path::new("/var/lib/a:b.sqlite")).unwrap();
        assert!(matches!(&file, StoreAddress::File(path) if path == Path::new("/var/lib/a:b.sqlite")));
        let url = "postgresql://me:secret@db.example.com:5433/desk?sslmode=require";
        assert!(
            read(url)
                .unwrap()
                .starts_with("postgres://me@db.example.com:5433/desk ")
        );
        let refused = read("mysql://me:secret@h/d").unwrap_err();
        assert!(
            refused.starts_with("a store cannot be at an address that begins with `mysql://`"),
            "{refused}"
        );
    }

    #[test]
    fn a_password_is_never_shown() {
        let urls = [
            "postgres://me:secret@h/d",
            "postgres://me@h/d?password=secret",
            "postgres://me:sec%2Fret@h/d",
            "postgres://me:a/secret@h/d",
            "postgres://me:a?secret@h/d",
            "postgres://me:a#secret@h/d",
            "postgres://me:a@secret@h/d",
            "postgres://me:secret@h:port/d",
            "postgres://me:secret@[h/d",
            "postgres://me:secret@h/d?sslmode=odd",
            "other://me:secret@h/d",
        ];
        for url in urls {
            let (Ok(said) | Err(said)) = read(url);
            assert!(!said.contains("secret") && !said.contains("sec/ret"), "{url}: {said}");
        }
    }
}
