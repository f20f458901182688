//! Where a connection's callbacks go.

use std::fmt::Write as _;

use deskhand_command::{Failure, Registered, WantedCallback};

use super::PublicUrl;

/// The address of one connection's callbacks, and what marks it as ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallbackPlace {
    /// What every callback address of this deployment begins with.
    prefix: String,
    wanted: WantedCallback,
}

/// Markers are shown where there is room for a hundred characters.
const LONGEST_NAME: usize = 90;

impl CallbackPlace {
    /// The place below a public address: `https://desk.example.com` becomes `https://desk.example.com/callbacks/<secret>`.
    pub fn new(public_url: &str, connection: &str, secret: &str) -> Result<Self, Failure> {
        let base = PublicUrl::parse(public_url)
            .map_err(|instead| Failure::invalid_parameter("Public URL").with_hint(instead))?;
        if connection.chars().count() > LONGEST_NAME {
            return Err(Failure::new(400, "The connection's name is too long for callbacks.")
                .with_hint(format!("give it a name of at most {LONGEST_NAME} characters")));
        }
        let prefix = format!("{}/callbacks/", base.as_str());
        let wanted = WantedCallback {
            address: format!("{prefix}{secret}"),
            marker: format!("Deskhand: {connection}"),
        };
        Ok(Self { prefix, wanted })
    }

    /// What is to be registered.
    pub fn wanted(&self) -> &WantedCallback {
        &self.wanted
    }

    /// Whether a registration is this connection's.
    ///
    /// Either it has this very address, which nobody else can know, or an address of this deployment and the
    /// connection's marker. An address alone does not do: other connections of the deployment have such ones.
    pub fn is_ours(&self, registered: &Registered) -> bool {
        registered.address == self.wanted.address
            || registered.address.starts_with(&self.prefix) && registered.marker == self.wanted.marker
    }
}

/// The secret part of an address, of 32 bytes that nobody can guess.
pub fn secret_of(random: [u8; 32]) -> String {
    random.iter().fold(String::with_capacity(64), |mut text, byte| {
        write!(text, "{byte:02x}").expect("writing to a string does not fail");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_below_the_public_address() {
        let secret = secret_of([0xab; 32]);
        assert_eq!(secret.len(), 64);
        for base in ["https://desk.example.com", " https://desk.example.com/ "] {
            let place = CallbackPlace::new(base, "Main", &secret).unwrap();
            let expected = format!("https://desk.example.com/callbacks/{secret}");
            assert_eq!(
                (place.wanted().address.as_str(), place.wanted().marker.as_str()),
                (expected.as_str(), "Deskhand: Main")
            );
        }
    }

    #[test]
    fn what_cannot_be_an_address_is_refused_with_what_to_write() {
        for base in [
            "",
            "desk.example.com",
            "ftp://x",
            "https://",
            "https://x?y",
            "https://me@x",
        ] {
            let refused = CallbackPlace::new(base, "Main", "s").unwrap_err();
            assert_eq!(
                refused.message, "The value for parameter (Public URL) is invalid.",
                "{base}"
            );
        }
        let long = "x".repeat(91);
        let refused = CallbackPlace::new("https://x", &long, "s").unwrap_err();
        assert!(refused.hint.is_some_and(|hint| hint.contains("90 characters")));
    }
}
