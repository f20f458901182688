//! Callbacks: having the PSA announce changes, and telling its announcements from others.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};
use serde::Deserialize;
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::Patch;
use crate::{ListRequest, Request, ScanRequest};

const CALLBACKS: &str = "system/callbacks";

/// A callback to register.
///
/// The PSA appends the record's id and the action to the address, so it ends in `?recordId=` (the vendor's guide).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Callback {
    /// The address to announce to.
    pub url: String,
    /// The kind of record: `ticket`.
    pub kind: String,
    /// What part of them: `owner` with object 1 is all.
    pub level: String,
    /// The record that the level is about.
    pub object_id: i64,
    /// What it is for; at most 100 characters.
    pub description: String,
}

impl Callback {
    /// Announcements of every ticket.
    pub fn of_all_tickets(url: impl Into<String>, description: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            kind: "ticket".to_owned(),
            level: "owner".to_owned(),
            object_id: 1,
            description: description.into(),
        }
    }

    /// Registers it; answered with 201 and the callback, or a field error `ObjectExists`.
    pub fn create(&self) -> Request {
        let body = json!({
            "url": self.url, "type": self.kind, "level": self.level, "objectId": self.object_id,
            "description": self.description, "inactiveFlag": false,
        });
        Request::post(CALLBACKS, &body)
    }

    /// Makes a registered one this, active again included; answered with 200 and the callback.
    pub fn update(&self, id: i64) -> Request {
        let patch = Patch::new()
            .replace("url", self.url.as_str())
            .replace("type", self.kind.as_str())
            .replace("level", self.level.as_str())
            .replace("objectId", self.object_id)
            .replace("description", self.description.as_str())
            .replace("inactiveFlag", false)
            .replace("isSelfSuppressedFlag", false);
        Request::patch(format!("{CALLBACKS}/{id}"), &patch)
    }

    /// Lists what is registered.
    pub fn list() -> ListRequest {
        ListRequest::new(CALLBACKS)
    }

    /// Reads everything that is registered, so many a page.
    pub fn scan(page_size: u32) -> ScanRequest {
        ScanRequest::new(CALLBACKS, page_size)
    }

    /// Takes one away; answered with 204.
    pub fn delete(id: i64) -> Request {
        Request::delete(format!("{CALLBACKS}/{id}"))
    }
}

/// A callback that is registered, as far as it is looked at; the vendor promises none of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct CallbackEntry {
    /// Its id.
    pub id: Option<i64>,
    /// The address that is announced to.
    pub url: String,
    /// The kind of record, in any case of letters.
    #[serde(rename = "type")]
    pub kind: String,
    /// What part of them, in any case of letters.
    pub level: String,
    /// The record that the level is about.
    pub object_id: Option<i64>,
    /// What it is for.
    pub description: String,
    /// Whether nothing is announced to it.
    pub inactive_flag: bool,
    /// Whether changes by the member who registered it are not announced.
    pub is_self_suppressed_flag: bool,
}

impl CallbackEntry {
    /// Whether it announces every ticket, whoever changes it.
    pub fn is_of_all_tickets(&self) -> bool {
        self.kind.eq_ignore_ascii_case("ticket")
            && self.level.eq_ignore_ascii_case("owner")
            // Others have seen 0 stored as 1.
            && matches!(self.object_id, Some(0 | 1))
            && !self.is_self_suppressed_flag
    }
}

/// Why an announcement is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CallbackSignatureError {
    /// The signature is no Base64.
    #[error("the signature is no base64")]
    Unreadable,
    /// It was made with another key, or over another body.
    #[error("the signature does not belong to this body")]
    Wrong,
}

/// Checks `x-content-signature` of an announcement against its raw body, in constant time.
///
/// The signature is Base64 of HMAC-SHA256 over the body with SHA-256 of the signing key as its key (the vendor's guide).
///
/// ```
/// use connectwise_psa::{CallbackSignatureError, verify_callback};
///
/// let signature = "G2xFOvY2GkTNYNUUXTTyLtbGS2rKy1tqVPHuFwBOQ7Q=";
/// assert_eq!(verify_callback("key", b"{}", signature), Err(CallbackSignatureError::Wrong));
/// ```
pub fn verify_callback(signing_key: &str, body: &[u8], signature: &str) -> Result<(), CallbackSignatureError> {
    let signature = STANDARD
        .decode(signature.trim())
        .map_err(|_| CallbackSignatureError::Unreadable)?;
    let key = Sha256::digest(signing_key.as_bytes());
    let mut hmac = Hmac::<Sha256>::new_from_slice(&key).expect("HMAC takes keys of any length");
    hmac.update(body);
    hmac.verify_slice(&signature).map_err(|_| CallbackSignatureError::Wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Made with Python's hashlib and hmac.
    const SIGNATURE: &str = "BNkuquBTbglBkVr92dOGwmDwA2e99ke7yOickFS8Ylg=";

    #[test]
    fn a_signature_belongs_to_key_and_body() {
        let body = br#"{"Action":"updated","ID":7}"#;
        assert_eq!(verify_callback("signing key", body, SIGNATURE), Ok(()));
        for (key, body) in [("another key", &body[..]), ("signing key", b"{}")] {
            assert_eq!(
                verify_callback(key, body, SIGNATURE),
                Err(CallbackSignatureError::Wrong)
            );
        }
        assert_eq!(
            verify_callback("signing key", body, "???"),
            Err(CallbackSignatureError::Unreadable)
        );
        assert_eq!(
            verify_callback("signing key", body, ""),
            Err(CallbackSignatureError::Wrong)
        );
    }

    #[test]
    fn requests_are_what_the_vendors_guide_says() {
        let callback = Callback::of_all_tickets("https://desk.example/cb?recordId=", "Deskhand");
        assert_eq!(
            callback.create().to_text(),
            "POST system/callbacks\n\n{\"url\":\"https://desk.example/cb?recordId=\",\"type\":\"ticket\",\"level\":\"owner\",\
             \"objectId\":1,\"description\":\"Deskhand\",\"inactiveFlag\":false}"
        );
        assert_eq!(
            callback.update(4).to_text(),
            "PATCH system/callbacks/4\n\n[{\"op\":\"replace\",\"path\":\"url\",\"value\":\"https://desk.example/cb?recordId=\"},\
             {\"op\":\"replace\",\"path\":\"type\",\"value\":\"ticket\"},{\"op\":\"replace\",\"path\":\"level\",\"value\":\"owner\"},\
             {\"op\":\"replace\",\"path\":\"objectId\",\"value\":1},{\"op\":\"replace\",\"path\":\"description\",\"value\":\"Deskhand\"},\
             {\"op\":\"replace\",\"path\":\"inactiveFlag\",\"value\":false},\
             {\"op\":\"replace\",\"path\":\"isSelfSuppressedFlag\",\"value\":false}]"
        );
        assert_eq!(Callback::delete(4).to_text(), "DELETE system/callbacks/4");
        assert_eq!(Callback::list().to_request(0).to_text(), "GET system/callbacks");
    }

    #[test]
    fn only_a_callback_of_every_ticket_counts_as_one() {
        let entry = |json: serde_json::Value| serde_json::from_value::<CallbackEntry>(json).unwrap();
        let all = json!({"id": 4, "url": "https://x/", "type": "Ticket", "level": "Owner", "objectId": 1, "new": [1]});
        assert!(entry(all.clone()).is_of_all_tickets());
        for (member, value) in [
            ("type", json!("company")),
            ("level", json!("board")),
            ("objectId", json!(7)),
            ("isSelfSuppressedFlag", json!(true)),
        ] {
            let mut other = all.clone();
            other[member] = value;
            assert!(!entry(other).is_of_all_tickets(), "{member}");
        }
        assert!(!entry(json!({})).is_of_all_tickets());
    }
}
