//! Which members an answer holds: `id,status/name`.

use serde_json::value::RawValue;

use super::{Names, QueryError};
use crate::pairs::Pairs;
use crate::world::text;

/// The members that were asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fields(Vec<Wanted>);

/// One member: all of it, or some of its own members.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Wanted {
    name: String,
    whole: bool,
    inner: Vec<Wanted>,
}

/// What is left out of a member unless it is asked for.
const INFO: &str = "_info";

impl Fields {
    /// Reads a list of members; `None` when it is empty, which means all of them.
    pub fn parse(text: &str) -> Option<Self> {
        let mut wanted = Vec::new();
        for path in text.split(',') {
            let path: Vec<_> = path.trim().split('/').collect();
            if path.iter().all(|name| !name.is_empty()) {
                add(&mut wanted, &path);
            }
        }
        (!wanted.is_empty()).then_some(Self(wanted))
    }

    /// Refuses names that the records do not have, as some of the vendor's lists do. Invented: its words, and that only
    /// the first name of a path is looked at.
    pub(crate) fn check(&self, names: &Names) -> Result<(), QueryError> {
        let unknown = self.0.iter().find(|wanted| !names.has_member(&wanted.name));
        unknown.map_or(Ok(()), |wanted| Err(QueryError::unknown_name(&wanted.name)))
    }

    /// A record with only these members, each as the record has it written; names that it does not have are ignored, as
    /// the vendor does on tickets.
    pub fn select(&self, record: &[u8]) -> String {
        let mut selected = String::new();
        if let Ok(record) = serde_json::from_slice(record) {
            write_object(&self.0, &record, &mut selected);
        } else {
            selected.push_str("{}");
        }
        selected
    }
}

/// Adds a path to what is wanted; paths that begin alike come together where the first of them was.
fn add(wanted: &mut Vec<Wanted>, path: &[&str]) {
    let Some((name, rest)) = path.split_first() else {
        return;
    };
    let known = wanted.iter().position(|known| known.name.eq_ignore_ascii_case(name));
    let at = known.unwrap_or_else(|| {
        wanted.push(Wanted {
            name: (*name).to_owned(),
            whole: false,
            inner: Vec::new(),
        });
        wanted.len() - 1
    });
    if rest.is_empty() {
        wanted[at].whole = true;
    } else {
        add(&mut wanted[at].inner, rest);
    }
}

/// Writes the wanted members of an object; false when it has none of them.
fn write_object(wanted: &[Wanted], object: &Pairs<'_>, into: &mut String) -> bool {
    let begin = into.len();
    into.push('{');
    for wanted in wanted {
        wanted.write_from(object, into);
    }
    let some = into.len() > begin + 1;
    into.push('}');
    some
}

impl Wanted {
    /// Writes the member with its name, if the object has it.
    fn write_from(&self, object: &Pairs<'_>, into: &mut String) {
        let Some((name, value)) = self.find(object) else {
            return;
        };
        let begin = into.len();
        write_name(name, into);
        if !self.write_value(value, into) {
            into.truncate(begin);
        }
    }

    /// The member of this name, by its exact spelling before any other.
    fn find<'a>(&self, object: &'a Pairs<'_>) -> Option<(&'a str, &'a RawValue)> {
        let members = &object.0;
        let exact = members.iter().find(|(name, _)| *name == self.name);
        let found = exact.or_else(|| members.iter().find(|(name, _)| name.eq_ignore_ascii_case(&self.name)));
        found.map(|(name, value)| (name.as_ref(), *value))
    }

    fn write_value(&self, value: &RawValue, into: &mut String) -> bool {
        match serde_json::from_str::<Pairs<'_>>(value.get()) {
            Ok(object) if self.whole => {
                self.write_whole(&object, into);
                true
            }
            Ok(object) => write_object(&self.inner, &object, into),
            Err(_) if self.whole => {
                into.push_str(value.get());
                true
            }
            Err(_) => false,
        }
    }

    /// All members but `_info`, and what was asked for of that.
    fn write_whole(&self, object: &Pairs<'_>, into: &mut String) {
        into.push('{');
        for (name, value) in object.0.iter().filter(|(name, _)| name != INFO) {
            write_name(name, into);
            into.push_str(value.get());
        }
        let info = self.inner.iter().find(|inner| inner.name.eq_ignore_ascii_case(INFO));
        if let Some(info) = info {
            info.write_from(object, into);
        }
        into.push('}');
    }
}

/// A member's name, after a comma unless it is the first of its object.
fn write_name(name: &str, into: &mut String) {
    if !into.ends_with('{') {
        into.push(',');
    }
    into.push_str(&text(name));
    into.push(':');
}

#[cfg(test)]
mod tests {
    use super::*;

    const RECORD: &str = r#"{"id":1,"cost":0.00,"rate":10.50,"big":12345678901234567890.10,"status":{"id":2,"name":"a\/b","sort":1.0,"_info":{"x":1.00}},"types":[{"id":1.0}],"_info":{"lastUpdated":"t","by":"u"}}"#;

    fn select(fields: &str) -> String {
        Fields::parse(fields).unwrap().select(RECORD.as_bytes())
    }

    #[test]
    fn nesting_stays_and_info_goes() {
        assert_eq!(
            select("ID,nothing, status/Name"),
            r#"{"id":1,"status":{"name":"a\/b"}}"#
        );
        assert_eq!(
            select("status,_info/lastUpdated"),
            r#"{"status":{"id":2,"name":"a\/b","sort":1.0},"_info":{"lastUpdated":"t"}}"#
        );
        assert_eq!(Fields::parse(" , "), None);
    }

    #[test]
    fn numbers_stay_as_they_are_written() {
        assert_eq!(
            select("rate,cost,big,types,status/_info"),
            r#"{"rate":10.50,"cost":0.00,"big":12345678901234567890.10,"types":[{"id":1.0}],"status":{"_info":{"x":1.00}}}"#
        );
    }

    #[test]
    fn paths_that_begin_alike_come_together() {
        let together = r#"{"status":{"name":"a\/b","id":2},"id":1}"#;
        assert_eq!(select("status/name,id,STATUS/id"), together);
        let whole = r#"{"status":{"id":2,"name":"a\/b","sort":1.0}}"#;
        assert_eq!(select("status/name,status"), whole);
        assert_eq!(select("status,status/name"), whole);
        let with_info = r#"{"status":{"id":2,"name":"a\/b","sort":1.0,"_info":{"x":1.00}}}"#;
        assert_eq!(select("status,status/_info/x"), with_info);
    }

    #[test]
    fn what_leads_nowhere_leaves_nothing() {
        assert_eq!(select("status/color,id/x,types/id,nothing/x"), "{}");
    }
}
