//! What makes a revision itself: a hash over the record with its keys sorted, without what changes by itself.

use deskhand_command::event_source::Hash;
use memchr::memchr2;
use sha2::{Digest as _, Sha256};

/// The SHA-256 of a record's canonical JSON.
///
/// Keys are sorted, white space and the way strings and numbers are written do not count. By revision, the named volatile
/// members of the record are left out, and at every level `_info`, whose hrefs hold hosts and codebases, apart from the
/// record's own `lastUpdated`.
pub fn digest(json: &[u8], hash: &Hash) -> Result<[u8; 32], Unreadable> {
    let mut canonical = Canonical {
        json,
        at: 0,
        level: 0,
        volatile: match hash {
            Hash::Whole => None,
            Hash::Revision { volatile } => Some(volatile),
        },
        out: Vec::with_capacity(json.len()),
        members: Vec::with_capacity(128),
        moved: Vec::new(),
    };
    canonical.value()?;
    Ok(Sha256::digest(&canonical.out).into())
}

/// A text that is not JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not JSON at byte {0}")]
pub struct Unreadable(usize);

/// Reads JSON and writes it canonically in one go; the members of an object are put in order where they were written.
struct Canonical<'a> {
    json: &'a [u8],
    at: usize,
    /// How many objects and arrays are open.
    level: usize,
    /// The members to leave out; `None` when everything counts.
    volatile: Option<&'a [String]>,
    out: Vec<u8>,
    /// The members of all open objects.
    members: Vec<Member<'a>>,
    /// Room for putting members in order.
    moved: Vec<u8>,
}

/// A member that was written: its key, and where in the output it stands.
struct Member<'a> {
    /// The key's first bytes, which decide most comparisons.
    begins: u64,
    key: &'a [u8],
    start: usize,
    end: usize,
}

/// A string as it is written, with its quotes.
#[derive(Clone, Copy)]
struct Text<'a> {
    text: &'a [u8],
    escaped: bool,
}

/// What becomes of a member.
enum Part {
    All,
    OnlyItsStamp,
    Nothing,
}

const DEEPEST: usize = 64;

impl<'a> Canonical<'a> {
    fn value(&mut self) -> Result<(), Unreadable> {
        match self.next_byte()? {
            b'{' => self.nested(Self::object),
            b'[' => self.nested(Self::array),
            b'"' => {
                let text = self.string()?;
                self.write_string(text);
                Ok(())
            }
            _ => {
                let text = self.word()?;
                write_word(text, &mut self.out);
                Ok(())
            }
        }
    }

    fn nested(&mut self, read: fn(&mut Self) -> Result<(), Unreadable>) -> Result<(), Unreadable> {
        if self.level == DEEPEST {
            return Err(self.unreadable());
        }
        self.level += 1;
        self.at += 1;
        read(self)?;
        self.level -= 1;
        Ok(())
    }

    fn object(&mut self) -> Result<(), Unreadable> {
        let first = self.members.len();
        self.out.push(b'{');
        let begin = self.out.len();
        let mut more = self.next_byte()? != b'}';
        while more {
            self.member()?;
            more = self.another(b'}')?;
        }
        self.at += 1;
        self.put_in_order(first, begin);
        self.out.push(b'}');
        Ok(())
    }

    fn member(&mut self) -> Result<(), Unreadable> {
        self.skip_space();
        let key = self.string()?;
        if self.next_byte()? != b':' {
            return Err(self.unreadable());
        }
        self.at += 1;
        let part = self.part(key.text);
        if matches!(part, Part::Nothing) {
            return self.skip_value();
        }
        let start = self.out.len();
        self.write_string(key);
        self.out.push(b':');
        if matches!(part, Part::OnlyItsStamp) && self.next_byte()? == b'{' {
            self.nested(Self::only_stamp)?;
        } else {
            self.value()?;
        }
        self.out.push(b',');
        self.members.push(Member {
            begins: beginning(key.text),
            key: key.text,
            start,
            end: self.out.len(),
        });
        Ok(())
    }

    /// By revision, what is volatile and what says where a record is do not count.
    fn part(&self, key: &[u8]) -> Part {
        let Some(volatile) = self.volatile else {
            return Part::All;
        };
        let of_the_record = self.level == 1;
        match key {
            b"\"_info\"" if of_the_record => Part::OnlyItsStamp,
            b"\"_info\"" => Part::Nothing,
            key if of_the_record && volatile.iter().any(|name| name.as_bytes() == &key[1..key.len() - 1]) => {
                Part::Nothing
            }
            _ => Part::All,
        }
    }

    /// Of the record's `_info`, `lastUpdated`.
    fn only_stamp(&mut self) -> Result<(), Unreadable> {
        let mut more = self.next_byte()? != b'}';
        while more {
            self.skip_space();
            let key = self.string()?;
            if self.next_byte()? != b':' {
                return Err(self.unreadable());
            }
            self.at += 1;
            if key.text == b"\"lastUpdated\"" {
                self.value()?;
            } else {
                self.skip_value()?;
            }
            more = self.another(b'}')?;
        }
        self.at += 1;
        Ok(())
    }

    fn array(&mut self) -> Result<(), Unreadable> {
        self.out.push(b'[');
        let mut more = self.next_byte()? != b']';
        while more {
            self.value()?;
            self.out.push(b',');
            more = self.another(b']')?;
        }
        self.at += 1;
        self.out.push(b']');
        Ok(())
    }

    /// Sorts the members that were written since `begin`, unless they came in order.
    fn put_in_order(&mut self, first: usize, begin: usize) {
        let members = &mut self.members[first..];
        if !members.is_sorted_by_key(|member| (member.begins, member.key)) {
            members.sort_unstable_by_key(|member| (member.begins, member.key));
            self.moved.clear();
            for member in &*members {
                self.moved.extend_from_slice(&self.out[member.start..member.end]);
            }
            self.out[begin..].copy_from_slice(&self.moved);
        }
        self.members.truncate(first);
    }

    /// Passes over a value: its nesting is looked at, nothing else.
    fn skip_value(&mut self) -> Result<(), Unreadable> {
        let mut open = 0_usize;
        loop {
            match self.next_byte()? {
                b'"' => {
                    self.string()?;
                }
                b'{' | b'[' => {
                    open += 1;
                    self.at += 1;
                    continue;
                }
                b'}' | b']' | b',' | b':' if open == 0 => return Err(self.unreadable()),
                b'}' | b']' => {
                    open -= 1;
                    self.at += 1;
                }
                b',' | b':' => {
                    self.at += 1;
                    continue;
                }
                _ => {
                    self.word()?;
                }
            }
            if open == 0 {
                return Ok(());
            }
        }
    }

    /// After a member or an element: true at a comma, which is passed, false at the end.
    fn another(&mut self, end: u8) -> Result<bool, Unreadable> {
        match self.next_byte()? {
            b',' => {
                self.at += 1;
                Ok(true)
            }
            byte if byte == end => Ok(false),
            _ => Err(self.unreadable()),
        }
    }

    /// A string, passed over.
    fn string(&mut self) -> Result<Text<'a>, Unreadable> {
        let start = self.at;
        if self.json.get(start) != Some(&b'"') {
            return Err(self.unreadable());
        }
        let (mut at, mut escaped) = (start + 1, false);
        loop {
            at = end_or_escape(self.json, at).ok_or(Unreadable(start))?;
            if self.json[at] == b'"' {
                self.at = at + 1;
                let text = &self.json[start..=at];
                return Ok(Text { text, escaped });
            }
            escaped = true;
            at += 2;
        }
    }

    /// Escapes are a way of writing.
    fn write_string(&mut self, string: Text<'_>) {
        if string.escaped
            && let Ok(plain) = serde_json::from_slice::<String>(string.text)
            && serde_json::to_writer(&mut self.out, &plain).is_ok()
        {
            return;
        }
        self.out.extend_from_slice(string.text);
    }

    /// A number, or `true`, `false`, `null`.
    fn word(&mut self) -> Result<&'a [u8], Unreadable> {
        let rest = &self.json[self.at..];
        let length = rest
            .iter()
            .take_while(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'+' | b'.' | b'E'))
            .count();
        if length == 0 {
            return Err(self.unreadable());
        }
        self.at += length;
        Ok(&rest[..length])
    }

    fn next_byte(&mut self) -> Result<u8, Unreadable> {
        self.skip_space();
        self.json.get(self.at).copied().ok_or(Unreadable(self.at))
    }

    fn skip_space(&mut self) {
        while matches!(self.json.get(self.at), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.at += 1;
        }
    }

    fn unreadable(&self) -> Unreadable {
        Unreadable(self.at)
    }
}

/// Where the next quote or backslash is; most strings are short, which a search over long ones would make slow.
fn end_or_escape(json: &[u8], from: usize) -> Option<usize> {
    const SHORT: usize = 24;
    let rest = json.get(from..)?;
    let (near, far) = rest.split_at(rest.len().min(SHORT));
    if let Some(at) = near.iter().position(|byte| matches!(byte, b'"' | b'\\')) {
        return Some(from + at);
    }
    memchr2(b'"', b'\\', far).map(|at| from + near.len() + at)
}

/// The first eight bytes of a key, so that comparing them as numbers is comparing them as text.
fn beginning(key: &[u8]) -> u64 {
    let mut first = [0; 8];
    let length = key.len().min(8);
    first[..length].copy_from_slice(&key[..length]);
    u64::from_be_bytes(first)
}

/// Zeros at the end of a fraction, and exponents, are a way of writing.
fn write_word(text: &[u8], to: &mut Vec<u8>) {
    if !text[0].is_ascii_lowercase() {
        if text.iter().any(|byte| matches!(byte, b'e' | b'E'))
            && let Ok(number) = serde_json::from_slice::<f64>(text)
        {
            to.extend_from_slice(number.to_string().as_bytes());
            return;
        }
        if text.contains(&b'.') {
            let zeros = text.iter().rev().take_while(|byte| **byte == b'0').count();
            let text = &text[..text.len() - zeros];
            to.extend_from_slice(text.strip_suffix(b".").unwrap_or(text));
            return;
        }
    }
    to.extend_from_slice(text);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    fn revision() -> Hash {
        Hash::Revision {
            volatile: vec!["slaStatus".to_owned()],
        }
    }

    fn of(json: &str) -> [u8; 32] {
        digest(json.as_bytes(), &revision()).unwrap()
    }

    #[test]
    fn fe18_ways_of_writing_do_not_count_and_values_do() {
        let one = of(
            r#"{"id":1,"cost":0.00,"name":"é","board":{"id":2,"_info":{"href":"a"}},"_info":{"lastUpdated":"t","x_href":"a"},"slaStatus":"a"}"#,
        );
        let same = r#"{ "_info": {"lastUpdated":"t","x_href":"b"}, "slaStatus":"b", "name":"\u00e9",
            "board":{"_info":{"href":"b"},"id":2}, "cost":0.0, "id":1 }"#;
        assert_eq!(of(same), one);
        for other in [
            same.replace("\"id\":1", "\"id\":3"),
            same.replace("\"t\"", "\"u\""),
            same.replace("\"id\":2", "\"id\":4"),
            same.replace("0.0", "0.01"),
            same.replace("\"cost\":0.0, ", ""),
        ] {
            assert_ne!(of(&other), one, "{other}");
        }
    }

    #[test]
    fn the_whole_record_counts_when_that_is_asked_for() {
        let whole = |json: &str| digest(json.as_bytes(), &Hash::Whole).unwrap();
        assert_ne!(whole(r#"{"slaStatus":"a"}"#), whole(r#"{"slaStatus":"b"}"#));
        assert_ne!(whole(r#"{"_info":{"x":"a"}}"#), whole(r#"{"_info":{"x":"b"}}"#));
    }

    #[test]
    fn numbers_count_and_not_how_they_are_written() {
        let number = |text: &str| of(&format!("{{\"n\":{text}}}"));
        for (one, other) in [
            ("1", "1.0"),
            ("1.50", "1.5"),
            ("0.00", "0"),
            ("1e2", "100"),
            ("1.5E1", "15.00"),
            ("100", "100.0"),
        ] {
            assert_eq!(number(one), number(other), "{one} and {other}");
        }
        for (one, other) in [
            ("1", "10"),
            ("1.05", "1.5"),
            ("1", "\"1\""),
            ("0", "null"),
            ("100", "1"),
            ("0.10", "0.01"),
        ] {
            assert_ne!(number(one), number(other), "{one} and {other}");
        }
    }

    #[test]
    fn what_is_left_out_is_left_out_where_it_should_be_and_nowhere_else() {
        let one = of(
            r#"{"id":1,"owner":{"slaStatus":"a","id":3},"_info":{"a":[{"b":"]}"}],"lastUpdated":"t"},"n":[{"_info":1,"x":2}]}"#,
        );
        assert_eq!(
            of(
                r#"{"id":1,"owner":{"slaStatus":"a","_info":{"h":{}},"id":3},"_info":{"lastUpdated":"t"},"n":[{"x":2}],"slaStatus":{"x":[1]}}"#
            ),
            one
        );
        assert_ne!(
            of(r#"{"id":1,"owner":{"slaStatus":"b","id":3},"_info":{"lastUpdated":"t"},"n":[{"x":2}]}"#),
            one
        );
    }

    #[test]
    fn what_is_no_json_is_said_so() {
        for text in [
            "",
            "{",
            "{\"a\"}",
            "{\"a\":}",
            "{\"a\":1,}",
            "[1,]",
            "{\"_info\":{\"x\":",
            "{\"x\":{\"_info\":,}}",
            "{a:1}",
        ] {
            assert!(digest(text.as_bytes(), &revision()).is_err(), "{text}");
        }
        assert!(digest("[".repeat(100).as_bytes(), &revision()).is_err());
    }

    fn shuffled(value: &Value) -> String {
        match value {
            Value::Object(members) => {
                let members: Vec<_> = members
                    .iter()
                    .rev()
                    .map(|(key, value)| format!(" {} : {}", json!(key), shuffled(value)))
                    .collect();
                format!("{{{}}}", members.join(","))
            }
            Value::Array(elements) => format!("[ {}]", elements.iter().map(shuffled).collect::<Vec<_>>().join(" ,")),
            other => other.to_string(),
        }
    }

    fn any_value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            (-3_i64..3).prop_map(Value::from),
            "[a-b\"\\\\é]{0,2}".prop_map(Value::from),
        ];
        leaf.prop_recursive(2, 6, 2, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..2).prop_map(Value::from),
                prop::collection::btree_map("[a-b]{1,2}", inner, 0..3)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn the_order_of_keys_never_counts(a in ".{0,6}", b in any::<i32>(), c in prop::collection::btree_map("[a-z]{1,4}", any::<bool>(), 0..6)) {
            let value = json!({"a": a, "b": b, "list": [c.clone(), {"x": c}], "n": null});
            prop_assert_eq!(of(&value.to_string()), of(&shuffled(&value)));
        }

        #[test]
        fn a_value_that_changes_always_counts(a in any_value(), b in any_value()) {
            let with = |value: &Value| of(&json!({"id": 1, "x": [{"y": value}]}).to_string());
            prop_assert_eq!(with(&a) == with(&b), a == b);
        }

        #[test]
        fn volatile_members_and_links_never_count(a in any_value(), b in any_value()) {
            let with = |value: &Value| {
                of(&json!({"slaStatus": value, "c": {"_info": value, "id": 1}, "_info": {"lastUpdated": "t", "x": value}}).to_string())
            };
            prop_assert_eq!(with(&a), with(&b));
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..48), text in "[{}\\[\\]\",:a0 \\\\]{0,40}") {
            let _either = (digest(&bytes, &revision()), digest(text.as_bytes(), &revision()));
        }
    }
}
