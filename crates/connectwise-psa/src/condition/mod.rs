//! The vendor's filter language: conditions built with every value escaped, and the check of what people write.

mod balance;
mod build;

pub use balance::{Unbalanced, check_balance};
pub use build::{Condition, Value};
