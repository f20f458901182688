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
            let (first, last) = person(number);
            let mut contact = Object::new();
            contact.number("id", id).text("firstName", first);
            if let Some(last) = last {
                contact.text("lastName", last);
            }
            contact
                .raw("company", &company.reference)
                .raw("site", &company.site)
                .flag("inactiveFlag", number % 31 == 30)
                .text("title", ["Office Manager", "CFO", "Front Desk", "IT Contact"][nth]);
            contact
                .flag("marriedFlag", false)
                .flag("childrenFlag", false)
                .number("portalSecurityLevel", 6)
                .flag("disablePortalLoginFlag", true)
                .flag("unsubscribeFlag", false)
                .text("mobileGuid", &guid(90_000 + number as u64));
            contact
                .text("defaultPhoneType", "Direct")
                .text("defaultPhoneNbr", &phone(number))
                .flag("defaultBillingFlag", nth == 1)
                .flag("defaultFlag", nth == 0);
            // Somebody whom nobody can reach: the vendor leaves the member out.
            if number % 37 != 36 {
                contact.raw("communicationItems", &reachable(number));
            }
            contact.raw("types", "[]").raw("customFields", "[]");
            let mut info = Object::new();
            info.text("lastUpdated", &iso(1_600_000_000 + id))
                .text("updatedBy", "jdoe");
            contact.raw("_info", &info.end());
            world.seed(Kind::Contact, document(id, 0, contact.end()));
        }
    }
}

/// First and last name; some people have one name only.
pub(super) fn person(number: usize) -> (&'static str, Option<&'static str>) {
    let last = words::LAST_NAMES[(number / 16 + number % A_COMPANY) % 16];
    (
        words::FIRST_NAMES[number % 16],
        (!number.is_multiple_of(19)).then_some(last),
    )
}

/// Somebody at the n-th company.
pub(super) fn any_of(company: usize, random: &mut fastrand::Rng) -> usize {
    company * A_COMPANY + random.usize(..A_COMPANY)
}

pub(super) fn email(number: usize) -> String {
    format!("person{number}@example.com")
}

pub(super) fn phone(number: usize) -> String {
    format!("813555{number:04}")
}

fn reachable(number: usize) -> String {
    let email = text(&email(number));
    format!(
        "[{{\"id\":{0},\"type\":{{\"id\":1,\"name\":\"Email\"}},\"value\":{email},\"defaultFlag\":true,\"domain\":\"@example.com\",\"communicationType\":\"Email\"}},\
         {{\"id\":{1},\"type\":{{\"id\":2,\"name\":\"Direct\"}},\"value\":\"{2}\",\"defaultFlag\":true,\"communicationType\":\"Phone\"}}]",
        number * 2 + 1,
        number * 2 + 2,
        phone(number)
    )
}
