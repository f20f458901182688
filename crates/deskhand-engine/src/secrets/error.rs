//! Why a secret cannot be sealed or read.

use deskhand_command::{Failure, Retry};

use crate::StoreError;
use crate::connections::sentence;

/// A key that is no key, or does not fit.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// There is nothing to seal with.
    #[error("there is no key to seal secrets with")]
    NoKey,
    /// The text of a key is not one.
    #[error("line {line} of the keys is no key: {wrong}")]
    Malformed {
        /// The line, from 1.
        line: usize,
        /// What is wrong; nothing of the key itself.
        wrong: &'static str,
    },
    /// It was sealed with a key that is not here.
    #[error("the {parameter} of `{connection}` is sealed with the key `{key_id}`, which is not among the keys")]
    OtherKey {
        /// The connection.
        connection: String,
        /// The parameter.
        parameter: String,
        /// The key's id.
        key_id: String,
    },
    /// The key is here, and does not open it.
    #[error("the sealed {parameter} of `{connection}` is damaged, or was sealed for another place")]
    Damaged {
        /// The connection.
        connection: String,
        /// The parameter.
        parameter: String,
    },
    /// The machine gives no random bytes.
    #[error("the machine gives no random bytes")]
    NoRandomness,
    /// The store does not work.
    #[error("sealed secrets cannot be read or kept")]
    Store(#[from] StoreError),
}

impl SecretError {
    /// What to do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::NoKey => {
                "make a key, keep it where only the desk can read it, and name it to the desk; or keep secrets in a vault"
            }
            Self::Malformed { .. } => "a key is 32 bytes as base64, one key a line, the current one first",
            Self::OtherKey { .. } => {
                "add the key that it was sealed with below the current one, or give the secret again"
            }
            Self::Damaged { .. } => "give the secret again",
            Self::NoRandomness => "nothing was sealed; see what is wrong with the machine",
            Self::Store(error) => error.hint(),
        }
    }

    /// In words for whoever needed the secret.
    pub fn failure(&self) -> Failure {
        let said = match self {
            Self::Store(error) => format!("{self}: {error}"),
            _ => self.to_string(),
        };
        let retry = match self {
            Self::Store(_) => Retry::Later,
            _ => Retry::Never,
        };
        Failure::new(500, sentence(&said))
            .with_hint(self.hint())
            .with_retry(retry)
    }
}
