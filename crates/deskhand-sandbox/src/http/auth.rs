//! Who calls, and whether the security role lets them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::HeaderMap;

use super::Answer;
use crate::quirks::Quirk;
use crate::refusal::Refusal;
use crate::running::Shared;
use crate::world::{Document, Kind, Level, Member, Reach};

/// The member that signs in; a missing client id is refused unless that is switched off.
///
/// The bodies are invented: for wrong keys and for a missing client id none has been published.
pub(super) fn member(shared: &Shared, headers: &HeaderMap) -> Result<Member, Box<Answer>> {
    let refused = || {
        Box::new(Answer::error(
            401,
            "Unauthorized",
            "The supplied authentication is incorrect.",
        ))
    };
    let (company, public_key, private_key) = keys(headers).ok_or_else(refused)?;
    let member = shared
        .world
        .authenticate(&company, &public_key, &private_key)
        .ok_or_else(refused)?;
    let without = !headers.contains_key("clientid");
    match without.then(|| no_client_id(shared)).flatten() {
        Some(refused) => Err(Box::new(refused)),
        None => Ok(member),
    }
}

/// What a request without client id is answered with: sources name statuses, and one the beginning of a text.
fn no_client_id(shared: &Shared) -> Option<Answer> {
    const WORDS: &str = "A valid clientId header is required.";
    if shared.has(Quirk::NoClientIdNeeded) {
        None
    } else if shared.has(Quirk::ClientIdGateway) {
        Some(Answer {
            status: 400,
            content_type: "text/plain",
            ..Answer::json("Cannot route. Codebase/company is invalid")
        })
    } else if shared.has(Quirk::ClientIdBadRequest) {
        Some(Answer::error(400, "BadRequest", WORDS))
    } else {
        Some(Answer::error(403, "Forbidden", WORDS))
    }
}

/// `Basic base64(company+public:private)`, cut at the first plus and the first colon.
fn keys(headers: &HeaderMap) -> Option<(String, String, String)> {
    let header = headers.get("authorization")?.to_str().ok()?;
    let encoded = header
        .get(..6)
        .filter(|scheme| scheme.eq_ignore_ascii_case("basic "))
        .and(header.get(6..))?;
    let plain = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (user, private_key) = plain.split_once(':')?;
    let (company, public_key) = user.split_once('+')?;
    Some((company.to_owned(), public_key.to_owned(), private_key.to_owned()))
}

/// The lines of a security role that writes ask for.
pub(super) const SERVICE_TICKETS: &str = "Service Desk > Service Tickets";
pub(super) const CLOSE_TICKETS: &str = "Service Desk > Close Service Tickets";
pub(super) const MERGE_TICKETS: &str = "Service Desk > Merge Tickets";
pub(super) const TABLE_SETUP: &str = "System > Table Setup";

/// Refuses what the role does not allow to a kind of record.
pub(super) fn allowed(member: &Member, kind: Kind, level: Level) -> Result<(), Refusal> {
    allows(member, line_of(kind), level)
}

/// Refuses what the role does not allow, in the vendor's recorded words.
pub(super) fn allows(member: &Member, line: &str, level: Level) -> Result<(), Refusal> {
    if member.role.allows(line, level) {
        Ok(())
    } else {
        Err(Refusal::no_right())
    }
}

/// The member whose tickets are all that it may look at; `None` when it may look at all of them.
pub(super) fn only_of(member: &Member) -> Option<&str> {
    let reach = member.role.reach(SERVICE_TICKETS, Level::Inquire);
    (reach == Reach::My).then(|| member.identifier())
}

/// Whether a line reaches a ticket at a level; a ticket that is not there yet is its author's own.
pub(super) fn reaches(member: &Member, line: &str, level: Level, ticket: Option<&Document>) -> bool {
    match member.role.reach(line, level) {
        Reach::None => false,
        Reach::My => ticket.is_none_or(|ticket| ticket.is_ticket_of(member.identifier())),
        Reach::All => true,
    }
}

/// The line of the security role that covers a kind of record.
fn line_of(kind: Kind) -> &'static str {
    match kind {
        Kind::Ticket | Kind::Note | Kind::AllNote => SERVICE_TICKETS,
        Kind::Company | Kind::CompanyStatus | Kind::CompanyType => "Companies > Company Maintenance",
        Kind::Contact => "Companies > Contacts",
        // Invented for callbacks: that they go by the line of setup tables.
        _ => TABLE_SETUP,
    }
}
