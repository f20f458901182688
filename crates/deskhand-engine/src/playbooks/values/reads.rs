//! What a template reads, as far as its text says so by name.

use deskhand_command::event_source::Path;
use serde_json::Value;

/// That a template reads something of a root.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Read {
    /// The name that stands first: a root, or one of the template's own.
    pub root: String,
    /// The member of it that is read; `None` when the text does not say which, or it is all of it.
    pub member: Option<String>,
}

/// What the templates in a value read.
pub fn reads_of(value: &Value) -> Vec<Read> {
    match value {
        Value::String(text) => reads(text),
        Value::Array(elements) => elements.iter().flat_map(reads_of).collect(),
        Value::Object(members) => members.values().flat_map(reads_of).collect(),
        _ => Vec::new(),
    }
}

/// What a template reads: `PlaybookData["Look"].rawData` and `PlaybookData | jsonpath('$.["Look"]')` read `Look`.
pub fn reads(template: &str) -> Vec<Read> {
    let tags = tags(template);
    tags.iter().flat_map(|tokens| reads_among(tokens)).collect()
}

/// Words that a template uses and that may be unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Word<'a> {
    /// As in `x | upper`.
    Filter(&'a str),
    /// As in `x is defined`.
    Test(&'a str),
    /// A JSONPath that is written out; escapes in it stay.
    Path(&'a str),
}

/// The words of a template that may be unknown.
pub(super) fn words(template: &str) -> Vec<Word<'_>> {
    let tags = tags(template);
    tags.iter().flat_map(|tokens| words_among(tokens)).collect()
}

fn words_among<'a>(tokens: &[Token<'a>]) -> Vec<Word<'a>> {
    let words = (0..tokens.len()).flat_map(|at| match &tokens[at..] {
        [
            Token::Sign('|'),
            Token::Name("jsonpath"),
            Token::Sign('('),
            Token::Text(path),
            ..,
        ] => vec![Word::Path(path)],
        [Token::Sign('|'), Token::Name(filter), ..] => vec![Word::Filter(filter)],
        [Token::Name("is"), Token::Name("not"), Token::Name(test), ..] => vec![Word::Test(test)],
        [Token::Name("is"), Token::Name(test), ..] if *test != "not" => vec![Word::Test(test)],
        _ => Vec::new(),
    });
    words.collect()
}

/// The tokens of each tag.
fn tags(template: &str) -> Vec<Vec<Token<'_>>> {
    let mut found = Vec::new();
    let mut rest = template;
    while let Some((tag, after)) = next_tag(rest) {
        let (tokens, after) = tokens(after, tag);
        let raw = matches!(tokens.first(), Some(Token::Name("raw")));
        rest = match after.find("endraw") {
            Some(end) if raw => &after[end..],
            _ => after,
        };
        found.push(tokens);
    }
    found
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Token<'a> {
    Name(&'a str),
    /// A text without its quotes; escapes in it stay.
    Text(&'a str),
    Sign(char),
}

/// How the next tag that holds an expression ends, and what stands behind its beginning.
fn next_tag(text: &str) -> Option<(&'static str, &str)> {
    let at = text.find('{')?;
    let behind = &text[at + 1..];
    match behind.chars().next() {
        Some('{') => Some(("}}", &behind[1..])),
        Some('%') => Some(("%}", &behind[1..])),
        Some('#') => next_tag(behind.split_once("#}")?.1),
        _ => next_tag(behind),
    }
}

/// The tokens up to the end of a tag, and what stands behind it.
fn tokens<'a>(text: &'a str, end: &str) -> (Vec<Token<'a>>, &'a str) {
    let mut tokens = Vec::new();
    let mut rest = text;
    loop {
        rest = rest.trim_start();
        let Some(first) = rest.chars().next() else {
            return (tokens, rest);
        };
        if let Some(behind) = rest.strip_prefix(end) {
            return (tokens, behind);
        }
        let (token, behind) = match first {
            '"' | '\'' => quoted(rest, first),
            c if c == '_' || c.is_alphanumeric() => {
                let end = rest.find(|c: char| c != '_' && !c.is_alphanumeric());
                let (name, behind) = rest.split_at(end.unwrap_or(rest.len()));
                (Token::Name(name), behind)
            }
            c => (Token::Sign(c), &rest[c.len_utf8()..]),
        };
        tokens.push(token);
        rest = behind;
    }
}

fn quoted(text: &str, quote: char) -> (Token<'_>, &str) {
    let inner = &text[1..];
    let mut escaped = false;
    for (at, c) in inner.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == quote => return (Token::Text(&inner[..at]), &inner[at + 1..]),
            _ => {}
        }
    }
    (Token::Text(inner), "")
}

fn reads_among(tokens: &[Token<'_>]) -> Vec<Read> {
    let names = tokens.iter().enumerate().filter_map(|(at, token)| {
        let Token::Name(name) = token else { return None };
        let before = at.checked_sub(1).map(|before| tokens[before]);
        let behind_something = matches!(before, Some(Token::Sign('.' | '|')));
        let a_number = name.starts_with(|c: char| c.is_ascii_digit());
        (!behind_something && !a_number).then(|| Read {
            root: (*name).to_owned(),
            member: member(&tokens[at + 1..]),
        })
    });
    names.collect()
}

/// The member that is read of what stands before.
fn member(behind: &[Token<'_>]) -> Option<String> {
    match behind {
        [Token::Sign('.'), Token::Name(name), ..] => Some((*name).to_owned()),
        [Token::Sign('['), Token::Text(name), Token::Sign(']'), ..] => Some(unescaped(name)),
        [
            Token::Sign('|'),
            Token::Name("jsonpath"),
            Token::Sign('('),
            Token::Text(path),
            ..,
        ] => {
            let (name, _) = Path::parse(&unescaped(path), "$").ok()?.split_first()?;
            Some(name)
        }
        _ => None,
    }
}

/// Without the backslashes before quotes and backslashes.
pub(super) fn unescaped(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut characters = text.chars();
    while let Some(c) = characters.next() {
        match c {
            '\\' => plain.extend(characters.next()),
            c => plain.push(c),
        }
    }
    plain
}
