//! Service tickets: making, changing, deleting, noting, merging and bundling them.

use serde_json::{Map, Value, json};

use super::{Patch, Reference};
use crate::Request;

const TICKETS: &str = "service/tickets";

/// Makes a ticket of these members; `summary` and `company` are required, the vendor fills in the rest.
///
/// Answered with 201 and the ticket.
pub fn create_ticket(members: &Map<String, Value>) -> Request {
    Request::post(TICKETS, &Value::Object(members.clone()))
}

/// Changes a ticket; answered with 200 and the ticket as it is now.
pub fn update_ticket(ticket: i64, patch: &Patch) -> Request {
    Request::patch(format!("{TICKETS}/{ticket}"), patch)
}

/// Replaces a ticket whole; answered with 200 and the ticket as it is now.
///
/// What is left out becomes its default or nothing; severity and impact are required (the vendor's description).
pub fn replace_ticket(ticket: i64, members: &Map<String, Value>) -> Request {
    Request::put(format!("{TICKETS}/{ticket}"), &Value::Object(members.clone()))
}

/// Deletes a ticket for good; answered with 204.
pub fn delete_ticket(ticket: i64) -> Request {
    Request::delete(format!("{TICKETS}/{ticket}"))
}

/// Adds a note of these members to a ticket; at least one of the three display flags has to be true.
///
/// Answered with 201 and the note.
pub fn write_note(ticket: i64, members: &Map<String, Value>) -> Request {
    Request::post(format!("{TICKETS}/{ticket}/notes"), &Value::Object(members.clone()))
}

/// Merges tickets into `parent` and gives them this status, which has to be a closed one.
///
/// The ids are bare numbers: objects are answered with 500 (reported by another client).
pub fn merge_tickets(parent: i64, children: &[i64], status: i64) -> Request {
    let body = json!({"mergeTicketIds": children, "status": Reference::Id(status).to_json()});
    Request::post(format!("{TICKETS}/{parent}/merge"), &body)
}

/// Puts tickets under `parent` as a bundle; they close with it.
pub fn attach_children(parent: i64, children: &[i64]) -> Request {
    let body = json!({ "childTicketIds": children });
    Request::post(format!("{TICKETS}/{parent}/attachChildren"), &body)
}

/// Takes tickets out of the bundle of `parent`.
pub fn detach_children(parent: i64, children: &[i64]) -> Request {
    let body = json!({ "childTicketIds": children });
    Request::post(format!("{TICKETS}/{parent}/detachChildren"), &body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_what_the_vendors_description_says() {
        let members = json!({"summary": "Printer", "company": {"id": 2}});
        let members = members.as_object().unwrap();
        for (request, text) in [
            (
                create_ticket(members),
                "POST service/tickets\n\n{\"summary\":\"Printer\",\"company\":{\"id\":2}}",
            ),
            (
                update_ticket(7, &Patch::new().replace("summary", "x")),
                "PATCH service/tickets/7\n\n[{\"op\":\"replace\",\"path\":\"summary\",\"value\":\"x\"}]",
            ),
            (
                replace_ticket(7, members),
                "PUT service/tickets/7\n\n{\"summary\":\"Printer\",\"company\":{\"id\":2}}",
            ),
            (delete_ticket(7), "DELETE service/tickets/7"),
            (
                merge_tickets(1, &[2, 3], 5),
                "POST service/tickets/1/merge\n\n{\"mergeTicketIds\":[2,3],\"status\":{\"id\":5}}",
            ),
            (
                attach_children(1, &[2]),
                "POST service/tickets/1/attachChildren\n\n{\"childTicketIds\":[2]}",
            ),
            (
                detach_children(1, &[2]),
                "POST service/tickets/1/detachChildren\n\n{\"childTicketIds\":[2]}",
            ),
        ] {
            assert_eq!(request.to_text(), text);
        }
        let note = json!({"text": "Done", "resolutionFlag": true});
        assert_eq!(
            write_note(7, note.as_object().unwrap()).to_text(),
            "POST service/tickets/7/notes\n\n{\"text\":\"Done\",\"resolutionFlag\":true}"
        );
    }
}
