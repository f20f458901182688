//! Values with templates: Jinja over what a run knows, with JSONPath, and a limit to what it may cost.

mod error;
mod examine;
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
pub(in crate::playbooks) use examine::problem_of;
pub use language::has_template;
pub use reads::{Read, reads, reads_of};
pub(in crate::playbooks) use render::reads_templates;
pub use render::render;
pub use roots::{PLAYBOOK_DATA, Roots};
