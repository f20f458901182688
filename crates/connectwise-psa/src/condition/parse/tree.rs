//! A condition as it was read, and its text.

use std::fmt::{self, Write as _};

use crate::condition::build::{join, quoted};

/// A condition that was read; printed and read again it is the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Parsed {
    /// A member compared with a value.
    Compare {
        /// The member as it was written, with `/` into references.
        path: String,
        /// How.
        operator: Operator,
        /// With what.
        value: Literal,
    },
    /// A member that is, or is not, one of several values.
    In {
        /// The member as it was written.
        path: String,
        /// True for `not in`.
        negated: bool,
        /// The values.
        values: Vec<Literal>,
    },
    /// All of two or more.
    All(Vec<Parsed>),
    /// Any of two or more.
    Any(Vec<Parsed>),
}

/// How a member is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    /// `=`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
    /// `contains`: the text is somewhere in it.
    Contains,
    /// `not contains`
    NotContains,
    /// `like`: a text with `*` or `%` for anything.
    Like,
    /// `not like`
    NotLike,
}

/// A value as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Literal {
    /// Text, without its quotes and escapes.
    Text(String),
    /// A number, digit by digit as it was written.
    Number(String),
    /// `True` or `False`, in any case.
    Boolean(bool),
    /// What stood in brackets: a date, or a date with a time.
    Time(String),
    /// `null`
    Null,
}

impl Parsed {
    /// The members that the condition names, in their order and each once, whatever its case.
    ///
    /// ```
    /// use connectwise_psa::condition::parse;
    ///
    /// let parsed = parse("board/id = 1 and (Board/ID = 2 or closedFlag = false)")?;
    /// assert_eq!(parsed.paths(), ["board/id", "closedFlag"]);
    /// # Ok::<(), connectwise_psa::condition::Unreadable>(())
    /// ```
    pub fn paths(&self) -> Vec<&str> {
        let mut paths = Vec::new();
        self.collect_paths(&mut paths);
        paths
    }

    fn collect_paths<'a>(&'a self, paths: &mut Vec<&'a str>) {
        match self {
            Self::Compare { path, .. } | Self::In { path, .. } => {
                if !paths.iter().any(|known| known.eq_ignore_ascii_case(path)) {
                    paths.push(path);
                }
            }
            Self::All(parts) | Self::Any(parts) => parts.iter().for_each(|part| part.collect_paths(paths)),
        }
    }
}

impl fmt::Display for Parsed {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Compare { path, operator, value } => write!(to, "{path} {operator} {value}"),
            Self::In { path, negated, values } => {
                write!(to, "{path} {}in (", if *negated { "not " } else { "" })?;
                join(to, values, ",")?;
                to.write_char(')')
            }
            Self::All(parts) => nested(to, parts, " and "),
            Self::Any(parts) => nested(to, parts, " or "),
        }
    }
}

/// Groups within groups stand in parentheses, so that nobody's precedence matters.
fn nested(to: &mut fmt::Formatter<'_>, parts: &[Parsed], between: &str) -> fmt::Result {
    for (at, part) in parts.iter().enumerate() {
        if at > 0 {
            to.write_str(between)?;
        }
        match part {
            Parsed::All(_) | Parsed::Any(_) => write!(to, "({part})")?,
            _ => write!(to, "{part}")?,
        }
    }
    Ok(())
}

impl fmt::Display for Operator {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str(match self {
            Self::Equal => "=",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
            Self::Contains => "contains",
            Self::NotContains => "not contains",
            Self::Like => "like",
            Self::NotLike => "not like",
        })
    }
}

impl fmt::Display for Literal {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => quoted(to, text),
            Self::Number(number) => to.write_str(number),
            Self::Boolean(value) => write!(to, "{value}"),
            Self::Time(time) => write!(to, "[{time}]"),
            Self::Null => to.write_str("null"),
        }
    }
}
