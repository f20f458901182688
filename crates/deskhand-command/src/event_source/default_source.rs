//! The Default Event Source: the page's 26 mappings, and no Unique Event Key, so that a ticket updated twice is two
//! events.

use serde_json::Map;

use super::{EventSource, FieldKind, FieldMapping, Hash, MainPath, Path};

/// Where the records are in Raw Data.
pub(super) const MAIN_PATH: &str = "$.Results";

/// Name, source and kind of each field, in the page's order.
const FIELDS: [(&str, &str, FieldKind); 26] = [
    ("Document ID", ".id", FieldKind::Json),
    ("Start Time", "._info.dateEntered", FieldKind::DateTime),
    ("Description", ".summary", FieldKind::Json),
    ("Board Name", ".board.name", FieldKind::Json),
    ("Event Type", ".recordType", FieldKind::Json),
    ("Priority", ".priority.name", FieldKind::Json),
    ("Impact", ".impact", FieldKind::Json),
    ("Urgency", ".severity", FieldKind::Json),
    ("Status", ".status.name", FieldKind::Json),
    ("Company Name", ".company.name", FieldKind::Json),
    ("Site Name", ".site.name", FieldKind::Json),
    ("Contact Name", ".contact.name", FieldKind::Json),
    ("Contact Email", ".contactEmailAddress", FieldKind::Json),
    ("Contact Phone Number", ".contactPhoneNumber", FieldKind::Json),
    ("Type Name", ".type.name", FieldKind::Json),
    ("Team Name", ".team.name", FieldKind::Json),
    ("Service Location", ".serviceLocation.name", FieldKind::Json),
    ("Source", ".source.name", FieldKind::Json),
    ("location", ".location.name", FieldKind::Json),
    ("Department", ".department.name", FieldKind::Json),
    ("SLA", ".sla.name", FieldKind::Json),
    ("SLA Status", ".slaStatus", FieldKind::Json),
    ("Created By", "._info.enteredBy", FieldKind::Json),
    ("Updated By", "._info.updatedBy", FieldKind::Json),
    ("Updated Time", "._info.lastUpdated", FieldKind::DateTime),
    ("Escalation Time", ".escalationStartDateUTC", FieldKind::DateTime),
];

/// Members that the vendor works out anew at every look, so that they change without an update.
const VOLATILE: [&str; 9] = [
    "slaStatus",
    "isInSla",
    "minutesWaiting",
    "minutesBeforeWaiting",
    "respondMinutes",
    "resPlanMinutes",
    "resolveMinutes",
    "escalationLevel",
    "escalationLastUpdateMinutes",
];

impl EventSource {
    /// The Default Event Source.
    pub fn default_source() -> Self {
        let field = |(name, path, kind): &(&str, &str, FieldKind)| FieldMapping {
            name: (*name).to_owned(),
            path: Path::parse(path, MAIN_PATH).expect("the paths of the table are chains of names"),
            kind: *kind,
            artifact: None,
        };
        Self {
            name: "Default Event Source".to_owned(),
            fetch: Map::new(),
            main_path: MainPath::parse(MAIN_PATH).expect("it is a name"),
            fields: FIELDS.iter().map(field).collect(),
            unique_event_key: None,
            search: None,
            hash: Hash::default(),
        }
    }
}

impl Default for Hash {
    /// By revision, with the members left out that are known to change by themselves.
    fn default() -> Self {
        Self::Revision {
            volatile: VOLATILE.map(str::to_owned).to_vec(),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn fe15_a_ticket_becomes_26_fields_and_missing_objects_are_null() {
        let ticket = json!({
            "id": 7, "summary": "Printer", "recordType": "ServiceTicket", "board": {"name": "Help Desk"}, "impact": "Low",
            "severity": "High", "location": {"name": "Tampa"}, "_info": {"lastUpdated": "2026-08-20T18:04:26Z", "enteredBy": "jdoe"}
        });
        let mapped = EventSource::default_source().map(&ticket);
        assert_eq!(mapped.len(), 26);
        assert_eq!(mapped["Document ID"], 7);
        assert_eq!(mapped["Urgency"], "High");
        assert_eq!(mapped["location"], "Tampa");
        assert_eq!(mapped["Updated Time"], "2026-08-20T18:04:26Z");
        assert_eq!(mapped["Contact Name"], Value::Null);
        insta::assert_snapshot!(
            EventSource::default_source()
                .fields
                .iter()
                .map(|field| format!("{} {}", field.name, field.path))
                .collect::<Vec<_>>()
                .join("\n")
        );
    }

    #[test]
    fn fe19_the_default_source_has_no_unique_event_key() {
        assert!(EventSource::default_source().event_key(&json!({"id": 7})).is_none());
    }
}
