//! What is wrong with a cron expression, in words for people: which field, and what it can be.

/// The fields with what each can be, seconds first.
const FIELDS: [(&str, &str); 6] = [
    ("second", "0 to 59"),
    ("minute", "0 to 59"),
    ("hour", "0 to 23"),
    ("day of month", "1 to 31, or `L` for the last"),
    ("month", "1 to 12, or `JAN` to `DEC`"),
    ("day of week", "0 to 7 with Sunday as 0 and as 7, or `SUN` to `SAT`"),
];

/// Why an expression that cannot be read is none; `reads` says whether another one could be.
pub(super) fn trouble(expression: &str, reads: impl Fn(&str) -> bool) -> String {
    if expression.starts_with('@') {
        return "such names are `@hourly`, `@daily`, `@weekly`, `@monthly` and `@yearly`".to_owned();
    }
    let written: Vec<&str> = expression.split_whitespace().collect();
    let count = written.len();
    if !(FIELDS.len() - 1..=FIELDS.len()).contains(&count) {
        let fields = if count == 1 { "field" } else { "fields" };
        return format!("it has {count} {fields}, and five are needed (six with the second first)");
    }
    let wrong = (0..count).find(|&at| {
        let mut alone = vec!["*"; count];
        alone[at] = written[at];
        !reads(&alone.join(" "))
    });
    match wrong {
        Some(at) => {
            let (name, range) = FIELDS[FIELDS.len() - count + at];
            format!(
                "the {name} cannot be `{}`; it is {range}, or made of those with `*`, `,`, `-` and `/`",
                written[at]
            )
        }
        None => "its fields do not go together".to_owned(),
    }
}
