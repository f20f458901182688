//! Who works on a ticket: the owner, and the text of all resources.

use serde_json::Value;

use super::Named;
use super::compose::Composition;
use crate::world::text;

impl Composition<'_> {
    /// A new owner is a resource, too, as recorded; that those before stay resources is invented.
    pub(super) fn owner(&mut self) {
        self.refer(&Named::OWNER);
        if !self.holds("owner") || self.holds("resources") {
            return;
        }
        let owner = self
            .ticket
            .get("owner")
            .and_then(|json| serde_json::from_str::<Value>(json).ok());
        let Some(owner) = owner.as_ref().and_then(|owner| owner.get("identifier")?.as_str()) else {
            return;
        };
        let before = self
            .ticket
            .get("resources")
            .and_then(|json| serde_json::from_str::<String>(json).ok());
        let before = before.unwrap_or_default();
        let mut resources: Vec<&str> = before
            .split(',')
            .map(str::trim)
            .filter(|name| !name.is_empty())
            .collect();
        if !resources.contains(&owner) {
            resources.push(owner);
        }
        let resources = text(&resources.join(", "));
        self.set("resources", resources);
    }
}
