//! The forms that output can take.

use clap::ValueEnum;

/// How results are written to standard output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// A table for people
    Table,
    /// One JSON object
    Json,
    /// One record a line, as the PSA sent it
    Jsonl,
    /// The mapped fields, with a heading; safe to open in a spreadsheet
    Csv,
}
