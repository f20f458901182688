//! Many calls of one command from a file: one row a call, each row's effect once, resumable.
//!
//! `rows.rs` reads the file, `results.rs` keeps what came of each row, `order.rs` decides which rows may be under way at
//! once, `perform.rs` runs them.

mod order;
mod perform;
mod results;
mod rows;

pub(crate) use perform::{Bulk, Tally, perform};
pub(crate) use results::RowResult;
