//! People at the companies.

use super::desk::{Desk, count, document};
use super::render::{Object, guid};
use super::words;
use crate::world::{Kind, World, iso, text};

/// Contacts a company.
const A_COMPANY: usize = 4;

pub(super) fn plant(world: &World, desk: &Desk) {
    for (at, company) in desk.companies.iter().enumerate() {
        for nth in 0..A_COMPANY {
            let number = at * A_COMPANY + nth;
            let id = count(number) + 1;
            let (first, last) = (
                words::FIRST_NAMES[number % 16],
                words::LAST_NAMES[(number / 16 + nth) % 16],
            );
            let mut contact = Object::new();
            contact.number("id", id).text("firstName", first);
            // Some people have one name only.
            if !number.is_multiple_of(19) {
                contact.text("lastName", last);
            }
            contact
                .raw("company", &company.reference)
                .raw("site", &company.site)
                .flag("inactiveFlag", false);
            contact
                .flag("defaultFlag", nth == 0)
                .raw("types", "[]")
                .text("mobileGuid", &guid(90_000 + number as u64));
            contact.raw("communicationItems", &reachable(number));
            let mut info = Object::new();
            info.text("lastUpdated", &iso(1_600_000_000 + id))
                .text("updatedBy", "jdoe");
            contact.raw("_info", &info.end());
            world.seed(Kind::Contact, document(id, 0, contact.end()));
        }
    }
}

fn reachable(number: usize) -> String {
    let email = text(&format!("person{number}@example.com"));
    format!(
        "[{{\"id\":{0},\"type\":{{\"id\":1,\"name\":\"Email\"}},\"value\":{email},\"defaultFlag\":true,\"domain\":\"@example.com\",\"communicationType\":\"Email\"}},\
         {{\"id\":{1},\"type\":{{\"id\":2,\"name\":\"Direct\"}},\"value\":\"813555{number:04}\",\"defaultFlag\":true,\"communicationType\":\"Phone\"}}]",
        number * 2 + 1,
        number * 2 + 2
    )
}
