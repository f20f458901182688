//! Names of boards, statuses, teams and priorities: whether the PSA has them, and which ones are near.
//!
//! Reading those lists is a help and no more: a role that may not read them skips the check, and the name goes to the
//! PSA as it was written.

mod known;
mod priority;
mod status;

pub(crate) use known::{Named, find_named, known, names, nearest};
pub(crate) use priority::{PRIORITIES, match_priority, priorities};
pub(crate) use status::statuses_without;
