//! What a run does next: a pure function of its history, what the desk knows, and the time.
//!
//! A decision is carried out as a whole: its entries are appended together with the runs that start by them and what becomes
//! of events, then its works are performed. Whatever was appended is never decided again.

mod approval;
mod batch;
mod begin;
mod decider;
mod decision;
mod each;
mod end;
mod facts;
mod lead;
mod nested;
mod part;
mod proceed;
mod repeat;
#[cfg(test)]
mod tests;
mod text;
mod wishes;

pub use decider::{decide, decide_run};
pub use decision::{Decision, Next, Signal, Task, Work};
pub(in crate::runs) use end::in_words;
pub(in crate::runs) use facts::Beside;
pub use facts::{Facts, Known, list_inputs};
