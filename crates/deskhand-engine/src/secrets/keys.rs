//! The keys of a program that runs for long, while the operator puts another one in their place.

use std::sync::Arc;

use parking_lot::RwLock;
use secrecy::SecretString;

use super::{Keyring, SecretError};
use crate::desk::SealedSecret;

/// Reads the operator's keys as they are now; an error is told in words.
pub type ReadKeys = dyn Fn() -> Result<Option<Arc<Keyring>>, String> + Send + Sync;

/// The keys that secrets are opened with.
#[derive(Default)]
pub struct Keys {
    now: RwLock<Option<Arc<Keyring>>>,
    again: Option<Box<ReadKeys>>,
}

impl Keys {
    /// No keys yet; where they come from is asked when a secret needs one that is not here.
    pub fn read_by(again: Box<ReadKeys>) -> Self {
        Self {
            now: RwLock::default(),
            again: Some(again),
        }
    }

    /// Takes these from now on.
    pub fn put(&self, keyring: Arc<Keyring>) {
        *self.now.write() = Some(keyring);
    }

    /// Opens what is sealed; with keys that are read anew when it was sealed with one that came after the last reading.
    pub(crate) fn open(&self, sealed: &SealedSecret) -> Result<SecretString, SecretError> {
        let opened = open_with(self.now.read().as_deref(), sealed);
        if matches!(opened, Err(SecretError::NoKey | SecretError::OtherKey { .. })) && self.read_again() {
            return open_with(self.now.read().as_deref(), sealed);
        }
        opened
    }

    fn read_again(&self) -> bool {
        let Some(again) = &self.again else {
            return false;
        };
        match again() {
            Ok(Some(keyring)) => {
                self.put(keyring);
                true
            }
            Ok(None) => false,
            Err(error) => {
                tracing::warn!(error, "the keys cannot be read anew; those that were read before stay");
                false
            }
        }
    }
}

fn open_with(keyring: Option<&Keyring>, sealed: &SealedSecret) -> Result<SecretString, SecretError> {
    keyring.ok_or(SecretError::NoKey)?.open(sealed)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use secrecy::ExposeSecret as _;

    use super::*;
    use crate::secrets::toy::random;

    fn sealed_with(keyring: &Keyring) -> SealedSecret {
        keyring.seal("Main", "privatekey", &"secret".into(), &random).unwrap()
    }

    #[test]
    fn a_key_that_came_later_is_found_and_read_once() {
        let (old, new) = ([1; 32], [2; 32]);
        let asked = Arc::new(AtomicU32::new(0));
        let count = Arc::clone(&asked);
        let keys = Keys::read_by(Box::new(move || {
            count.fetch_add(1, Ordering::Relaxed);
            Ok(Some(Arc::new(Keyring::from_bytes(&new, &[old]))))
        }));
        keys.put(Arc::new(Keyring::from_bytes(&old, &[])));
        let times = |keyring: &Keyring| {
            let opened = keys.open(&sealed_with(keyring)).unwrap();
            assert_eq!(opened.expose_secret(), "secret");
            asked.load(Ordering::Relaxed)
        };
        assert_eq!(times(&Keyring::from_bytes(&old, &[])), 0);
        assert_eq!(times(&Keyring::from_bytes(&new, &[])), 1);
        assert_eq!(times(&Keyring::from_bytes(&new, &[])), 1);
        assert_eq!(times(&Keyring::from_bytes(&old, &[])), 1, "the old one is still there");
    }

    #[test]
    fn keys_that_cannot_be_read_leave_those_that_are_there() {
        let keys = Keys::read_by(Box::new(|| Err("there is no such file".to_owned())));
        keys.put(Arc::new(Keyring::from_bytes(&[1; 32], &[])));
        let other = keys.open(&sealed_with(&Keyring::from_bytes(&[2; 32], &[])));
        assert!(matches!(other, Err(SecretError::OtherKey { .. })));
        assert!(keys.open(&sealed_with(&Keyring::from_bytes(&[1; 32], &[]))).is_ok());
    }
}
