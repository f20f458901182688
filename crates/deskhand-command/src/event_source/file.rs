//! Event sources as people write them: a TOML file with one `[[source]]` for each.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use toml::Spanned;

use super::default_source::MAIN_PATH;
use super::{ArtifactMapping, EventSource, FieldKind, FieldMapping, Hash, MainPath, Path, Search};

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
    #[error("line {line}: event source `{source_name}`: {message}")]
    Source {
        /// The line of its name, from 1.
        line: usize,
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
    name: Spanned<String>,
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
    /// What kind of thing its values are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    artifact: Option<String>,
    /// The part that they play.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    role: Option<String>,
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

/// Reads a file of event sources; the Default Event Source is among them only when the file has one of that name.
///
/// ```
/// use deskhand_command::event_source::parse_sources;
///
/// let sources = parse_sources(
///     r#"
///     [[source]]
///     name = "Alerts"
///     search = '{$.type.name} = "Alert"'   # which records it is for; without it, all
///     unique_event_key = ".id"             # once an event, never again
///     fetch = { Status = "New" }           # the filters of Fetch Event
///     [[source.field]]                     # besides the 26 of the Default Event Source
///     name = "Due"
///     path = ".requiredDate"
///     kind = "datetime"
///     "#,
/// )?;
/// assert_eq!(sources[0].fields.len(), 27);
/// # Ok::<(), deskhand_command::event_source::SourceFileError>(())
/// ```
pub fn parse_sources(text: &str) -> Result<Vec<EventSource>, SourceFileError> {
    let file: File = toml::from_str(text).map_err(|error| SourceFileError::Malformed {
        line: error.span().map_or(1, |span| line_of(text, span.start)),
        message: error.message().to_owned(),
    })?;
    let mut sources: Vec<EventSource> = Vec::with_capacity(file.sources.len());
    for written in file.sources {
        let (name, line) = (written.name.get_ref().clone(), line_of(text, written.name.span().start));
        let taken = sources.iter().any(|known| known.name.eq_ignore_ascii_case(&name));
        let source = if name.trim().is_empty() {
            Err("it needs a name".to_owned())
        } else if taken {
            Err("another one has this name".to_owned())
        } else {
            written.into_source()
        };
        sources.push(source.map_err(|message| SourceFileError::Source {
            line,
            source_name: name,
            message,
        })?);
    }
    Ok(sources)
}

/// A single source, for files that have others things in them; what is wrong carries its place where it has one.
impl<'de> Deserialize<'de> for EventSource {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let written = Written::deserialize(from)?;
        written.into_source().map_err(serde::de::Error::custom)
    }
}

fn line_of(text: &str, at: usize) -> usize {
    text.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1
}

/// An event source as a file would have it.
pub fn to_toml(source: &EventSource) -> String {
    let fields = source.fields.iter();
    let written = Written {
        name: Spanned::new(0..0, source.name.clone()),
        search: source.search.as_ref().map(|search| search.text().to_owned()),
        main_path: Some(source.main_path.to_string()),
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
                artifact: field.artifact.as_ref().map(|artifact| artifact.kind.clone()),
                role: field.artifact.as_ref().map(|artifact| artifact.role.clone()),
            })
            .collect(),
    };
    toml::to_string_pretty(&File { sources: vec![written] }).unwrap_or_default()
}

impl Written {
    fn into_source(self) -> Result<EventSource, String> {
        if let Some(input) = refused_input(&self.fetch) {
            return Err(format!(
                "`{input}` cannot be part of an event source, which always reads everything that is new; use `--from` for the first start"
            ));
        }
        let written = self.main_path.as_deref().unwrap_or(MAIN_PATH);
        let main_path = MainPath::parse(written).map_err(|error| error.to_string())?;
        let path = |text: &String| Path::parse(text, main_path.as_str()).map_err(|error| error.to_string());
        let unique_event_key = self.unique_event_key.as_ref().map(path).transpose()?;
        let search = self.search.as_ref().map(|text| Search::parse(text, main_path.as_str()));
        let search = search.transpose().map_err(|error| format!("search: {error}"))?;
        let fields = fields(self.default_fields, &self.fields, path)?;
        Ok(EventSource {
            hash: hash(self.hash, self.volatile)?,
            name: self.name.into_inner(),
            fetch: self.fetch,
            main_path,
            fields,
            unique_event_key,
            search,
        })
    }
}

/// The default fields, if they are wanted, and those written; one of the same name takes its place.
fn fields(
    with_default: bool,
    written: &[WrittenField],
    path: impl Fn(&String) -> Result<Path, String>,
) -> Result<Vec<FieldMapping>, String> {
    let mut fields = if with_default {
        EventSource::default_source().fields
    } else {
        Vec::new()
    };
    for field in written {
        let mapping = FieldMapping {
            name: field.name.clone(),
            path: path(&field.path)?,
            kind: field.kind,
            artifact: artifact(field)?,
        };
        match fields.iter_mut().find(|known| known.name == mapping.name) {
            Some(known) => *known = mapping,
            None => fields.push(mapping),
        }
    }
    if fields.is_empty() {
        return Err("it maps no field; add a [[source.field]] or leave `default_fields` on".to_owned());
    }
    Ok(fields)
}

/// What a field's values are; a role plays it with an artifact only.
fn artifact(field: &WrittenField) -> Result<Option<ArtifactMapping>, String> {
    match (&field.artifact, &field.role) {
        (None, Some(_)) => Err(format!(
            "the field `{}` has a `role` and no `artifact` that would play it",
            field.name
        )),
        (None, None) => Ok(None),
        (Some(kind), role) => Ok(Some(ArtifactMapping {
            kind: kind.clone(),
            role: role.as_ref().unwrap_or(kind).clone(),
        })),
    }
}

fn hash(written: Option<WrittenHash>, volatile: Option<Vec<String>>) -> Result<Hash, String> {
    match (written, volatile) {
        (Some(WrittenHash::Whole), Some(_)) => {
            Err("`volatile` has no meaning with `hash = \"whole\"`; take one of them out".to_owned())
        }
        (Some(WrittenHash::Whole), None) => Ok(Hash::Whole),
        (_, Some(volatile)) => Ok(Hash::Revision { volatile }),
        _ => Ok(Hash::default()),
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
        for (text, expected) in [
            (
                "[[source]]\nname = \"A\"\nunique_event_key = \".a[?\"\n",
                "line 2: event source `A`: `.a[?` is no JSONPath",
            ),
            (
                "\n[[source]]\nname = \"A\"\nmain_path = \"$.[\"\n",
                "line 3: event source `A`: `$.[` is no JSONPath",
            ),
            (
                "[[source]]\nname = \"A\"\n[[source]]\nname = \"a\"\n",
                "line 4: event source `a`: another one has",
            ),
            ("[[source]]\nname = \"\"\n", "line 2: event source ``: it needs a name"),
            (
                "[[source]]\nname = \"A\"\nsearch = \"{x\"\n",
                "line 2: event source `A`: search: a comparison",
            ),
            (
                "[[source]]\nname = \"A\"\nhash = \"whole\"\nvolatile = []\n",
                "line 2: event source `A`: `volatile`",
            ),
            (
                "[[source]]\nname = \"A\"\ndefault_fields = false\n",
                "line 2: event source `A`: it maps no field",
            ),
        ] {
            let error = parse_sources(text).unwrap_err().to_string();
            assert!(error.starts_with(expected), "{error}");
        }
    }

    #[test]
    fn fe16_another_main_path_is_used() {
        let text = "[[source]]\nname = \"A\"\nmain_path = \"$.Results[?(@.impact == 'High')]\"\n";
        let source = parse_sources(text).unwrap().remove(0);
        assert!(source.matches(&json!({"impact": "High"})) && !source.matches(&json!({"impact": "Low"})));
        assert_eq!(source.map(&json!({"impact": "High", "id": 7}))["Document ID"], 7);
        assert_eq!(
            source.map(&json!({"impact": "Low", "id": 7}))["Document ID"],
            json!(null)
        );
    }

    #[test]
    fn a_field_of_a_default_name_takes_its_place() {
        let text = "[[source]]\nname = \"A\"\n[[source.field]]\nname = \"location\"\npath = \".site.name\"\n";
        let source = parse_sources(text).unwrap().remove(0);
        assert_eq!(source.fields.len(), 26);
        assert_eq!(source.fields[18].path.to_string(), "$.site.name");
    }

    #[test]
    fn fe16_the_default_source_can_be_written_out_and_read_back() {
        let text = to_toml(&EventSource::default_source());
        let back = parse_sources(&text).unwrap().remove(0);
        assert_eq!(back.main_path.as_str(), "$.Results");
        assert_eq!(to_toml(&back), text);
    }
}
