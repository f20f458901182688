//! Playbooks as people write them: a TOML file for each.

mod document;
mod duration;
mod members;
mod names;
mod problem;
mod read;
mod schema;
mod sketch;
mod steps;
mod triggers;
mod written;

pub(super) use document::Document;
pub use problem::Problem;
pub(super) use problem::{Notes, quoted_list, with_nearest};
pub(super) use read::{Draft, Drafted, read_draft};
pub use schema::json_schema;
pub use sketch::{KnownPlaybook, sketch};
pub(crate) use steps::plain_map;
