//! Requests as values, and the client that sends them.

mod answer;
mod buffers;
mod builder;
mod callback_key;
mod client;
mod discover;
mod patience;
mod request;
mod transport;

pub use answer::Answer;
pub use builder::ClientBuilder;
pub use callback_key::{CallbackKeyUrl, CallbackKeyUrlError};
pub(crate) use client::bad_body;
pub use client::{Client, Wanted};
pub use discover::{CompanyInfo, SystemInfo};
pub use patience::Patience;
pub use request::Request;
