//! Company id, API keys and client id.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::HeaderValue;
use secrecy::{ExposeSecret, SecretString};

/// What the PSA asks for with every request; the private key is shown nowhere, not by `Debug` either.
///
/// ```
/// use connectwise_psa::Credentials;
///
/// let credentials = Credentials::new("company", "public", "secret", None)?;
/// assert!(!format!("{credentials:?}").contains("secret"));
/// # Ok::<(), connectwise_psa::CredentialsError>(())
/// ```
#[derive(Clone)]
pub struct Credentials {
    company_id: String,
    public_key: String,
    private_key: SecretString,
    client_id: Option<HeaderValue>,
}

/// Why keys cannot be what the vendor gave out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CredentialsError {
    /// Nothing, or only white space.
    #[error("the {0} is empty; copy it from the API keys page of the API member")]
    Empty(&'static str),
    /// A character that would end this part of the user name, or cannot stand in a header.
    #[error("the {0} holds a character that it cannot have; copy it again, without quotes or line ends")]
    BadCharacter(&'static str),
}

impl Credentials {
    /// Checks the four parts; surrounding white space, which copying brings along, is dropped.
    pub fn new(
        company_id: &str,
        public_key: &str,
        private_key: &str,
        client_id: Option<String>,
    ) -> Result<Self, CredentialsError> {
        let client_id = client_id.filter(|id| !id.trim().is_empty());
        Ok(Self {
            company_id: part("company id", company_id, &['+', ':', '/'])?,
            public_key: part("public key", public_key, &[':'])?,
            private_key: part("private key", private_key, &[])?.into(),
            client_id: client_id.map(|id| client_id_header(&id)).transpose()?,
        })
    }

    /// The login company.
    pub fn company_id(&self) -> &str {
        &self.company_id
    }

    /// The `clientId` header, which the vendor's cloud has required since 2019.
    pub fn client_id(&self) -> Option<&HeaderValue> {
        self.client_id.as_ref()
    }

    /// `Basic base64(company+public:private)`, as the vendor's guide says; marked sensitive.
    pub(crate) fn authorization(&self) -> HeaderValue {
        let plain = format!(
            "{}+{}:{}",
            self.company_id,
            self.public_key,
            self.private_key.expose_secret()
        );
        let mut header = HeaderValue::try_from(format!("Basic {}", STANDARD.encode(plain)))
            .expect("base64 has only characters that a header can hold");
        header.set_sensitive(true);
        header
    }

    /// Takes the private key out of a text that is about to be shown.
    pub(crate) fn scrub(&self, text: &str) -> String {
        text.replace(self.private_key.expose_secret(), "<private key>")
    }
}

fn part(name: &'static str, text: &str, forbidden: &[char]) -> Result<String, CredentialsError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(CredentialsError::Empty(name));
    }
    if text.contains(|c: char| c.is_control() || c == ' ' || c == '"' || forbidden.contains(&c)) {
        return Err(CredentialsError::BadCharacter(name));
    }
    Ok(text.to_owned())
}

fn client_id_header(id: &str) -> Result<HeaderValue, CredentialsError> {
    HeaderValue::try_from(part("client id", id, &[])?).map_err(|_| CredentialsError::BadCharacter("client id"))
}

impl fmt::Debug for Credentials {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Credentials")
            .field("company_id", &self.company_id)
            .field("public_key", &self.public_key)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c4_the_authorization_header_is_company_plus_public_colon_private() {
        let credentials = Credentials::new("company", "public", " private\n", None).unwrap();
        assert_eq!(
            credentials.authorization(),
            format!("Basic {}", STANDARD.encode("company+public:private"))
        );
    }

    #[test]
    fn parts_that_cannot_be_right_are_refused_by_name() {
        assert_eq!(
            Credentials::new("", "a", "b", None).unwrap_err(),
            CredentialsError::Empty("company id")
        );
        assert_eq!(
            Credentials::new("a", "b:c", "d", None).unwrap_err(),
            CredentialsError::BadCharacter("public key")
        );
        assert_eq!(
            Credentials::new("a+b", "b", "d", None).unwrap_err(),
            CredentialsError::BadCharacter("company id")
        );
    }

    #[test]
    fn the_private_key_is_scrubbed_from_texts() {
        let credentials = Credentials::new("a", "b", "s3cr3t", None).unwrap();
        assert_eq!(credentials.scrub("echo s3cr3t!"), "echo <private key>!");
    }
}
