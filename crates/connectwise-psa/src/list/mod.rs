//! Lists: one page, or everything that matches.

mod page;
mod request;
mod scan;
mod split;

pub use page::Page;
pub(crate) use page::count_of;
pub use request::ListRequest;
pub use scan::{IdRange, Scan, ScanError, ScanPage, ScanRequest, Split};
