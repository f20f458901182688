//! What a delivery says, as far as it is looked at: where its key is, and which record it is about.

use deskhand_command::Announced;
use serde::Deserialize;

/// The body of a delivery; the record in it is thin and not used.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Announcement {
    #[serde(default)]
    action: String,
    #[serde(default)]
    r#type: String,
    #[serde(rename = "ID")]
    id: Option<i64>,
    #[serde(default)]
    company_id: Option<String>,
    #[serde(default)]
    metadata: Metadata,
}

#[derive(Debug, Default, Deserialize)]
struct Metadata {
    #[serde(default)]
    key_url: String,
}

impl Announcement {
    pub(super) fn read(body: &[u8]) -> Option<Self> {
        serde_json::from_slice(body).ok()
    }

    pub(super) fn key_url(&self) -> &str {
        &self.metadata.key_url
    }

    /// Whether it names another company than this one.
    pub(super) fn is_of_another(&self, company: &str) -> bool {
        self.company_id
            .as_ref()
            .is_some_and(|named| !named.eq_ignore_ascii_case(company))
    }

    /// What it announces of a ticket; `None` when it is about something else.
    pub(super) fn announced(&self) -> Option<Announced> {
        let id = self.id.filter(|_| self.r#type.eq_ignore_ascii_case("ticket"))?;
        Some(Announced {
            id,
            deleted: self.action.eq_ignore_ascii_case("deleted"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As others recorded one, with the record in it left out.
    const RECORDED: &str = r#"{"MessageId":"8bd0","FromUrl":"sandbox-na.myconnectwise.net","CompanyId":"Cobalt","MemberId":"x",
        "Action":"added","Type":"contact","ID":57960,"CallbackObjectRecId":26604,
        "Metadata":{"key_url":"https://sandbox-na.myconnectwise.net/v2025_1//system/callbackkey/index.rails?companyName=Cobalt&id=1"},
        "Entity":"{\"id\":57960}"}"#;

    #[test]
    fn a_recorded_delivery_is_read() {
        let read = Announcement::read(RECORDED.as_bytes()).unwrap();
        assert!(read.key_url().ends_with("companyName=Cobalt&id=1"));
        assert!(read.is_of_another("acme") && !read.is_of_another("cobalt"));
        assert_eq!(read.announced(), None, "it is a contact's");
        let of = |action: &str| RECORDED.replace("contact", "Ticket").replace("added", action);
        for (action, deleted) in [("added", false), ("Deleted", true), ("something new", false)] {
            let announced = Announcement::read(of(action).as_bytes()).unwrap().announced();
            assert_eq!(announced, Some(Announced { id: 57960, deleted }), "{action}");
        }
        assert!(Announcement::read(b"[]").is_none() && Announcement::read(b"").is_none());
    }
}
