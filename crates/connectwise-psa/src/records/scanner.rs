//! One pass over an answer: strings are jumped over, the rest is looked at byte by byte.

use memchr::memchr2;

use super::{Malformed, RecordType};

/// A record that was found, and what was noticed on the way through it.
pub(super) struct Found {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) id: Option<i64>,
    pub(super) last_updated: Option<i64>,
    pub(super) record_type: RecordType,
    /// White space stands between its tokens.
    pub(super) spaced: bool,
}

pub(super) struct Scanner<'a> {
    body: &'a [u8],
    at: usize,
    first: bool,
}

/// Deeper than any record of the vendor's, and a bound on what hostile bytes can cost.
const DEEPEST: usize = 64;

/// Which member of the record, or of its `_info`, a value belongs to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Member {
    Id,
    RecordType,
    Info,
    LastUpdated,
    Other,
}

impl<'a> Scanner<'a> {
    pub(super) fn new(body: &'a [u8]) -> Self {
        let at = if body.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
        Self { body, at, first: true }
    }

    pub(super) fn begin_array(&mut self) -> Result<(), Malformed> {
        self.skip_space();
        self.take(b'[', "no list begins")
    }

    /// The next record, or `None` at the end of the list, after which nothing may stand.
    pub(super) fn next_record(&mut self) -> Result<Option<Found>, Malformed> {
        self.skip_space();
        if self.peek() == Some(b']') && self.first {
            self.at += 1;
            return self.end().map(|()| None);
        }
        if !self.first {
            if self.peek() == Some(b']') {
                self.at += 1;
                return self.end().map(|()| None);
            }
            self.take(b',', "a comma or the list's end is missing")?;
            self.skip_space();
        }
        self.first = false;
        self.record().map(Some)
    }

    pub(super) fn only_record(&mut self) -> Result<Found, Malformed> {
        self.skip_space();
        let found = self.record()?;
        self.end()?;
        Ok(found)
    }

    /// From `{` to its `}`.
    fn record(&mut self) -> Result<Found, Malformed> {
        if self.peek() != Some(b'{') {
            return Err(self.malformed("no record begins"));
        }
        let mut found = Found {
            start: self.at,
            end: self.at,
            id: None,
            last_updated: None,
            record_type: RecordType::Unsaid,
            spaced: false,
        };
        let mut open = [0_u8; DEEPEST];
        let mut depth = 0;
        // The member that the next value at depth 1 (and at depth 2 below `_info`) belongs to.
        let mut member = Member::Other;
        let mut inside_info = false;
        let mut key_next = false;
        while let Some(&byte) = self.body.get(self.at) {
            match byte {
                b'"' => {
                    let text = self.string()?;
                    if key_next {
                        member = member_of(text, depth, inside_info);
                        key_next = false;
                    } else {
                        note_text(&mut found, member, text);
                        member = Member::Other;
                    }
                    continue;
                }
                b'{' | b'[' => {
                    if depth == DEEPEST {
                        return Err(self.malformed("nested too deeply"));
                    }
                    if depth == 1 {
                        inside_info = byte == b'{' && member == Member::Info;
                    }
                    open[depth] = byte;
                    depth += 1;
                    key_next = byte == b'{';
                    member = Member::Other;
                }
                b'}' | b']' => {
                    depth -= 1;
                    if open[depth] + 2 != byte {
                        return Err(self.malformed("a bracket closes another kind"));
                    }
                    if depth == 0 {
                        self.at += 1;
                        found.end = self.at;
                        return Ok(found);
                    }
                    key_next = false;
                    member = Member::Other;
                }
                b',' => {
                    key_next = open[depth - 1] == b'{';
                    member = Member::Other;
                }
                b' ' | b'\t' | b'\r' | b'\n' => found.spaced = true,
                b'-' | b'0'..=b'9' if member == Member::Id => {
                    found.id = self.number();
                    member = Member::Other;
                    continue;
                }
                _ => {}
            }
            self.at += 1;
        }
        Err(self.malformed("the answer ends inside a record"))
    }

    /// The text between the quotes, as written; leaves the place after the closing quote.
    fn string(&mut self) -> Result<&'a [u8], Malformed> {
        let start = self.at + 1;
        let mut at = start;
        while let Some(found) = self.body.get(at..).and_then(|rest| memchr2(b'"', b'\\', rest)) {
            at += found;
            if self.body[at] == b'"' {
                self.at = at + 1;
                return Ok(&self.body[start..at]);
            }
            at += 2;
        }
        Err(self.malformed("the answer ends inside a text"))
    }

    /// A whole number that ends where the value ends; anything else is no id.
    fn number(&mut self) -> Option<i64> {
        let start = self.at;
        while matches!(self.peek(), Some(b'-' | b'+' | b'.' | b'e' | b'E' | b'0'..=b'9')) {
            self.at += 1;
        }
        std::str::from_utf8(&self.body[start..self.at]).ok()?.parse().ok()
    }

    fn end(&mut self) -> Result<(), Malformed> {
        self.skip_space();
        if self.at == self.body.len() {
            Ok(())
        } else {
            Err(self.malformed("something stands after the end"))
        }
    }

    fn take(&mut self, byte: u8, what: &'static str) -> Result<(), Malformed> {
        if self.peek() != Some(byte) {
            return Err(self.malformed(what));
        }
        self.at += 1;
        Ok(())
    }

    fn skip_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.at += 1;
        }
    }

    fn peek(&self) -> Option<u8> {
        self.body.get(self.at).copied()
    }

    fn malformed(&self, what: &'static str) -> Malformed {
        Malformed { what, at: self.at }
    }
}

fn member_of(key: &[u8], depth: usize, inside_info: bool) -> Member {
    match (depth, key) {
        (1, b"id") => Member::Id,
        (1, b"recordType") => Member::RecordType,
        (1, b"_info") => Member::Info,
        (2, b"lastUpdated") if inside_info => Member::LastUpdated,
        _ => Member::Other,
    }
}

fn note_text(found: &mut Found, member: Member, text: &[u8]) {
    match member {
        Member::RecordType if text == b"ServiceTicket" => found.record_type = RecordType::ServiceTicket,
        Member::RecordType => found.record_type = RecordType::Other,
        Member::LastUpdated => found.last_updated = seconds(text),
        _ => {}
    }
}

/// Seconds since 1970 of a time such as `2026-08-20T18:04:26Z`.
fn seconds(text: &[u8]) -> Option<i64> {
    let time: jiff::Timestamp = std::str::from_utf8(text).ok()?.parse().ok()?;
    Some(time.as_second())
}
