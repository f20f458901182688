//! Tickets with every member that the vendor's have, all but a few of them on any one ticket.

use bytes::Bytes;

use super::Seed;
use super::contacts;
use super::desk::{Company, Desk, FIRST_COMPANY, count};
use super::render::{Fields, Object, guid, href};
use super::words;
use crate::world::{Document, Kind, World};

/// Ids begin here, so that small numbers stay unknown.
const FIRST_ID: i64 = 1_000;
/// The span over which seeded tickets were entered: two years.
const SPAN: i64 = 2 * 365 * 86_400;
/// Nothing was updated in the last hour before the sandbox began.
const QUIET: i64 = 3_600;

/// The addresses of what belongs to a ticket: name, and what stands before and after the ticket's id.
const LINKS: [(&str, &str, &str); 9] = [
    ("activities_href", "sales/activities?conditions=ticket/id=", ""),
    (
        "scheduleentries_href",
        "schedule/entries?conditions=type/id=4 AND objectId=",
        "",
    ),
    ("documents_href", "system/documents?recordType=Ticket&recordId=", ""),
    ("configurations_href", "service/tickets/", "/configurations"),
    ("tasks_href", "service/tickets/", "/tasks"),
    ("notes_href", "service/tickets/", "/notes"),
    (
        "products_href",
        "procurement/products?conditions=chargeToType='Ticket' AND chargeToId=",
        "",
    ),
    (
        "timeentries_href",
        "time/entries?conditions=(chargeToType='ServiceTicket' OR chargeToType='ProjectTicket') AND chargeToId=",
        "",
    ),
    (
        "expenseEntries_href",
        "expense/entries?conditions=(chargeToType='ServiceTicket' OR chargeToType='ProjectTicket') AND chargeToId=",
        "",
    ),
];

/// What decides how one ticket looks.
pub(crate) struct Ticket {
    pub(crate) id: i64,
    pub(crate) entered: i64,
    pub(crate) updated: i64,
    pub(crate) edit: u32,
    pub(crate) project: bool,
    pub(crate) closed: bool,
}

/// Renders tickets on all processors, and puts them in in their order.
pub(super) fn plant(world: &World, desk: &Desk, seed: &Seed) {
    let now = world.clock.now_seconds();
    let threads = std::thread::available_parallelism().map_or(1, |count| count.get().min(8)) as u64;
    let share = seed.tickets.div_ceil(threads).max(1);
    let rendered: Vec<Vec<Document>> = std::thread::scope(|scope| {
        let renderers: Vec<_> = (0..threads)
            .map(|at| at * share..((at + 1) * share).min(seed.tickets))
            .map(|part| scope.spawn(move || part.map(|nth| nth_document(desk, seed, nth, now)).collect()))
            .collect();
        let finished = renderers.into_iter().map(std::thread::ScopedJoinHandle::join);
        finished.map(|part| part.expect("rendering does not fail")).collect()
    });
    for ticket in rendered.into_iter().flatten() {
        world.seed(Kind::Ticket, ticket);
    }
}

fn nth_document(desk: &Desk, seed: &Seed, nth: u64, now: i64) -> Document {
    let mut random = random_of(seed, nth);
    let updated = updated(seed, nth, now, &mut random);
    let ticket = Ticket {
        id: id_of(nth),
        entered: entered(seed, nth, now).min(updated),
        updated,
        edit: 0,
        project: nth % 40 == 39,
        closed: random.u8(..10) < 7,
    };
    ticket.document(desk, &mut random)
}

fn random_of(seed: &Seed, nth: u64) -> fastrand::Rng {
    fastrand::Rng::with_seed(seed.number.wrapping_mul(1_000_003).wrapping_add(nth))
}

fn id_of(nth: u64) -> i64 {
    FIRST_ID + i64::try_from(nth).unwrap_or(i64::MAX - FIRST_ID)
}

/// Spread evenly over the years before the quiet time.
fn entered(seed: &Seed, nth: u64, now: i64) -> i64 {
    let share = nth.saturating_mul(SPAN.unsigned_abs()) / seed.tickets.max(1);
    now - QUIET - SPAN + i64::try_from(share).unwrap_or(0)
}

/// Some time since it was entered; every fiftieth shares its second with the one before it.
fn updated(seed: &Seed, nth: u64, now: i64, random: &mut fastrand::Rng) -> i64 {
    if nth < seed.in_one_second {
        return now - QUIET - 86_400;
    }
    if nth % 50 == 1 {
        let before = nth - 1;
        return updated(seed, before, now, &mut random_of(seed, before));
    }
    random.i64(entered(seed, nth, now)..=now - QUIET)
}

/// The reference to the ticket into which another one was merged; the summary is JSON already.
pub(crate) fn merged_into(id: i64, summary: &str) -> String {
    let mut info = Object::new();
    info.text("ticket_href", &href(&format!("service/tickets/{id}")));
    let mut parent = Object::new();
    parent
        .number("id", id)
        .raw("summary", summary)
        .raw("_info", &info.end());
    parent.end()
}

/// A ticket's `_info`: when and by whom it was updated and entered, and the addresses of what belongs to it.
pub(crate) fn ticket_info(id: i64, (updated, updated_by): (i64, &str), (entered, entered_by): (i64, &str)) -> String {
    let mut info = Object::with_room(1536);
    info.time("lastUpdated", updated).text("updatedBy", updated_by);
    info.time("dateEntered", entered).text("enteredBy", entered_by);
    for (name, before, after) in LINKS {
        info.link(name, before, id, after);
    }
    info.end()
}

impl Ticket {
    /// The ticket as the vendor would send it.
    pub(crate) fn document(&self, desk: &Desk, random: &mut fastrand::Rng) -> Document {
        Document {
            id: self.id,
            parent: 0,
            updated: self.updated,
            entered: self.entered,
            service: !self.project,
            edit: self.edit,
            raw: Bytes::from(self.json(desk, random).into_bytes().into_boxed_slice()),
        }
    }

    fn json(&self, desk: &Desk, random: &mut fastrand::Rng) -> String {
        let mut to = Object::with_room(8 * 1024);
        let company = &desk.companies[random.usize(..desk.companies.len())];
        self.what(&mut to, desk, random);
        where_and_who(&mut to, desk, company, random);
        self.board_parts(&mut to, desk, random);
        self.work(&mut to, desk, random);
        self.billing(&mut to, random);
        self.dates(&mut to, random);
        self.links(&mut to, random);
        self.organisation(&mut to, desk, random);
        self.info(&mut to, random);
        self.escalation(&mut to, random);
        self.custom_fields(&mut to, random);
        to.end()
    }

    fn what(&self, to: &mut Object, desk: &Desk, random: &mut fastrand::Rng) {
        let summary = format!(
            "{} ({})",
            words::SUBJECTS[random.usize(..words::SUBJECTS.len())],
            self.id
        );
        to.number("id", self.id).text("summary", &summary);
        to.text(
            "recordType",
            if self.project { "ProjectTicket" } else { "ServiceTicket" },
        );
        let board = &desk.boards[self.board(desk)];
        to.raw("board", &board.reference);
        let statuses: Vec<_> = board
            .statuses
            .iter()
            .filter(|status| status.closed == self.closed)
            .collect();
        to.raw("status", &statuses[random.usize(..statuses.len())].reference);
        if random.u8(..8) == 0 {
            to.raw("workRole", &desk.work_role).raw("workType", &desk.work_type);
        }
    }

    fn board(&self, desk: &Desk) -> usize {
        usize::try_from(self.id).unwrap_or(0) % desk.boards.len()
    }

    fn board_parts(&self, to: &mut Object, desk: &Desk, random: &mut fastrand::Rng) {
        let board = &desk.boards[self.board(desk)];
        let at = random.usize(..board.types.len());
        to.raw("type", &board.types[at]);
        if random.bool() {
            to.raw("subType", &board.sub_types[at]);
        }
        if random.u8(..4) == 0 {
            to.raw("item", &board.items[at]);
        }
        to.raw("team", &board.teams[random.usize(..board.teams.len())]);
        if random.u8(..10) < 6 {
            to.raw("owner", &desk.members[random.usize(..desk.members.len())]);
        }
        let priorities = desk.priorities();
        to.raw("priority", &priorities[random.usize(..priorities.len())]);
        to.raw(
            "serviceLocation",
            &desk.service_locations[random.usize(..desk.service_locations.len())],
        );
        to.raw("source", &desk.sources[random.usize(..desk.sources.len())]);
    }

    fn work(&self, to: &mut Object, desk: &Desk, random: &mut fastrand::Rng) {
        let level = |random: &mut fastrand::Rng| ["Low", "Medium", "High"][random.usize(..3)];
        if random.u8(..5) == 0 {
            to.time("requiredDate", (self.entered + 604_800) / 86_400 * 86_400)
                .decimal("budgetHours", random.u64(..4000));
        }
        if random.u8(..9) == 0 {
            to.raw("opportunity", &desk.opportunity);
        }
        if random.bool() {
            to.raw("agreement", &desk.agreement);
            to.text("agreementType", "Managed Services");
        }
        to.text("severity", level(random)).text("impact", level(random));
        if random.u8(..6) == 0 {
            to.text("externalXRef", &format!("mon-{:x}", random.u32(..)))
                .text("poNumber", &format!("PO {}", random.u16(..)));
            to.number("knowledgeBaseCategoryId", 4)
                .number("knowledgeBaseSubCategoryId", 9);
        }
        to.flag("allowAllClientsPortalView", false)
            .flag("customerUpdatedFlag", random.u8(..9) == 0);
        to.flag("automaticEmailContactFlag", random.bool())
            .flag("automaticEmailResourceFlag", false);
        let copied = random.u8(..5) == 0;
        to.flag("automaticEmailCcFlag", copied);
        if copied {
            to.text("automaticEmailCc", "ops@example.com;lead@example.com;");
        }
        if self.closed {
            to.time("closedDate", self.updated).text("closedBy", "jdoe");
        }
        to.flag("closedFlag", self.closed)
            .decimal("actualHours", random.u64(..900))
            .flag("approved", true);
    }

    fn billing(&self, to: &mut Object, random: &mut fastrand::Rng) {
        for name in [
            "estimatedExpenseCost",
            "estimatedExpenseRevenue",
            "estimatedProductCost",
            "estimatedProductRevenue",
            "estimatedTimeCost",
            "estimatedTimeRevenue",
        ] {
            to.decimal(name, if random.u8(..9) == 0 { random.u64(..90_000) } else { 0 });
        }
        to.text("billingMethod", "ActualRates");
        if random.u8(..7) == 0 {
            to.decimal("billingAmount", 12_500).decimal("hourlyRate", 9_550);
        }
        to.text("subBillingMethod", "ActualRates");
        if random.u8(..11) == 0 {
            to.decimal("subBillingAmount", 5_000)
                .time("subDateAccepted", self.entered);
        }
    }

    fn dates(&self, to: &mut Object, random: &mut fastrand::Rng) {
        if self.closed {
            to.time("dateResolved", self.updated);
        }
        to.time("dateResplan", self.entered + 600)
            .time("dateResponded", self.entered + 300);
        to.number("resolveMinutes", random.i64(0..3000))
            .number("resPlanMinutes", random.i64(0..90))
            .number("respondMinutes", random.i64(0..60));
        to.time("respondByGoalUTC", self.entered + 3_600)
            .time("resplanGoalUTC", self.entered + 14_400);
        to.time("resolutionGoalUTC", self.entered + 86_400)
            .number("escalationLastUpdateMinutes", random.i64(0..999));
        to.flag("isInSla", random.u8(..9) > 0);
        if self.has_article() {
            to.number("knowledgeBaseLinkId", 31);
        }
        to.text("resources", ["jdoe", "jdoe, apatel", "mfischer"][random.usize(..3)]);
    }

    /// One in twelve is linked with an article.
    fn has_article(&self) -> bool {
        self.id % 12 == 5
    }

    fn links(&self, to: &mut Object, random: &mut fastrand::Rng) {
        if random.u8(..20) == 0 {
            to.number("parentTicketId", FIRST_ID);
        }
        to.flag("hasChildTicket", false)
            .flag("hasMergedChildTicketFlag", self.id == FIRST_ID || random.u8(..30) == 0);
        if self.has_article() {
            to.text("knowledgeBaseLinkType", "ServiceTicket");
        }
        for name in ["billTime", "billExpenses", "billProducts"] {
            to.text(name, if random.bool() { "NoDefault" } else { "Billable" });
        }
        if random.u8(..14) == 0 {
            to.text("predecessorType", "Ticket")
                .number("predecessorId", FIRST_ID)
                .flag("predecessorClosedFlag", true);
            to.number("lagDays", 2).flag("lagNonworkingDaysFlag", false);
            to.time("estimatedStartDate", self.entered / 86_400 * 86_400)
                .number("duration", 5);
        }
    }

    fn organisation(&self, to: &mut Object, desk: &Desk, random: &mut fastrand::Rng) {
        to.raw(
            "location",
            &desk.system_locations[random.usize(..desk.system_locations.len())],
        );
        to.raw("department", &desk.departments[random.usize(..desk.departments.len())]);
        to.text("mobileGuid", &guid(self.id.unsigned_abs()))
            .raw("sla", &desk.slas[random.usize(..desk.slas.len())]);
        to.text(
            "slaStatus",
            if self.closed {
                "Resolved"
            } else {
                "Resolve by Thu 09/15 4:22 AM UTC-05"
            },
        );
        to.flag("requestForChangeFlag", false);
        to.raw("currency", &desk.currency);
        if self.closed && self.id != FIRST_ID && random.u8(..25) == 0 {
            to.raw("mergedParentTicket", &merged_into(FIRST_ID, "\"The one that stays\""));
        }
        if random.u8(..10) == 0 {
            to.raw("integratorTags", "[\"deskhand\",\"sandbox\"]");
        }
    }

    fn info(&self, to: &mut Object, random: &mut fastrand::Rng) {
        let id = self.id;
        let by = words::MEMBERS[random.usize(..words::MEMBERS.len())].0;
        let info = ticket_info(id, (self.updated, by), (self.entered, "api_deskhand"));
        to.raw("_info", &info);
    }

    fn escalation(&self, to: &mut Object, random: &mut fastrand::Rng) {
        to.time("escalationStartDateUTC", self.entered)
            .number("escalationLevel", random.i64(0..20));
        to.number("minutesBeforeWaiting", 0)
            .number("respondedSkippedMinutes", 0)
            .number("resplanSkippedMinutes", 0);
        to.decimal("respondedHours", random.u64(..200))
            .text("respondedBy", "jdoe");
        to.decimal("resplanHours", random.u64(..400)).text("resplanBy", "jdoe");
        if self.closed {
            to.decimal("resolutionHours", random.u64(..4000))
                .text("resolvedBy", "apatel");
        }
        to.number("minutesWaiting", random.i64(0..600));
    }

    /// The `Edit Count`, and what desks really have: a list, a date, a long text.
    fn custom_fields(&self, to: &mut Object, random: &mut fastrand::Rng) {
        let note = words::NOTES[random.usize(..words::NOTES.len())];
        let with_note = random.u8(..4) == 0;
        let mut fields = Fields::default();
        fields.add(9, crate::world::EDIT_COUNT, "Number", "EntryField", |field| {
            field.number("value", i64::from(self.edit));
        });
        fields.add(7, "Dispatch Billing Required", "Text", "List", |_| {});
        fields.add(36, "Business App assigned ", "Date", "EntryField", |field| {
            field.time("value", self.entered);
        });
        fields.add(37, "T&M Billing Required", "Checkbox", "EntryField", |field| {
            field.flag("value", true);
        });
        fields.add(41, "Last note", "TextArea", "EntryField", |field| {
            if with_note {
                field.text("value", note);
            }
        });
        to.raw("customFields", &fields.end());
    }
}

fn where_and_who(to: &mut Object, desk: &Desk, company: &Company, random: &mut fastrand::Rng) {
    let (city, state, zip) = words::CITIES[company.city];
    to.raw("company", &company.reference);
    // Whoever overrides the address is left with the site's name only.
    if random.u8(..10) < 7 {
        to.raw("site", &company.site);
    }
    to.text("siteName", "Main");
    to.text("addressLine1", "100 Main Street");
    if random.bool() {
        to.text("addressLine2", "Suite 200");
    }
    to.text("city", city).text("stateIdentifier", state).text("zip", zip);
    to.raw("country", &desk.country);
    if random.u8(..5) == 0 {
        to.text("contactName", "");
        return;
    }
    let at = usize::try_from(company.id - FIRST_COMPANY).unwrap_or(0);
    let number = contacts::any_of(at, random);
    let id = count(number) + 1;
    let (first, last) = contacts::person(number);
    let name = last.map_or_else(|| first.to_owned(), |last| format!("{first} {last}"));
    to.raw(
        "contact",
        &plain_reference(id, &name, "contact_href", &format!("company/contacts/{id}")),
    )
    .text("contactName", &name);
    to.text("contactPhoneNumber", &contacts::phone(number));
    if random.bool() {
        to.text("contactPhoneExtension", "12");
    }
    to.text("contactEmailAddress", &contacts::email(number));
}

fn plain_reference(id: i64, name: &str, href_name: &str, path: &str) -> String {
    super::render::reference(id, name, href_name, path)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value;

    use super::*;

    fn planted(tickets: u64) -> (World, Seed) {
        let world = World::empty();
        let seed = Seed {
            tickets,
            ..Seed::default()
        };
        super::super::plant(&world, &seed);
        (world, seed)
    }

    fn all(world: &World) -> Vec<Value> {
        let now = world.clock.now_ms();
        world.read(Kind::Ticket, |table| {
            table
                .after(0, now)
                .map(|ticket| serde_json::from_slice(&ticket.raw).unwrap())
                .collect()
        })
    }

    #[test]
    fn every_member_of_the_vendor_occurs_and_a_ticket_has_about_six_kilobytes() {
        let (world, _) = planted(3_000);
        let tickets = all(&world);
        let seen: BTreeSet<&str> = tickets
            .iter()
            .flat_map(|ticket| ticket.as_object().unwrap().keys().map(String::as_str))
            .collect();
        let missing: Vec<_> = crate::query::TICKET_MEMBERS
            .iter()
            .filter(|name| !seen.contains(**name))
            .collect();
        assert!(missing.is_empty(), "{missing:?}");
        let bytes: usize = tickets.iter().map(|ticket| ticket.to_string().len()).sum();
        assert!(
            (5_000..7_500).contains(&(bytes / tickets.len())),
            "{}",
            bytes / tickets.len()
        );
    }

    #[test]
    fn the_same_seed_makes_the_same_tickets_and_what_is_read_is_what_was_meant() {
        let (one, two) = (planted(50).0, planted(50).0);
        let summaries = |world: &World| {
            all(world)
                .iter()
                .map(|ticket| ticket["summary"].clone())
                .collect::<Vec<_>>()
        };
        assert_eq!(summaries(&one), summaries(&two));
        let ticket = one.newest(Kind::Ticket, 1_000).unwrap();
        let read = Document::read(ticket.raw.clone(), 0).unwrap();
        assert_eq!(
            (read.id, read.updated, read.entered, read.service, read.edit),
            (ticket.id, ticket.updated, ticket.entered, ticket.service, ticket.edit)
        );
    }

    #[test]
    fn tickets_can_share_one_second() {
        let world = World::empty();
        super::super::plant(
            &world,
            &Seed {
                tickets: 100,
                in_one_second: 30,
                ..Seed::default()
            },
        );
        let stamps: Vec<_> = all(&world)
            .iter()
            .map(|ticket| ticket["_info"]["lastUpdated"].clone())
            .collect();
        assert!(stamps.iter().filter(|stamp| **stamp == stamps[0]).count() >= 30);
        // Without being asked for, every fiftieth.
        assert!(stamps[50] == stamps[51] && stamps[51] != stamps[52]);
    }

    #[test]
    fn tickets_are_as_they_could_be() {
        let (world, _) = planted(500);
        for ticket in all(&world) {
            let summary = ticket["summary"].as_str().unwrap();
            assert!(summary.chars().count() <= 100, "{summary}");
            let of = |name: &str, kind| world.newest(kind, ticket[name]["id"].as_i64().unwrap());
            let status = of("status", Kind::BoardStatus).unwrap();
            assert_eq!(status.parent, ticket["board"]["id"].as_i64().unwrap());
            let status: Value = serde_json::from_slice(&status.raw).unwrap();
            assert_eq!(status["closedStatus"], ticket["closedFlag"]);
            if ticket.get("contact").is_some() {
                let contact: Value = serde_json::from_slice(&of("contact", Kind::Contact).unwrap().raw).unwrap();
                assert_eq!(contact["company"]["id"], ticket["company"]["id"]);
                let first = contact["firstName"].as_str().unwrap();
                assert!(ticket["contactName"].as_str().unwrap().starts_with(first));
            }
            let info = &ticket["_info"];
            assert!(info["dateEntered"].as_str().unwrap() <= info["lastUpdated"].as_str().unwrap());
        }
    }

    #[test]
    fn members_come_in_the_vendors_order() {
        let (world, _) = planted(300);
        for ticket in all(&world) {
            let places = ticket.as_object().unwrap().keys().map(|name| {
                let known = crate::query::TICKET_MEMBERS.iter().position(|known| known == name);
                known.unwrap_or_else(|| panic!("{name} is no member"))
            });
            assert!(places.is_sorted(), "{:?}", ticket.as_object().unwrap().keys());
        }
    }
}
