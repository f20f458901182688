//! Agents: named ways to a product that cannot be reached directly.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use secrecy::{ExposeSecret as _, SecretString};

use super::{SecretPlace, check::RESERVED};

/// A proxy that the operator declared, by a name that connections use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agent {
    /// Its name.
    pub name: String,
    scheme: &'static str,
    /// Host and port.
    address: String,
    user: Option<String>,
    /// Where its password is.
    pub password: Option<SecretPlace>,
}

/// All agents, by name.
pub type Agents = BTreeMap<String, Agent>;

const SCHEMES: [&str; 4] = ["http", "https", "socks5", "socks5h"];

impl Agent {
    /// Reads an agent's address, `socks5h://user@proxy.example.com:1080`; the password is given apart from it.
    pub fn new(name: impl Into<String>, url: &str, password: Option<SecretPlace>) -> Result<Self, String> {
        let Some((scheme, rest)) = url.trim().split_once("://") else {
            return Err("an agent's address is like `socks5h://proxy.example.com:1080`".to_owned());
        };
        let Some(scheme) = SCHEMES.iter().find(|known| known.eq_ignore_ascii_case(scheme)) else {
            return Err(format!(
                "an agent's address begins with {}",
                SCHEMES.join("://, ") + "://"
            ));
        };
        let (user, address) = match rest.rsplit_once('@') {
            Some((user, _)) if user.contains(':') => {
                return Err("the password is no part of an agent's address; keep it sealed or in a vault".to_owned());
            }
            Some((user, address)) => (Some(user.to_owned()), address),
            None => (None, rest),
        };
        let address = address.trim_end_matches('/');
        if address.is_empty() || address.contains(['/', '?', '#', ' ']) {
            return Err("an agent's address ends with host and port".to_owned());
        }
        if password.is_some() && user.is_none() {
            return Err("an agent with a password has a user in its address, `socks5h://user@…`".to_owned());
        }
        Ok(Self {
            name: name.into(),
            scheme,
            address: address.to_owned(),
            user,
            password,
        })
    }

    /// What its sealed password is kept under in the place of a connection's name.
    pub fn sealed_as(&self) -> String {
        format!("{RESERVED}{}", self.name)
    }

    /// The parameter that its sealed password is kept under.
    pub const PASSWORD: &'static str = "password";

    /// Its address, without user and password.
    pub fn shown(&self) -> String {
        format!("{}://{}", self.scheme, self.address)
    }

    /// The whole route, as an integration takes it.
    pub(super) fn route(&self, password: Option<&SecretString>) -> SecretString {
        let mut sign_in = String::new();
        if let Some(user) = &self.user {
            sign_in.push_str(&encoded(user));
            if let Some(password) = password {
                sign_in.push(':');
                sign_in.push_str(&encoded(password.expose_secret()));
            }
            sign_in.push('@');
        }
        format!("{}://{sign_in}{}", self.scheme, self.address).into()
    }
}

/// Everything that could end a part of an address, escaped.
fn encoded(part: &str) -> String {
    part.bytes().fold(String::new(), |mut encoded, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            let _infallible = write!(encoded, "%{byte:02X}");
        }
        encoded
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_put_into_the_route_and_nowhere_else() {
        let agent = Agent::new("branch", "socks5h://some@10.0.0.1:1080/", Some(SecretPlace::Sealed)).unwrap();
        let route = agent.route(Some(&"p@ss:w/rd%".into()));
        assert_eq!(route.expose_secret(), "socks5h://some:p%40ss%3Aw%2Frd%25@10.0.0.1:1080");
        assert_eq!(agent.shown(), "socks5h://10.0.0.1:1080");
        let plain = Agent::new("plain", "HTTP://proxy:8080", None).unwrap();
        assert_eq!(plain.route(None).expose_secret(), "http://proxy:8080");
    }

    #[test]
    fn an_address_that_cannot_be_is_refused() {
        for (url, expected) in [
            ("proxy:8080", "is like `socks5h://"),
            ("ftp://proxy", "begins with http://"),
            ("http://u:p@proxy:80", "the password is no part"),
            ("http://proxy:80/path", "ends with host and port"),
            ("http://", "ends with host and port"),
        ] {
            let error = Agent::new("a", url, None).unwrap_err();
            assert!(error.contains(expected) && !error.contains("u:p"), "{error}");
        }
        assert!(Agent::new("a", "http://proxy:80", Some(SecretPlace::Sealed)).is_err());
    }
}
