//! The HTTP side: connections, sign-in, routes, lists, errors and faults.

mod answer;
mod auth;
mod link;
mod list;
mod parameters;
mod respond;
mod route;
mod serve;
pub(crate) mod tls;
mod write;

pub(crate) use answer::{Answer, Body};
pub(crate) use respond::Kept;
pub(crate) use serve::{perform_due, serve};
