//! What a template may cost.

/// The work of one template: an instruction costs one, and so do 64 bytes that are made on the way.
pub(super) const FUEL: u64 = 1_000_000;

/// The JSON that the values of one step may come to.
pub(super) const LARGEST: usize = 16 * 1024 * 1024;

/// How deep a value may be nested.
pub(super) const DEEPEST: usize = 100;

/// How long the text of a template may be.
pub(super) const LONGEST_TEMPLATE: usize = 64 * 1024;

/// Calls inside calls.
pub(super) const CALLS: usize = 60;
