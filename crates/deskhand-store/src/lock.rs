//! What tells that the process with a claim has ended.

/// What came of asking for a claim's lock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lock {
    /// This process had it already.
    Kept,
    /// Nobody had it.
    Taken,
    /// A living process has it, or locks do not work here.
    Refused,
}
