//! What becomes of a fetched record: which fields it is mapped to, and what makes it an event of its own.

mod default_source;
mod file;
mod mapping;
mod path;
mod search;

use serde_json::{Map, Value};

pub use file::{SourceFileError, parse_sources, to_toml};
pub use mapping::{FieldKind, FieldMapping};
pub use path::{Path, PathError};
pub use search::{Search, SearchError};

/// A named set of field mappings with the filters of its fetch.
#[derive(Debug, Clone)]
pub struct EventSource {
    /// What people call it.
    pub name: String,
    /// The inputs of the fetch that brings its records: filters by display name.
    pub fetch: Map<String, Value>,
    /// The array of records inside Raw Data.
    pub main_path: String,
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
        self.fields
            .iter()
            .map(|field| (field.name.clone(), field.value(record)))
            .collect()
    }

    /// The names of the fields, in order.
    pub fn field_names(&self) -> impl Iterator<Item = &str> {
        self.fields.iter().map(|field| field.name.as_str())
    }

    /// Whether it is for this record.
    pub fn matches(&self, record: &Value) -> bool {
        self.search.as_ref().is_none_or(|search| search.matches(record))
    }

    /// The value of the Unique Event Key, as text; `None` when none is mapped or there.
    pub fn event_key(&self, record: &Value) -> Option<String> {
        let value = self.unique_event_key.as_ref()?.find(record);
        (!value.is_null()).then(|| value.to_string())
    }
}
