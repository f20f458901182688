//! Which mail server, and how to talk to it.

use std::time::Duration;

use deskhand_command::Failure;
use lettre::message::Mailbox;
use secrecy::SecretString;

/// How long it may take to reach the server and log in when nobody says.
const TIMEOUT: Duration = Duration::from_secs(30);

/// A server that looks for viruses before it takes a letter is slow; RFC 5321, 4.5.3.2.6, asks for this patience. Whoever gives
/// up earlier sends the same letter again and again.
const TAKING: Duration = Duration::from_secs(10 * 60);

/// Which mail server, and how to talk to it.
#[derive(Debug, Clone)]
pub struct SmtpSettings {
    /// The server's name or address.
    pub host: String,
    /// Its port; else the one that is usual for the security.
    pub port: Option<u16>,
    /// Whether what is sent can be read on the way.
    pub security: Security,
    /// Who logs in; nobody: the server lets us send without.
    pub user: Option<String>,
    /// Their password.
    pub password: Option<SecretString>,
    /// Who writes: `Deskhand <deskhand@example.com>`.
    pub from: String,
    /// How long it may take to reach the server and log in.
    pub timeout: Duration,
    /// How long the server may take over the letter itself.
    pub taking: Duration,
    /// A certificate authority to trust beside the public ones, as PEM.
    pub ca_certificate: Option<Vec<u8>>,
}

/// Whether what is sent can be read on the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Security {
    /// It can be: for a relay in one's own network.
    None,
    /// Not after the first words; a server that does not offer STARTTLS is refused.
    #[default]
    StartTls,
    /// Not from the first byte on.
    Tls,
}

impl Security {
    /// Reads `none`, `starttls` or `tls`.
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "none" => Some(Self::None),
            "starttls" => Some(Self::StartTls),
            "tls" => Some(Self::Tls),
            _ => None,
        }
    }

    /// The port that servers usually have for it.
    pub fn usual_port(self) -> u16 {
        match self {
            Self::None => 25,
            Self::StartTls => 587,
            Self::Tls => 465,
        }
    }
}

impl SmtpSettings {
    /// A server with STARTTLS and nobody to log in, that is reached within 30 seconds.
    pub fn new(host: impl Into<String>, from: impl Into<String>) -> Self {
        Self {
            host: host.into(),
            port: None,
            security: Security::default(),
            user: None,
            password: None,
            from: from.into(),
            timeout: TIMEOUT,
            taking: TAKING,
            ca_certificate: None,
        }
    }

    /// The port to connect to.
    pub fn port(&self) -> u16 {
        self.port.unwrap_or(self.security.usual_port())
    }

    /// Who writes; settings that cannot work are refused.
    pub(crate) fn check(&self) -> Result<Mailbox, Failure> {
        if self.host.trim().is_empty() {
            return Err(Failure::new(400, "The mail server has no host."));
        }
        if self.user.is_some() != self.password.is_some() {
            let hint = "give both to log in, or neither where the server lets you send without";
            return Err(Failure::new(400, "The mail server's user and password need each other.").with_hint(hint));
        }
        if self.password.is_some() && self.security == Security::None && !self.is_local() {
            let hint = "use `starttls` (port 587) or `tls` (port 465)";
            let message = "The password for the mail server would be sent so that others can read it.";
            return Err(Failure::new(400, message).with_hint(hint));
        }
        let from = self
            .from
            .parse::<Mailbox>()
            .ok()
            .filter(|_| !self.from.contains(char::is_control));
        from.ok_or_else(|| {
            let hint = "write it as `deskhand@example.com` or `Deskhand <deskhand@example.com>`";
            Failure::new(
                400,
                format!("`{}` is no address to send from.", self.from.escape_debug()),
            )
            .with_hint(hint)
        })
    }

    fn is_local(&self) -> bool {
        matches!(self.host.as_str(), "localhost" | "127.0.0.1" | "::1")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(change: impl FnOnce(&mut SmtpSettings)) -> Option<String> {
        let mut settings = SmtpSettings::new("mail.example.com", "Deskhand <deskhand@example.com>");
        change(&mut settings);
        settings.check().err().map(|failure| failure.message)
    }

    #[test]
    fn settings_that_cannot_work_are_refused() {
        assert_eq!(refused(|_| {}), None);
        assert!(refused(|settings| settings.host.clear()).is_some());
        let alone = refused(|settings| settings.user = Some("me".to_owned()));
        assert_eq!(
            alone.as_deref(),
            Some("The mail server's user and password need each other.")
        );
        for from in [
            "",
            "deskhand",
            "Deskhand",
            "a@b\r\nBcc: all@example.com",
            "Desk\nhand <a@b>",
        ] {
            let message = refused(|settings| settings.from = from.to_owned()).unwrap();
            assert!(
                message.contains("is no address to send from") && !message.contains('\n'),
                "{message}"
            );
        }
    }

    #[test]
    fn a_password_is_never_sent_in_clear_over_the_network() {
        let clear = |host: &str| {
            refused(|settings| {
                settings.host = host.to_owned();
                settings.security = Security::None;
                settings.user = Some("me".to_owned());
                settings.password = Some("secret".into());
            })
        };
        assert!(clear("mail.example.com").unwrap().contains("others can read it"));
        assert_eq!(clear("localhost"), None);
    }

    #[test]
    fn each_security_has_its_usual_port() {
        let port = |word| Security::parse(word).map(Security::usual_port);
        assert_eq!(
            [port("none"), port("starttls"), port("tls"), port("ssl")],
            [Some(25), Some(587), Some(465), None]
        );
    }
}
