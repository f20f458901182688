//! Results in words: tables for people, JSON, JSON Lines and CSV for programs.

pub(crate) mod error;
pub(crate) mod format;
pub(crate) mod output;
pub(crate) mod report;
pub(crate) mod rows;
pub(crate) mod table;
pub(crate) mod text;
