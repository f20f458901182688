//! Event sources as people write them: a TOML file with one `[[source]]` for each.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::default_source::MAIN_PATH;
use super::{EventSource, FieldKind, FieldMapping, Hash, Path, Search};

/// What is wrong with a file of event sources, with its line where one is to blame.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SourceFileError {
    /// It is no such file.
    #[error("line {line}: {message}")]
    Malformed {
        /// The line, from 1.
        line: usize,
        /// What is wrong.
        message: String,
    },
    /// One of the sources cannot be.
    #[error("event source `{source_name}`: {message}")]
    Source {
        /// Its name.
        source_name: String,
        /// What is wrong.
        message: String,
    },
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default, rename = "source")]
    sources: Vec<Written>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Written {
    name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    search: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    main_path: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    unique_event_key: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    hash: Option<WrittenHash>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    volatile: Option<Vec<String>>,
    /// Whether the 26 default fields come before those written here.
    #[serde(default = "yes")]
    default_fields: bool,
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    fetch: Map<String, Value>,
    #[serde(default, rename = "field")]
    fields: Vec<WrittenField>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct WrittenField {
    name: String,
    path: String,
    #[serde(default)]
    kind: FieldKind,
}

#[derive(Deserialize, Serialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
enum WrittenHash {
    Revision,
    Whole,
}

fn yes() -> bool {
    true
}

/// Reads a file of event sources; the Default Event Source is not among them.
pub fn parse_sources(text: &str) -> Result<Vec<EventSource>, SourceFileError> {
    let file: File = toml::from_str(text).map_err(|error| SourceFileError::Malformed {
        line: error
            .span()
            .map_or(1, |span| text[..span.start.min(text.len())].matches('\n').count() + 1),
        message: error.message().to_owned(),
    })?;
    file.sources.into_iter().map(Written::into_source).collect()
}

/// An event source as a file would have it.
pub fn to_toml(source: &EventSource) -> String {
    let fields = source.fields.iter();
    let written = Written {
        name: source.name.clone(),
        search: source.search.as_ref().map(|search| search.text().to_owned()),
        main_path: Some(source.main_path.clone()),
        unique_event_key: source.unique_event_key.as_ref().map(ToString::to_string),
        hash: Some(if source.hash == Hash::Whole {
            WrittenHash::Whole
        } else {
            WrittenHash::Revision
        }),
        volatile: match &source.hash {
            Hash::Revision { volatile } => Some(volatile.clone()),
            Hash::Whole => None,
        },
        default_fields: false,
        fetch: source.fetch.clone(),
        fields: fields
            .map(|field| WrittenField {
                name: field.name.clone(),
                path: field.path.to_string(),
                kind: field.kind,
            })
            .collect(),
    };
    toml::to_string_pretty(&File { sources: vec![written] }).unwrap_or_default()
}

impl Written {
    fn into_source(self) -> Result<EventSource, SourceFileError> {
        let refused = |message: String| SourceFileError::Source {
            source_name: self.name.clone(),
            message,
        };
        if let Some(input) = refused_input(&self.fetch) {
            return Err(refused(format!(
                "`{input}` cannot be part of an event source, which always reads everything that is new; use `--from` for the first start"
            )));
        }
        if self.hash == Some(WrittenHash::Whole) && self.volatile.is_some() {
            return Err(refused(
                "`volatile` has no meaning with `hash = \"whole\"`; take one of them out".to_owned(),
            ));
        }
        let main_path = self.main_path.clone().unwrap_or_else(|| MAIN_PATH.to_owned());
        let path = |text: &String| Path::parse(text, &main_path).map_err(|error| refused(error.to_string()));
        let unique_event_key = self.unique_event_key.as_ref().map(path).transpose()?;
        let search = self
            .search
            .as_ref()
            .map(|text| Search::parse(text, &main_path))
            .transpose();
        let mut fields = if self.default_fields {
            EventSource::default_source().fields
        } else {
            Vec::new()
        };
        for field in &self.fields {
            let mapping = FieldMapping {
                name: field.name.clone(),
                path: path(&field.path)?,
                kind: field.kind,
            };
            fields.retain(|known| known.name != mapping.name);
            fields.push(mapping);
        }
        if fields.is_empty() {
            return Err(refused(
                "it maps no field; add a [[source.field]] or leave `default_fields` on".to_owned(),
            ));
        }
        let search = search.map_err(|error| refused(format!("search: {error}")))?;
        let hash = match (self.hash, self.volatile) {
            (Some(WrittenHash::Whole), _) => Hash::Whole,
            (_, Some(volatile)) => Hash::Revision { volatile },
            _ => Hash::default(),
        };
        Ok(EventSource {
            name: self.name,
            fetch: self.fetch,
            main_path,
            fields,
            unique_event_key,
            search,
            hash,
        })
    }
}

/// Inputs that would leave records out for good.
fn refused_input(fetch: &Map<String, Value>) -> Option<&str> {
    let folded = |name: &str| {
        name.chars()
            .filter(char::is_ascii_alphanumeric)
            .collect::<String>()
            .to_ascii_lowercase()
    };
    fetch.keys().map(String::as_str).find(|name| {
        matches!(
            folded(name).as_str(),
            "number" | "numberofeventsfetched" | "starttime" | "endtime" | "start" | "end"
        )
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_source_is_read_with_its_key_search_and_fields() {
        let text = r#"
            [[source]]
            name = "Alerts"
            search = '{$.type.name} = "Alert"'
            unique_event_key = ".id"
            fetch = { Status = "New" }
            [[source.field]]
            name = "Tool"
            path = "$.Results.externalXRef"
            kind = "text"
        "#;
        let source = parse_sources(text).unwrap().remove(0);
        assert_eq!(source.fields.len(), 27);
        let record = json!({"id": 7, "type": {"name": "alert"}, "externalXRef": 5});
        assert!(source.matches(&record));
        assert_eq!(source.map(&record)["Tool"], "5");
        assert_eq!(source.event_key(&record).as_deref(), Some("7"));
    }

    #[test]
    fn mistakes_are_named_with_their_line() {
        let error = parse_sources("[[source]]\nname = \"A\"\nserch = \"x\"\n")
            .unwrap_err()
            .to_string();
        assert!(error.starts_with("line 3: unknown field `serch`"), "{error}");
        let number = parse_sources("[[source]]\nname = \"A\"\nfetch = { \"Number of Event(s) Fetched\" = 5 }\n")
            .unwrap_err()
            .to_string();
        assert!(number.contains("use `--from`"), "{number}");
        assert!(parse_sources("[[source]]\nname = \"A\"\nunique_event_key = \".a[?\"\n").is_err());
    }

    #[test]
    fn fe16_the_default_source_can_be_written_out_and_read_back() {
        let text = to_toml(&EventSource::default_source());
        let back = parse_sources(&text).unwrap().remove(0);
        assert_eq!(back.main_path, "$.Results");
        assert_eq!(to_toml(&back), text);
    }
}
