//! One member of a record, found without making values of the others.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

/// The JSON text at a pointer of member names (`/board/id`); `None` when nothing, or null, is there.
pub(super) fn pick<'a>(record: &'a [u8], pointer: &str) -> Option<&'a str> {
    let names: Vec<&str> = pointer.split('/').skip(1).collect();
    let mut found = None;
    let search = Search {
        names: &names,
        found: &mut found,
    };
    // The search ends with an error as soon as it has found something.
    let _ended = search.deserialize(&mut serde_json::Deserializer::from_slice(record));
    found.filter(|text| *text != "null")
}

struct Search<'a, 'de> {
    names: &'a [&'a str],
    found: &'a mut Option<&'de str>,
}

impl<'de> DeserializeSeed<'de> for Search<'_, 'de> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        if self.names.is_empty() {
            let value = <&RawValue as serde::Deserialize>::deserialize(deserializer)?;
            *self.found = Some(value.get());
            return Err(D::Error::custom("found"));
        }
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Search<'_, 'de> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(name) = map.next_key::<std::borrow::Cow<'de, str>>()? {
            if self.names.first().is_some_and(|wanted| *wanted == name) {
                return map.next_value_seed(Search {
                    names: &self.names[1..],
                    found: self.found,
                });
            }
            map.next_value::<IgnoredAny>()?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::pick;

    #[test]
    fn members_are_found_as_they_are_written() {
        let record = br#"{"board":{"name":"x","id":7},"id":12,"n":null,"cost":0.50,"list":[{"id":1}]}"#;
        assert_eq!(pick(record, "/id"), Some("12"));
        assert_eq!(pick(record, "/board/id"), Some("7"));
        assert_eq!(pick(record, "/cost"), Some("0.50"));
        for nothing in ["/n", "/x", "/board/x", "/list/id", "/cost/id"] {
            assert_eq!(pick(record, nothing), None, "{nothing}");
        }
        assert_eq!(pick(b"no json", "/id"), None);
    }
}
