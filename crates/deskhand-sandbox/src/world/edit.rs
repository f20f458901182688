//! Changes to a record's JSON that leave everything else as it was written, numbers such as `0.00` included.

use std::fmt;

use bytes::Bytes;
use memchr::memmem;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use super::{CODEBASE, VOLATILE};

/// A JSON object as its members in order, values as text.
#[derive(Debug, Clone)]
pub struct Members(Vec<(String, Box<RawValue>)>);

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

    /// Replaces a member's JSON, or adds it before `_info`; what is no JSON is kept out.
    pub fn set(&mut self, name: &str, json: String) {
        let Ok(value) = RawValue::from_string(json) else { return };
        if let Some((_, old)) = self.0.iter_mut().find(|(known, _)| known == name) {
            *old = value;
            return;
        }
        let at = self
            .0
            .iter()
            .position(|(known, _)| known == "_info")
            .unwrap_or(self.0.len());
        self.0.insert(at, (name.to_owned(), value));
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

/// Replaces the numbers of the volatile members by one that grows with time.
pub(super) fn ticked(raw: &Bytes, now_ms: i64) -> Bytes {
    let mut json = raw.to_vec();
    for name in VOLATILE {
        let member = format!("\"{name}\":");
        if let Some(at) = memmem::find(&json, member.as_bytes()) {
            let start = at + member.len();
            let end = start + json[start..].iter().take_while(|byte| byte.is_ascii_digit()).count();
            json.splice(start..end, (now_ms / 10 % 1_000_000).to_string().into_bytes());
        }
    }
    json.into()
}

/// Replaces the codebase in every href.
pub(super) fn with_codebase(raw: &Bytes, codebase: &str) -> Bytes {
    let text = String::from_utf8_lossy(raw);
    text.replace(&format!("/{CODEBASE}/"), &format!("/{codebase}/"))
        .into_bytes()
        .into()
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
    fn volatile_members_tick_and_hrefs_move() {
        let raw = Bytes::from_static(br#"{"minutesWaiting":5,"x":"https://h/v4_6_release/apis"}"#);
        assert_eq!(
            ticked(&raw, 1_230),
            r#"{"minutesWaiting":123,"x":"https://h/v4_6_release/apis"}"#
        );
        assert_eq!(
            with_codebase(&raw, "v2026_1"),
            r#"{"minutesWaiting":5,"x":"https://h/v2026_1/apis"}"#
        );
    }
}
