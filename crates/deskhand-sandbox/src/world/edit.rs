//! Changes to a record's JSON that leave everything else as it was written, numbers such as `0.00` included.

use std::fmt;

use bytes::Bytes;
use memchr::memmem;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use super::CODEBASE;

/// A JSON object as its members in order, values as text.
#[derive(Debug, Clone, Default)]
pub struct Members(Vec<(String, Box<RawValue>)>);

/// Members of tickets that come and go, and what comes after them; nothing comes after the custom fields.
const FOLLOWERS: [(&str, &str); 8] = [
    ("owner", "priority"),
    ("closedDate", "closedFlag"),
    ("closedBy", "closedFlag"),
    ("actualHours", "approved"),
    ("dateResolved", "dateResplan"),
    ("resources", "hasChildTicket"),
    ("mergedParentTicket", "_info"),
    ("customFields", ""),
];

impl Members {
    /// Reads an object.
    pub fn read(json: &[u8]) -> serde_json::Result<Self> {
        serde_json::from_slice(json)
    }

    /// A member's JSON.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.get())
    }

    /// Replaces a member's JSON, or adds it where the vendor has it; what is no JSON is kept out.
    pub fn set(&mut self, name: &str, json: String) {
        let Ok(value) = RawValue::from_string(json) else { return };
        if let Some((_, old)) = self.0.iter_mut().find(|(known, _)| known == name) {
            *old = value;
            return;
        }
        let at = self.place_of(name);
        self.0.insert(at, (name.to_owned(), value));
    }

    /// Replaces a member's JSON, or adds it behind those that come earlier in an order; members without a rank stay
    /// where they are.
    pub(crate) fn set_ranked(&mut self, name: &str, json: String, rank: impl Fn(&str) -> Option<usize>) {
        let place = || {
            let own = rank(name)?;
            let before = self
                .0
                .iter()
                .rposition(|(known, _)| rank(known).is_some_and(|rank| rank < own));
            Some(before.map_or(0, |at| at + 1))
        };
        match place() {
            Some(at) if self.get(name).is_none() => {
                if let Ok(value) = RawValue::from_string(json) {
                    self.0.insert(at, (name.to_owned(), value));
                }
            }
            _ => self.set(name, json),
        }
    }

    /// Leaves a member out, as the vendor does with those that are null.
    pub fn remove(&mut self, name: &str) {
        self.0.retain(|(known, _)| known != name);
    }

    /// Where a new member goes: before the one that follows it in the vendor's answers, else before `_info`.
    fn place_of(&self, name: &str) -> usize {
        let position = |of: &str| self.0.iter().position(|(known, _)| known == of);
        let follower = FOLLOWERS.iter().find(|(known, _)| *known == name);
        match follower {
            Some((_, "")) => None,
            Some((_, follower)) => position(follower).or_else(|| position("_info")),
            None => position("_info"),
        }
        .unwrap_or(self.0.len())
    }

    /// Changes members of a member that is itself an object.
    pub fn within(&mut self, name: &str, change: impl FnOnce(&mut Self)) {
        let inner = self.get(name).unwrap_or("{}").as_bytes().to_owned();
        if let Ok(mut inner) = Self::read(&inner) {
            change(&mut inner);
            self.set(name, inner.to_json());
        }
    }

    /// The object's compact JSON.
    pub fn to_json(&self) -> String {
        let mut json = String::from("{");
        for (at, (name, value)) in self.0.iter().enumerate() {
            if at > 0 {
                json.push(',');
            }
            json.push_str(&text(name));
            json.push(':');
            json.push_str(value.get());
        }
        json.push('}');
        json
    }
}

/// A JSON string.
pub(crate) fn text(text: &str) -> String {
    serde_json::to_string(text).unwrap_or_default()
}

/// Replaces the codebase in every href.
pub(super) fn with_codebase(raw: &Bytes, codebase: &str) -> Bytes {
    let (old, new) = (format!("/{CODEBASE}/"), format!("/{codebase}/"));
    let mut json = Vec::with_capacity(raw.len());
    let mut done = 0;
    for at in memmem::find_iter(raw, old.as_bytes()) {
        json.extend_from_slice(&raw[done..at]);
        json.extend_from_slice(new.as_bytes());
        done = at + old.len();
    }
    json.extend_from_slice(&raw[done..]);
    json.into()
}

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;
        impl<'de> Visitor<'de> for Object {
            type Value = Members;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Object)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_leaves_the_rest_as_it_was_written() {
        let mut members = Members::read(br#"{"id":1,"cost":0.00,"_info":{"lastUpdated":"x","a":"b"}}"#).unwrap();
        members.set("summary", text("new \"one\""));
        members.within("_info", |info| info.set("lastUpdated", text("y")));
        let changed = r#"{"id":1,"cost":0.00,"summary":"new \"one\"","_info":{"lastUpdated":"y","a":"b"}}"#;
        assert_eq!(members.to_json(), changed);
    }

    #[test]
    fn members_come_where_the_vendor_has_them_and_go() {
        let mut members = Members::read(br#"{"id":1,"closedFlag":true,"_info":{},"escalationLevel":3}"#).unwrap();
        members.set("closedDate", text("x"));
        members.set("closedBy", text("y"));
        members.set("customFields", "[]".to_owned());
        members.set("other", "1".to_owned());
        let grown = r#"{"id":1,"closedDate":"x","closedBy":"y","closedFlag":true,"other":1,"_info":{},"escalationLevel":3,"customFields":[]}"#;
        assert_eq!(members.to_json(), grown);
        members.remove("closedDate");
        members.set("other", "not JSON".to_owned());
        assert_eq!((members.get("closedDate"), members.get("other")), (None, Some("1")));
    }

    #[test]
    fn hrefs_move() {
        let raw = Bytes::from_static(br#"{"minutesWaiting":5,"x":"https://h/v4_6_release/apis"}"#);
        assert_eq!(
            with_codebase(&raw, "v2026_1"),
            r#"{"minutesWaiting":5,"x":"https://h/v2026_1/apis"}"#
        );
    }
}
