//! Notes of tickets: what people and integrations write there.
//!
//! A ticket has no member for its description. What is shown as the description is the ticket's first discussion note,
//! whether it came with the ticket as `initialDescription` or was added later to a ticket that had none: see
//! [`description`].

mod all;
mod author;
mod check;
mod create;
mod delete;
mod first;
mod mail;
mod render;
mod update;

pub(crate) use all::all;
pub(crate) use author::member_id;
pub(crate) use create::create;
pub(crate) use delete::{delete, forget};
pub(crate) use first::{description, write_first};
pub(crate) use update::{replace, update};
