//! The ticker: looks for what is due, decides on it and fires it.

mod fire;
mod run;
mod sync;
#[cfg(test)]
mod toy;

pub use fire::Ticker;
#[cfg(test)]
pub(crate) use toy::ToyStore;
