//! The keys that secrets are sealed with: the current one, and older ones that can still be read.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chacha20poly1305::{KeyInit as _, XChaCha20Poly1305};
use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};

use super::SecretError;

/// Fills bytes at random; the program has the machine's, tests have their own.
pub type Random = dyn Fn(&mut [u8]) -> Result<(), SecretError> + Send + Sync;

/// The current key, and older ones that can still be read with.
pub struct Keyring {
    current: Key,
    older: Vec<Key>,
}

pub(super) struct Key {
    pub(super) id: String,
    pub(super) cipher: XChaCha20Poly1305,
}

const LENGTH: usize = 32;

/// A new key as text, for the operator to keep.
pub fn new_key(random: &Random) -> Result<SecretString, SecretError> {
    let mut bytes = Zeroizing::new([0; LENGTH]);
    random(bytes.as_mut())?;
    Ok(STANDARD.encode(bytes.as_ref()).into())
}

impl Keyring {
    /// Reads keys as text, one a line, the current one first; empty lines and those that begin with `#` are passed over.
    pub fn from_text(text: &SecretString) -> Result<Self, SecretError> {
        let mut keys = Vec::new();
        for (number, line) in text.expose_secret().lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let malformed = |wrong| SecretError::Malformed {
                line: number + 1,
                wrong,
            };
            let bytes = STANDARD.decode(line).map_err(|_| malformed("it is not base64"))?;
            let bytes = Zeroizing::new(bytes);
            let bytes: &[u8; LENGTH] = bytes
                .as_slice()
                .try_into()
                .map_err(|_| malformed("it does not have 32 bytes"))?;
            keys.push(Key::new(bytes));
        }
        Self::of(keys)
    }

    /// The keys as they are, the current one first.
    pub fn from_bytes(current: &[u8; LENGTH], older: &[[u8; LENGTH]]) -> Self {
        Self {
            current: Key::new(current),
            older: older.iter().map(Key::new).collect(),
        }
    }

    fn of(keys: Vec<Key>) -> Result<Self, SecretError> {
        let mut keys = keys.into_iter();
        let current = keys.next().ok_or(SecretError::NoKey)?;
        Ok(Self {
            current,
            older: keys.collect(),
        })
    }

    /// What the current key is known by; nothing of the key follows from it.
    pub fn current_id(&self) -> &str {
        &self.current.id
    }

    pub(super) fn current(&self) -> &Key {
        &self.current
    }

    pub(super) fn find(&self, id: &str) -> Option<&Key> {
        std::iter::once(&self.current)
            .chain(&self.older)
            .find(|key| key.id == id)
    }
}

impl Key {
    fn new(bytes: &[u8; LENGTH]) -> Self {
        let digest = Sha256::new()
            .chain_update(b"deskhand key id")
            .chain_update(bytes)
            .finalize();
        let id = digest
            .iter()
            .take(6)
            .fold(String::new(), |id, byte| format!("{id}{byte:02x}"));
        Self {
            id,
            cipher: XChaCha20Poly1305::new(bytes.into()),
        }
    }
}

impl std::fmt::Debug for Keyring {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(to, "Keyring({} and {} older)", self.current.id, self.older.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_read_line_by_line_and_a_bad_one_is_named_without_being_shown() {
        let key = new_key(&|bytes: &mut [u8]| {
            bytes.fill(7);
            Ok(())
        })
        .unwrap();
        let text = format!("# the current one\n{}\n\n", key.expose_secret());
        let keyring = Keyring::from_text(&text.clone().into()).unwrap();
        assert_eq!(keyring.current_id(), Keyring::from_bytes(&[7; 32], &[]).current_id());
        assert_eq!(
            format!("{keyring:?}"),
            format!("Keyring({} and 0 older)", keyring.current_id())
        );
        for (text, expected) in [
            (
                format!("{text}c2VjcmV0"),
                "line 4 of the keys is no key: it does not have 32 bytes",
            ),
            ("sec ret!".to_owned(), "line 1 of the keys is no key: it is not base64"),
            ("# none\n".to_owned(), "there is no key to seal secrets with"),
        ] {
            let error = Keyring::from_text(&text.into()).unwrap_err();
            assert_eq!(error.to_string(), expected);
            assert!(error.failure().hint.is_some_and(|hint| hint.contains("key")));
        }
    }

    #[test]
    fn without_random_bytes_there_is_no_key() {
        let none = new_key(&|_: &mut [u8]| Err(SecretError::NoRandomness));
        assert!(matches!(none, Err(SecretError::NoRandomness)));
    }
}
