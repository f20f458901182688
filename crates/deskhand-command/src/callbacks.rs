//! The seam between an integration and the receiver of its product's callbacks.
//!
//! A callback says that a record changed. What it says of the record is not used: it is believed only as far as which
//! record to look at again, and only when it proves where it comes from.

use std::collections::BTreeMap;

use bytes::Bytes;

use crate::{BoxFuture, Failure};

/// A product that announces changes of its own accord.
pub trait Callbacks: Send + Sync {
    /// What is registered at the product, whoever registered it.
    fn list(&self) -> BoxFuture<'_, Result<Vec<Registered>, Failure>>;

    /// Has the product announce every change of what feeds read; a lost answer shows in the next [`Callbacks::list`].
    fn create<'a>(&'a self, wanted: &'a WantedCallback) -> BoxFuture<'a, Result<(), Failure>>;

    /// Makes a registration what is wanted, active again included.
    fn mend<'a>(&'a self, id: i64, wanted: &'a WantedCallback) -> BoxFuture<'a, Result<(), Failure>>;

    /// Takes a registration away; one that is not there any more is no failure.
    fn remove(&self, id: i64) -> BoxFuture<'_, Result<(), Failure>>;

    /// Which record a delivery is about, if it comes from the connection's own product and company.
    fn verify<'a>(&'a self, delivery: &'a Delivery) -> BoxFuture<'a, Result<Announced, NotBelieved>>;

    /// The HTTP status at which the product delivers again a little later.
    fn busy_status(&self) -> u16 {
        503
    }
}

/// Where a callback is to go, and how it is recognised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WantedCallback {
    /// The address, without what the product puts behind it.
    pub address: String,
    /// A text beside it, shown to the product's administrators.
    pub marker: String,
}

/// A callback that is registered at the product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registered {
    /// Its id at the product.
    pub id: i64,
    /// Its address, without what the product puts behind it.
    pub address: String,
    /// The text beside it.
    pub marker: String,
    /// Whether the product delivers to it.
    pub active: bool,
    /// Whether it announces every change of what feeds read.
    pub complete: bool,
}

/// What came to a callback's address.
#[derive(Debug, Clone)]
pub struct Delivery {
    /// The body, byte for byte: a signature is over these.
    pub body: Bytes,
    /// The headers that are text, their names in lower case.
    pub headers: BTreeMap<String, String>,
}

/// What a delivery announces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Announced {
    /// The record.
    pub id: i64,
    /// Whether it is said to be deleted.
    pub deleted: bool,
}

/// Why nothing is done about a delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotBelieved {
    /// It does not prove where it comes from; the reason is for the log, not for the sender.
    Forged(String),
    /// It comes from the product, and is about something that no feed reads.
    Irrelevant,
    /// It cannot be checked now.
    Uncheckable(Failure),
}
