//! What holds of every condition: what is built can be read, and what is read can be printed and read again.

use jiff::Timestamp;
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;

use super::{Literal, Operator, Parsed, parse};
use crate::condition::{Condition, Value, check_balance};

const OPERATORS: [(&str, Operator); 10] = [
    ("=", Operator::Equal),
    ("!=", Operator::NotEqual),
    ("<", Operator::Less),
    ("<=", Operator::LessOrEqual),
    (">", Operator::Greater),
    (">=", Operator::GreaterOrEqual),
    ("contains", Operator::Contains),
    ("not contains", Operator::NotContains),
    ("like", Operator::Like),
    ("not like", Operator::NotLike),
];

/// Words of the language and around it, for texts that are nearly conditions.
const PIECES: [&str; 36] = [
    "id",
    "board/name",
    "and",
    "OR",
    "not",
    "contains",
    "Like",
    "in",
    "=",
    "!=",
    "<",
    ">=",
    "==",
    "&&",
    "(",
    ")",
    "[",
    "]",
    "\"",
    "'",
    "\\",
    ",",
    "5",
    "-1.5",
    "true",
    "null",
    "[2024-01-01]",
    "\"x\"",
    "'y'",
    " ",
    " ",
    ".",
    "é",
    "“",
    "is",
    "/",
];

fn path() -> impl Strategy<Value = String> {
    "(x[a-zA-Z0-9_]{0,6}|_info)(/[a-zA-Z0-9_]{1,6}){0,2}"
}

fn value() -> impl Strategy<Value = Value> {
    prop_oneof![
        any::<String>().prop_map(Value::Text),
        any::<i64>().prop_map(Value::Integer),
        any::<bool>().prop_map(Value::Boolean),
        // The years that have four digits.
        (-62_135_596_800_i64..253_402_207_200).prop_map(|second| Value::Time(Timestamp::from_second(second).unwrap())),
        Just(Value::Null),
    ]
}

fn condition() -> impl Strategy<Value = Condition> {
    let compare = (path(), 0..OPERATORS.len(), value())
        .prop_map(|(path, operator, value)| Condition::compare(path, OPERATORS[operator].0, value));
    let within =
        (path(), prop::collection::vec(value(), 1..4)).prop_map(|(path, values)| Condition::In { path, values });
    prop_oneof![compare, within].prop_recursive(4, 24, 4, |inner| {
        let parts = || prop::collection::vec(inner.clone(), 1..4);
        prop_oneof![
            parts().prop_map(Condition::All),
            parts().prop_map(Condition::Any),
            inner.clone().prop_map(|inner| Condition::Written(inner.to_string())),
        ]
    })
}

/// What a condition should be read as; groups of one are their part.
fn expected(condition: &Condition) -> Parsed {
    let several = |parts: &[Condition], of: fn(Vec<Parsed>) -> Parsed| match parts {
        [only] => expected(only),
        parts => of(parts.iter().map(expected).collect()),
    };
    match condition {
        Condition::Compare { path, operator, value } => Parsed::Compare {
            path: path.clone(),
            operator: OPERATORS.iter().find(|(text, _)| text == operator).unwrap().1,
            value: literal(value),
        },
        Condition::In { path, values } => Parsed::In {
            path: path.clone(),
            negated: false,
            values: values.iter().map(literal).collect(),
        },
        Condition::All(parts) => several(parts, Parsed::All),
        Condition::Any(parts) => several(parts, Parsed::Any),
        Condition::Written(text) => parse(text).unwrap(),
    }
}

fn literal(value: &Value) -> Literal {
    match value {
        Value::Text(text) => Literal::Text(text.clone()),
        Value::Integer(number) => Literal::Number(number.to_string()),
        Value::Boolean(value) => Literal::Boolean(*value),
        Value::Time(time) => Literal::Time(time.to_string()),
        Value::Null => Literal::Null,
    }
}

fn nearly_a_condition() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(&PIECES[..]), 0..24).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn what_is_built_is_read_as_it_was_meant(condition in condition()) {
        prop_assert_eq!(parse(&condition.to_string()), Ok(expected(&condition)));
    }

    #[test]
    fn what_is_read_is_the_same_when_printed_and_read_again(condition in condition(), text in nearly_a_condition()) {
        for text in [condition.to_string(), text] {
            if let Ok(parsed) = parse(&text) {
                prop_assert_eq!(parse(&parsed.to_string()), Ok(parsed));
            }
        }
    }

    /// Whoever is told where it stops can find the place, and no condition that is read escapes its parentheses.
    #[test]
    fn no_text_makes_it_panic(text in any::<String>(), near in nearly_a_condition()) {
        for text in [text, near] {
            match parse(&text) {
                Ok(_) => prop_assert!(check_balance(&text).is_ok()),
                Err(error) => prop_assert!((1..=text.chars().count() + 1).contains(&error.at)),
            }
        }
    }
}

/// Half a minute of texts that are conditions, nearly conditions, or nothing of the kind.
#[test]
fn fuzz_no_text_makes_it_panic_or_says_less_than_where() {
    let until = std::time::Instant::now() + std::time::Duration::from_secs(30);
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let texts = (condition(), nearly_a_condition(), any::<String>());
    while std::time::Instant::now() < until {
        let (built, near, any) = texts.new_tree(&mut runner).unwrap().current();
        assert_eq!(parse(&built.to_string()), Ok(expected(&built)));
        for text in [near, any] {
            match parse(&text) {
                Ok(parsed) => assert_eq!(parse(&parsed.to_string()), Ok(parsed), "{text}"),
                Err(error) => assert!((1..=text.chars().count() + 1).contains(&error.at), "{text}"),
            }
        }
    }
}
