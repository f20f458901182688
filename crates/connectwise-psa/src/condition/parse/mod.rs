//! Reads what people write, as far as the vendor's language is known, and says where it cannot be read.
//!
//! The vendor has not published the whole of its language, so that a condition which cannot be read here may still be a
//! good one: this is for explaining, never for refusing.

mod cursor;
mod grammar;
#[cfg(test)]
mod properties;
mod suggest;
mod tree;
mod unreadable;

pub use grammar::parse;
pub use tree::{Literal, Operator, Parsed};
pub use unreadable::Unreadable;
