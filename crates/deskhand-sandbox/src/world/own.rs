//! Whose a ticket is.

use std::borrow::Cow;

use serde::Deserialize;

use super::Document;

#[derive(Deserialize)]
struct People<'a> {
    #[serde(borrow)]
    owner: Option<Owner<'a>>,
    #[serde(borrow)]
    resources: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
struct Owner<'a> {
    #[serde(borrow)]
    identifier: Option<Cow<'a, str>>,
}

impl Document {
    /// Whether a ticket's owner or resources name this member, in any case.
    ///
    /// Invented: that these two make a ticket somebody's own; the vendor has not published its rule.
    pub fn is_ticket_of(&self, identifier: &str) -> bool {
        let Ok(people) = serde_json::from_slice::<People<'_>>(&self.raw) else {
            return false;
        };
        let owner = people.owner.and_then(|owner| owner.identifier);
        let resources = people.resources.unwrap_or_default();
        let mut all = owner.as_deref().into_iter().chain(resources.split(',').map(str::trim));
        all.any(|name| name.eq_ignore_ascii_case(identifier))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn owner_and_resources_make_a_ticket_somebodys() {
        let is_of = |json: &'static str, who: &str| {
            let ticket = Document::read(bytes::Bytes::from_static(json.as_bytes()), 0).unwrap();
            ticket.is_ticket_of(who)
        };
        let ticket = r#"{"id":1,"owner":{"id":2,"identifier":"jdoe"},"resources":"apatel, RLee","summary":"mfischer"}"#;
        for who in ["jdoe", "JDoe", "apatel", "rlee"] {
            assert!(is_of(ticket, who), "{who}");
        }
        for who in ["mfischer", "lee", "", "apatel, RLee"] {
            assert!(!is_of(ticket, who), "{who}");
        }
        assert!(!is_of(r#"{"id":1}"#, "jdoe"));
    }
}
