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
    let mut reader = Reader { json, at: 0, depth: 0 };
    let record = reader.value()?;
    let mut canonical = Vec::with_capacity(json.len());
    match hash {
        Hash::Whole => write(
            &record,
            &mut canonical,
            &Rule {
                volatile: &[],
                keeps_info: true,
            },
            0,
        ),
        Hash::Revision { volatile } => write(
            &record,
            &mut canonical,
            &Rule {
                volatile,
                keeps_info: false,
            },
            0,
        ),
    }
    Ok(Sha256::digest(&canonical).into())
}

/// A text that is not JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not JSON at byte {0}")]
pub struct Unreadable(usize);

/// A value that points into the text it was read from.
enum Node<'a> {
    Object(Vec<(&'a [u8], Node<'a>)>),
    Array(Vec<Node<'a>>),
    /// A string with its quotes, a number, a word.
    Leaf(&'a [u8]),
}

struct Reader<'a> {
    json: &'a [u8],
    at: usize,
    depth: usize,
}

struct Rule<'a> {
    volatile: &'a [String],
    keeps_info: bool,
}

const DEEPEST: usize = 64;

impl<'a> Reader<'a> {
    fn value(&mut self) -> Result<Node<'a>, Unreadable> {
        self.skip_space();
        match self.json.get(self.at) {
            Some(b'{') => self.nested(Self::object),
            Some(b'[') => self.nested(Self::array),
            Some(b'"') => self.string().map(Node::Leaf),
            Some(_) => self.word().map(Node::Leaf),
            None => Err(Unreadable(self.at)),
        }
    }

    fn nested(&mut self, read: fn(&mut Self) -> Result<Node<'a>, Unreadable>) -> Result<Node<'a>, Unreadable> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(Unreadable(self.at));
        }
        self.at += 1;
        let node = read(self);
        self.depth -= 1;
        node
    }

    fn object(&mut self) -> Result<Node<'a>, Unreadable> {
        let mut members = Vec::with_capacity(8);
        if self.takes(b'}') {
            return Ok(Node::Object(members));
        }
        loop {
            self.skip_space();
            let key = self.string()?;
            if !self.takes(b':') {
                return Err(Unreadable(self.at));
            }
            members.push((key, self.value()?));
            if self.takes(b'}') {
                return Ok(Node::Object(members));
            }
            if !self.takes(b',') {
                return Err(Unreadable(self.at));
            }
        }
    }

    fn array(&mut self) -> Result<Node<'a>, Unreadable> {
        let mut elements = Vec::new();
        if self.takes(b']') {
            return Ok(Node::Array(elements));
        }
        loop {
            elements.push(self.value()?);
            if self.takes(b']') {
                return Ok(Node::Array(elements));
            }
            if !self.takes(b',') {
                return Err(Unreadable(self.at));
            }
        }
    }

    fn string(&mut self) -> Result<&'a [u8], Unreadable> {
        let start = self.at;
        if self.json.get(start) != Some(&b'"') {
            return Err(Unreadable(start));
        }
        let mut at = start + 1;
        while let Some(found) = self.json.get(at..).and_then(|rest| memchr2(b'"', b'\\', rest)) {
            at += found;
            if self.json[at] == b'"' {
                self.at = at + 1;
                return Ok(&self.json[start..=at]);
            }
            at += 2;
        }
        Err(Unreadable(start))
    }

    fn word(&mut self) -> Result<&'a [u8], Unreadable> {
        let start = self.at;
        while matches!(
            self.json.get(self.at),
            Some(b'a'..=b'z' | b'0'..=b'9' | b'-' | b'+' | b'.' | b'E')
        ) {
            self.at += 1;
        }
        if self.at == start {
            Err(Unreadable(start))
        } else {
            Ok(&self.json[start..self.at])
        }
    }

    fn takes(&mut self, byte: u8) -> bool {
        self.skip_space();
        let there = self.json.get(self.at) == Some(&byte);
        self.at += usize::from(there);
        there
    }

    fn skip_space(&mut self) {
        while matches!(self.json.get(self.at), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.at += 1;
        }
    }
}

/// Writes a node with sorted keys; `level` is 0 for the record itself.
fn write(node: &Node<'_>, to: &mut Vec<u8>, rule: &Rule<'_>, level: usize) {
    match node {
        Node::Leaf(text) => leaf(text, to),
        Node::Array(elements) => {
            to.push(b'[');
            for element in elements {
                write(element, to, rule, level + 1);
                to.push(b',');
            }
            to.push(b']');
        }
        Node::Object(members) => {
            let mut members: Vec<_> = members.iter().filter(|(key, _)| rule.keeps(key, level)).collect();
            members.sort_unstable_by_key(|(key, _)| *key);
            to.push(b'{');
            for (key, value) in members {
                leaf(key, to);
                to.push(b':');
                match value {
                    Node::Object(info) if !rule.keeps_info && *key == b"\"_info\"" => {
                        info.iter()
                            .filter(|(key, _)| *key == b"\"lastUpdated\"")
                            .for_each(|(_, value)| write(value, to, rule, level + 1));
                    }
                    value => write(value, to, rule, level + 1),
                }
                to.push(b',');
            }
            to.push(b'}');
        }
    }
}

impl Rule<'_> {
    fn keeps(&self, key: &[u8], level: usize) -> bool {
        let name = &key[1..key.len() - 1];
        let info = !self.keeps_info && level > 0 && name == b"_info";
        let volatile = level == 0 && self.volatile.iter().any(|volatile| volatile.as_bytes() == name);
        !info && !volatile
    }
}

/// Escapes and trailing zeros are ways of writing, not values.
fn leaf(text: &[u8], to: &mut Vec<u8>) {
    if text[0] == b'"' {
        if memchr::memchr(b'\\', text).is_some()
            && let Ok(plain) = serde_json::from_slice::<String>(text)
            && serde_json::to_writer(&mut *to, &plain).is_ok()
        {
            return;
        }
    } else if text.iter().any(|byte| matches!(byte, b'.' | b'e' | b'E'))
        && let Ok(number) = serde_json::from_slice::<f64>(text)
    {
        to.extend_from_slice(number.to_string().as_bytes());
        return;
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

    proptest! {
        #[test]
        fn the_order_of_keys_never_counts(a in ".{0,6}", b in any::<i32>(), c in prop::collection::btree_map("[a-z]{1,4}", any::<bool>(), 0..6)) {
            let value = json!({"a": a, "b": b, "list": [c.clone(), {"x": c}], "n": null});
            prop_assert_eq!(of(&value.to_string()), of(&shuffled(&value)));
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..48), text in "[{}\\[\\]\",:a0 \\\\]{0,40}") {
            let _either = (digest(&bytes, &revision()), digest(text.as_bytes(), &revision()));
        }
    }
}
