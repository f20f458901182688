//! Writes that are never repeated blindly.
//!
//! Each is noted in the journal before it is sent, by `perform.rs`, and anew by `turn.rs` when it has waited long. When its answer is lost, `look.rs` looks what became of
//! it, at the times that `looks.rs` gives; how to look is different for every kind of write, and has a file each. What a look means
//! is decided by pure functions.

mod author;
mod create;
mod delete;
mod look;
mod looks;
mod merge;
mod note;
mod perform;
mod same;
mod turn;
mod update;
mod write;

pub(crate) use author::OurMember;
pub use create::TicketMark;
pub(crate) use create::{CreateTicket, TICKETS};
pub(crate) use delete::DeleteTicket;
pub(crate) use merge::{MergeTickets, merged_into};
pub(crate) use note::AddNote;
pub(crate) use perform::{perform, prepare};
pub(crate) use same::differences;
pub(crate) use update::UpdateTicket;
pub(crate) use write::Write;
