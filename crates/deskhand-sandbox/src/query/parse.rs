//! Conditions read into a tree: `and` binds tighter than `or`, as in SQL (the vendor does not say).

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};

use super::QueryError;
use super::tokens::{Token, tokens};

/// A condition as a tree.
#[derive(Debug, Clone, PartialEq)]
pub enum Condition {
    /// All of them.
    And(Vec<Condition>),
    /// Any of them.
    Or(Vec<Condition>),
    /// A member compared with a value.
    Compare {
        /// The path as written.
        path: String,
        /// The comparison turned round by `not`.
        negated: bool,
        /// The comparison.
        operator: Operator,
        /// The values: one, or several for `in`.
        values: Vec<Literal>,
    },
}

/// A comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "they name themselves")]
pub enum Operator {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Contains,
    Like,
    In,
}

/// A value in a condition.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "they name themselves")]
pub enum Literal {
    Text(String),
    Number(f64),
    Boolean(bool),
    /// Seconds since 1970.
    Time(i64),
    Null,
}

/// Deeper nesting than anybody writes, and a bound on the stack.
const DEEPEST: usize = 64;

/// Reads a condition; `None` when there is nothing but space.
pub fn parse(text: &str) -> Result<Option<Condition>, QueryError> {
    let tokens = tokens(text)?;
    if tokens.is_empty() {
        return Ok(None);
    }
    let mut parser = Parser {
        tokens,
        at: 0,
        depth: 0,
    };
    let condition = parser.any()?;
    match parser.peek() {
        None => Ok(Some(condition)),
        Some(token) => Err(QueryError::syntax(format!("Unexpected {token:?} in conditions."))),
    }
}

struct Parser {
    tokens: Vec<Token>,
    at: usize,
    depth: usize,
}

impl Parser {
    fn any(&mut self) -> Result<Condition, QueryError> {
        let mut parts = vec![self.all()?];
        while self.keyword("or") {
            parts.push(self.all()?);
        }
        Ok(if parts.len() == 1 {
            parts.remove(0)
        } else {
            Condition::Or(parts)
        })
    }

    fn all(&mut self) -> Result<Condition, QueryError> {
        let mut parts = vec![self.term()?];
        while self.keyword("and") {
            parts.push(self.term()?);
        }
        Ok(if parts.len() == 1 {
            parts.remove(0)
        } else {
            Condition::And(parts)
        })
    }

    fn term(&mut self) -> Result<Condition, QueryError> {
        if self.peek() != Some(&Token::Open) {
            return self.comparison();
        }
        self.at += 1;
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(QueryError::syntax("Conditions are nested too deeply."));
        }
        let inner = self.any()?;
        self.depth -= 1;
        match self.next() {
            Some(Token::Close) => Ok(inner),
            _ => Err(QueryError::syntax("A closing parenthesis is missing in conditions.")),
        }
    }

    fn comparison(&mut self) -> Result<Condition, QueryError> {
        let Some(Token::Word(path)) = self.next() else {
            return Err(QueryError::syntax("A field name is expected in conditions."));
        };
        let negated = self.keyword("not");
        let operator = self.operator(&path)?;
        let values = if operator == Operator::In {
            self.list()?
        } else {
            vec![self.value()?]
        };
        Ok(Condition::Compare {
            path,
            negated,
            operator,
            values,
        })
    }

    fn operator(&mut self, path: &str) -> Result<Operator, QueryError> {
        let operator = match self.next() {
            Some(Token::Operator("=")) => Operator::Equal,
            Some(Token::Operator("!=")) => Operator::NotEqual,
            Some(Token::Operator("<")) => Operator::Less,
            Some(Token::Operator("<=")) => Operator::LessOrEqual,
            Some(Token::Operator(">")) => Operator::Greater,
            Some(Token::Operator(">=")) => Operator::GreaterOrEqual,
            Some(Token::Word(word)) if word.eq_ignore_ascii_case("contains") => Operator::Contains,
            Some(Token::Word(word)) if word.eq_ignore_ascii_case("like") => Operator::Like,
            Some(Token::Word(word)) if word.eq_ignore_ascii_case("in") => Operator::In,
            _ => {
                return Err(QueryError::syntax(format!(
                    "An operator is expected after {path} in conditions."
                )));
            }
        };
        Ok(operator)
    }

    fn list(&mut self) -> Result<Vec<Literal>, QueryError> {
        let broken = || QueryError::syntax("A list in parentheses is expected after in.");
        if self.next() != Some(Token::Open) {
            return Err(broken());
        }
        let mut values = vec![self.value()?];
        loop {
            match self.next() {
                Some(Token::Comma) => values.push(self.value()?),
                Some(Token::Close) => return Ok(values),
                _ => return Err(broken()),
            }
        }
    }

    fn value(&mut self) -> Result<Literal, QueryError> {
        match self.next() {
            Some(Token::Text(text)) => Ok(Literal::Text(text)),
            Some(Token::Time(text)) => time(&text),
            Some(Token::Word(word)) => bare(&word),
            _ => Err(QueryError::syntax("A value is expected in conditions.")),
        }
    }

    fn keyword(&mut self, keyword: &str) -> bool {
        let there = matches!(self.peek(), Some(Token::Word(word)) if word.eq_ignore_ascii_case(keyword));
        self.at += usize::from(there);
        there
    }

    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    fn next(&mut self) -> Option<Token> {
        let token = self.tokens.get(self.at).cloned();
        self.at += 1;
        token
    }
}

fn bare(word: &str) -> Result<Literal, QueryError> {
    match word.to_ascii_lowercase().as_str() {
        "true" => Ok(Literal::Boolean(true)),
        "false" => Ok(Literal::Boolean(false)),
        "null" => Ok(Literal::Null),
        other => other.parse().map(Literal::Number).map_err(|_| {
            QueryError::syntax("String values should be enclosed with double or single quotes; see the documentation.")
        }),
    }
}

/// A date, or a date with a time of whole seconds; the vendor refuses fractions.
fn time(text: &str) -> Result<Literal, QueryError> {
    let broken = || QueryError {
        status: 500,
        code: "ConnectWiseApi",
        message: "String was not recognized as a valid DateTime.".to_owned(),
    };
    if text.contains('.') {
        return Err(broken());
    }
    let instant = text.parse::<Timestamp>().ok().or_else(|| {
        let civil = text
            .parse::<DateTime>()
            .ok()
            .or_else(|| Some(text.parse::<Date>().ok()?.at(0, 0, 0, 0)))?;
        jiff::tz::TimeZone::UTC.to_timestamp(civil).ok()
    });
    instant
        .map(|instant| Literal::Time(instant.as_second()))
        .ok_or_else(broken)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn and_binds_tighter_and_not_turns_round() {
        let Some(Condition::Or(parts)) =
            parse("a = 1 OR b not contains 'x' And (c>[2016-08-20T18:04:26Z] or d in (1,'y'))").unwrap()
        else {
            panic!("an or at the top");
        };
        assert_eq!(parts.len(), 2);
        let Condition::And(inner) = &parts[1] else {
            panic!("an and below")
        };
        assert!(matches!(
            &inner[0],
            Condition::Compare {
                negated: true,
                operator: Operator::Contains,
                ..
            }
        ));
    }

    #[test]
    fn values_of_every_kind() {
        let value = |text: &str| match parse(&format!("x={text}")) {
            Ok(Some(Condition::Compare { mut values, .. })) => Ok(values.remove(0)),
            Ok(other) => panic!("{other:?}"),
            Err(error) => Err(error.status),
        };
        assert_eq!(value(r#""a \"b\"""#), Ok(Literal::Text("a \"b\"".to_owned())));
        assert_eq!(value("'it''"), Err(400));
        assert_eq!(value("True"), Ok(Literal::Boolean(true)));
        assert_eq!(value("-1.5"), Ok(Literal::Number(-1.5)));
        assert_eq!(value("null"), Ok(Literal::Null));
        assert_eq!(value("[1970-01-02]"), Ok(Literal::Time(86_400)));
        assert_eq!(value("[1970-01-01T00:00:05.5Z]"), Err(500));
        assert_eq!(value("[soon]"), Err(500));
        assert_eq!(value("unquoted"), Err(400));
        for broken in ["(a=1", "a=1)", "a", "a=", "=1", "a in 1", "a in (1", "and", "a ! b"] {
            assert!(parse(broken).is_err(), "{broken}");
        }
        assert_eq!(parse("  "), Ok(None));
    }

    proptest! {
        #[test]
        fn nothing_makes_it_panic(text in ".{0,40}", shaped in "[a(\\[\"'=! <>,.0-9)\\]\\\\]{0,40}") {
            let _either = (parse(&text), parse(&shaped));
        }
    }
}
