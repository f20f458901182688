//! Everything that tickets refer to: boards, priorities, companies, people.

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::Seed;
use super::render::{Object, guid, href, reference};
use super::words;
use crate::world::Document;

/// How the priorities of the desk are called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Priorities {
    /// The four names of the documentation.
    #[default]
    Documented,
    /// Other names with the same numbers, as tenants have them, and one without a number.
    Stock,
}

impl Priorities {
    /// The names, most urgent first.
    pub fn names(self) -> &'static [&'static str] {
        match self {
            Self::Documented => &[
                "Priority 1 - Emergency Response",
                "Priority 2 - Quick Response",
                "Priority 3 - Normal Response",
                "Priority 4 - Scheduled Maintenance",
            ],
            Self::Stock => &[
                "Priority 1 - Critical",
                "Priority 2 - High",
                "Priority 3 - Medium",
                "Priority 4 - Low",
                "Do Not Respond",
            ],
        }
    }
}

/// The desk's references, ready to be written into tickets.
#[derive(Debug, Clone)]
pub struct Desk {
    pub(super) boards: Vec<Board>,
    pub(super) companies: Vec<Company>,
    pub(super) priorities: Vec<String>,
    pub(super) members: Vec<String>,
    pub(super) sources: Vec<String>,
    pub(super) departments: Vec<String>,
    pub(super) system_locations: Vec<String>,
    pub(super) service_locations: Vec<String>,
    pub(super) slas: Vec<String>,
    pub(super) country: String,
    pub(super) currency: String,
    pub(super) agreement: String,
    pub(super) opportunity: String,
    pub(super) work_role: String,
    pub(super) work_type: String,
    pub(super) priority_names: &'static [&'static str],
}

#[derive(Debug, Clone)]
pub(super) struct Board {
    pub(super) id: i64,
    pub(super) reference: String,
    pub(super) statuses: Vec<Status>,
    pub(super) types: Vec<String>,
    pub(super) sub_types: Vec<String>,
    pub(super) items: Vec<String>,
    pub(super) teams: Vec<String>,
}

#[derive(Debug, Clone)]
pub(super) struct Status {
    pub(super) reference: String,
    pub(super) closed: bool,
}

#[derive(Debug, Clone)]
pub(super) struct Company {
    pub(super) id: i64,
    pub(super) name: String,
    pub(super) reference: String,
    pub(super) site: String,
    pub(super) city: usize,
}

/// Priorities with a number in their names; they come first.
const NUMBERED: usize = 4;
/// Companies of a desk.
const COMPANIES: usize = 300;
/// Their ids begin here, well apart from the tickets'.
pub(super) const FIRST_COMPANY: i64 = 19_000;
/// When the desk was set up: long before any ticket.
pub(super) const SET_UP: i64 = 1_500_000_000;

impl Desk {
    /// The desk that belongs to a seed.
    pub fn new(seed: &Seed) -> Self {
        let named = |names: &[&str], href_name: &str, path: &str| -> Vec<String> {
            numbered(names)
                .map(|(id, name)| reference(id, name, href_name, &format!("{path}/{id}")))
                .collect()
        };
        Self {
            boards: numbered(&words::BOARDS).map(|(id, name)| board(id, name)).collect(),
            companies: (0..COMPANIES).map(company).collect(),
            priorities: numbered(seed.priorities.names())
                .map(|(id, name)| priority_reference(id, name))
                .collect(),
            members: (0..words::MEMBERS.len()).map(member_reference).collect(),
            sources: named(&words::SOURCES, "source_href", "service/sources"),
            departments: numbered(&words::DEPARTMENTS)
                .map(|(id, name)| department_reference(id, name))
                .collect(),
            system_locations: named(&words::SYSTEM_LOCATIONS, "location_href", "system/locations"),
            service_locations: named(&words::SERVICE_LOCATIONS, "location_href", "service/locations"),
            slas: named(&words::SLAS, "sla_href", "service/SLAs"),
            country: reference(1, "United States", "country_href", "company/countries/1"),
            currency: currency(),
            agreement: reference(12, "Managed Services — Gold", "agreement_href", "finance/agreements/12"),
            opportunity: reference(77, "Firewall refresh", "opportunity_href", "sales/opportunities/77"),
            work_role: reference(3, "Engineer", "workRole_href", "time/workRoles/3"),
            work_type: reference(4, "Remote support", "workType_href", "time/workTypes/4"),
            priority_names: seed.priorities.names(),
        }
    }

    /// References, for a ticket's member, to records that the sandbox lists nowhere.
    pub(crate) fn unlisted(&self, member: &str) -> Vec<String> {
        match member {
            "sla" => self.slas.clone(),
            "country" => vec![self.country.clone()],
            "currency" => vec![self.currency.clone()],
            "agreement" => vec![self.agreement.clone()],
            "opportunity" => vec![self.opportunity.clone()],
            "workRole" => vec![self.work_role.clone()],
            "workType" => vec![self.work_type.clone()],
            _ => Vec::new(),
        }
    }

    /// The statuses of a board, as references: those that close a ticket, or the others.
    pub(crate) fn statuses(&self, board: i64, closed: bool) -> Vec<&str> {
        let board = self.boards.iter().find(|known| known.id == board);
        let statuses = board.into_iter().flat_map(|board| &board.statuses);
        statuses
            .filter(|status| status.closed == closed)
            .map(|status| status.reference.as_str())
            .collect()
    }

    /// The priorities that tickets get by themselves, as references: the numbered ones, whatever more there are.
    pub(crate) fn priorities(&self) -> &[String] {
        &self.priorities[..self.priorities.len().min(NUMBERED)]
    }

    /// Somebody who works on the desk: the reference, and the identifier.
    pub(crate) fn any_member(&self, random: &mut fastrand::Rng) -> (&str, &'static str) {
        let at = random.usize(..self.members.len());
        (&self.members[at], words::MEMBERS[at].0)
    }

    /// What a ticket is about after so many edits.
    #[expect(clippy::unused_self, reason = "the words belong to the desk")]
    pub(crate) fn summary(&self, edit: u32, random: &mut fastrand::Rng) -> String {
        format!(
            "{} — changed {edit} times",
            words::SUBJECTS[random.usize(..words::SUBJECTS.len())]
        )
    }
}

/// Ids from 1 beside their names.
pub(super) fn numbered<'a>(names: &'a [&'a str]) -> impl Iterator<Item = (i64, &'a str)> {
    (1..).zip(names.iter().copied())
}

pub(super) fn count(at: usize) -> i64 {
    i64::try_from(at).unwrap_or(i64::MAX)
}

pub(super) fn status_id(board: i64, at: usize) -> i64 {
    board * 20 + count(at)
}

pub(super) fn document(id: i64, parent: i64, json: String) -> Document {
    Document {
        id,
        parent,
        updated: SET_UP,
        entered: SET_UP,
        service: true,
        edit: 0,
        raw: Bytes::from(json),
    }
}

fn board(id: i64, name: &str) -> Board {
    let child = |path: &str, at: usize, name: &str, href_name: &str| {
        reference(
            status_id(id, at),
            name,
            href_name,
            &format!("service/boards/{id}/{path}/{}", status_id(id, at)),
        )
    };
    let all = |path: &str, names: &[&str], href_name: &str| {
        names
            .iter()
            .enumerate()
            .map(|(at, name)| child(path, at, name, href_name))
            .collect()
    };
    Board {
        id,
        reference: reference(id, name, "board_href", &format!("service/boards/{id}")),
        statuses: words::STATUSES
            .iter()
            .enumerate()
            .map(|(at, (name, closed, _))| Status {
                reference: child("statuses", at, name, "status_href"),
                closed: *closed,
            })
            .collect(),
        types: all("types", &words::TYPES, "type_href"),
        sub_types: all("subtypes", &words::TYPES, "subType_href"),
        items: all("items", &words::TYPES, "item_href"),
        teams: all("teams", &words::TEAMS, "team_href"),
    }
}

pub(super) fn identifier(at: usize) -> String {
    format!("CO{:04}", at + 1)
}

fn company(at: usize) -> Company {
    let id = FIRST_COMPANY + count(at);
    let (first, second) = (
        words::COMPANY_FIRST[at % 24],
        words::COMPANY_SECOND[(at / 24 + at) % 16],
    );
    let name = if at < 24 * 16 / 2 {
        format!("{first} {second}")
    } else {
        format!("{first} {second} {}", at + 1)
    };
    let mut info = Object::new();
    info.text("company_href", &href(&format!("company/companies/{id}")))
        .text("mobileGuid", &guid(id.unsigned_abs()));
    let mut reference = Object::new();
    reference
        .number("id", id)
        .text("identifier", &identifier(at))
        .text("name", &name)
        .raw("_info", &info.end());
    let mut info = Object::new();
    info.text(
        "site_href",
        &href(&format!("company/companies/{id}/sites/{}", 1000 + id)),
    )
    .text("mobileGuid", &guid(5000 + id.unsigned_abs()));
    let mut site = Object::new();
    site.number("id", 1000 + id)
        .text("name", "Main")
        .raw("_info", &info.end());
    Company {
        id,
        reference: reference.end(),
        site: site.end(),
        city: at % words::CITIES.len(),
        name,
    }
}

fn currency() -> String {
    let mut info = Object::new();
    info.text("currency_href", &href("finance/currencies/7"));
    let mut currency = Object::new();
    currency.number("id", 7).text("symbol", "$").text("currencyCode", "USD");
    currency
        .text("decimalSeparator", ".")
        .number("numberOfDecimals", 2)
        .text("thousandsSeparator", ",")
        .flag("negativeParenthesesFlag", false)
        .flag("displaySymbolFlag", true);
    currency
        .text("currencyIdentifier", "USD")
        .flag("displayIdFlag", false)
        .flag("rightAlign", false)
        .text("name", "US Dollars")
        .raw("_info", &info.end());
    currency.end()
}

fn priority_reference(id: i64, name: &str) -> String {
    let mut info = Object::new();
    info.text("priority_href", &href(&format!("service/priorities/{id}")));
    info.text(
        "image_href",
        &href(&format!("service/priorities/{id}/image?lm=2020-05-29T13:25:15Z")),
    );
    let mut priority = Object::new();
    priority
        .number("id", id)
        .text("name", name)
        .number("sort", id)
        .raw("_info", &info.end());
    priority.end()
}

fn member_reference(at: usize) -> String {
    let (identifier, first, last) = words::MEMBERS[at];
    let id = count(at) + 1;
    let mut info = Object::new();
    info.text("member_href", &href(&format!("system/members/{id}")));
    info.text(
        "image_href",
        &href(&format!("system/members/{id}/image?lm=2022-08-03T19:37:23Z")),
    );
    let mut member = Object::new();
    member
        .number("id", id)
        .text("identifier", identifier)
        .text("name", &format!("{first} {last}"))
        .raw("_info", &info.end());
    member.end()
}

fn department_reference(id: i64, name: &str) -> String {
    let mut info = Object::new();
    info.text("department_href", &href(&format!("system/departments/{id}")));
    let mut department = Object::new();
    department
        .number("id", id)
        .text("identifier", name)
        .text("name", name)
        .raw("_info", &info.end());
    department.end()
}
