//! What a callback is told, and how it is signed.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac as _};
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::entry::Entry;
use crate::seed::guid;
use crate::world::{Action, Change};

/// The key with which deliveries are signed; whoever knows its address can fetch it.
#[derive(Debug, Clone)]
pub(crate) struct SigningKey(String);

impl SigningKey {
    pub(crate) fn of_seed(number: u64) -> Self {
        Self(guid(number ^ 0x51_6e).replace('-', ""))
    }

    pub(crate) fn text(&self) -> &str {
        &self.0
    }

    /// The vendor's way: HMAC-SHA256 of the body under the SHA-256 of the key.
    pub(super) fn signature(&self, body: &[u8]) -> String {
        let key = Sha256::digest(self.0.as_bytes());
        let mut mac = Hmac::<Sha256>::new_from_slice(&key).expect("HMAC takes keys of any length");
        mac.update(body);
        STANDARD.encode(mac.finalize().into_bytes())
    }
}

/// Where a delivery goes: record and action are put behind the address as it stands, as the vendor does.
pub(super) fn address(entry: &Entry, change: &Change) -> String {
    format!("{}{}&action={}", entry.url, change.ticket.id, name(change.action))
}

/// The body, in the shape that was recorded. The recorded record is thin; which members a ticket's has is not known, so
/// that sending a few of them is invented.
pub(super) fn body(entry: &Entry, change: &Change, server: &str) -> String {
    let host = server.split_once("://").map_or(server, |(_, host)| host);
    let id = change.ticket.id;
    json!({
        "MessageId": guid(fastrand::u64(..)),
        "FromUrl": host,
        "CompanyId": "sandbox",
        "MemberId": change.by,
        "Action": name(change.action),
        "Type": "ticket",
        "ID": id,
        "ProductInstanceId": "5a4d0b0c",
        "PartnerId": "5a4d0b0d",
        "CallbackObjectRecId": entry.id,
        "Metadata": {"key_url": key_url(server, entry.id)},
        "Entity": (change.action != Action::Deleted).then(|| entity(change)),
    })
    .to_string()
}

fn key_url(server: &str, callback: i64) -> String {
    format!("{server}/v4_6_release//system/callbackkey/index.rails?companyName=sandbox&id={callback}")
}

fn entity(change: &Change) -> String {
    let ticket: serde_json::Value = serde_json::from_slice(&change.ticket.raw).unwrap_or_default();
    let mut thin = serde_json::Map::new();
    for name in [
        "id",
        "summary",
        "board",
        "status",
        "company",
        "priority",
        "closedFlag",
        "_info",
    ] {
        if let Some(value) = ticket.get(name) {
            thin.insert(name.to_owned(), value.clone());
        }
    }
    serde_json::Value::Object(thin).to_string()
}

pub(super) fn name(action: Action) -> &'static str {
    match action {
        Action::Added => "added",
        Action::Updated => "updated",
        Action::Deleted => "deleted",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Made with `openssl dgst -sha256 -mac HMAC -macopt hexkey:$(printf secret | sha256sum | cut -c1-64) -binary | base64`.
    #[test]
    fn a_signature_is_what_others_make_of_key_and_body() {
        let key = SigningKey("secret".to_owned());
        assert_eq!(
            key.signature(b"{\"ID\":1}"),
            "P4fzi2Mk/ZJ26ddnC2+RyR0XCiyXwhehKIQEAZpEp8k="
        );
    }
}
