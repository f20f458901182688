//! Paths that lead to one place at most: names and places in lists, nothing else.

use serde_json::Value;

/// A step of a way to one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PathStep {
    /// To a member of an object.
    Name(String),
    /// To an element of a list; below zero it is counted from the end.
    Index(i64),
}

impl PathStep {
    /// Where it leads from a value.
    pub fn of<'a>(&self, value: &'a Value) -> Option<&'a Value> {
        match self {
            Self::Name(name) => value.as_object()?.get(name),
            Self::Index(index) => {
                let elements = value.as_array()?;
                let from_end = || elements.len().checked_sub(usize::try_from(index.unsigned_abs()).ok()?);
                elements.get(usize::try_from(*index).ok().or_else(from_end)?)
            }
        }
    }
}

/// The way of a path that is valid; `None` when it can lead to several places.
pub(super) fn way(path: &str) -> Option<Vec<PathStep>> {
    let mut rest = path.strip_prefix('$')?.trim_start();
    let mut way = Vec::new();
    while !rest.is_empty() {
        let (step, after) = if let Some(below) = rest.strip_prefix('[') {
            bracketed(below.trim_start())?
        } else {
            dotted(rest.strip_prefix('.')?)?
        };
        way.push(step);
        rest = after.trim_start();
    }
    Some(way)
}

fn dotted(text: &str) -> Option<(PathStep, &str)> {
    let of_name = |c: char| c == '_' || c.is_ascii_alphanumeric() || !c.is_ascii();
    let end = text.find(|c| !of_name(c)).unwrap_or(text.len());
    let (name, after) = text.split_at(end);
    (!name.is_empty()).then(|| (PathStep::Name(name.to_owned()), after))
}

fn bracketed(text: &str) -> Option<(PathStep, &str)> {
    let quote = text.chars().next().filter(|c| matches!(c, '\'' | '"'));
    let (step, after) = if let Some(quote) = quote {
        let end = end_of_quoted(&text[1..], quote)?;
        (PathStep::Name(unescaped(&text[1..=end], quote)?), &text[end + 2..])
    } else {
        let end = text.find(|c: char| c != '-' && !c.is_ascii_digit())?;
        (PathStep::Index(text[..end].parse().ok()?), &text[end..])
    };
    Some((step, after.trim_start().strip_prefix(']')?))
}

fn end_of_quoted(text: &str, quote: char) -> Option<usize> {
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == quote => return Some(at),
            _ => {}
        }
    }
    None
}

/// A name without its escapes, which are those of JSON, and `\'` in single quotes.
fn unescaped(text: &str, quote: char) -> Option<String> {
    if !text.contains('\\') {
        return Some(text.to_owned());
    }
    let json = if quote == '\'' {
        text.replace("\\'", "'").replace('"', "\\\"")
    } else {
        text.to_owned()
    };
    serde_json::from_str(&format!("\"{json}\"")).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> PathStep {
        PathStep::Name(text.to_owned())
    }

    #[test]
    fn names_and_places_are_a_way_and_nothing_else_is() {
        let steps = way(r#"$["Create"].rawData.Results[0]['it\'s "so"'][-1].größe"#).unwrap();
        let expected = [
            name("Create"),
            name("rawData"),
            name("Results"),
            PathStep::Index(0),
            name("it's \"so\""),
            PathStep::Index(-1),
            name("größe"),
        ];
        assert_eq!(steps, expected);
        assert_eq!(way("$"), Some(Vec::new()));
        for several in ["$[*]", "$..id", "$.a[0:2]", "$.a['x','y']", "$.a[?@.b]", "$.a.*"] {
            assert_eq!(way(several), None, "{several}");
        }
    }

    #[test]
    fn places_below_zero_are_counted_from_the_end() {
        let list = serde_json::json!([1, 2, 3]);
        assert_eq!(PathStep::Index(-1).of(&list), Some(&Value::from(3)));
        assert_eq!(PathStep::Index(-4).of(&list), None);
        assert_eq!(PathStep::Index(3).of(&list), None);
    }
}
