//! A copy of a store, made while others write.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

use deskhand_engine::StoreError;
use tokio::fs;

use super::SqliteStore;
use super::errors::{broken, store_error};

/// Copies what is committed now. The file is there when all of it is, or not at all; one that is there is left alone.
pub(super) async fn backup(store: &SqliteStore, to: &Path) -> Result<(), StoreError> {
    if fs::try_exists(to).await.map_err(broken)? {
        return Err(exists(to));
    }
    let partial = partial(to);
    let made = fs::File::options().write(true).create_new(true).open(&partial).await;
    let file = made.map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => exists(&partial),
        io::ErrorKind::NotFound => StoreError::Refused {
            message: format!("there is no folder for {}", to.display()),
            hint: "make the folder first, or name another place",
        },
        io::ErrorKind::PermissionDenied => StoreError::Refused {
            message: format!("{} cannot be written", to.display()),
            hint: "name a place that may be written",
        },
        _ => broken(error),
    })?;
    let copied = copy(store, &partial, &file).await;
    let copied = match copied {
        Ok(()) => fs::rename(&partial, to).await.map_err(broken),
        failed => failed,
    };
    if copied.is_err() {
        let _what_failed_is_told = fs::remove_file(&partial).await;
    }
    copied
}

/// Copies into a file that is empty and ours, and sees to it that it is on the disk.
async fn copy(store: &SqliteStore, path: &Path, file: &fs::File) -> Result<(), StoreError> {
    let original = fs::metadata(store.readers.connect_options().get_filename()).await;
    let permissions = original.map_err(broken)?.permissions();
    file.set_permissions(permissions).await.map_err(broken)?;
    sqlx::query("VACUUM INTO $1")
        .bind(path.to_string_lossy())
        .execute(&store.readers)
        .await
        .map_err(store_error)?;
    file.sync_all().await.map_err(broken)
}

fn partial(to: &Path) -> PathBuf {
    let mut partial = OsString::from(to);
    partial.push(".part");
    partial.into()
}

fn exists(path: &Path) -> StoreError {
    StoreError::Refused {
        message: format!("there is a file `{}` already", path.display()),
        hint: "name another file, or delete this one",
    }
}
