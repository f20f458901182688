//! The desk as files: read from a folder, planned against what is there, applied, and written out again.
//!
//! Nothing here reads or writes a file: names and texts are handed in and out.

mod apply;
mod clone;
mod connection;
mod document;
mod export;
mod lines;
mod plan;
mod problem;
mod read;
mod site;
mod staying;
#[cfg(test)]
mod tests;
mod user;

pub use apply::{Known, apply, look};
pub use clone::clone_job;
pub use export::export;
pub use lines::Lines;
pub use plan::{Becomes, Change, Plan, plan};
pub use problem::Problem;
pub use read::{Defined, Given, GivenConnection, Reading, read, read_all};
pub use staying::{broken, staying};

/// A file of a desk's folder. It can hold secrets as people wrote them, so it has no `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct DeskFile {
    /// Its path below the folder: `connections.toml`, `playbooks/triage.toml`.
    pub name: String,
    /// Its text.
    pub text: String,
}
