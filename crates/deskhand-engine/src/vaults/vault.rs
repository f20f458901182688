//! What a vault does.

use deskhand_command::{BoxFuture, Retry};
use secrecy::SecretString;

/// Somewhere to read secrets from.
pub trait Vault: Send + Sync {
    /// Reads one secret; what `path` and `field` mean is the vault's own.
    fn read<'a>(&'a self, path: &'a str, field: Option<&'a str>) -> BoxFuture<'a, Result<SecretString, VaultError>>;

    /// Why there can never be a secret in this place, as far as the vault can tell without looking.
    fn refusal(&self, _path: &str, _field: Option<&str>) -> Option<VaultError> {
        None
    }
}

/// Why a vault did not give a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct VaultError {
    /// What went wrong, in a lowercase fragment without anything secret.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
    /// Whether trying again can help.
    pub retry: Retry,
}

impl VaultError {
    /// A refusal: trying again will not cure it.
    pub fn refused(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            hint: Some(hint.into()),
            retry: Retry::Never,
        }
    }

    /// The vault cannot be asked now, or cannot answer.
    pub fn away(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self {
            retry: Retry::Away,
            ..Self::refused(message, hint)
        }
    }
}
