//! What a merge and a bundle are told, by the vendor's description.

use super::shape::Form::{Reference, Wholes};
use super::{Shape, Slot};

/// `TicketMerge`: ids are bare numbers, both members are required.
pub(crate) const MERGE: Shape = Shape {
    name: "TicketMerge",
    resource: "ticketMerge",
    members: &[
        Slot::set("mergeTicketIds", Wholes),
        Slot::set("status", Reference("ServiceStatusReference")),
    ],
};

/// `TicketBundle`.
pub(crate) const BUNDLE: Shape = Shape {
    name: "TicketBundle",
    resource: "ticketBundle",
    members: &[Slot::set("childTicketIds", Wholes)],
};
