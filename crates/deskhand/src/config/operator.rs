//! The operator's own configuration: a file that only whoever runs the program can change.
//!
//! Vaults and agents are declared here and nowhere else: a definition of the desk can only name them, because whoever could
//! declare one would run programs, read files or see the traffic of others.

use std::path::{Path, PathBuf};

use deskhand_engine::dates::{DateForm, written};
use serde::Deserialize;

use super::Callbacks;
use super::paths::{operator_path, variable_of};
use crate::exit::BadInput;

/// The whole file; everything in it may be left out.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Operator {
    /// The store: a file, or `postgres://…`.
    pub(crate) store: Option<String>,
    /// The client id of connections that have none of their own.
    pub(crate) client_id: Option<String>,
    /// How times are typed and shown.
    #[serde(default)]
    pub(crate) dates: DatesSetting,
    /// How long what is over is kept.
    #[serde(default)]
    pub(crate) keep: Keep,
    /// What secrets are sealed with.
    #[serde(default)]
    pub(crate) seal: Seal,
    /// How letters are sent.
    pub(crate) mail: Option<Mail>,
    /// How the PSA's callbacks are received; without it they are not.
    pub(crate) callbacks: Option<Callbacks>,
    /// Where secrets can be read from.
    #[serde(default, rename = "vault")]
    pub(crate) vaults: Vec<Vault>,
    /// Ways to PSAs that cannot be reached directly.
    #[serde(default, rename = "agent")]
    pub(crate) agents: Vec<Agent>,
}

/// How times are typed and shown where nobody has chosen otherwise.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct DatesSetting {
    /// The pattern, `dd/MM/yyyy HH:mm`; `yyyy-MM-dd HH:mm:ss` unless said.
    #[serde(deserialize_with = "written::pattern")]
    form: Option<String>,
    /// The zone, `Europe/Berlin`; UTC unless said.
    #[serde(deserialize_with = "written::zone")]
    zone: Option<String>,
}

impl DatesSetting {
    /// The form of the deployment.
    pub(crate) fn form(&self) -> anyhow::Result<DateForm> {
        let form = DateForm::default().overridden(self.form.as_deref(), self.zone.as_deref());
        form.map_err(|why| BadInput::new(why).into())
    }
}

/// How long what is over is kept, in days.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Keep {
    /// Runs that have ended.
    pub(crate) runs_days: u32,
    /// Events; nothing: for ever. Their keys are kept longer, so that none comes again.
    pub(crate) events_days: Option<u32>,
}

impl Default for Keep {
    fn default() -> Self {
        Self {
            runs_days: 90,
            events_days: None,
        }
    }
}

/// What secrets are sealed with.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Seal {
    /// A file with the key; without it `DESKHAND_KEY`, or the systemd credential `deskhand-key`.
    pub(crate) key_file: Option<PathBuf>,
    /// Files with keys from before; what is sealed with one is sealed anew.
    pub(crate) old_key_files: Vec<PathBuf>,
}

/// How letters are sent.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Mail {
    /// The server.
    pub(crate) host: String,
    /// Its port; 587 for STARTTLS, 465 for TLS, 25 for neither.
    pub(crate) port: Option<u16>,
    /// `starttls` unless said, `tls`, or `none`.
    #[serde(default)]
    pub(crate) security: MailSecurity,
    /// Who we are to it.
    pub(crate) user: Option<String>,
    /// A file with the password; without it `DESKHAND_MAIL_PASSWORD`.
    pub(crate) password_file: Option<PathBuf>,
    /// Who the letters are from.
    pub(crate) from: String,
    /// A certificate authority to trust as well, a PEM file.
    pub(crate) ca_certificate: Option<PathBuf>,
}

/// How the way to the mail server is made safe.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum MailSecurity {
    /// Plain first, then TLS, or not at all.
    #[default]
    Starttls,
    /// TLS from the beginning.
    Tls,
    /// Not.
    None,
}

/// A vault.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, tag = "kind", rename_all = "lowercase")]
pub(crate) enum Vault {
    /// HashiCorp Vault, or `OpenBao`.
    Hashicorp(HashicorpVault),
    /// A program that prints the secret.
    Exec(ExecVault),
    /// Environment variables.
    Env(EnvVault),
    /// Files of a folder.
    File(FileVault),
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct HashicorpVault {
    pub(crate) name: String,
    pub(crate) address: String,
    #[serde(default = "secret")]
    pub(crate) mount: String,
    /// Of the key-value engine: 1 or 2.
    #[serde(default = "two")]
    pub(crate) version: u8,
    pub(crate) namespace: Option<String>,
    /// A file with the token; without it the variable `VAULT_TOKEN`.
    pub(crate) token_file: Option<PathBuf>,
    pub(crate) ca_certificate: Option<PathBuf>,
    /// Seconds that a value may be used without asking again.
    #[serde(default)]
    pub(crate) cache_seconds: u64,
    #[serde(default = "ten")]
    pub(crate) timeout_seconds: u64,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ExecVault {
    pub(crate) name: String,
    /// The program and its arguments; `{path}` stands for the path.
    pub(crate) command: Vec<String>,
    #[serde(default)]
    pub(crate) cache_seconds: u64,
    #[serde(default = "ten")]
    pub(crate) timeout_seconds: u64,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct EnvVault {
    pub(crate) name: String,
    /// Which variables may be read; `*` at an end stands for anything.
    pub(crate) allow: Vec<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FileVault {
    pub(crate) name: String,
    pub(crate) folder: PathBuf,
}

/// A way to PSAs that cannot be reached directly.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Agent {
    /// Its name, by which connections name it.
    pub(crate) name: String,
    /// `http://…`, `socks5://…` or `socks5h://…`, with a user (`socks5h://user@…`) where there is a password.
    pub(crate) proxy: String,
    /// The vault with the password.
    pub(crate) vault: Option<String>,
    /// Where in the vault.
    pub(crate) path: Option<String>,
    /// Which part of what is there.
    pub(crate) field: Option<String>,
}

fn secret() -> String {
    "secret".to_owned()
}

fn two() -> u8 {
    2
}

fn ten() -> u64 {
    10
}

impl Operator {
    /// The file that is named, or that of `DESKHAND_CONFIG`, or the one in its usual place if it is there.
    pub(crate) fn read(named: Option<&Path>) -> anyhow::Result<Self> {
        let named = named
            .map(Path::to_owned)
            .or_else(|| variable_of("DESKHAND_CONFIG").map(PathBuf::from));
        let path = match named {
            Some(path) => path,
            None => match operator_path().filter(|path| path.exists()) {
                Some(path) => path,
                None => return Ok(Self::default()),
            },
        };
        let text =
            std::fs::read_to_string(&path).map_err(|error| BadInput::unreadable("configuration", &path, &error))?;
        Self::parse(&text).map_err(|(line, message)| {
            BadInput::new(format!("`{}`, line {line}: {message}", path.display()))
                .hint("docs/guides/serve.md has every member")
                .into()
        })
    }

    /// Reads the text; what is wrong comes with its line and never quotes the line, which could hold a secret.
    fn parse(text: &str) -> Result<Self, (usize, String)> {
        let line_of = |at: usize| text.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1;
        toml::from_str(text).map_err(|error: toml::de::Error| {
            let line = error.span().map_or(1, |span| line_of(span.start));
            (line, error.message().to_owned())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_may_be_left_out() {
        let empty = Operator::parse("").unwrap();
        assert_eq!((empty.keep.runs_days, empty.keep.events_days), (90, None));
    }

    #[test]
    fn every_kind_of_vault_is_read() {
        let text = r#"
            store = "postgres://deskhand@localhost/deskhand"
            [mail]
            host = "mail.example.com"
            from = "desk@example.com"
            [[vault]]
            kind = "hashicorp"
            name = "prod"
            address = "https://vault.example.com:8200"
            [[vault]]
            kind = "exec"
            name = "pass"
            command = ["pass", "show", "{path}"]
            [[vault]]
            kind = "env"
            name = "env"
            allow = ["PSA_*"]
            [[vault]]
            kind = "file"
            name = "files"
            folder = "/run/credentials"
            [[agent]]
            name = "branch"
            proxy = "socks5h://proxy.example.com:1080"
        "#;
        let read = Operator::parse(text).unwrap();
        assert_eq!((read.vaults.len(), read.agents.len()), (4, 1));
        assert_eq!(read.mail.unwrap().security, MailSecurity::Starttls);
    }

    #[test]
    fn callbacks_take_an_address_that_the_psa_reaches() {
        let read = Operator::parse("[callbacks]\npublic_url = \"https://desk.example.com/\"\n").unwrap();
        let callbacks = read.callbacks.unwrap();
        assert_eq!(callbacks.listen.to_string(), "127.0.0.1:8490");
        let wish = callbacks.wish();
        assert_eq!(wish.public_url.as_str(), "https://desk.example.com");
        assert_eq!((wish.silent_after.as_mins(), wish.check_every.as_mins()), (30, 60));
        for (text, line, expected) in [
            ("[callbacks]\n", 1, "missing field `public_url`"),
            (
                "[callbacks]\n\npublic_url = \"http://desk.example.com\"\n",
                3,
                "it has to begin with https://",
            ),
            (
                "[callbacks]\npublic_url = \"desk.example.com\"\n",
                2,
                "such as https://desk.example.com",
            ),
            (
                "[callbacks]\npublic_url = \"https://d\"\nlisten = \"8490\"\n",
                3,
                "such as 127.0.0.1:8490",
            ),
            (
                "[callbacks]\npublic_url = \"https://d\"\nsilent_minutes = 0\n",
                3,
                "nonzero",
            ),
            (
                "[callbacks]\npublic_url = \"https://d\"\nmail_to = \"noc\"\n",
                3,
                "expected a sequence",
            ),
            (
                "[callbacks]\npublic_url = \"https://d\"\nsilent = 5\n",
                3,
                "unknown field `silent`",
            ),
        ] {
            let (at, message) = Operator::parse(text).unwrap_err();
            assert!(at == line && message.contains(expected), "{text}: {at}: {message}");
        }
    }

    #[test]
    fn g4_a_form_of_times_that_cannot_be_is_named_with_its_line_and_with_what_can() {
        for (text, words) in [
            (
                "[dates]\nzone = \"UTC\"\nform = \"dd/MM/yy\"\n",
                "write the year as `yyyy`; possible are yyyy, MM",
            ),
            (
                "[dates]\nform = \"yyyy-MM-dd\"\nzone = \"Berlin\"\n",
                "named like `Europe/Berlin`",
            ),
            ("[dates]\n\nfrom = \"yyyy-MM-dd\"\n", "unknown field `from`"),
        ] {
            let (line, message) = Operator::parse(text).unwrap_err();
            assert!(line == 3 && message.contains(words), "{line}: {message}");
        }
        let text = "[dates]\nform = \"dd/MM/yyyy HH:mm\"\nzone = \"europe/berlin\"\n";
        let form = Operator::parse(text).unwrap().dates.form().unwrap();
        assert_eq!(form.to_string(), "dd/MM/yyyy HH:mm in Europe/Berlin");
        let unsaid = Operator::parse("").unwrap().dates.form().unwrap();
        assert_eq!(unsaid.to_string(), "yyyy-MM-dd HH:mm:ss in UTC");
    }

    #[test]
    fn a_slip_is_named_with_its_line() {
        let (line, message) = Operator::parse("[mail]\nhost = \"m\"\nfrom = \"a@b.c\"\npasword = \"x\"\n").unwrap_err();
        assert_eq!(line, 4);
        assert!(message.contains("pasword"), "{message}");
    }
}
