//! Where the program finds its connection and its store: options, the environment, a profile file.

mod connection;
mod paths;
mod profile;

pub(crate) use connection::{ConnectionOptions, Settings, connect};
pub(crate) use paths::store_address;
