//! Priorities, severities, sources and the other short lists, and the people who work on the desk.

use super::desk::{Desk, count, numbered};
use super::plant::seed;
use super::render::{Object, href};
use super::words;
use crate::world::{Kind, World, iso};

pub(super) fn plant(world: &World, desk: &Desk) {
    plant_priorities(world, desk);
    for kind in [Kind::Severity, Kind::Impact] {
        for (id, name) in numbered(&["Low", "Medium", "High"]) {
            let mut object = Object::new();
            object.number("id", id).text("name", name);
            object
                .text("description", &format!("{name} by the desk's own reckoning"))
                .flag("defaultFlag", id == 2);
            seed(world, kind, id, 0, object);
        }
    }
    let lists: [(Kind, &[&str]); 5] = [
        (Kind::Source, &words::SOURCES),
        (Kind::ServiceLocation, &words::SERVICE_LOCATIONS),
        (Kind::SystemLocation, &words::SYSTEM_LOCATIONS),
        (Kind::CompanyType, &words::COMPANY_TYPES),
        (Kind::CompanyStatus, &words::COMPANY_STATUSES),
    ];
    for (kind, names) in lists {
        for (id, name) in numbered(names) {
            let mut object = Object::new();
            object.number("id", id).text("name", name);
            more(&mut object, kind, name);
            object.flag("defaultFlag", id == 1);
            seed(world, kind, id, 0, object);
        }
    }
    for (id, name) in numbered(&words::DEPARTMENTS) {
        let mut object = Object::new();
        object.number("id", id).text("identifier", name).text("name", name);
        seed(world, Kind::Department, id, 0, object);
    }
    plant_members(world, desk);
}

fn plant_priorities(world: &World, desk: &Desk) {
    let looks = [
        ("Red", "Critical"),
        ("Orange", "High"),
        ("Yellow", "Medium"),
        ("White", "Low"),
    ];
    // Invented: what `Do Not Respond` looks like, which is as little urgent as can be.
    let looks = looks.into_iter().chain(std::iter::repeat(("Gray", "Low")));
    for ((id, name), (color, level)) in numbered(desk.priority_names).zip(looks) {
        let mut object = Object::new();
        object.number("id", id).text("name", name).text("color", color);
        object.number("sortOrder", id).flag("defaultFlag", id == 3);
        object
            .text(
                "imageLink",
                &href(&format!("service/priorities/{id}/image?lm=2020-05-29T13:25:15Z")),
            )
            .text("level", level);
        seed(world, Kind::Priority, id, 0, object);
    }
}

/// What records of a kind have beside id, name and default flag.
fn more(object: &mut Object, kind: Kind, name: &str) {
    match kind {
        Kind::ServiceLocation => {
            // The vendor's words for it are the names without hyphens.
            object.text("where", &name.replace('-', ""));
        }
        Kind::CompanyType => {
            object.flag("vendorFlag", name == "Vendor");
        }
        Kind::CompanyStatus => {
            object
                .flag("inactiveFlag", name == "Inactive")
                .flag("notifyFlag", false)
                .flag("disallowSavingFlag", false);
        }
        _ => {}
    }
}

fn plant_members(world: &World, desk: &Desk) {
    for (at, (identifier, first, last)) in words::MEMBERS.iter().enumerate() {
        let id = count(at) + 1;
        let api = identifier.starts_with("api_");
        let mut object = Object::new();
        object.number("id", id).text("identifier", identifier);
        object
            .text("licenseClass", if api { "A" } else { "F" })
            // One client takes these for required, though the vendor's description has them optional.
            .text("agreementInvoicingDisplayOptions", "RemainOnInvoicingScreen")
            .text("invoiceScreenDefaultTabFormat", "ShowInvoicingTab")
            .text("invoicingDisplayOptions", "RemainOnInvoicingScreen")
            .flag("inactiveFlag", false)
            .text("firstName", first)
            .text("lastName", last);
        object
            .text("hireDate", &iso(1_400_000_000 / 86_400 * 86_400))
            .text("officeEmail", &format!("{identifier}@msp.example.com"))
            .text("defaultEmail", "Office")
            .text("primaryEmail", &format!("{identifier}@msp.example.com"))
            .text("defaultPhone", "Office");
        object
            .raw("securityRole", "{\"id\":63,\"name\":\"Full\"}")
            .flag("adminFlag", at == 0)
            .raw("defaultLocation", &desk.system_locations[0])
            .raw("defaultDepartment", &desk.departments[0])
            .raw("customFields", "[]");
        seed(world, Kind::Member, id, 0, object);
    }
}
