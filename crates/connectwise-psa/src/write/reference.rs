//! What one record says to name another.

use serde_json::{Value, json};

/// Another record, by its id, its name, or its identifier where it has one (companies, members).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reference {
    /// By id.
    Id(i64),
    /// By name: boards, statuses, priorities, teams, sources and other tables (the vendor's description).
    Name(String),
    /// By identifier.
    Identifier(String),
}

impl Reference {
    /// The object that stands for it, `{"id":7}`.
    ///
    /// ```
    /// use connectwise_psa::Reference;
    ///
    /// assert_eq!(Reference::Name("Help Desk".to_owned()).to_json().to_string(), r#"{"name":"Help Desk"}"#);
    /// ```
    pub fn to_json(&self) -> Value {
        match self {
            Self::Id(id) => json!({ "id": id }),
            Self::Name(name) => json!({ "name": name }),
            Self::Identifier(identifier) => json!({ "identifier": identifier }),
        }
    }
}
