//! Reading of a record only what event sources look at: the rest is skipped, not built.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use super::EventSource;

/// Reads records for some event sources.
///
/// ```
/// use deskhand_command::EventSource;
/// use deskhand_command::event_source::RecordReader;
///
/// let reader = RecordReader::new(&[EventSource::default_source()]);
/// let record = reader.read(r#"{"id":7,"budgetHours":0.0,"board":{"id":1,"name":"Help Desk"}}"#)?;
/// assert_eq!(record, serde_json::json!({"id": 7, "board": {"name": "Help Desk"}}));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct RecordReader {
    wanted: Wanted,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Wanted {
    Everything,
    Members(Vec<(String, Wanted)>),
}

impl RecordReader {
    /// A reader of what these sources look at; a path that is more than names makes that everything.
    pub fn new(sources: &[EventSource]) -> Self {
        let mut wanted = Wanted::Members(Vec::new());
        for source in sources {
            if !source.main_path.is_everything() {
                wanted = Wanted::Everything;
            }
            for path in source.paths() {
                match path.names() {
                    Some(names) => wanted.add(names),
                    None => wanted = Wanted::Everything,
                }
            }
        }
        Self { wanted }
    }

    /// Reads a record.
    pub fn read(&self, json: &str) -> Result<Value, serde_json::Error> {
        let mut reader = serde_json::Deserializer::from_str(json);
        let record = self.wanted.deserialize(&mut reader)?;
        reader.end()?;
        Ok(record)
    }
}

impl Wanted {
    fn add(&mut self, names: &[String]) {
        let Self::Members(members) = self else { return };
        let Some((name, below)) = names.split_first() else {
            *self = Self::Everything;
            return;
        };
        if let Some((_, known)) = members.iter_mut().find(|(known, _)| known == name) {
            known.add(below);
        } else {
            let mut wanted = Self::Members(Vec::new());
            wanted.add(below);
            members.push((name.clone(), wanted));
        }
    }
}

impl<'de> DeserializeSeed<'de> for &Wanted {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Value, D::Error> {
        match self {
            Wanted::Everything => serde::Deserialize::deserialize(from),
            Wanted::Members(members) => from.deserialize_any(Members(members)),
        }
    }
}

/// Reads the wanted members of an object; anything else has none of them and is null.
struct Members<'a>(&'a [(String, Wanted)]);

impl<'de> Visitor<'de> for Members<'_> {
    type Value = Value;

    fn expecting(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str("a value")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut found = Map::with_capacity(self.0.len());
        while let Some(member) = map.next_key_seed(Key(self.0))? {
            match member {
                Some((name, wanted)) => {
                    let value = map.next_value_seed(wanted)?;
                    found.insert(name.clone(), value);
                }
                None => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(Value::Object(found))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Value, A::Error> {
        while elements.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_str<E>(self, _: &str) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }
}

/// Looks a key up without making a text of it.
struct Key<'a>(&'a [(String, Wanted)]);

impl<'de, 'a> DeserializeSeed<'de> for Key<'a> {
    type Value = Option<&'a (String, Wanted)>;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Self::Value, D::Error> {
        from.deserialize_str(self)
    }
}

impl<'a> Visitor<'_> for Key<'a> {
    type Value = Option<&'a (String, Wanted)>;

    fn expecting(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str("the name of a member")
    }

    fn visit_str<E>(self, key: &str) -> Result<Self::Value, E> {
        Ok(self.0.iter().find(|(name, _)| name == key))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::event_source::parse_sources;

    #[test]
    fn fields_are_the_same_from_what_is_read_and_from_the_whole_record() {
        let sources = parse_sources(
            r#"
            [[source]]
            name = "A"
            search = "{$.type.name} = x"
            unique_event_key = ".ids"
            [[source.field]]
            name = "Board"
            path = ".board"
            "#,
        )
        .unwrap();
        let record = json!({
            "id": 1, "board": {"id": 2, "name": "b"}, "status": "odd", "company": [1], "type": {"name": "x", "more": 1},
            "ids": [1, {"a": 2}], "priority": null, "_info": {"lastUpdated": "2026-01-01T00:00:00Z", "href": "h"}, "more": 1
        });
        let read = RecordReader::new(&sources).read(&record.to_string()).unwrap();
        assert!(sources[0].matches(&read) && read.get("more").is_none());
        assert_eq!(sources[0].map(&read), sources[0].map(&record));
        assert_eq!(sources[0].event_key(&read), sources[0].event_key(&record));
    }

    #[test]
    fn a_path_that_is_more_than_names_needs_everything() {
        let mut source = EventSource::default_source();
        source.fields[0].path = super::super::Path::parse("..id", "$.Results").unwrap();
        let record = json!({"id": 1, "more": {"id": 2}});
        let read = RecordReader::new(&[source]).read(&record.to_string()).unwrap();
        assert_eq!(read, record);
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(any in ".{0,48}", text in "[{}\\[\\]\",:id0 ]{0,40}") {
            let reader = RecordReader::new(&[EventSource::default_source()]);
            let _either = (reader.read(&any), reader.read(&text));
        }
    }
}
