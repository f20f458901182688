//! The paths of a mapping: the page's forms are made into RFC 9535 paths relative to a record.

use std::fmt;

use serde_json::Value;
use serde_json_path::JsonPath;

/// Where a field's value is in a record.
///
/// `.board.name`, `board.name`, `$.board.name` and `$.Results.board.name` (below the main path) mean the same.
///
/// ```
/// use deskhand_command::event_source::Path;
///
/// let path = Path::parse("$.Results.board.name", "$.Results")?;
/// assert_eq!(path.to_string(), "$.board.name");
/// assert_eq!(path.find(&serde_json::json!({"board": {"name": "Help Desk"}})), "Help Desk");
/// # Ok::<(), deskhand_command::event_source::PathError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Path {
    text: String,
    compiled: Compiled,
}

#[derive(Debug, Clone)]
enum Compiled {
    /// Only names, which need no engine.
    Names(Vec<String>),
    Full(JsonPath),
}

/// A path that is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{path}` is no JSONPath: {reason}")]
pub struct PathError {
    /// The path as it was written.
    pub path: String,
    /// What is wrong with it.
    pub reason: String,
}

impl Path {
    /// Reads a path; one that begins with the main path is taken relative to its records.
    pub fn parse(written: &str, main_path: &str) -> Result<Self, PathError> {
        let text = normalised(written.trim(), main_path);
        let compiled = match names(&text) {
            Some(names) => Compiled::Names(names),
            None => Compiled::Full(JsonPath::parse(&text).map_err(|error| PathError {
                path: written.to_owned(),
                reason: error.to_string(),
            })?),
        };
        Ok(Self { text, compiled })
    }

    /// What it finds: nothing is null, several are an array.
    pub fn find(&self, record: &Value) -> Value {
        match &self.compiled {
            Compiled::Names(names) => names
                .iter()
                .try_fold(record, |value, name| value.as_object()?.get(name))
                .cloned()
                .unwrap_or_default(),
            Compiled::Full(path) => {
                let mut found: Vec<_> = path.query(record).all().into_iter().cloned().collect();
                if found.len() <= 1 {
                    found.pop().unwrap_or_default()
                } else {
                    Value::Array(found)
                }
            }
        }
    }
}

/// `$`, and below it what stands after the main path.
fn normalised(written: &str, main_path: &str) -> String {
    let main_path = main_path.trim_end_matches("[*]");
    let below = written
        .strip_prefix(main_path)
        .filter(|rest| !main_path.is_empty() && rest.starts_with(['.', '[']));
    let relative = match below {
        Some(rest) => rest.strip_prefix("[*]").unwrap_or(rest),
        None => written.strip_prefix('$').unwrap_or(written),
    };
    match relative {
        "" => "$".to_owned(),
        rest if rest.starts_with(['.', '[']) => format!("${rest}"),
        rest => format!("$.{rest}"),
    }
}

/// The names of a path that has nothing else.
fn names(path: &str) -> Option<Vec<String>> {
    let names: Vec<String> = path.strip_prefix("$.")?.split('.').map(str::to_owned).collect();
    let plain = |name: &String| {
        let starts = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
        starts && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    };
    names.iter().all(plain).then_some(names)
}

impl fmt::Display for Path {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn find(path: &str, record: &Value) -> Value {
        Path::parse(path, "$.Results").unwrap().find(record)
    }

    #[test]
    fn pl10_every_documented_form_of_a_path_is_understood() {
        let record = json!({
            "a": {"b": {"c": 1}, "d": false},
            "list": [{"a": "aa", "b": {"c": 2}}, {"a": false, "b": {"c": 3}}, {"a": ["aa"], "b": 4}],
            "n": [{"x": 5, "y": 1}, {"x": 9, "y": 2}],
        });
        assert_eq!(find(".a.b.c", &record), json!(1));
        assert_eq!(find("['a']['b'].c", &record), json!(1));
        assert_eq!(find("a['b'].c", &record), json!(1));
        assert_eq!(find("..c", &record), json!([1, 2, 3]));
        assert_eq!(find(".a..c", &record), json!(1));
        assert_eq!(find("..a..c", &record), json!(1));
        assert_eq!(find("..[?(@.a=='aa')].b.c", &record), json!(2));
        assert_eq!(find("..[?(@['a']==false)].b.c", &record), json!(3));
        assert_eq!(find("..[?(@.a[?(@=='aa')])].b", &record), json!(4));
        assert_eq!(find(".n[?(@.x!=5)].y", &record), json!(2));
        assert_eq!(find(".n[?(@.x>5 && @.y<=2)].y", &record), json!(2));
        assert_eq!(find(".n[?(@.x>4)][?(@>8)]", &record), json!(9));
    }

    #[test]
    fn fe14_the_pages_full_paths_mean_the_record() {
        let record = json!({"id": 7, "_info": {"lastUpdated": "t"}});
        for path in [".id", "id", "$.id", "$.Results.id", "$.Results[*].id"] {
            assert_eq!(find(path, &record), 7, "{path}");
        }
        assert_eq!(find("._info.lastUpdated", &record), "t");
        assert_eq!(find(".missing.deeper", &record), Value::Null);
    }

    #[test]
    fn a_broken_path_is_named() {
        let error = Path::parse(".a[?", "$.Results").unwrap_err();
        assert_eq!(error.path, ".a[?");
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in ".{0,24}", main in ".{0,8}") {
            if let Ok(path) = Path::parse(&text, &main) {
                let _found = path.find(&json!({"a": [1, {"b": 2}]}));
            }
        }
    }
}
