//! A callback, by the vendor's description.

use super::shape::Form::{Any, Flag, Text, Whole};
use super::{Shape, Slot};

/// `CallbackEntry`.
pub(crate) const CALLBACK: Shape = Shape {
    name: "CallbackEntry",
    resource: "callbackEntry",
    members: &[
        Slot::computed("id", Whole),
        Slot::set("description", Text(100)),
        Slot::set("url", Text(0)),
        Slot::set("objectId", Whole),
        Slot::set("type", Text(0)),
        Slot::set("level", Text(0)),
        Slot::computed("memberId", Whole),
        Slot::computed("payloadVersion", Text(0)),
        Slot::set("inactiveFlag", Flag),
        Slot::set("isSoapCallbackFlag", Flag),
        Slot::set("isSelfSuppressedFlag", Flag),
        Slot::computed("connectWiseID", Text(0)),
        Slot::computed("_info", Any),
    ],
};
