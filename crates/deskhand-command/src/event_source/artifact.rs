//! Artifacts: values of an event that are things of their own, such as an address or a host.

use serde::Serialize;
use serde_json::Value;

use super::EventSource;

/// What a field's values are, when they are artifacts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArtifactMapping {
    /// The kind of thing: `Email Address`.
    pub kind: String,
    /// The part that it plays in the event; the kind, unless the source says otherwise.
    pub role: String,
}

/// A thing that an event is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Artifact {
    /// The kind of thing.
    pub kind: String,
    /// The part that it plays in the event.
    pub role: String,
    /// Which one it is.
    pub value: String,
}

impl EventSource {
    /// The artifacts of a record: each value once a kind and role, in the order of the fields. A list has one for each
    /// element; null, blank text and what is in an empty list are none.
    pub fn artifacts(&self, record: &Value) -> Vec<Artifact> {
        let element = self.element(record);
        let mut artifacts = Vec::new();
        for field in &self.fields {
            let Some(mapping) = &field.artifact else { continue };
            for value in values(&field.read(&element).value) {
                let artifact = Artifact {
                    kind: mapping.kind.clone(),
                    role: mapping.role.clone(),
                    value,
                };
                if !artifacts.contains(&artifact) {
                    artifacts.push(artifact);
                }
            }
        }
        artifacts
    }
}

fn values(value: &Value) -> Vec<String> {
    match value {
        Value::Null => Vec::new(),
        Value::String(text) if text.trim().is_empty() => Vec::new(),
        Value::String(text) => vec![text.trim().to_owned()],
        Value::Array(elements) => elements.iter().flat_map(values).collect(),
        Value::Object(members) if members.is_empty() => Vec::new(),
        other => vec![other.to_string()],
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::event_source::parse_sources;

    fn found(contact: serde_json::Value) -> Vec<String> {
        let source = parse_sources(
            "[[source]]\nname = \"A\"\n[[source.field]]\nname = \"Reported by\"\npath = \".contactEmailAddress\"\n\
             artifact = \"Email Address\"\nrole = \"Reporter\"\n",
        );
        let artifacts = source.unwrap()[0].artifacts(&json!({"id": 7, "contactEmailAddress": contact}));
        let words = artifacts
            .iter()
            .map(|artifact| format!("{} {} {}", artifact.kind, artifact.role, artifact.value));
        words.collect()
    }

    #[test]
    fn pl13_empty_text_an_empty_list_and_null_are_no_artifacts() {
        assert_eq!(found(json!("a@example.com")), ["Email Address Reporter a@example.com"]);
        for nothing in [json!(""), json!("  "), json!([]), json!(null), json!(["", null])] {
            assert_eq!(found(nothing.clone()), [""; 0], "{nothing}");
        }
    }

    #[test]
    fn a_list_has_an_artifact_for_each_element_once() {
        assert_eq!(
            found(json!(["a@example.com", "b@example.com", "a@example.com"])),
            [
                "Email Address Reporter a@example.com",
                "Email Address Reporter b@example.com"
            ]
        );
    }
}
