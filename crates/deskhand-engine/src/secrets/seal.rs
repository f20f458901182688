//! Sealing a secret, and reading it again.

use chacha20poly1305::XNonce;
use chacha20poly1305::aead::{Aead as _, Payload};
use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret as _, SecretString};

use super::{Keyring, Random, SecretError};
use crate::desk::SealedSecret;

/// How the sealed bytes begin, should there ever be another form.
const FORM: u8 = 1;
const NONCE: usize = 24;

impl Keyring {
    /// Seals a secret for its place with the current key.
    pub fn seal(
        &self,
        connection: &str,
        parameter: &str,
        secret: &SecretString,
        random: &Random,
    ) -> Result<SealedSecret, SecretError> {
        let mut nonce = [0; NONCE];
        random(&mut nonce)?;
        let payload = Payload {
            msg: secret.expose_secret().as_bytes(),
            aad: &place(connection, parameter),
        };
        let ciphertext = self.current().cipher.encrypt(&XNonce::from(nonce), payload);
        let ciphertext = ciphertext.map_err(|_| damaged(connection, parameter))?;
        Ok(SealedSecret {
            connection: connection.to_owned(),
            parameter: parameter.to_owned(),
            key_id: self.current_id().to_owned(),
            sealed: [[FORM].as_slice(), &nonce, &ciphertext].concat(),
        })
    }

    /// Reads a sealed secret, with whichever of the keys it was sealed.
    pub fn open(&self, sealed: &SealedSecret) -> Result<SecretString, SecretError> {
        let (connection, parameter) = (sealed.connection.as_str(), sealed.parameter.as_str());
        let key = self.find(&sealed.key_id).ok_or_else(|| SecretError::OtherKey {
            connection: connection.to_owned(),
            parameter: parameter.to_owned(),
            key_id: sealed.key_id.clone(),
        })?;
        let Some((&FORM, rest)) = sealed.sealed.split_first() else {
            return Err(damaged(connection, parameter));
        };
        let Some((nonce, ciphertext)) = rest.split_first_chunk::<NONCE>() else {
            return Err(damaged(connection, parameter));
        };
        let payload = Payload {
            msg: ciphertext,
            aad: &place(connection, parameter),
        };
        let opened = key.cipher.decrypt(&XNonce::from(*nonce), payload);
        let opened = Zeroizing::new(opened.map_err(|_| damaged(connection, parameter))?);
        let text = std::str::from_utf8(&opened).map_err(|_| damaged(connection, parameter))?;
        Ok(text.into())
    }
}

/// The place in bytes, each part with its length before it, so that no two places have the same.
fn place(connection: &str, parameter: &str) -> Vec<u8> {
    let mut bytes = b"deskhand secret".to_vec();
    for part in [connection, parameter] {
        bytes.extend((part.len() as u64).to_le_bytes());
        bytes.extend(part.as_bytes());
    }
    bytes
}

fn damaged(connection: &str, parameter: &str) -> SecretError {
    SecretError::Damaged {
        connection: connection.to_owned(),
        parameter: parameter.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::toy::random;
    use super::*;

    fn seal(keyring: &Keyring, connection: &str, parameter: &str, secret: &str) -> SealedSecret {
        keyring.seal(connection, parameter, &secret.into(), &random).unwrap()
    }

    proptest! {
        #[test]
        fn what_was_sealed_can_be_read_in_its_place_and_in_no_other(
            secret in ".*", connection in ".{1,9}", parameter in ".{1,9}", other in ".{1,9}",
        ) {
            let keyring = Keyring::from_bytes(&[7; 32], &[]);
            let sealed = seal(&keyring, &connection, &parameter, &secret);
            let read = keyring.open(&sealed).unwrap();
            prop_assert_eq!(read.expose_secret(), &secret);
            prop_assume!(other != connection && other != parameter);
            let moved = SealedSecret { connection: other.clone(), ..sealed.clone() };
            prop_assert!(keyring.open(&moved).is_err());
            let renamed = SealedSecret { parameter: other, ..sealed };
            prop_assert!(keyring.open(&renamed).is_err());
        }
    }

    #[test]
    fn parts_of_a_place_cannot_be_shifted_into_each_other() {
        let keyring = Keyring::from_bytes(&[7; 32], &[]);
        let sealed = seal(&keyring, "ab", "c", "secret");
        let shifted = SealedSecret {
            connection: "a".to_owned(),
            parameter: "bc".to_owned(),
            ..sealed
        };
        assert!(matches!(keyring.open(&shifted), Err(SecretError::Damaged { .. })));
    }

    #[test]
    fn a_changed_byte_a_cut_and_another_form_are_damage() {
        let keyring = Keyring::from_bytes(&[7; 32], &[]);
        let sealed = seal(&keyring, "Main", "privatekey", "secret");
        for at in 0..sealed.sealed.len() {
            let mut changed = sealed.clone();
            changed.sealed[at] ^= 1;
            assert!(
                matches!(keyring.open(&changed), Err(SecretError::Damaged { .. })),
                "{at}"
            );
            changed.sealed.truncate(at);
            assert!(
                matches!(keyring.open(&changed), Err(SecretError::Damaged { .. })),
                "{at}"
            );
        }
    }

    #[test]
    fn the_same_secret_never_looks_the_same_and_is_not_in_what_is_kept() {
        let keyring = Keyring::from_bytes(&[7; 32], &[]);
        let (one, other) = (seal(&keyring, "M", "p", "hunter2"), seal(&keyring, "M", "p", "hunter2"));
        assert_ne!(one.sealed, other.sealed);
        assert!(!one.sealed.windows(7).any(|bytes| bytes == b"hunter2"));
    }

    #[test]
    fn an_older_key_still_opens_and_a_missing_one_is_named() {
        let (old, new) = ([1; 32], [2; 32]);
        let sealed = seal(&Keyring::from_bytes(&old, &[]), "Main", "privatekey", "secret");
        let both = Keyring::from_bytes(&new, &[old]);
        assert_eq!(both.open(&sealed).unwrap().expose_secret(), "secret");
        let error = Keyring::from_bytes(&new, &[]).open(&sealed).unwrap_err();
        assert!(error.to_string().contains(&format!("the key `{}`", sealed.key_id)));
        let failure = error.failure();
        assert!(
            failure.message.starts_with("The privatekey of `Main` is sealed with"),
            "{}",
            failure.message
        );
        assert!(failure.hint.unwrap().contains("add the key"));
    }
}
