//! Values with templates: Jinja over what a run knows, with JSONPath, and a limit to what it may cost.

mod error;
mod filters;
mod json;
mod language;
mod limits;
mod node;
mod reads;
mod render;
mod roots;
#[cfg(test)]
mod tests;

pub use error::ValueError;
pub(in crate::playbooks) use language::{has_template, parse};
pub use reads::{Read, reads, reads_of};
pub use render::render;
pub use roots::{PLAYBOOK_DATA, Roots};
