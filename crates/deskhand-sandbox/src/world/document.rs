//! One record as the vendor would send it.

use bytes::Bytes;
use serde_json::Value;

/// A record's JSON with what lists need to know of it.
#[derive(Debug, Clone)]
pub struct Document {
    /// Its id.
    pub id: i64,
    /// The record it belongs to: the board of a status; 0 for none.
    pub parent: i64,
    /// `_info/lastUpdated`, in seconds since 1970.
    pub updated: i64,
    /// `_info/dateEntered`, in seconds since 1970.
    pub entered: i64,
    /// A ticket that `/service/tickets` shows; true for everything that is no ticket.
    pub service: bool,
    /// How often it was edited, for tickets: the custom field `Edit Count`.
    pub edit: u32,
    /// Compact JSON.
    pub raw: Bytes,
}

/// The custom field by which a stored ticket can be recognised as one revision of the truth.
pub(crate) const EDIT_COUNT: &str = "Edit Count";

impl Document {
    /// Reads id, stamps, type and edit count from a record's JSON.
    pub fn read(raw: Bytes, parent: i64) -> Option<Self> {
        let value: Value = serde_json::from_slice(&raw).ok()?;
        let stamp = |name: &str| {
            let text = value.pointer(&format!("/_info/{name}"))?.as_str()?;
            Some(text.parse::<jiff::Timestamp>().ok()?.as_second())
        };
        let record_type = value.get("recordType").and_then(Value::as_str);
        Some(Self {
            id: value.get("id")?.as_i64()?,
            parent,
            updated: stamp("lastUpdated").unwrap_or(0),
            entered: stamp("dateEntered").unwrap_or(0),
            service: record_type.is_none_or(|kind| kind == "ServiceTicket"),
            edit: edit_count(&value),
            raw,
        })
    }
}

fn edit_count(ticket: &Value) -> u32 {
    let fields = ticket
        .get("customFields")
        .and_then(Value::as_array)
        .into_iter()
        .flatten();
    let mut counts = fields.filter(|field| field.get("caption").and_then(Value::as_str) == Some(EDIT_COUNT));
    let count = counts
        .next()
        .and_then(|field| field.get("value"))
        .and_then(Value::as_u64);
    count.and_then(|count| u32::try_from(count).ok()).unwrap_or(0)
}
