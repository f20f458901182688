//! Whom a ticket is for: the contact, and the name, phone and e-mail that are copied from it.

use memchr::memmem;
use serde_json::Value;

use super::Named;
use super::compose::{Composition, Mode, Wish};
use super::reference::{Given, find, name_of, reference_to};
use crate::world::{Kind, text};

/// What is copied from a contact.
const COPIED: [&str; 4] = [
    "contactName",
    "contactPhoneNumber",
    "contactPhoneExtension",
    "contactEmailAddress",
];

impl Composition<'_> {
    pub(super) fn contact(&mut self, other_company: bool) {
        let contact = match self.wish("contact") {
            Wish::Hold(value) => {
                let given = Given::of(value);
                let found = find(self.world, Kind::Contact, 0, &given).filter(|_| given.by == "id");
                if found.is_none() {
                    let problem = given.not_found(&Named::CONTACT, 0);
                    return self.problems.push(problem);
                }
                found.map(|(_, record)| record)
            }
            Wish::Default if self.mode == Mode::Update => None,
            Wish::Stay if !other_company => return,
            Wish::Default | Wish::Stay => self.usual_contact(),
        };
        // A name without a record leaves phone and e-mail to whoever sends the name.
        match &contact {
            Some(contact) => self.set("contact", reference_to(&Named::CONTACT, contact, 0)),
            None => self.ticket.remove("contact"),
        }
        let copied = contact.as_ref().map(copied).unwrap_or_default();
        for (name, value) in COPIED.into_iter().zip(copied) {
            self.copy(name, value.as_deref().map(text));
        }
    }

    /// The contact with the e-mail address that is to be looked up, else the company's default contact; nobody when a
    /// name is sent.
    fn usual_contact(&self) -> Option<Value> {
        if let Some(email) = self.wanted.text("contactEmailLookup") {
            let found = self.contact_where(email, |contact| {
                item(contact, "Email").is_some_and(|(address, _)| address.eq_ignore_ascii_case(email))
            });
            if found.is_some() {
                return found;
            }
        }
        if self.holds("contactName") {
            return None;
        }
        let company = self.id_in("company");
        self.contact_where(&format!("\"company\":{{\"id\":{company},"), |contact| {
            contact["defaultFlag"] == true && contact["company"]["id"] == company
        })
    }

    /// A contact whose JSON holds a text, for which most need no more than one look, and of whom something is true.
    fn contact_where(&self, holding: &str, wanted: impl Fn(&Value) -> bool) -> Option<Value> {
        let holding = memmem::Finder::new(holding);
        self.world.read(Kind::Contact, |table| {
            let candidates = table
                .newest_after(i64::MIN)
                .filter(|contact| holding.find(&contact.raw).is_some());
            let mut read = candidates.filter_map(|contact| serde_json::from_slice(&contact.raw).ok());
            read.find(|contact| wanted(contact))
        })
    }
}

/// In the order of [`COPIED`].
fn copied(contact: &Value) -> [Option<String>; 4] {
    let (phone, extension) = item(contact, "Phone").unzip();
    let email = item(contact, "Email").map(|(address, _)| address);
    [Some(name_of(contact)), phone, extension.flatten(), email]
}

/// A contact's usual number or address of a kind, and its extension.
fn item(contact: &Value, kind: &str) -> Option<(String, Option<String>)> {
    let items = contact.get("communicationItems")?.as_array()?;
    let of_kind = || items.iter().filter(|item| item["communicationType"] == kind);
    let usual = of_kind()
        .find(|item| item["defaultFlag"] == true)
        .or_else(|| of_kind().next())?;
    let extension = usual.get("extension").and_then(Value::as_str).map(str::to_owned);
    Some((usual.get("value")?.as_str()?.to_owned(), extension))
}
