//! The next revision of a ticket: one edit more, stamped, by somebody.

use bytes::Bytes;

use super::{Document, EDIT_COUNT, Members, iso, text};

/// A ticket with some of its members changed, and the rest as it was written.
pub(crate) fn changed(ticket: &Document, change: impl FnOnce(&mut Members)) -> Bytes {
    let Ok(mut members) = Members::read(&ticket.raw) else {
        return ticket.raw.clone();
    };
    change(&mut members);
    members.to_json().into_bytes().into_boxed_slice().into()
}

/// The next revision of a ticket: one edit more, stamped, by somebody.
pub(crate) fn revised(ticket: &Document, stamp: i64, by: &str, change: impl FnOnce(&mut Members)) -> Document {
    let edit = ticket.edit + 1;
    let raw = changed(ticket, |members| {
        change(members);
        with_edit_count(members, edit);
        members.within("_info", |info| {
            info.set("lastUpdated", text(&iso(stamp)));
            info.set("updatedBy", text(by));
        });
    });
    Document {
        updated: stamp,
        edit,
        raw,
        ..ticket.clone()
    }
}

/// Writes the edit count into its custom field, which tickets from files do not have at first.
pub(crate) fn with_edit_count(members: &mut Members, edit: u32) {
    let fields = members.get("customFields").unwrap_or("[]");
    let mut fields: Vec<Members> = serde_json::from_str(fields).unwrap_or_default();
    let caption = text(EDIT_COUNT);
    if let Some(field) = fields
        .iter_mut()
        .find(|field| field.get("caption") == Some(caption.as_str()))
    {
        field.set("value", edit.to_string());
    } else if let Ok(field) = Members::read(new_edit_count(edit).as_bytes()) {
        fields.push(field);
    }
    let fields: Vec<_> = fields.iter().map(Members::to_json).collect();
    members.set("customFields", format!("[{}]", fields.join(",")));
}

/// Its id is far from those that desks have.
fn new_edit_count(edit: u32) -> String {
    format!(
        "{{\"id\":9009,\"caption\":{},\"type\":\"Number\",\"entryMethod\":\"EntryField\",\"numberOfDecimals\":0,\"value\":{edit}}}",
        text(EDIT_COUNT)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_revision_leaves_what_it_does_not_change_as_it_was_written() {
        let json = r#"{"id":7,"summary":"é \"q\"","estimatedTimeCost":0.00,"_info":{"lastUpdated":"2026-01-01T00:00:00Z","a_href":"x"},"escalationLevel":1}"#;
        let ticket = Document::read(Bytes::from_static(json.as_bytes()), 0).unwrap();
        let revised = revised(&ticket, 1_800_000_000, "jdoe", |members| {
            members.set("impact", text("High"));
        });
        let expected = r#"{"id":7,"summary":"é \"q\"","estimatedTimeCost":0.00,"impact":"High","_info":{"lastUpdated":"2027-01-15T08:00:00Z","a_href":"x","updatedBy":"jdoe"},"escalationLevel":1,"customFields":[{"id":9009,"caption":"Edit Count","type":"Number","entryMethod":"EntryField","numberOfDecimals":0,"value":1}]}"#;
        assert_eq!(revised.raw, expected);
        assert_eq!(Document::read(revised.raw, 0).unwrap().edit, 1);
    }
}
