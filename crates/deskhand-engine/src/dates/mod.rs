//! Times as people type and see them: in a form and a time zone that they choose. What is stored and sent is UTC.

mod form;
mod pattern;
pub mod written;
mod zone;

pub use form::DateForm;
pub use zone::{find_zone, instant_of};
