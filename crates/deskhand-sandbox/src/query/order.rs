//! The order of a list: `company/name asc, id desc`.

use std::cmp::Ordering;

use serde_json::Value;

use super::evaluate::{Row, member};
use super::{Names, QueryError};
use crate::world::Document;

/// What a list is sorted by; ties by id.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Order {
    keys: Vec<(String, bool)>,
}

impl Order {
    /// Reads an order; unknown names are refused.
    pub fn parse(text: &str, names: &Names) -> Result<Self, QueryError> {
        let mut keys = Vec::new();
        for part in text.split(',').filter(|part| !part.trim().is_empty()) {
            let mut words = part.split_whitespace();
            let path = words.next().unwrap_or_default();
            if !names.has(path) {
                return Err(QueryError::unknown_name(path));
            }
            let descending = match words.next().map(str::to_ascii_lowercase).as_deref() {
                None | Some("asc") => false,
                Some("desc") => true,
                Some(other) => return Err(QueryError::syntax(format!("{other} is not a sort direction."))),
            };
            keys.push((path.to_ascii_lowercase(), descending));
        }
        Ok(Self { keys })
    }

    /// True when records come in the order of their ids.
    pub fn is_by_id(&self) -> bool {
        self.keys.is_empty() || self.keys[0] == ("id".to_owned(), false)
    }

    /// Sorts records.
    pub fn sort(&self, records: &mut Vec<&Document>) {
        let mut rows: Vec<_> = records
            .drain(..)
            .map(|document| (Row::new(document), document))
            .collect();
        rows.sort_by(|(a, one), (b, other)| self.compare((a, one), (b, other)));
        records.extend(rows.into_iter().map(|(_, document)| document));
    }

    fn compare(&self, (a, one): (&Row<'_>, &Document), (b, other): (&Row<'_>, &Document)) -> Ordering {
        for (path, descending) in &self.keys {
            let ordering = match path.as_str() {
                "id" => one.id.cmp(&other.id),
                "lastupdated" | "_info/lastupdated" => one.updated.cmp(&other.updated),
                "dateentered" | "_info/dateentered" => one.entered.cmp(&other.entered),
                _ => values(member(a.value(), path), member(b.value(), path)),
            };
            let ordering = if *descending { ordering.reverse() } else { ordering };
            if ordering != Ordering::Equal {
                return ordering;
            }
        }
        one.id.cmp(&other.id)
    }
}

/// Nothing comes first, as in SQL Server.
fn values(a: Option<&Value>, b: Option<&Value>) -> Ordering {
    match (a, b) {
        (Some(Value::Number(a)), Some(Value::Number(b))) => {
            a.as_f64().partial_cmp(&b.as_f64()).unwrap_or(Ordering::Equal)
        }
        (Some(Value::String(a)), Some(Value::String(b))) => a.to_lowercase().cmp(&b.to_lowercase()),
        (a, b) => a.map(Value::to_string).cmp(&b.map(Value::to_string)),
    }
}
