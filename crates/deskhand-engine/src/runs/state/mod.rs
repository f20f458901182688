//! Where a run is: the fold of its journal.
//!
//! A step of a playbook becomes a [`Node`] when it begins or is skipped, found by its path. For-each and repeat steps, and
//! commands that are run once for each element of a list, have a node for each element or turn, too: `Each ticket[2]`.

mod away;
mod history;
mod node;
mod outputs;
mod part;
mod path;
mod reopen;
mod shape;
mod wish;

pub use history::History;
pub use node::{Answer, ChildEnd, Node, Phase};
pub use wish::{Letter, Wanted, Wish};

pub(in crate::runs) use away::{Away, is_awaited};
pub(in crate::runs) use part::Part;
pub(in crate::runs) use path::element;
pub(in crate::runs) use shape::Shape;
