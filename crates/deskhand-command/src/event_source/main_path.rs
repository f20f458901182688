//! Where the records are in Raw Data, and which of them an event source looks at.

use std::borrow::Cow;
use std::fmt;

use serde_json::{Value, json};
use serde_json_path::JsonPath;

use super::PathError;
use super::path::{compiled, first_name, tidied};

/// The Main Event JSON Path: `$.Results`, or a narrower one such as `$.Results[?(@.impact == 'High')]`.
///
/// A record comes alone, so an array of Raw Data is taken to hold it and nothing else.
#[derive(Debug, Clone)]
pub struct MainPath {
    text: String,
    /// `None` looks at every record as it is.
    narrower: Option<JsonPath>,
}

/// A main path that finds more than one element in a record.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the main path `{path}` finds {found} elements in the record; an event is made of one")]
pub struct ManyElements {
    /// The main path.
    pub path: String,
    /// How many.
    pub found: usize,
}

/// Where commands put records.
const RESULTS: &str = "Results";

impl MainPath {
    /// Reads a main path.
    pub fn parse(written: &str) -> Result<Self, PathError> {
        let text = tidied(written);
        let everything =
            first_name(&text[1..]).is_some_and(|(name, rest)| name == RESULTS && matches!(rest, "" | "[*]"));
        let narrower = (!everything).then(|| compiled(&text)).transpose();
        let narrower = narrower.map_err(|reason| PathError {
            path: written.to_owned(),
            reason,
        })?;
        Ok(Self { text, narrower })
    }

    /// Whether every record is looked at as it is.
    pub fn is_everything(&self) -> bool {
        self.narrower.is_none()
    }

    /// The element that fields are read from; `None` when the path finds none.
    pub fn element<'a>(&self, record: &'a Value) -> Result<Option<Cow<'a, Value>>, ManyElements> {
        let Some(path) = &self.narrower else {
            return Ok(Some(Cow::Borrowed(record)));
        };
        let raw_data = json!({ RESULTS: [record] });
        let found = path.query(&raw_data).all();
        let mut elements = found.into_iter().flat_map(|one| match one {
            Value::Array(elements) => elements.as_slice(),
            one => std::slice::from_ref(one),
        });
        let first = elements.next().cloned();
        match elements.count() {
            0 => Ok(first.map(Cow::Owned)),
            more => Err(ManyElements {
                path: self.text.clone(),
                found: more + 1,
            }),
        }
    }

    /// The path as text.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for MainPath {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn element(path: &str, record: &Value) -> Result<Option<Value>, ManyElements> {
        let found = MainPath::parse(path).unwrap().element(record)?;
        Ok(found.map(Cow::into_owned))
    }

    #[test]
    fn fe13_the_default_main_path_finds_each_record() {
        let record = json!({"id": 1});
        for path in ["$.Results", "Results", "$['Results'][*]"] {
            assert!(MainPath::parse(path).unwrap().is_everything(), "{path}");
            assert_eq!(element(path, &record), Ok(Some(record.clone())));
        }
    }

    #[test]
    fn fe16_a_narrower_main_path_leaves_records_out_or_goes_deeper() {
        let record = json!({"id": 1, "impact": "High", "board": {"id": 2}, "notes": [1, 2]});
        let high = "$.Results[?(@.impact == 'High')]";
        assert_eq!(element(high, &record), Ok(Some(record.clone())));
        assert_eq!(element(high, &json!({"impact": "Low"})), Ok(None));
        assert_eq!(element("$.Results[*].board", &record), Ok(Some(json!({"id": 2}))));
        assert_eq!(element("$.Results[*].notes", &record).unwrap_err().found, 2);
    }

    #[test]
    fn pl5_without_the_main_path_there_is_nothing() {
        assert_eq!(element("$.Other", &json!({"id": 1})), Ok(None));
        assert!(MainPath::parse("$.Results[?").is_err());
    }
}
