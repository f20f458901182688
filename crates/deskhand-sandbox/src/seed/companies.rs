//! The companies that the desk serves.

use super::desk::{Company, Desk, count, identifier};
use super::plant::seed_with_links;
use super::render::{Object, guid, reference};
use super::words;
use crate::world::{Kind, World, iso, text};

pub(super) fn plant(world: &World, desk: &Desk) {
    for (at, company) in desk.companies.iter().enumerate() {
        let id = company.id;
        let links = [
            ("contacts_href", format!("company/contacts?conditions=company/id={id}")),
            ("tickets_href", format!("service/tickets?conditions=company/id={id}")),
            (
                "agreements_href",
                format!("finance/agreements?conditions=company/id={id}"),
            ),
            ("sites_href", format!("company/companies/{id}/sites")),
            ("notes_href", format!("company/companies/{id}/notes")),
        ];
        seed_with_links(world, Kind::Company, (id, 0), object(at, company), &links);
    }
}

fn object(at: usize, company: &Company) -> Object {
    let (city, state, zip) = words::CITIES[company.city];
    let status = at % 10 / 7;
    let mut object = Object::with_room(2 * 1024);
    object
        .number("id", company.id)
        .text("identifier", &identifier(at))
        .text("name", &company.name);
    let status_path = format!("company/companies/statuses/{}", status + 1);
    object.raw(
        "status",
        &reference(
            count(status) + 1,
            words::COMPANY_STATUSES[status],
            "status_href",
            &status_path,
        ),
    );
    object
        .text("addressLine1", &format!("{} Main Street", 100 + at))
        .text("city", city)
        .text("state", state)
        .text("zip", zip);
    object.raw(
        "country",
        &reference(1, "United States", "country_href", "company/countries/1"),
    );
    object
        .text("phoneNumber", &format!("813555{:04}", 1000 + at))
        .text("website", &format!("www.co{}.example.com", at + 1));
    object.raw(
        "territory",
        &reference(1, "Tampa Office", "location_href", "system/locations/1"),
    );
    object
        .text("accountNumber", &format!("A-{:05}", at + 1))
        .text("dateAcquired", &iso(1_450_000_000 / 86_400 * 86_400))
        .number("numberOfEmployees", count(at * 7 % 400))
        .flag("leadFlag", false)
        .flag("unsubscribeFlag", false);
    object
        .flag("deletedFlag", false)
        .text("mobileGuid", &guid(at as u64))
        .flag("isVendorFlag", false)
        .raw("types", &types(at))
        .raw("site", &company.site);
    object.raw(
        "customFields",
        "[{\"id\":12,\"caption\":\"Onboarded\",\"type\":\"Checkbox\",\"entryMethod\":\"EntryField\",\"numberOfDecimals\":0,\"value\":true}]",
    );
    object
}

/// One or two types, as companies have them.
fn types(at: usize) -> String {
    let one = |at: usize| {
        let id = at % words::COMPANY_TYPES.len();
        format!("{{\"id\":{},\"name\":{}}}", id + 1, text(words::COMPANY_TYPES[id]))
    };
    if at.is_multiple_of(3) {
        format!("[{},{}]", one(1), one(at))
    } else {
        format!("[{}]", one(1))
    }
}
