//! What somebody probably meant who wrote something else.

use super::cursor::Cursor;
use crate::condition::near::nearest;

/// Instead of an operator.
pub(super) fn operator(cursor: &Cursor, path: &str) -> Option<String> {
    let here = cursor.here()?.to_ascii_lowercase();
    let operator = match here.as_str() {
        "is" if is_not(cursor) => "!=",
        "==" | "===" | ":" | ":=" | "equals" | "equal" | "eq" | "is" => "=",
        "<>" | "!" | "!==" | "=!" | "~=" | "ne" => "!=",
        "=<" | "le" | "lte" => "<=",
        "=>" | "ge" | "gte" => ">=",
        "lt" => "<",
        "gt" => ">",
        "~" | "=~" | "includes" | "has" | "matches" => "contains",
        "between" => return Some(format!("write `{path} > … and {path} < …`")),
        "startswith" | "starts" | "beginswith" | "begins" => return Some("write `like \"…*\"`".to_owned()),
        "endswith" | "ends" => return Some("write `like \"*…\"`".to_owned()),
        _ if here.starts_with(['.', '\\']) => {
            return Some("write `/` between a reference and its member".to_owned());
        }
        _ => return did_you_mean(&here, &["contains", "like", "in", "not"]),
    };
    Some(format!("write `{operator}`"))
}

/// Instead of what `not` can stand before.
pub(super) fn negated(cursor: &Cursor) -> Option<String> {
    let opposite = match cursor.symbol().as_str() {
        "=" | "==" => "!=",
        "!=" => "=",
        "<" => ">=",
        ">" => "<=",
        "<=" => ">",
        ">=" => "<",
        _ => return did_you_mean(&cursor.word(), &["contains", "like", "in"]),
    };
    Some(format!("write `{opposite}` without `not`"))
}

/// Instead of `and` and `or`.
pub(super) fn joint(cursor: &Cursor) -> Option<String> {
    let suggestion = match cursor.here()?.as_str() {
        "&&" | "&" | "," | ";" | "+" => "write `and`",
        "||" | "|" => "write `or`",
        "\"" | "'" => QUOTE_INSIDE,
        _ if matches!(cursor.behind(), Some('"' | '\'')) => QUOTE_INSIDE,
        ")" => "it closes nothing: take it out, or open it before",
        word => {
            return did_you_mean(word, &["and", "or"])
                .or_else(|| Some("write `and` or `or` between two comparisons".to_owned()));
        }
    };
    Some(suggestion.to_owned())
}

const QUOTE_INSIDE: &str = "write `\\\"` or `\\'` for a quote inside a text";

/// Instead of a closing parenthesis.
pub(super) fn close(cursor: &Cursor, open: Option<usize>) -> Option<String> {
    match (cursor.peek(), open) {
        (None, Some(open)) => Some(format!("the `(` at character {open} needs `)`")),
        _ => joint(cursor),
    }
}

/// Instead of a member's name.
pub(super) fn member(cursor: &Cursor) -> Option<String> {
    let suggestion = match cursor.here()?.to_ascii_lowercase().as_str() {
        "not" | "!" => "`not` stands only before `contains`, `like` and `in`; for the rest, turn the operator round",
        "and" | "or" => "a comparison is missing before it",
        "\"" | "'" | "[" | "`" => "write the member's name, without quotes or brackets",
        other if other.starts_with(['$', '.', '@']) => "write the path as board/name, without anything before it",
        _ => return None,
    };
    Some(suggestion.to_owned())
}

/// Instead of a list.
pub(super) fn list(cursor: &Cursor) -> Option<String> {
    let mut rest = String::new();
    let mut ahead = cursor.clone();
    while let Some(c) = ahead.next() {
        match c {
            '[' | '{' if rest.is_empty() => {}
            c if c.is_alphanumeric() || matches!(c, ',' | '"' | '\'') => rest.push(c),
            _ => break,
        }
    }
    (!rest.is_empty()).then(|| format!("write `in ({rest})`"))
}

/// Instead of what goes on or ends a list.
pub(super) fn list_end(cursor: &Cursor) -> Option<String> {
    cursor.peek().map(|_| "write `,` between two values".to_owned())
}

/// Instead of a date in brackets.
pub(super) fn time(inside: &str) -> Option<String> {
    let dated = inside.starts_with(|c: char| c.is_ascii_digit());
    (dated && inside.contains('.')).then(|| "write the time without fractions of a second".to_owned())
}

/// Instead of a value.
pub(super) fn value(cursor: &Cursor) -> Option<String> {
    let suggestion = match cursor.here()?.to_ascii_lowercase().as_str() {
        "none" | "nil" | "undefined" | "empty" => "write `null`".to_owned(),
        "yes" | "on" => "write `True`".to_owned(),
        "no" | "off" => "write `False`".to_owned(),
        "(" => "write `in (…)` for one of several values".to_owned(),
        other if other.starts_with(['“', '”', '„', '‘', '’', '‚', '«', '»', '`']) => {
            "write straight quotes, \" or '".to_owned()
        }
        _ => return quoted_or_dated(&cursor.phrase()),
    };
    Some(suggestion)
}

fn quoted_or_dated(words: &[String]) -> Option<String> {
    let first = words.first()?;
    if !is_dated(first) {
        return Some(format!("if it is a text, write it in quotes: \"{}\"", words.join(" ")));
    }
    let time = words
        .get(1)
        .filter(|time| is_clock(time))
        .map(|time| format!("T{time}"));
    Some(format!(
        "a date stands in brackets: write [{first}{}]",
        time.unwrap_or_default()
    ))
}

/// Four digits and a hyphen begin a date.
fn is_dated(word: &str) -> bool {
    let mut characters = word.chars();
    characters.by_ref().take(4).filter(char::is_ascii_digit).count() == 4 && characters.next() == Some('-')
}

fn is_clock(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_digit()) && word.contains(':')
}

fn is_not(cursor: &Cursor) -> bool {
    cursor
        .phrase()
        .get(1)
        .is_some_and(|word| word.eq_ignore_ascii_case("not"))
}

fn did_you_mean(written: &str, known: &[&'static str]) -> Option<String> {
    let near = nearest(written, known.iter().copied());
    near.first().map(|known| format!("did you mean `{known}`?"))
}
