//! A ticket's note, by the vendor's description.

use super::shape::Form::{Any, Decimal, Flag, Lines, Reference, Text, Whole};
use super::{Shape, Slot};

/// `ServiceNote`.
pub(crate) const NOTE: Shape = Shape {
    name: "ServiceNote",
    resource: "serviceNote",
    members: &[
        Slot::computed("id", Whole),
        Slot::computed("ticketId", Whole),
        Slot::set("text", Lines),
        Slot::set("detailDescriptionFlag", Flag),
        Slot::set("internalAnalysisFlag", Flag),
        Slot::set("resolutionFlag", Flag),
        Slot::set("issueFlag", Flag),
        Slot::set("member", Reference("MemberReference")),
        Slot::set("contact", Reference("ContactReference")),
        Slot::set("customerUpdatedFlag", Flag),
        Slot::once("processNotifications", Flag),
        Slot::computed("dateCreated", Text(0)),
        Slot::computed("createdBy", Text(0)),
        Slot::computed("internalFlag", Flag),
        Slot::computed("externalFlag", Flag),
        Slot::computed("sentimentScore", Decimal),
        Slot::computed("_info", Any),
    ],
};
