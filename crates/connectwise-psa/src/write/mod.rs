//! Writing requests as values: tickets, their notes, merging, bundles and callbacks.
//!
//! Each is a pure function from what is wanted to a [`Request`](crate::Request); the client sends it once and never
//! again by itself.

mod callback;
mod patch;
mod reference;
mod ticket;

pub use callback::{Callback, CallbackEntry, CallbackSignatureError, verify_callback};
pub use patch::Patch;
pub use reference::Reference;
pub use ticket::{
    attach_children, create_ticket, delete_ticket, detach_children, merge_tickets, replace_ticket, update_ticket,
    write_note,
};
