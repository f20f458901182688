//! HashiCorp Vault and OpenBao: secrets of a KV mount, version 1 or 2, by token.
//!
//! Where the facts come from: the API documentation of the KV secrets engines, versions 1 and 2. Other servers speak the
//! same and leave members out, so only what is needed is read.

mod answer;
mod client;

pub use client::{HashicorpOptions, HashicorpVault, KvVersion, Token};
