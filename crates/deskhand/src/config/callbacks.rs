//! `[callbacks]` of the operator's configuration.

use std::net::SocketAddr;
use std::num::NonZeroU16;

use deskhand_engine::callbacks::{CallbackWish, PublicUrl};
use jiff::SignedDuration;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

/// How the PSA's callbacks are received.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Callbacks {
    /// Where they are received, behind whatever has the certificate.
    #[serde(deserialize_with = "listen", default = "usual_place")]
    pub(crate) listen: SocketAddr,
    /// Where the PSA reaches that.
    #[serde(deserialize_with = "public_url")]
    pub(crate) public_url: PublicUrl,
    /// How long they may stay away while polls bring changes.
    #[serde(default = "half_an_hour")]
    silent_minutes: NonZeroU16,
    /// How often it is looked whether they are registered.
    #[serde(default = "an_hour")]
    check_minutes: NonZeroU16,
    /// Who hears of callbacks that stay away.
    #[serde(default)]
    pub(crate) mail_to: Vec<String>,
}

impl Callbacks {
    /// What the engine makes of it.
    pub(crate) fn wish(&self) -> CallbackWish {
        let minutes = |minutes: NonZeroU16| SignedDuration::from_mins(minutes.get().into());
        CallbackWish {
            public_url: self.public_url.clone(),
            silent_after: minutes(self.silent_minutes),
            check_every: minutes(self.check_minutes),
            mail_to: self.mail_to.clone(),
        }
    }
}

fn usual_place() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 8490))
}

fn half_an_hour() -> NonZeroU16 {
    const { NonZeroU16::new(30).expect("it is not zero") }
}

fn an_hour() -> NonZeroU16 {
    const { NonZeroU16::new(60).expect("it is not zero") }
}

fn listen<'de, D: Deserializer<'de>>(from: D) -> Result<SocketAddr, D::Error> {
    let text = String::deserialize(from)?;
    text.parse()
        .map_err(|_| D::Error::custom("`listen` is an address and a port of this machine, such as 127.0.0.1:8490"))
}

fn public_url<'de, D: Deserializer<'de>>(from: D) -> Result<PublicUrl, D::Error> {
    let text = String::deserialize(from)?;
    PublicUrl::parse(&text).map_err(|instead| D::Error::custom(format!("`public_url` cannot be that: {instead}")))
}
