//! What becomes of a fetched record: which fields it is mapped to, and what makes it an event of its own.

mod default_source;
mod file;
mod main_path;
mod mapping;
mod path;
mod reader;
mod search;
mod way;

use std::borrow::Cow;

use serde_json::{Map, Value};

pub use file::{SourceFileError, parse_sources, to_toml};
pub use main_path::{MainPath, ManyElements};
pub use mapping::{FieldKind, FieldMapping, Mapped};
pub use path::{Path, PathError};
pub use reader::RecordReader;
pub use search::{Search, SearchError};
pub use way::PathStep;

/// A named set of field mappings with the filters of its fetch.
#[derive(Debug, Clone)]
pub struct EventSource {
    /// What people call it.
    pub name: String,
    /// The inputs of the fetch that brings its records: filters by display name.
    pub fetch: Map<String, Value>,
    /// The array of records inside Raw Data.
    pub main_path: MainPath,
    /// The mapped fields, in order.
    pub fields: Vec<FieldMapping>,
    /// Where the key is that makes a record an event only once, changed or not.
    pub unique_event_key: Option<Path>,
    /// Which records it is for; all of them when there is none.
    pub search: Option<Search>,
    /// What makes two readings of a record the same revision.
    pub hash: Hash,
}

/// What makes two readings of a record the same revision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Hash {
    /// Everything but these members and what says where a record is (`_info` apart from `lastUpdated`).
    Revision {
        /// Members of the record that change without an update.
        volatile: Vec<String>,
    },
    /// Everything.
    Whole,
}

impl EventSource {
    /// Every field of the mapping: null where its path finds nothing.
    pub fn map(&self, record: &Value) -> Map<String, Value> {
        let element = self.element(record);
        let value = |field: &FieldMapping| (field.name.clone(), field.read(&element).value.into_owned());
        self.fields.iter().map(value).collect()
    }

    /// The mapped fields as JSON; `unconverted` hears of each whose value could not be made into its kind.
    pub fn map_to_json(&self, record: &Value, unconverted: impl FnMut(&str)) -> Result<String, serde_json::Error> {
        mapping::to_json(&self.fields, &self.element(record), unconverted)
    }

    /// The fields whose values could not be made into their kinds, and stay as they are.
    pub fn unconverted(&self, record: &Value) -> Vec<&str> {
        let element = self.element(record);
        let left = self.fields.iter().filter(|field| !field.read(&element).converted);
        left.map(|field| field.name.as_str()).collect()
    }

    /// The names of the fields, in order.
    pub fn field_names(&self) -> impl Iterator<Item = &str> {
        self.fields.iter().map(|field| field.name.as_str())
    }

    /// Whether it is for this record: the main path finds it, and the search string holds.
    pub fn matches(&self, record: &Value) -> bool {
        match self.main_path.element(record) {
            Ok(Some(element)) => self.search.as_ref().is_none_or(|search| search.matches(&element)),
            Ok(None) => false,
            Err(_) => true,
        }
    }

    /// The value of the Unique Event Key, as text; `None` when none is mapped or there.
    pub fn event_key(&self, record: &Value) -> Option<String> {
        let element = self.element(record);
        let value = self.unique_event_key.as_ref()?.find_in(&element);
        (!value.is_null()).then(|| value.to_string())
    }

    /// What fields are read from; null when the main path finds nothing, or more than one element.
    fn element<'a>(&self, record: &'a Value) -> Cow<'a, Value> {
        self.main_path.element(record).ok().flatten().unwrap_or_default()
    }

    /// Every path that it looks at in a record.
    fn paths(&self) -> impl Iterator<Item = &Path> {
        let search = self.search.iter().flat_map(Search::paths);
        let fields = self.fields.iter().map(|field| &field.path);
        fields.chain(&self.unique_event_key).chain(search)
    }
}
