//! Who hears where a run is.

use std::ops::ControlFlow;

/// Hears where runs are, and can end everything there: the host returns at once, and nothing after that point happens.
pub trait Observer: Send + Sync {
    /// A run has come to this point.
    fn at(&self, run: &str, point: Point<'_>) -> ControlFlow<()>;
}

/// Where a run is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Point<'a> {
    /// Something is about to be appended to its journal.
    BeforeAppend,
    /// It was appended.
    AfterAppend,
    /// A step is about to be performed.
    BeforeWork {
        /// The step's path.
        step: &'a str,
    },
    /// It was performed, and its ending is not in the journal yet.
    AfterWork {
        /// The step's path.
        step: &'a str,
    },
}

/// Tells nobody.
#[derive(Debug, Clone, Copy, Default)]
pub struct Quiet;

impl Observer for Quiet {
    fn at(&self, _run: &str, _point: Point<'_>) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }
}
