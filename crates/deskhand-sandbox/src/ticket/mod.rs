//! What writing does to tickets: created, changed, replaced, deleted.
//!
//! A ticket is composed from what is there and what is wanted without touching the world; then it is stored in one
//! turn, so that no other write comes between.

mod board;
mod bundle;
mod children;
mod compose;
mod contact;
mod create;
mod custom_field;
mod delete;
mod known;
mod merge;
mod owner;
mod place;
mod plain;
mod reference;
mod status;
mod store;
mod update;

pub(crate) use bundle::{attach, detach};
pub(crate) use create::create;
pub(crate) use delete::delete;
pub(crate) use known::Named;
pub(crate) use merge::merge;
pub(crate) use reference::{Given, find, find_where, reference_to};
pub(crate) use store::{Store, Writer};
pub(crate) use update::{replace, update};
