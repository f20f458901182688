//! Makes a sample's output the same for every run, and short enough to be read.
//!
//! Seeds are the same each time but for their stamps, which lie before the moment at which the sandbox starts.

use serde_json::{Value, json};

/// An array that would take more lines than this is cut down to its first element.
const LONG: usize = 40;

/// Fixed words for what differs from run to run; the first element for long arrays.
pub(super) fn steady(mut output: Value) -> Value {
    for (pointer, words) in [
        ("/run/id", "(the run's id)"),
        ("/run/startedAt", "(a time)"),
        ("/run/durationMs", "(milliseconds)"),
    ] {
        if let Some(value) = output.pointer_mut(pointer) {
            *value = json!(words);
        }
    }
    settle(&mut output);
    output
}

fn settle(value: &mut Value) {
    match value {
        Value::String(text) => *text = settled(text),
        Value::Object(members) => members.values_mut().for_each(settle),
        Value::Array(elements) => {
            elements.iter_mut().for_each(settle);
            if elements.len() > 1 && lines_of(elements) > LONG {
                let note = format!("… and {} more", elements.len() - 1);
                elements.truncate(1);
                elements.push(json!(note));
            }
        }
        _ => {}
    }
}

fn lines_of(elements: &[Value]) -> usize {
    elements
        .iter()
        .map(|element| format!("{element:#}").lines().count())
        .sum()
}

/// Something in a text that differs from run to run. `9` is a digit, `f` a hexadecimal one, all else itself.
struct Pattern {
    shape: &'static str,
    /// Whether digits may follow, a fraction's point among them.
    then_digits: bool,
    words: &'static str,
}

const PATTERNS: [Pattern; 4] = [
    Pattern {
        shape: "9999-99-99T99:99:99",
        then_digits: true,
        words: "(a time)",
    },
    Pattern {
        shape: "127.0.0.1:9",
        then_digits: true,
        words: "127.0.0.1:(port)",
    },
    Pattern {
        shape: "support: ffffffff-ffff-ffff-ffff-ffffffffffff",
        then_digits: false,
        words: "support: (the request's id)",
    },
    Pattern {
        shape: "dh-ffffffff",
        then_digits: true,
        words: "(a marker)",
    },
];

/// What a deadline begins with; the rest is the time, in words.
const DEADLINE: &str = "Resolve by ";

fn settled(text: &str) -> String {
    if text.starts_with(DEADLINE) {
        return format!("{DEADLINE}(a time)");
    }
    let (mut settled, mut rest) = (String::with_capacity(text.len()), text);
    while let Some(first) = rest.chars().next() {
        if let Some((pattern, length)) = PATTERNS
            .iter()
            .find_map(|pattern| Some((pattern, pattern.at_start(rest)?)))
        {
            settled.push_str(pattern.words);
            rest = &rest[length..];
        } else {
            settled.push(first);
            rest = &rest[first.len_utf8()..];
        }
    }
    settled
}

impl Pattern {
    /// How many bytes of this text it takes, when the text begins with it.
    fn at_start(&self, text: &str) -> Option<usize> {
        let mut bytes = text.bytes();
        let fits = self.shape.bytes().all(|shape| {
            bytes.next().is_some_and(|byte| match shape {
                b'9' => byte.is_ascii_digit(),
                b'f' => byte.is_ascii_hexdigit(),
                other => byte == other,
            })
        });
        if !fits {
            return None;
        }
        let follows = |byte: &u8| self.then_digits && (byte.is_ascii_hexdigit() || matches!(byte, b'.' | b'Z'));
        Some(self.shape.len() + bytes.take_while(follows).count())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_becomes_words() {
        for (text, expected) in [
            ("2026-08-20T18:04:26Z", "(a time)"),
            ("<td>2026-08-20T18:04:26.123456Z</td>", "<td>(a time)</td>"),
            ("http://127.0.0.1:40961/x", "http://127.0.0.1:(port)/x"),
            ("äöü 2026-08-20 and 127.0.0.1", "äöü 2026-08-20 and 127.0.0.1"),
            ("dh-0123456789abcdef", "(a marker)"),
            ("Resolve by Thu 09/15 4:22 AM UTC-05", "Resolve by (a time)"),
            (
                "for the vendor's support: 0a1b2c3d-0a1b-0a1b-0a1b-0a1b2c3d4e5f!",
                "for the vendor's support: (the request's id)!",
            ),
        ] {
            assert_eq!(settled(text), expected);
        }
    }

    #[test]
    fn a_run_is_the_same_each_time() {
        let output = json!({"run": {"id": "x", "startedAt": "y", "durationMs": 7, "vendorCalls": 1}});
        assert_eq!(
            steady(output)["run"],
            json!({"id": "(the run's id)", "startedAt": "(a time)", "durationMs": "(milliseconds)", "vendorCalls": 1})
        );
    }

    #[test]
    fn only_arrays_of_many_lines_are_cut() {
        let many = vec![json!(1); LONG + 1];
        let few = vec![json!({"id": 1}); 3];
        let alone = json!([vec![json!({"a": 1}); 1]]);
        let output = steady(json!({"many": many, "few": few, "alone": alone}));
        assert_eq!(output["many"], json!([1, "… and 40 more"]));
        assert_eq!(output["few"].as_array().unwrap().len(), 3);
        assert_eq!(output["alone"], alone);
    }
}
