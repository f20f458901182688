//! Who would get a mail about a note.

use serde_json::Value;

use crate::outbox::{Mail, Recipient};
use crate::ticket::{Store, find_where};
use crate::world::{Document, Kind, World};

/// Puts a note's mails into the outbox.
///
/// The ticket's `automaticEmail…Flag`s say to whom; an internal note goes to resources only. Discussion together with
/// internal can be seen by the contact, as the documentation of the flags has it.
pub(super) fn send(store: &Store<'_>, ticket: &Document, note: &Document) {
    let read = |document: &Document| serde_json::from_slice::<Value>(&document.raw).unwrap_or_default();
    let (ticket_members, note_members) = (read(ticket), read(note));
    for (to, address) in recipients(store.world, &ticket_members, &note_members) {
        store.outbox.send(Mail {
            at_ms: store.world.clock.now_ms(),
            ticket: ticket.id,
            note: note.id,
            to,
            address,
            subject: format!(
                "Ticket#{}/{}",
                ticket.id,
                ticket_members["summary"].as_str().unwrap_or_default()
            ),
            text: note_members["text"].as_str().unwrap_or_default().to_owned(),
        });
    }
}

fn recipients(world: &World, ticket: &Value, note: &Value) -> Vec<(Recipient, String)> {
    let flag = |of: &Value, name: &str| of[name] == true;
    let text = |name: &str| ticket[name].as_str().unwrap_or_default();
    let for_all = flag(note, "detailDescriptionFlag") || flag(note, "resolutionFlag");
    let mut recipients = Vec::new();
    if for_all && flag(ticket, "automaticEmailContactFlag") {
        recipients.push((Recipient::Contact, text("contactEmailAddress").to_owned()));
    }
    if flag(ticket, "automaticEmailResourceFlag") {
        let members = text("resources").split(',').map(str::trim);
        recipients.extend(members.filter_map(|member| Some((Recipient::Resource, address_of(world, member)?))));
    }
    if for_all && flag(ticket, "automaticEmailCcFlag") {
        let copies = text("automaticEmailCc").split([';', ',']).map(str::trim);
        recipients.extend(copies.map(|address| (Recipient::Copy, address.to_owned())));
    }
    recipients.retain(|(_, address)| !address.is_empty());
    recipients
}

fn address_of(world: &World, identifier: &str) -> Option<String> {
    let is_it = |record: &Value| {
        record["identifier"]
            .as_str()
            .is_some_and(|known| known.eq_ignore_ascii_case(identifier))
    };
    let (_, member) = find_where(world, Kind::Member, |_, record| is_it(record))?;
    member["officeEmail"].as_str().map(str::to_owned)
}
