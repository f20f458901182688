//! The vaults of a deployment, and what was read from them a moment ago.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use deskhand_command::{Clock, Failure};
use jiff::Timestamp;
use parking_lot::Mutex;
use secrecy::SecretString;

use super::Vault;
use crate::connections::{VaultReference, sentence, unknown};

/// The vaults that the operator declared.
pub struct Vaults {
    declared: BTreeMap<String, Declared>,
    clock: Arc<dyn Clock>,
    kept: Mutex<HashMap<VaultReference, Kept>>,
}

struct Declared {
    vault: Arc<dyn Vault>,
    /// How long a value may be used again.
    cache: Duration,
}

struct Kept {
    read_at: Timestamp,
    cache: Duration,
    secret: SecretString,
}

impl Vaults {
    /// No vaults, yet.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            declared: BTreeMap::new(),
            clock,
            kept: Mutex::default(),
        }
    }

    /// Declares a vault; what is read from it may be used again for so long, which is not at all when that is zero.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, vault: Arc<dyn Vault>, cache: Duration) -> Self {
        self.declared.insert(name.into(), Declared { vault, cache });
        self
    }

    /// The names of all vaults.
    pub fn names(&self) -> Vec<String> {
        self.declared.keys().cloned().collect()
    }

    /// Why there can never be a secret in this place; nothing is asked of the vault.
    pub fn refusal(&self, reference: &VaultReference) -> Option<String> {
        let declared = self.declared.get(&reference.vault)?;
        let error = declared.vault.refusal(&reference.path, reference.field.as_deref())?;
        let hint = error.hint.map(|hint| format!("; {hint}")).unwrap_or_default();
        Some(format!(
            "the vault `{}` gives no secret: {}{hint}",
            reference.vault, error.message
        ))
    }

    /// Reads a secret; a failure names the vault.
    pub async fn read(&self, reference: &VaultReference) -> Result<SecretString, Failure> {
        let name = reference.vault.as_str();
        let Some(declared) = self.declared.get(name) else {
            let known = self.declared.keys().map(String::as_str);
            return Err(Failure::new(400, sentence(&unknown("vault", name, known)))
                .with_hint("vaults are declared by the operator of the desk"));
        };
        if let Some(secret) = self.kept(reference) {
            return Ok(secret);
        }
        let read = declared.vault.read(&reference.path, reference.field.as_deref()).await;
        let secret = read.map_err(|error| {
            let failure = Failure::new(502, format!("The vault `{name}` gave no secret: {}.", error.message));
            let failure = failure.with_retry(error.retry);
            match error.hint {
                Some(hint) => failure.with_hint(hint),
                None => failure,
            }
        })?;
        if !declared.cache.is_zero() {
            let kept = Kept {
                read_at: self.clock.now(),
                cache: declared.cache,
                secret: secret.clone(),
            };
            self.kept.lock().insert(reference.clone(), kept);
        }
        Ok(secret)
    }

    /// What was read not too long ago. A clock that was put back is no reason to keep it longer.
    fn kept(&self, reference: &VaultReference) -> Option<SecretString> {
        let now = self.clock.now();
        let mut all = self.kept.lock();
        // Whatever is over goes, whoever asks for what: nothing is held for longer than it may be used.
        all.retain(|_, kept| {
            let age = now.duration_since(kept.read_at);
            !age.is_negative() && age.unsigned_abs() < kept.cache
        });
        all.get(reference).map(|kept| kept.secret.clone())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};

    use deskhand_command::{BoxFuture, Retry};
    use secrecy::ExposeSecret as _;

    use super::super::VaultError;
    use super::*;

    #[derive(Default)]
    struct Counting(AtomicU32);

    impl Vault for Counting {
        fn read<'a>(
            &'a self,
            path: &'a str,
            field: Option<&'a str>,
        ) -> BoxFuture<'a, Result<SecretString, VaultError>> {
            let count = self.0.fetch_add(1, Ordering::Relaxed);
            let answer = match path {
                "away" => Err(VaultError::away("it is sealed", "unseal it")),
                _ => Ok(format!("{path} {} {count}", field.unwrap_or("-")).into()),
            };
            Box::pin(std::future::ready(answer))
        }
    }

    struct Moved(AtomicI64);

    impl Clock for Moved {
        fn now(&self) -> Timestamp {
            Timestamp::from_second(self.0.load(Ordering::Relaxed)).unwrap()
        }

        fn sleep(&self, _duration: Duration) -> BoxFuture<'_, ()> {
            Box::pin(std::future::ready(()))
        }
    }

    fn reference(vault: &str, path: &str) -> VaultReference {
        VaultReference {
            vault: vault.to_owned(),
            path: path.to_owned(),
            field: None,
        }
    }

    fn vaults(cache: u64) -> (Vaults, Arc<Moved>) {
        let clock = Arc::new(Moved(AtomicI64::new(10_000)));
        let vault = Arc::new(Counting::default());
        let vaults = Vaults::new(Arc::clone(&clock) as Arc<dyn Clock>);
        (vaults.with("prod", vault, Duration::from_secs(cache)), clock)
    }

    async fn read(vaults: &Vaults) -> String {
        let read = vaults.read(&reference("prod", "psa")).await.unwrap();
        read.expose_secret().to_owned()
    }

    #[tokio::test]
    async fn c17_a_secret_is_fetched_for_every_call_unless_it_may_be_kept() {
        let (vaults, _) = vaults(0);
        assert_eq!(read(&vaults).await, "psa - 0");
        assert_eq!(read(&vaults).await, "psa - 1");
    }

    #[tokio::test]
    async fn c17_a_secret_is_kept_no_longer_than_the_vault_says() {
        let (vaults, clock) = vaults(60);
        assert_eq!(read(&vaults).await, "psa - 0");
        clock.0.fetch_add(59, Ordering::Relaxed);
        assert_eq!(read(&vaults).await, "psa - 0");
        clock.0.fetch_add(1, Ordering::Relaxed);
        assert_eq!(read(&vaults).await, "psa - 1");
        clock.0.fetch_sub(3600, Ordering::Relaxed);
        assert_eq!(read(&vaults).await, "psa - 2");
    }

    #[tokio::test]
    async fn what_is_kept_is_kept_apart_by_path_and_field() {
        let (vaults, _) = vaults(60);
        assert_eq!(read(&vaults).await, "psa - 0");
        let field = VaultReference {
            field: Some("key".to_owned()),
            ..reference("prod", "psa")
        };
        let read = vaults.read(&field).await.unwrap();
        assert_eq!(read.expose_secret(), "psa key 1");
    }

    #[tokio::test]
    async fn c17_a_vault_that_fails_is_named() {
        let (vaults, _) = vaults(0);
        let failure = vaults.read(&reference("prod", "away")).await.unwrap_err();
        assert_eq!(failure.message, "The vault `prod` gave no secret: it is sealed.");
        assert_eq!(
            (failure.retry, failure.hint.as_deref()),
            (Retry::Away, Some("unseal it"))
        );
        let unknown = vaults.read(&reference("prud", "psa")).await.unwrap_err();
        assert!(
            unknown
                .message
                .contains("There is no vault `prud`; did you mean `prod`?"),
            "{}",
            unknown.message
        );
    }
}
