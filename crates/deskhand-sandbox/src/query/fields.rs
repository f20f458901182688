//! Which members an answer holds: `id,status/name`.

use serde_json::{Map, Value};

use super::evaluate::member;

/// The members that were asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fields {
    paths: Vec<Vec<String>>,
}

impl Fields {
    /// Reads a list of members; `None` when it is empty, which means all of them.
    pub fn parse(text: &str) -> Option<Self> {
        let paths: Vec<_> = text
            .split(',')
            .map(|path| path.trim().split('/').map(str::to_owned).collect::<Vec<_>>())
            .filter(|path| path.iter().all(|name| !name.is_empty()))
            .collect();
        (!paths.is_empty()).then_some(Self { paths })
    }

    /// A record with only these members; names that it does not have are ignored, as the vendor does on tickets.
    pub fn select(&self, record: &Value) -> Value {
        let mut selected = Map::new();
        for path in &self.paths {
            if let Some(value) = member(record, &path.join("/")) {
                let value = if path.len() == 1 {
                    without_info(value)
                } else {
                    value.clone()
                };
                put(&mut selected, record, path, value);
            }
        }
        Value::Object(selected)
    }
}

/// `_info` is left out unless it is asked for.
fn without_info(value: &Value) -> Value {
    let mut value = value.clone();
    if let Value::Object(members) = &mut value {
        members.shift_remove("_info");
    }
    value
}

fn put(into: &mut Map<String, Value>, record: &Value, path: &[String], value: Value) {
    let Some((first, rest)) = path.split_first() else {
        return;
    };
    let name = record
        .as_object()
        .and_then(|members| members.keys().find(|known| known.eq_ignore_ascii_case(first)))
        .unwrap_or(first)
        .clone();
    if rest.is_empty() {
        into.insert(name, value);
        return;
    }
    let inner = into.entry(name.clone()).or_insert_with(|| Value::Object(Map::new()));
    if let Value::Object(inner) = inner {
        put(inner, &record[&name], rest, value);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn nesting_stays_and_info_goes() {
        let record =
            json!({"id": 1, "status": {"id": 2, "name": "x", "_info": {}}, "_info": {"lastUpdated": "t", "by": "u"}});
        let select = |fields: &str| Fields::parse(fields).unwrap().select(&record);
        assert_eq!(
            select("ID,nothing, status/Name"),
            json!({"id": 1, "status": {"name": "x"}})
        );
        assert_eq!(
            select("status,_info/lastUpdated"),
            json!({"status": {"id": 2, "name": "x"}, "_info": {"lastUpdated": "t"}})
        );
        assert_eq!(Fields::parse(" , "), None);
    }
}
