//! JSON Patch as the vendor wants it: paths without a slash before them, references replaced whole.

use serde_json::{Value, json};

use super::Reference;

/// Changes to one record, in order.
///
/// ```
/// use connectwise_psa::{Patch, Reference};
///
/// let patch = Patch::new().replace("summary", "Printer on fire").reference("status", &Reference::Id(5));
/// assert_eq!(
///     patch.to_json().to_string(),
///     r#"[{"op":"replace","path":"summary","value":"Printer on fire"},{"op":"replace","path":"status","value":{"id":5}}]"#
/// );
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Patch {
    changes: Vec<Change>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Change {
    Replace(String, Value),
    Remove(String),
}

impl Patch {
    /// No changes yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets a member; one that has no value yet can be replaced as well (other clients rely on it).
    #[must_use]
    pub fn replace(mut self, path: impl Into<String>, value: impl Into<Value>) -> Self {
        self.changes.push(Change::Replace(path.into(), value.into()));
        self
    }

    /// Sets a reference, whole: the vendor's guide warns of paths inside of one, which may do nothing and say 200.
    #[must_use]
    pub fn reference(self, path: impl Into<String>, to: &Reference) -> Self {
        self.replace(path, to.to_json())
    }

    /// Clears a member.
    #[must_use]
    pub fn remove(mut self, path: impl Into<String>) -> Self {
        self.changes.push(Change::Remove(path.into()));
        self
    }

    /// True when it changes nothing.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// The paths that it sets or clears (`None`), in order.
    pub fn changes(&self) -> impl Iterator<Item = (&str, Option<&Value>)> {
        self.changes.iter().map(|change| match change {
            Change::Replace(path, value) => (path.as_str(), Some(value)),
            Change::Remove(path) => (path.as_str(), None),
        })
    }

    /// The body of the request: an array even for one change.
    pub fn to_json(&self) -> Value {
        let change = |change: &Change| match change {
            Change::Replace(path, value) => json!({"op": "replace", "path": path, "value": value}),
            Change::Remove(path) => json!({"op": "remove", "path": path}),
        };
        Value::Array(self.changes.iter().map(change).collect())
    }

    /// Reads a body back; `None` when it is no such array.
    pub fn from_json(body: &Value) -> Option<Self> {
        let change = |change: &Value| {
            let path = change.get("path")?.as_str()?.trim_start_matches('/').to_owned();
            match change.get("op")?.as_str()? {
                "add" | "replace" => Some(Change::Replace(path, change.get("value")?.clone())),
                "remove" => Some(Change::Remove(path)),
                _ => None,
            }
        };
        let changes = body.as_array()?.iter().map(change).collect::<Option<_>>()?;
        Some(Self { changes })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_patch_is_an_array_in_order_and_reads_back() {
        let patch = Patch::new()
            .replace("summary", "x")
            .remove("contact")
            .reference("board", &Reference::Name("Help".to_owned()));
        assert_eq!(Patch::from_json(&patch.to_json()), Some(patch.clone()));
        assert_eq!(
            patch
                .changes()
                .map(|(path, value)| (path, value.is_some()))
                .collect::<Vec<_>>(),
            [("summary", true), ("contact", false), ("board", true)]
        );
        assert!(!patch.is_empty() && Patch::new().is_empty());
        assert_eq!(Patch::from_json(&json!({"op": "replace"})), None);
        assert_eq!(Patch::from_json(&json!([{"op": "move", "path": "a"}])), None);
    }
}
