//! Conditions as values, and their text.

use std::fmt::{self, Write as _};

use jiff::Timestamp;

/// A filter on records.
///
/// ```
/// use connectwise_psa::Condition;
///
/// let urgent = Condition::equals("priority/name", r#"The "big" one"#).and(Condition::equals("closedFlag", false));
/// assert_eq!(urgent.to_string(), r#"priority/name = "The \"big\" one" and closedFlag = false"#);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    /// A member compared with a value.
    Compare {
        /// The member, with `/` into references.
        path: String,
        /// The vendor's operator.
        operator: &'static str,
        /// The value.
        value: Value,
    },
    /// A member that is one of several values.
    In {
        /// The member.
        path: String,
        /// The values.
        values: Vec<Value>,
    },
    /// All of them; no precedence is relied on, because none is documented.
    All(Vec<Condition>),
    /// Any of them.
    Any(Vec<Condition>),
    /// Text that somebody wrote, put into parentheses as it is; check it with [`check_balance`](super::check_balance).
    Written(String),
}

/// A value in a condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// Text; quotes and backslashes are escaped.
    Text(String),
    /// A whole number.
    Integer(i64),
    /// `true` or `false`.
    Boolean(bool),
    /// An instant in whole seconds, UTC: the vendor refuses fractions.
    Time(Timestamp),
    /// Nothing there.
    Null,
}

impl Condition {
    /// `path operator value`.
    pub fn compare(path: impl Into<String>, operator: &'static str, value: impl Into<Value>) -> Self {
        Self::Compare {
            path: path.into(),
            operator,
            value: value.into(),
        }
    }

    /// The member has exactly this value.
    pub fn equals(path: impl Into<String>, value: impl Into<Value>) -> Self {
        Self::compare(path, "=", value)
    }

    /// The member's text has this somewhere in it.
    pub fn contains(path: impl Into<String>, text: impl Into<String>) -> Self {
        Self::compare(path, "contains", Value::Text(like_literal(&text.into())))
    }

    /// The member is after this instant.
    pub fn after(path: impl Into<String>, time: Timestamp) -> Self {
        Self::compare(path, ">", Value::Time(time))
    }

    /// The member is one of these numbers.
    pub fn one_of(path: impl Into<String>, values: impl IntoIterator<Item = i64>) -> Self {
        Self::In {
            path: path.into(),
            values: values.into_iter().map(Value::Integer).collect(),
        }
    }

    /// Both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match self {
            Self::All(mut all) => {
                all.push(other);
                Self::All(all)
            }
            first => Self::All(vec![first, other]),
        }
    }
}

/// The brackets of the vendor's LIKE are escaped as its guide shows: `[` is written `[[]`.
fn like_literal(text: &str) -> String {
    text.replace('[', "[[]")
}

impl fmt::Display for Condition {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Compare { path, operator, value } => write!(to, "{path} {operator} {value}"),
            Self::In { path, values } => {
                write!(to, "{path} in (")?;
                join(to, values, ",")?;
                to.write_char(')')
            }
            Self::All(parts) => nested(to, parts, " and "),
            Self::Any(parts) => nested(to, parts, " or "),
            Self::Written(text) => write!(to, "({text})"),
        }
    }
}

pub(super) fn join(to: &mut fmt::Formatter<'_>, parts: &[impl fmt::Display], between: &str) -> fmt::Result {
    for (at, part) in parts.iter().enumerate() {
        if at > 0 {
            to.write_str(between)?;
        }
        write!(to, "{part}")?;
    }
    Ok(())
}

/// Groups within groups always stand in parentheses.
fn nested(to: &mut fmt::Formatter<'_>, parts: &[Condition], between: &str) -> fmt::Result {
    for (at, part) in parts.iter().enumerate() {
        if at > 0 {
            to.write_str(between)?;
        }
        match part {
            Condition::All(_) | Condition::Any(_) => write!(to, "({part})")?,
            _ => write!(to, "{part}")?,
        }
    }
    Ok(())
}

impl fmt::Display for Value {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => quoted(to, text),
            Self::Integer(number) => write!(to, "{number}"),
            Self::Boolean(value) => write!(to, "{value}"),
            Self::Time(time) => write!(to, "[{}]", time.strftime("%Y-%m-%dT%H:%M:%SZ")),
            Self::Null => to.write_str("null"),
        }
    }
}

pub(super) fn quoted(to: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    to.write_char('"')?;
    for c in text.chars() {
        if matches!(c, '"' | '\\') {
            to.write_char('\\')?;
        }
        to.write_char(c)?;
    }
    to.write_char('"')
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Integer(number)
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Boolean(value)
    }
}

impl From<Timestamp> for Value {
    fn from(time: Timestamp) -> Self {
        Self::Time(time)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_escaped_and_times_have_no_fraction() {
        let text = |condition: Condition| condition.to_string();
        assert_eq!(text(Condition::equals("summary", r"a\b")), r#"summary = "a\\b""#);
        assert_eq!(
            text(Condition::contains("name", "O'Neil [x]")),
            r#"name contains "O'Neil [[]x]""#
        );
        assert_eq!(text(Condition::one_of("id", [1, 2])), "id in (1,2)");
        let time: Timestamp = "2026-08-20T18:04:26.75Z".parse().unwrap();
        assert_eq!(
            text(Condition::after("lastUpdated", time)),
            "lastUpdated > [2026-08-20T18:04:26Z]"
        );
        assert_eq!(text(Condition::compare("owner", "!=", Value::Null)), "owner != null");
    }

    #[test]
    fn groups_in_groups_stand_in_parentheses() {
        let any = Condition::Any(vec![Condition::equals("a", 1), Condition::equals("b", 2)]);
        let all = Condition::Written("c=3 or d=4".to_owned()).and(any);
        assert_eq!(all.to_string(), "(c=3 or d=4) and (a = 1 or b = 2)");
    }
}
