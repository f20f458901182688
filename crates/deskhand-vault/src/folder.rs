//! Files of one folder: systemd's credentials, secrets that a container is given, or a folder of one's own.

use std::io;
use std::path::{Component, Path, PathBuf};

use deskhand_command::BoxFuture;
use deskhand_engine::vaults::{Vault, VaultError};
use secrecy::SecretString;
use tokio::io::AsyncReadExt as _;

use crate::no_field;

/// A folder as a vault; a path is a file's, below the folder.
pub struct FolderVault {
    folder: PathBuf,
}

/// A path that leads nowhere but below the folder.
fn below<'a>(path: &'a str, field: Option<&str>) -> Result<&'a Path, VaultError> {
    no_field(field)?;
    let below = Path::new(path);
    let plain = below.components().all(|part| matches!(part, Component::Normal(_)));
    if path.is_empty() || !plain {
        return Err(VaultError::refused(
            format!("`{path}` is no path below the vault's folder"),
            "give the file's path as seen from the folder, without `..`",
        ));
    }
    Ok(below)
}

/// More than any key has.
const LARGEST: u64 = 64 << 10;

impl FolderVault {
    /// Files below this folder, and no others: neither by `..` nor by a link can a path lead out of it.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    async fn find(&self, path: &str, field: Option<&str>) -> Result<SecretString, VaultError> {
        let below = below(path, field)?;
        let trouble = |error| unreadable(path, &error);
        let folder = tokio::fs::canonicalize(&self.folder).await.map_err(|error| {
            VaultError::away(
                format!("its folder cannot be read: {error}"),
                "see whether the folder is there, and whether the desk may read it",
            )
        })?;
        let file = tokio::fs::canonicalize(folder.join(below)).await.map_err(trouble)?;
        if !file.starts_with(&folder) {
            return Err(VaultError::refused(
                format!("`{path}` is a link that leads out of the vault's folder"),
                "put the file itself into the folder",
            ));
        }
        let mut text = String::new();
        let file = tokio::fs::File::open(&file).await.map_err(trouble)?;
        let read = file
            .take(LARGEST + 1)
            .read_to_string(&mut text)
            .await
            .map_err(trouble)?;
        if read as u64 > LARGEST {
            return Err(VaultError::refused(
                format!("`{path}` is larger than any secret"),
                "name the file that has the secret in it and nothing else",
            ));
        }
        let secret = text.strip_suffix('\n').unwrap_or(&text);
        Ok(secret.strip_suffix('\r').unwrap_or(secret).into())
    }
}

impl Vault for FolderVault {
    fn read<'a>(&'a self, path: &'a str, field: Option<&'a str>) -> BoxFuture<'a, Result<SecretString, VaultError>> {
        Box::pin(self.find(path, field))
    }

    fn refusal(&self, path: &str, field: Option<&str>) -> Option<VaultError> {
        below(path, field).err()
    }
}

fn unreadable(path: &str, error: &io::Error) -> VaultError {
    let hint = match error.kind() {
        io::ErrorKind::NotFound => "check the path: there is no such file",
        io::ErrorKind::PermissionDenied => "let the desk's user read it",
        io::ErrorKind::InvalidData => "the file is no text; a secret is",
        _ => "see what is wrong with the file",
    };
    VaultError::refused(format!("`{path}` cannot be read: {error}"), hint)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;

    use secrecy::ExposeSecret as _;

    use super::*;

    async fn refused(vault: &FolderVault, path: &str) -> String {
        vault.read(path, None).await.unwrap_err().message
    }

    #[tokio::test]
    async fn a_file_is_read_without_its_last_line_end() {
        let place = tempfile::tempdir().unwrap();
        fs::create_dir(place.path().join("psa")).unwrap();
        let vault = FolderVault::new(place.path());
        for (text, expected) in [
            ("key\n", "key"),
            ("key\r\n", "key"),
            ("a\nb\n\n", "a\nb\n"),
            ("key", "key"),
        ] {
            fs::write(place.path().join("psa/acme"), text).unwrap();
            let read = vault.read("psa/acme", None).await.unwrap();
            assert_eq!(read.expose_secret(), expected);
        }
    }

    #[tokio::test]
    async fn nothing_outside_of_the_folder_can_be_read() {
        let place = tempfile::tempdir().unwrap();
        fs::write(place.path().join("outside"), "key").unwrap();
        let folder = place.path().join("folder");
        fs::create_dir(&folder).unwrap();
        fs::create_dir(place.path().join("folder-beside")).unwrap();
        fs::write(place.path().join("folder-beside/key"), "key").unwrap();
        symlink(place.path().join("outside"), folder.join("out")).unwrap();
        symlink(place.path(), folder.join("up")).unwrap();
        symlink(place.path().join("folder-beside"), folder.join("beside")).unwrap();
        let vault = FolderVault::new(&folder);
        let absolute = place.path().join("outside");
        for path in [
            "../outside",
            "a/../../outside",
            "",
            ".",
            "/",
            absolute.to_str().unwrap(),
        ] {
            assert!(refused(&vault, path).await.contains("is no path below"), "{path}");
        }
        for path in ["out", "up/outside", "beside/key"] {
            assert!(refused(&vault, path).await.contains("leads out of"), "{path}");
        }
        fs::write(folder.join("inside"), "key").unwrap();
        symlink("inside", folder.join("link")).unwrap();
        assert!(vault.read("link", None).await.is_ok());
    }

    #[tokio::test]
    async fn what_cannot_be_read_says_why() {
        let place = tempfile::tempdir().unwrap();
        let vault = FolderVault::new(place.path());
        assert!(refused(&vault, "gone").await.starts_with("`gone` cannot be read"));
        fs::create_dir(place.path().join("folder")).unwrap();
        assert!(refused(&vault, "folder").await.starts_with("`folder` cannot be read"));
        fs::write(place.path().join("binary"), [0xff, 0xfe]).unwrap();
        assert!(refused(&vault, "binary").await.starts_with("`binary` cannot be read"));
        fs::write(place.path().join("large"), "x".repeat(70_000)).unwrap();
        assert!(refused(&vault, "large").await.contains("larger than any secret"));
        let gone = FolderVault::new(place.path().join("nowhere"));
        assert!(refused(&gone, "key").await.starts_with("its folder cannot be read"));
    }
}
