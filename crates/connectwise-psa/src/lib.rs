//! A client for the ConnectWise PSA (Manage) REST API.
//!
//! It builds every request as a plain value ([`Request`]) that can be tested as text, sends it under a [`Governor`] that
//! keeps to what the server bears, repeats what is safe to repeat, and keeps what the vendor said in its [`Error`]s.
//! Records stay the JSON text that the vendor sent; [`records`] finds their ids and stamps without parsing the rest.
//!
//! ```no_run
//! use connectwise_psa::{Client, Credentials, ListRequest, ServerUrl};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let url = ServerUrl::parse("https://na.myconnectwise.net")?;
//! let credentials = Credentials::new("company", "public", "private", Some("a-client-id".to_owned()))?;
//! let client = Client::builder(url, credentials).build()?;
//! let page = client.list(&ListRequest::new("service/tickets").conditions("closedFlag=false")).await?;
//! println!("{} tickets", page.records.len());
//! # Ok(())
//! # }
//! ```

mod auth;
pub mod condition;
mod error;
mod governor;
mod list;
pub mod records;
mod send;
mod write;

use std::future::Future;
use std::pin::Pin;

pub use auth::{Credentials, CredentialsError, ServerUrl, ServerUrlError};
pub use condition::Condition;
pub use error::{Error, ErrorKind, FieldError, VendorError};
pub use governor::{Governor, Measured, Urgency};
pub use list::{IdRange, ListRequest, Page, Scan, ScanError, ScanPage, ScanRequest, Split};
pub use send::{
    Answer, CallbackKeyUrl, CallbackKeyUrlError, Client, ClientBuilder, CompanyInfo, Patience, Request, SystemInfo,
    Wanted,
};
pub use write::{
    Callback, CallbackEntry, CallbackSignatureError, Patch, Reference, attach_children, create_ticket, delete_ticket,
    detach_children, merge_tickets, replace_ticket, update_ticket, verify_callback, write_note,
};

/// A future that can be stored and sent.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;
