//! Sealing everything with the current key, while the desk runs.

use std::collections::HashSet;

use super::{Keyring, Random, SecretError};
use crate::desk::{DeskStore, SealedSecret};

/// What a rotation came to.
#[derive(Debug, Default)]
pub struct Rotated {
    /// How many secrets were sealed anew.
    pub resealed: u64,
    /// Those that no key opens, with why; they stay as they are.
    pub unreadable: Vec<SecretError>,
}

const AT_ONCE: u32 = 100;

/// Seals what other keys have sealed with the current one, until nothing is left of them.
///
/// A secret that somebody changes meanwhile is looked at again. The older keys have to be in the ring of every process
/// until this has ended; then they can go.
pub async fn rotate(store: &dyn DeskStore, keyring: &Keyring, random: &Random) -> Result<Rotated, SecretError> {
    let mut rotated = Rotated::default();
    let mut left: HashSet<(String, String)> = HashSet::new();
    loop {
        // Those that cannot be read come again and again, and must not be all that comes.
        let limit = AT_ONCE.saturating_add(u32::try_from(left.len()).unwrap_or(u32::MAX));
        let mut others = store.secrets_of_other_keys(keyring.current_id(), limit).await?;
        others.retain(|sealed| !left.contains(&place(sealed)));
        if others.is_empty() {
            return Ok(rotated);
        }
        for before in &others {
            match keyring.open(before) {
                Ok(secret) => {
                    let after = keyring.seal(&before.connection, &before.parameter, &secret, random)?;
                    rotated.resealed += u64::from(store.reseal(before, &after).await?);
                }
                Err(error) => {
                    left.insert(place(before));
                    rotated.unreadable.push(error);
                }
            }
        }
    }
}

fn place(sealed: &SealedSecret) -> (String, String) {
    (sealed.connection.clone(), sealed.parameter.clone())
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::*;
    use crate::desk::toy::ToyStore;
    use crate::secrets::toy::random;

    async fn put(store: &ToyStore, keyring: &Keyring, connection: &str, secret: &str) {
        let sealed = keyring.seal(connection, "privatekey", &secret.into(), &random).unwrap();
        store.put_secret(&sealed).await.unwrap();
    }

    async fn read(store: &ToyStore, keyring: &Keyring, connection: &str) -> String {
        let sealed = store.secrets(connection).await.unwrap().remove(0);
        keyring.open(&sealed).unwrap().expose_secret().to_owned()
    }

    #[tokio::test]
    async fn everything_is_sealed_anew_and_the_old_key_can_go() {
        let store = ToyStore::default();
        let (old, new) = ([1; 32], [2; 32]);
        for number in 0..250 {
            put(&store, &Keyring::from_bytes(&old, &[]), &format!("C{number}"), "secret").await;
        }
        let both = Keyring::from_bytes(&new, &[old]);
        assert_eq!(read(&store, &both, "C7").await, "secret");
        let rotated = rotate(&store, &both, &random).await.unwrap();
        assert_eq!((rotated.resealed, rotated.unreadable.len()), (250, 0));
        assert_eq!(read(&store, &Keyring::from_bytes(&new, &[]), "C249").await, "secret");
        assert_eq!(rotate(&store, &both, &random).await.unwrap().resealed, 0);
    }

    #[tokio::test]
    async fn a_secret_that_is_changed_meanwhile_keeps_its_new_value() {
        let store = ToyStore::default();
        let (old, new) = ([1; 32], [2; 32]);
        let still_old = Keyring::from_bytes(&old, &[]);
        put(&store, &still_old, "Main", "before").await;
        let changed = still_old.seal("Main", "privatekey", &"after".into(), &random).unwrap();
        store.before_reseal(move |secrets| secrets[0] = changed.clone());
        let both = Keyring::from_bytes(&new, &[old]);
        let rotated = rotate(&store, &both, &random).await.unwrap();
        assert_eq!(rotated.resealed, 1);
        assert_eq!(read(&store, &Keyring::from_bytes(&new, &[]), "Main").await, "after");
    }

    #[tokio::test]
    async fn what_no_key_opens_is_named_and_stops_nothing_else() {
        let store = ToyStore::default();
        let (lost, old, new) = ([9; 32], [1; 32], [2; 32]);
        for number in 0..120 {
            put(
                &store,
                &Keyring::from_bytes(&lost, &[]),
                &format!("A{number:03}"),
                "gone",
            )
            .await;
        }
        put(&store, &Keyring::from_bytes(&old, &[]), "Main", "secret").await;
        let both = Keyring::from_bytes(&new, &[old]);
        let rotated = rotate(&store, &both, &random).await.unwrap();
        assert_eq!((rotated.resealed, rotated.unreadable.len()), (1, 120));
        assert!(rotated.unreadable[0].to_string().contains("`A000`"));
    }
}
