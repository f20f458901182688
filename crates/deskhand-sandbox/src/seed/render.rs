//! JSON written straight into a buffer, in the vendor's shapes.
//!
//! A desk of a hundred thousand tickets is six hundred megabytes, which have to be there within seconds: nothing here
//! goes through a tree of values, and the usual text, number and time allocate nothing.

use crate::world::{text, write_iso, write_two};

/// Where hrefs begin, with the double slash that the vendor's have; their host can differ from the one called, too.
const ROOT: &str = "https://sandbox.deskhand.test/v4_6_release/apis/3.0//";

/// An object being written.
#[derive(Debug, Default)]
pub(crate) struct Object {
    json: String,
}

impl Object {
    /// An object with room for a reference.
    pub(crate) fn new() -> Self {
        Self::with_room(256)
    }

    pub(crate) fn with_room(room: usize) -> Self {
        Self {
            json: String::with_capacity(room),
        }
    }

    fn name(&mut self, name: &str) -> &mut String {
        self.json.push(if self.json.is_empty() { '{' } else { ',' });
        self.json.push('"');
        self.json.push_str(name);
        self.json.push_str("\":");
        &mut self.json
    }

    /// A member whose value is JSON already.
    pub(crate) fn raw(&mut self, name: &str, json: &str) -> &mut Self {
        self.name(name).push_str(json);
        self
    }

    pub(crate) fn text(&mut self, name: &str, value: &str) -> &mut Self {
        let json = self.name(name);
        if value.bytes().any(|byte| byte < b' ' || byte == b'"' || byte == b'\\') {
            json.push_str(&text(value));
        } else {
            json.push('"');
            json.push_str(value);
            json.push('"');
        }
        self
    }

    /// An instant, in seconds since 1970.
    pub(crate) fn time(&mut self, name: &str, seconds: i64) -> &mut Self {
        let json = self.name(name);
        json.push('"');
        write_iso(json, seconds);
        json.push('"');
        self
    }

    pub(crate) fn number(&mut self, name: &str, value: i64) -> &mut Self {
        write_number(self.name(name), value);
        self
    }

    pub(crate) fn flag(&mut self, name: &str, value: bool) -> &mut Self {
        self.raw(name, if value { "true" } else { "false" })
    }

    /// Hundredths as the vendor prints decimals: `10.50`.
    pub(crate) fn decimal(&mut self, name: &str, hundredths: u64) -> &mut Self {
        let hundredths = i64::try_from(hundredths).unwrap_or(i64::MAX);
        let json = self.name(name);
        write_number(json, hundredths / 100);
        json.push('.');
        write_two(json, hundredths % 100);
        self
    }

    /// An address with an id in it; neither part needs escaping.
    pub(crate) fn link(&mut self, name: &str, before: &str, id: i64, after: &str) -> &mut Self {
        let json = self.name(name);
        json.push('"');
        json.push_str(ROOT);
        json.push_str(before);
        write_number(json, id);
        json.push_str(after);
        json.push('"');
        self
    }

    pub(crate) fn end(mut self) -> String {
        if self.json.is_empty() {
            self.json.push('{');
        }
        self.json.push('}');
        self.json
    }
}

/// A ticket's custom fields being written.
#[derive(Debug, Default)]
pub(super) struct Fields {
    json: String,
}

impl Fields {
    pub(super) fn add(&mut self, id: i64, caption: &str, kind: &str, entry: &str, value: impl FnOnce(&mut Object)) {
        let mut field = Object::new();
        field.number("id", id).text("caption", caption).text("type", kind);
        field.text("entryMethod", entry).number("numberOfDecimals", 0);
        value(&mut field);
        self.json.push(if self.json.is_empty() { '[' } else { ',' });
        self.json.push_str(&field.end());
    }

    pub(super) fn end(mut self) -> String {
        if self.json.is_empty() {
            self.json.push('[');
        }
        self.json.push(']');
        self.json
    }
}

fn write_number(to: &mut String, number: i64) {
    if number < 0 {
        to.push('-');
    }
    let (mut digits, mut at, mut rest) = ([b'0'; 20], 20, number.unsigned_abs());
    loop {
        at -= 1;
        digits[at] = b'0' + u8::try_from(rest % 10).unwrap_or(0);
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    to.extend(digits[at..].iter().map(|digit| char::from(*digit)));
}

/// The address of a record.
pub(crate) fn href(path: &str) -> String {
    let mut href = String::with_capacity(ROOT.len() + path.len());
    href.push_str(ROOT);
    href.push_str(path);
    href
}

/// A reference: id, name and `_info` with one href.
pub(crate) fn reference(id: i64, name: &str, href_name: &str, path: &str) -> String {
    let mut info = Object::new();
    info.text(href_name, &href(path));
    let mut reference = Object::new();
    reference.number("id", id).text("name", name).raw("_info", &info.end());
    reference.end()
}

/// A GUID made from a number.
pub(crate) fn guid(number: u64) -> String {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    let mut random = fastrand::Rng::with_seed(number);
    let mut halves = [random.u64(..), random.u64(..)];
    let mut guid = String::with_capacity(36);
    for at in 0..32 {
        if matches!(at, 8 | 12 | 16 | 20) {
            guid.push('-');
        }
        let half = &mut halves[at / 16];
        let digit = match at {
            12 => 4,
            16 => 10,
            _ => usize::try_from(*half & 15).unwrap_or(0),
        };
        *half >>= 4;
        guid.push(char::from(HEX[digit]));
    }
    guid
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::CODEBASE;

    #[test]
    fn every_kind_of_value_is_written_as_the_vendor_does() {
        let mut object = Object::new();
        object
            .number("id", 1_042)
            .number("zero", 0)
            .number("low", i64::MIN)
            .decimal("hours", 1_050)
            .decimal("cost", 0);
        object
            .text("plain", "Zoë 📱")
            .text("odd", "a \"b\" \\ \n")
            .flag("flag", true)
            .time("at", 1_800_000_000)
            .link("x_href", "service/tickets/", 7, "/notes");
        let expected = r#"{"id":1042,"zero":0,"low":-9223372036854775808,"hours":10.50,"cost":0.00,"plain":"Zoë 📱","odd":"a \"b\" \\ \n","flag":true,"at":"2027-01-15T08:00:00Z","x_href":"https://sandbox.deskhand.test/v4_6_release/apis/3.0//service/tickets/7/notes"}"#;
        assert_eq!(object.end(), expected);
        assert_eq!(Object::new().end(), "{}");
    }

    #[test]
    fn hrefs_have_the_codebase_that_can_be_replaced() {
        assert!(ROOT.contains(&format!("/{CODEBASE}/")));
    }

    #[test]
    fn guids_look_like_guids() {
        let parts: Vec<_> = guid(7).split('-').map(str::len).collect();
        assert_eq!(parts, [8, 4, 4, 4, 12]);
        assert_ne!(guid(7), guid(8));
    }
}
