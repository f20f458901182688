//! Callbacks: having the PSA announce changes, and telling its announcements from others.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};
use serde_json::json;
use sha2::{Digest as _, Sha256};

use crate::{ListRequest, Request};

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

    /// Lists what is registered.
    pub fn list() -> ListRequest {
        ListRequest::new(CALLBACKS)
    }

    /// Takes one away; answered with 204.
    pub fn delete(id: i64) -> Request {
        Request::delete(format!("{CALLBACKS}/{id}"))
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
        assert_eq!(Callback::delete(4).to_text(), "DELETE system/callbacks/4");
        assert_eq!(Callback::list().to_request(0).to_text(), "GET system/callbacks");
    }
}
