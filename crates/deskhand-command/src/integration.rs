//! The seam between an integration and whoever holds connections.
//!
//! An [`Integration`] says what a connection to its product takes and what can be done on it; with a connection's
//! [`Settings`] it makes an open one. Nobody beside it knows what the parameters mean.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use jiff::Timestamp;
use secrecy::SecretString;
use serde::Serialize;

use crate::{Callbacks, Command, Declaration, EventSource, Failure, Feed};

/// A product that connections can be made to.
pub trait Integration: Send + Sync {
    /// What it is, and what a connection to it takes.
    fn description(&self) -> &IntegrationDescription;

    /// The [place](OpenConnection::place) that a connection with these parameters leads to, without its secrets.
    fn place(&self, settings: &Settings) -> Result<String, Failure>;

    /// Opens a connection; nothing is sent by that, and a parameter that cannot be is refused by its title.
    fn open(&self, settings: &Settings) -> Result<Arc<dyn OpenConnection>, Failure>;
}

/// What an integration says of itself.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct IntegrationDescription {
    /// The product's name: `ConnectWise PSA`.
    pub name: &'static str,
    /// What kind of product it is: `ITSM`.
    pub category: &'static str,
    /// How the product and Deskhand can stand to each other, in words.
    pub deployment: &'static [&'static str],
    /// What a connection takes, in the order in which people are asked.
    pub parameters: &'static [Parameter],
}

/// One parameter of a connection.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Parameter {
    /// Its name in files and in code: small letters without blanks, `serverurl`.
    pub key: &'static str,
    /// Its display name: `Server URL`.
    pub title: &'static str,
    /// Whether a connection cannot do without it.
    pub required: bool,
    /// Whether it is kept sealed and never shown.
    pub secret: bool,
    /// Whether it says where secrets are sent to; another one needs them again.
    pub address: bool,
    /// What it is when nobody says.
    pub default: Option<&'static str>,
    /// What it is for, in a sentence.
    pub help: &'static str,
}

/// The parameters of one connection, complete, secrets among them.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// What can be shown, by key.
    pub values: BTreeMap<String, String>,
    /// What cannot, by key.
    pub secrets: BTreeMap<String, SecretString>,
    /// The proxy to go through, with its password: `socks5h://user:password@host:1080`.
    pub route: Option<SecretString>,
    /// A certificate authority to trust as well, as PEM.
    pub ca_certificate: Option<Vec<u8>>,
    /// The folder where processes with the same keys share what the server asked them to wait for.
    pub shared_limits: Option<PathBuf>,
}

/// How an event source's records are to be brought in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct FeedWish {
    /// The very first pass takes what was updated since then; everything, where nobody says.
    pub from: Option<Timestamp>,
    /// At most so many records in an answer; as many as the product gives, where nobody says.
    pub page_size: Option<u16>,
}

/// A connection that can be worked on. Everybody who uses it shares its limits.
pub trait OpenConnection: Send + Sync {
    /// What can be run on it.
    fn commands(&self) -> &[Arc<dyn Command>];

    /// The account at the product; another one begins ingestion anew.
    fn account(&self) -> &str;

    /// The server and the account there: connections that have this in common write to the same records.
    fn place(&self) -> &str;

    /// What brings an event source's records in.
    fn feed(&self, source: &EventSource, wish: FeedWish) -> Result<Arc<dyn Feed>, Failure>;

    /// The product's callbacks, where it has any.
    fn callbacks(&self) -> Option<&dyn Callbacks> {
        None
    }
}

impl IntegrationDescription {
    /// The parameter of this key, title or member, in any case.
    pub fn parameter(&self, name: &str) -> Option<&'static Parameter> {
        self.parameters.iter().find(|parameter| {
            parameter.key.eq_ignore_ascii_case(name)
                || parameter.title.eq_ignore_ascii_case(name)
                || parameter.member().eq_ignore_ascii_case(name)
        })
    }
}

impl Parameter {
    /// What files call it: `server_url`.
    pub fn member(&self) -> String {
        self.title.to_ascii_lowercase().replace([' ', '-'], "_")
    }
}

/// What a command declares, found by slug or title.
pub fn find_declaration<'a>(declarations: &'a [Declaration], name: &str) -> Option<&'a Declaration> {
    declarations
        .iter()
        .find(|declared| declared.slug == name || declared.title.eq_ignore_ascii_case(name))
}
