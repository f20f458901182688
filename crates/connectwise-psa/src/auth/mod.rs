//! Where the PSA is and who calls it.

mod credentials;
mod server_url;

pub use credentials::{Credentials, CredentialsError};
pub use server_url::{ServerUrl, ServerUrlError};
