//! Search strings, which choose the event source of a record: `{$.priority.name} = "Priority 1" and {$.type.name} != x`.

use serde_json::Value;

use super::{Path, PathError};

/// A search string; `and` binds tighter than `or`.
#[derive(Debug, Clone)]
pub struct Search {
    text: String,
    any: Vec<Vec<Comparison>>,
}

#[derive(Debug, Clone)]
struct Comparison {
    path: Path,
    operator: Operator,
    value: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    Equal,
    NotEqual,
    Contains,
}

/// A search string that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SearchError {
    /// No comparison where one should be.
    #[error("a comparison such as {{$.status.name}} = \"New\" is expected at `{0}`")]
    Comparison(String),
    /// A text without its end.
    #[error("the text that begins at `{0}` has no end")]
    Quote(String),
    /// A path that is none.
    #[error(transparent)]
    Path(#[from] PathError),
}

impl Search {
    /// Reads a search string.
    pub fn parse(text: &str, main_path: &str) -> Result<Self, SearchError> {
        let mut rest = text.trim();
        let mut any = vec![Vec::new()];
        loop {
            let (comparison, after) = comparison(rest, main_path)?;
            any.last_mut().expect("it begins with one").push(comparison);
            rest = after.trim_start();
            if rest.is_empty() {
                return Ok(Self {
                    text: text.trim().to_owned(),
                    any,
                });
            }
            if let Some(after) = keyword(rest, "and") {
                rest = after;
            } else if let Some(after) = keyword(rest, "or") {
                any.push(Vec::new());
                rest = after;
            } else {
                return Err(SearchError::Comparison(rest.to_owned()));
            }
        }
    }

    /// Whether a record matches.
    pub fn matches(&self, record: &Value) -> bool {
        self.any
            .iter()
            .any(|all| all.iter().all(|comparison| comparison.holds(record)))
    }

    /// Every path that it looks at.
    pub(super) fn paths(&self) -> impl Iterator<Item = &Path> {
        self.any.iter().flatten().map(|comparison| &comparison.path)
    }

    /// The search string as it was written.
    pub fn text(&self) -> &str {
        &self.text
    }
}

impl Comparison {
    /// Texts are compared without case; of several values one that holds is enough.
    fn holds(&self, record: &Value) -> bool {
        let found = self.path.find_in(record);
        let values = match &*found {
            Value::Array(values) => values.as_slice(),
            one => std::slice::from_ref(one),
        };
        let wanted = self.value.to_lowercase();
        let is = |value: &Value| text_of(value).to_lowercase() == wanted;
        match self.operator {
            Operator::Equal => values.iter().any(is),
            Operator::NotEqual => !values.iter().any(is),
            Operator::Contains => values
                .iter()
                .any(|value| text_of(value).to_lowercase().contains(&wanted)),
        }
    }
}

fn text_of(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

fn comparison<'a>(text: &'a str, main_path: &str) -> Result<(Comparison, &'a str), SearchError> {
    let expected = || SearchError::Comparison(text.to_owned());
    let (path, rest) = text.strip_prefix('{').and_then(until_brace).ok_or_else(expected)?;
    let path = Path::parse(path, main_path)?;
    let rest = rest.trim_start();
    let (operator, rest) = if let Some(rest) = rest.strip_prefix("!=") {
        (Operator::NotEqual, rest)
    } else if let Some(rest) = rest.strip_prefix('=') {
        (Operator::Equal, rest)
    } else if let Some(rest) = keyword(rest, "contains") {
        (Operator::Contains, rest)
    } else {
        return Err(expected());
    };
    let (value, rest) = value(rest.trim_start())?;
    Ok((Comparison { path, operator, value }, rest))
}

/// What stands before the brace that closes, and what after it; one inside quotes closes nothing.
fn until_brace(text: &str) -> Option<(&str, &str)> {
    let mut quote = None;
    for (at, c) in text.char_indices() {
        match quote {
            None if c == '}' => return Some((&text[..at], &text[at + 1..])),
            None if matches!(c, '"' | '\'') => quote = Some(c),
            Some(open) if c == open => quote = None,
            _ => {}
        }
    }
    None
}

/// Quoted text, or one word.
fn value(text: &str) -> Result<(String, &str), SearchError> {
    let quote = text.chars().next().filter(|c| matches!(c, '"' | '\''));
    let Some(quote) = quote else {
        let end = text.find(char::is_whitespace).unwrap_or(text.len());
        return if end == 0 {
            Err(SearchError::Comparison(text.to_owned()))
        } else {
            Ok((text[..end].to_owned(), &text[end..]))
        };
    };
    let mut value = String::new();
    let mut characters = text.char_indices().skip(1);
    while let Some((at, c)) = characters.next() {
        match c {
            '\\' => value.extend(characters.next().map(|(_, c)| c)),
            c if c == quote => return Ok((value, &text[at + 1..])),
            c => value.push(c),
        }
    }
    Err(SearchError::Quote(text.to_owned()))
}

fn keyword<'a>(text: &'a str, keyword: &str) -> Option<&'a str> {
    let rest = text.get(keyword.len()..)?;
    let there = text[..keyword.len()].eq_ignore_ascii_case(keyword)
        && rest.starts_with(|c: char| c.is_whitespace() || c == '{');
    there.then(|| rest.trim_start())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn holds(text: &str) -> bool {
        let record =
            json!({"type": "alert", "priority": {"name": "Priority 1 - Critical"}, "n": 5, "tags": ["a", "b"]});
        Search::parse(text, "$.Results").unwrap().matches(&record)
    }

    #[test]
    fn comparisons_hold() {
        assert!(holds("{$.type}=alert"));
        assert!(holds("{.priority.name} contains \"priority 1\" and {$.n} = 5"));
        assert!(holds("{$.type} = other or {$.tags[*]} = b"));
        assert!(!holds("{$.type} != ALERT"));
        assert!(holds("{$.nothing} != x"));
        assert!(holds("{$.tags[?(@ == 'a' || @ == '}')]} = a OR {$.type} = x"));
        assert!(holds("{$.priority.name} = 'Priority 1 - Critical'"));
        assert!(!holds("{$.priority.name} = \"Priority 1\""));
    }

    #[test]
    fn what_cannot_be_read_is_said() {
        for text in [
            "",
            "type = x",
            "{$.type} ~ x",
            "{$.type} =",
            "{$.type} = x y",
            "{$.a[?} = 1",
            "{$.type} = \"x",
        ] {
            assert!(Search::parse(text, "$.Results").is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in ".{0,30}", shaped in "[{}$.a= \"'orcontains!]{0,30}") {
            let _either = (Search::parse(&text, "$"), Search::parse(&shaped, "$"));
        }
    }
}
