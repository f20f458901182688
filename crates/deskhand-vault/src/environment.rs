//! Variables of the environment, as far as their names are allowed.

use std::sync::Arc;

use deskhand_command::BoxFuture;
use deskhand_engine::vaults::{Vault, VaultError};
use secrecy::SecretString;

use crate::no_field;

/// Reads a variable; the program hands it in, because nobody else reads the environment.
pub type ReadVariable = Arc<dyn Fn(&str) -> Option<SecretString> + Send + Sync>;

/// The environment as a vault; a path is a variable's name.
pub struct EnvironmentVault {
    read: ReadVariable,
    allowed: Vec<String>,
}

impl EnvironmentVault {
    /// Only variables of these names can be read; `*` stands for any letters, as in `DESKHAND_SECRET_*`.
    pub fn new(read: ReadVariable, allowed: Vec<String>) -> Self {
        Self { read, allowed }
    }

    fn allowed(&self, name: &str, field: Option<&str>) -> Result<(), VaultError> {
        no_field(field)?;
        if !self.allowed.iter().any(|pattern| matches(pattern, name)) {
            return Err(VaultError::refused(
                format!("the variable `{name}` is not among those that may be read"),
                format!("those are: {}", self.allowed.join(", ")),
            ));
        }
        Ok(())
    }

    fn find(&self, name: &str, field: Option<&str>) -> Result<SecretString, VaultError> {
        self.allowed(name, field)?;
        (self.read)(name).ok_or_else(|| {
            VaultError::refused(
                format!("the variable `{name}` is not set"),
                "set it where the desk is started",
            )
        })
    }
}

impl Vault for EnvironmentVault {
    fn read<'a>(&'a self, path: &'a str, field: Option<&'a str>) -> BoxFuture<'a, Result<SecretString, VaultError>> {
        Box::pin(std::future::ready(self.find(path, field)))
    }

    fn refusal(&self, path: &str, field: Option<&str>) -> Option<VaultError> {
        self.allowed(path, field).err()
    }
}

/// Whether a name is of a pattern, in which each `*` stands for any letters.
fn matches(pattern: &str, name: &str) -> bool {
    let Some((head, rest)) = pattern.split_once('*') else {
        return pattern == name;
    };
    let Some(name) = name.strip_prefix(head) else {
        return false;
    };
    let starts = name.char_indices().map(|(at, _)| at).chain([name.len()]);
    starts.into_iter().any(|at| matches(rest, &name[at..]))
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::*;

    fn vault() -> EnvironmentVault {
        let read: ReadVariable = Arc::new(|name| (name != "DESK_GONE").then(|| format!("value of {name}").into()));
        EnvironmentVault::new(read, vec!["DESK_*".to_owned(), "ONE".to_owned()])
    }

    #[test]
    fn a_pattern_has_any_letters_at_its_stars() {
        for (pattern, name, expected) in [
            ("A", "A", true),
            ("A", "AB", false),
            ("A*", "A", true),
            ("A*", "BA", false),
            ("*_KEY", "PSA_KEY", true),
            ("*_KEY", "PSA_KEYS", false),
            ("A*B*C", "AxxBxC", true),
            ("A*B*C", "AxC", false),
            ("*", "", true),
        ] {
            assert_eq!(matches(pattern, name), expected, "{pattern} {name}");
        }
    }

    #[tokio::test]
    async fn only_variables_that_are_allowed_and_set_are_read() {
        let vault = vault();
        let read = vault.read("DESK_PSA", None).await.unwrap();
        assert_eq!(read.expose_secret(), "value of DESK_PSA");
        for (name, expected) in [
            ("PATH", "not among those"),
            ("ONES", "not among those"),
            ("DESK_GONE", "is not set"),
        ] {
            let error = vault.read(name, None).await.unwrap_err();
            assert!(error.message.contains(expected), "{}", error.message);
            assert!(error.hint.is_some());
            let never = name != "DESK_GONE";
            assert_eq!(vault.refusal(name, None).is_some(), never, "{name}");
        }
        assert!(
            vault
                .read("ONE", Some("part"))
                .await
                .unwrap_err()
                .message
                .contains("no fields")
        );
    }
}
