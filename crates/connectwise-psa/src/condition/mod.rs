//! The vendor's filter language: conditions built with every value escaped, and what people write checked and read.

mod balance;
mod build;
mod near;
mod parse;
mod ticket_paths;

pub use balance::{Unbalanced, check_balance};
pub use build::{Condition, Value};
pub use parse::{Literal, Operator, Parsed, Unreadable, parse};
pub use ticket_paths::{near_ticket_paths, ticket_paths};
