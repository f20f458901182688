//! What a connection is good for: each right of the security role, the clocks, the version, the speed.
//!
//! Nothing is changed. A right to read is tried by reading one record; a right to write by a request that is refused for
//! another reason, because it names a ticket that there is not, or says nothing that a ticket needs.

mod decide;
mod examine;
mod probe;

pub use decide::{Right, RightState};
pub use examine::{Checkup, examine};
