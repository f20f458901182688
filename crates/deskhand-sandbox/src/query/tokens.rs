//! Words of a condition.

use super::QueryError;

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token {
    /// A name, a keyword, a number or a boolean.
    Word(String),
    /// A quoted text.
    Text(String),
    /// What stands in brackets.
    Time(String),
    Operator(&'static str),
    Open,
    Close,
    Comma,
}

pub(super) fn tokens(text: &str) -> Result<Vec<Token>, QueryError> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let (token, length) = match c {
            c if c.is_whitespace() => {
                rest = &rest[c.len_utf8()..];
                continue;
            }
            '(' => (Token::Open, 1),
            ')' => (Token::Close, 1),
            ',' => (Token::Comma, 1),
            '"' | '\'' => quoted(rest, c)?,
            '[' => bracketed(rest)?,
            '=' | '!' | '<' | '>' => operator(rest)?,
            _ => word(rest),
        };
        tokens.push(token);
        rest = &rest[length..];
    }
    Ok(tokens)
}

/// A backslash takes the next character as it is.
fn quoted(text: &str, quote: char) -> Result<(Token, usize), QueryError> {
    let mut value = String::new();
    let mut characters = text.char_indices().skip(1);
    while let Some((at, c)) = characters.next() {
        match c {
            '\\' => value.extend(characters.next().map(|(_, c)| c)),
            c if c == quote => return Ok((Token::Text(value), at + 1)),
            c => value.push(c),
        }
    }
    Err(QueryError::syntax("Unterminated string in conditions."))
}

fn bracketed(text: &str) -> Result<(Token, usize), QueryError> {
    let end = text
        .find(']')
        .ok_or_else(|| QueryError::syntax("Unterminated date in conditions."))?;
    Ok((Token::Time(text[1..end].trim().to_owned()), end + 1))
}

fn operator(text: &str) -> Result<(Token, usize), QueryError> {
    const OPERATORS: [&str; 7] = ["!=", "<=", ">=", "<>", "=", "<", ">"];
    let known = OPERATORS.iter().find(|operator| text.starts_with(**operator));
    let known = known.ok_or_else(|| QueryError::syntax("Unexpected '!' in conditions."))?;
    Ok((Token::Operator(if *known == "<>" { "!=" } else { known }), known.len()))
}

fn word(text: &str) -> (Token, usize) {
    let end = text
        .find(|c: char| c.is_whitespace() || "()[],\"'=!<>".contains(c))
        .unwrap_or(text.len());
    let end = if end == 0 {
        text.chars().next().map_or(1, char::len_utf8)
    } else {
        end
    };
    (Token::Word(text[..end].to_owned()), end)
}
