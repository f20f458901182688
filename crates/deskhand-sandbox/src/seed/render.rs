//! JSON written straight into a buffer, in the vendor's shapes.

use std::fmt::Write as _;

use crate::world::{CODEBASE, text};

/// The host that hrefs name; the vendor's can differ from the one that was called, too.
const HOST: &str = "https://sandbox.deskhand.test";

/// An object being written.
#[derive(Debug, Default)]
pub(crate) struct Object {
    json: String,
}

impl Object {
    /// An object with room for a ticket.
    pub(crate) fn new() -> Self {
        Self {
            json: String::with_capacity(64),
        }
    }

    pub(crate) fn with_room(room: usize) -> Self {
        Self {
            json: String::with_capacity(room),
        }
    }

    /// A member whose value is JSON already.
    pub(crate) fn raw(&mut self, name: &str, json: &str) -> &mut Self {
        self.json.push(if self.json.is_empty() { '{' } else { ',' });
        self.json.push('"');
        self.json.push_str(name);
        self.json.push_str("\":");
        self.json.push_str(json);
        self
    }

    pub(crate) fn text(&mut self, name: &str, value: &str) -> &mut Self {
        self.raw(name, &text(value))
    }

    pub(crate) fn number(&mut self, name: &str, value: i64) -> &mut Self {
        self.raw(name, "");
        write!(self.json, "{value}").expect("writing to a string does not fail");
        self
    }

    pub(crate) fn flag(&mut self, name: &str, value: bool) -> &mut Self {
        self.raw(name, if value { "true" } else { "false" })
    }

    /// Hundredths as the vendor prints decimals: `10.50`.
    pub(crate) fn decimal(&mut self, name: &str, hundredths: u64) -> &mut Self {
        self.raw(name, "");
        write!(self.json, "{}.{:02}", hundredths / 100, hundredths % 100).expect("writing to a string does not fail");
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

/// The address of a record, with the double slash that the vendor's have.
pub(crate) fn href(path: &str) -> String {
    format!("{HOST}/{CODEBASE}/apis/3.0//{path}")
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
    let mut random = fastrand::Rng::with_seed(number);
    let (a, b) = (random.u64(..), random.u64(..));
    format!(
        "{:08x}-{:04x}-4{:03x}-a{:03x}-{:012x}",
        a >> 32,
        (a >> 16) & 0xffff,
        a & 0xfff,
        b >> 52,
        b & 0xffff_ffff_ffff
    )
}
