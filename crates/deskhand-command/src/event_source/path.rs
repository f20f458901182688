//! The paths of a mapping: the page's forms are made into RFC 9535 paths relative to a record.

use std::borrow::Cow;
use std::fmt;

use serde_json::Value;
use serde_json_path::JsonPath;

use super::way::{PathStep, way};

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
        let text = relative(&tidied(written), &tidied(main_path));
        let compiled = match names(&text) {
            Some(names) => Compiled::Names(names),
            None => Compiled::Full(compiled(&text).map_err(|reason| PathError {
                path: written.to_owned(),
                reason,
            })?),
        };
        Ok(Self { text, compiled })
    }

    /// What it finds: nothing is null, several are an array.
    pub fn find(&self, record: &Value) -> Value {
        self.find_in(record).into_owned()
    }

    /// What it finds, without a copy where it finds one value.
    pub(super) fn find_in<'a>(&self, record: &'a Value) -> Cow<'a, Value> {
        match &self.compiled {
            Compiled::Names(names) => names
                .iter()
                .try_fold(record, |value, name| value.as_object()?.get(name))
                .map_or(Cow::Owned(Value::Null), Cow::Borrowed),
            Compiled::Full(path) => match path.query(record).all().as_slice() {
                [] => Cow::Owned(Value::Null),
                [one] => Cow::Borrowed(*one),
                several => Cow::Owned(several.iter().copied().cloned().collect()),
            },
        }
    }

    /// Everything that it finds, in the order of the document.
    pub fn find_all<'a>(&self, value: &'a Value) -> Vec<&'a Value> {
        match &self.compiled {
            Compiled::Names(names) => {
                let found = names.iter().try_fold(value, |value, name| value.as_object()?.get(name));
                found.into_iter().collect()
            }
            Compiled::Full(path) => path.query(value).all(),
        }
    }

    /// The way to what it finds, when it can lead to one place only.
    pub fn way(&self) -> Option<Vec<PathStep>> {
        way(&self.text)
    }

    /// The name that it begins with, and the path below it.
    pub fn split_first(&self) -> Option<(String, Self)> {
        let (name, rest) = first_name(self.text.strip_prefix('$')?)?;
        let rest = Self::parse(&format!("${rest}"), "$").ok()?;
        Some((name.to_owned(), rest))
    }

    /// The names it follows, when it does nothing else.
    pub(super) fn names(&self) -> Option<&[String]> {
        match &self.compiled {
            Compiled::Names(names) => Some(names),
            Compiled::Full(_) => None,
        }
    }
}

/// Compiles a path of RFC 9535; the only place that knows the engine.
pub(super) fn compiled(text: &str) -> Result<JsonPath, String> {
    JsonPath::parse(text).map_err(|error| error.to_string())
}

/// With `$` before it, and `$.["a"]`, which people write, as `$["a"]`.
pub(super) fn tidied(written: &str) -> String {
    let below = written.trim();
    let below = below.strip_prefix('$').unwrap_or(below);
    let dot = if below.is_empty() || below.starts_with(['.', '[']) {
        ""
    } else {
        "."
    };
    without_dots_before_brackets(&format!("${dot}{below}"))
}

fn without_dots_before_brackets(path: &str) -> String {
    let mut tidy = String::with_capacity(path.len());
    let (mut quote, mut before) = (None, ' ');
    let mut characters = path.chars().peekable();
    while let Some(c) = characters.next() {
        let single_dot = c == '.' && before != '.' && characters.peek() == Some(&'[');
        if quote.is_some() || !single_dot {
            tidy.push(c);
        }
        quote = match quote {
            None if matches!(c, '\'' | '"') => Some(c),
            Some(open) if c == open && before != '\\' => None,
            other => other,
        };
        before = c;
    }
    tidy
}

/// `$`, and below it what stands after the main path; `[*]` counts in neither.
fn relative(path: &str, main_path: &str) -> String {
    let (mut rest, mut main) = (&path[1..], &main_path[1..]);
    while let Some((expected, after_main)) = first_name(main) {
        match first_name(rest) {
            Some((name, after)) if name == expected => (rest, main) = (after_all(after), after_all(after_main)),
            _ => return path.to_owned(),
        }
    }
    format!("${rest}")
}

fn after_all(path: &str) -> &str {
    path.strip_prefix("[*]").unwrap_or(path)
}

/// The names of a path that has nothing else.
fn names(path: &str) -> Option<Vec<String>> {
    let mut names = Vec::new();
    let mut rest = path.strip_prefix('$')?;
    while !rest.is_empty() {
        let (name, after) = first_name(rest)?;
        names.push(name.to_owned());
        rest = after;
    }
    (!names.is_empty()).then_some(names)
}

/// The name that a path begins with, as `.name` or `['name']`, and what follows it.
pub(super) fn first_name(path: &str) -> Option<(&str, &str)> {
    if let Some(quoted) = path.strip_prefix('[') {
        let quote = quoted.chars().next().filter(|c| matches!(c, '\'' | '"'))?;
        let (name, after) = quoted[1..].split_once(quote)?;
        return Some((name, after.strip_prefix(']')?)).filter(|_| !name.contains(['\\', '\n']));
    }
    let plain = path.strip_prefix('.')?;
    let end = plain.find(['.', '[']).unwrap_or(plain.len());
    let (name, after) = plain.split_at(end);
    let starts = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    let is_plain = starts && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    is_plain.then_some((name, after))
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
        for path in [
            ".id",
            "id",
            "$.id",
            "$.Results.id",
            "$.Results[*].id",
            "$['Results'][*]['id']",
            "$.[\"id\"]",
        ] {
            assert_eq!(find(path, &record), 7, "{path}");
        }
        assert_eq!(find("._info.lastUpdated", &record), "t");
        assert_eq!(find(".missing.deeper", &record), Value::Null);
    }

    #[test]
    fn pl10_a_main_path_and_a_source_path_are_one_path() {
        let deeper = json!({"d": {"e": {"f": 1}}});
        let path = |text| Path::parse(text, "$.a.b.c").unwrap();
        assert_eq!(path(".d.e.f").find(&deeper), 1);
        assert_eq!(path("$.a.b.c.d.e.f").find(&deeper), 1);
        assert_eq!(path("$.a['b'].c[*].d.e.f").to_string(), "$.d.e.f");
        assert_eq!(path("$.a.b.d").to_string(), "$.a.b.d");
    }

    #[test]
    fn fe22_the_board_ids_of_all_results_are_found() {
        let raw_data = json!({"Results": [{"board": {"id": 1}}, {"board": {"id": 2}}]});
        let path = Path::parse("$.Results[*].board.id", "$").unwrap();
        assert_eq!(path.find(&raw_data), json!([1, 2]));
        assert_eq!(find("$.Results[*].board.id", &raw_data["Results"][1]), 2);
    }

    #[test]
    fn names_with_anything_in_them_can_be_quoted() {
        let record = json!({"SLA Status": {"a.b": 1, "c]": 2}, "it's": 3});
        assert_eq!(find("$.['SLA Status']['a.b']", &record), 1);
        assert_eq!(find("$[\"SLA Status\"][\"c]\"]", &record), 2);
        assert_eq!(find("$[\"it's\"]", &record), 3);
        assert_eq!(find(r"$['it\'s']", &record), 3);
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

        #[test]
        fn a_path_means_the_same_when_it_is_written_out(text in "[$.a-c\\[\\]'\"*?@=0-1]{0,12}") {
            let record = json!({"a": [{"b": 1}, {"b": {"c": 2}}], "b": {"a": "x", "c": [0, 1]}, "": 1});
            if let Ok(path) = Path::parse(&text, "$.Results") {
                let again = Path::parse(&path.to_string(), "$.Results").unwrap();
                prop_assert_eq!(again.find(&record), path.find(&record));
            }
        }

        #[test]
        fn the_way_of_a_path_leads_where_the_engine_finds(text in "[$.a-c0-1\\[\\]'\"\\\\-]{0,12}") {
            let value = json!({"a": [{"b": 1}, [2, {"c": 3}]], "b": {"a": "x", "c": [0, 1]}, "": 1, "-1": 2, "'": 3});
            if let Ok(path) = Path::parse(&text, "$")
                && let Some(way) = path.way()
            {
                let found = way.iter().try_fold(&value, |value, step| step.of(value));
                prop_assert_eq!(compiled(&path.to_string()).unwrap().query(&value).all(), Vec::from_iter(found));
                prop_assert_eq!(path.find_all(&value), Vec::from_iter(found));
            }
        }

        #[test]
        fn the_short_way_finds_what_the_engine_finds(chain in prop::collection::vec("[ab]", 1..4)) {
            let record = json!({"a": {"b": {"a": 1, "b": null}, "a": [1]}, "b": "x"});
            let path = Path::parse(&chain.join("."), "$.Results").unwrap();
            let engine = compiled(&path.to_string()).unwrap();
            let found = engine.query(&record).all().first().copied().cloned().unwrap_or_default();
            prop_assert_eq!(path.find(&record), found);
        }
    }
}
