//! Making a ticket: lost, it is found by the mark that it carries, else by what makes it likely.

use connectwise_psa::records::RawRecord;
use connectwise_psa::{Answer, Condition, Error, ListRequest, Request, create_ticket};
use deskhand_command::BoxFuture;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use super::write::{Verdict, Write};
use crate::commands::Run;
use crate::commands::rights::{ADD_TICKETS, EDIT_CLOSING, INQUIRE_CLOSING, INQUIRE_TICKETS};

/// Where a new ticket carries the mark by which it is found again when its answer is lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TicketMark {
    /// In `externalXRef`: the vendor keeps up to 100 characters in it and makes nothing of them.
    #[default]
    ExternalXRef,
    /// In the text of the custom field with this id, where `externalXRef` is in use.
    CustomField(i64),
    /// Nowhere: a lost ticket is looked for by company, summary and time alone.
    Nowhere,
}

/// The list, which is also the path that new tickets are written to.
pub(crate) const TICKETS: &str = "service/tickets";

/// As many tickets that are alike as are looked at.
const LOOKED_AT: u32 = 25;

const EXTERNAL: &str = "externalXRef";
const CUSTOM: &str = "customFields";

pub(crate) struct CreateTicket {
    members: Map<String, Value>,
    mark: TicketMark,
    marker: Option<String>,
}

impl CreateTicket {
    /// A ticket of these members, marked by the key it is made under unless the caller uses that member himself.
    pub(crate) fn new(mut members: Map<String, Value>, mark: TicketMark, key: &str) -> Self {
        let in_use = |member: &str| members.keys().any(|name| name.eq_ignore_ascii_case(member));
        let marker = match mark {
            TicketMark::ExternalXRef if !in_use(EXTERNAL) => Some(marker_of(key)),
            TicketMark::CustomField(_) if !in_use(CUSTOM) => Some(marker_of(key)),
            _ => None,
        };
        match (&marker, mark) {
            (Some(marker), TicketMark::CustomField(id)) => {
                members.insert(CUSTOM.to_owned(), json!([{"id": id, "value": marker}]));
            }
            (Some(marker), _) => {
                members.insert(EXTERNAL.to_owned(), json!(marker));
            }
            (None, _) => {}
        }
        Self { members, mark, marker }
    }

    /// The ticket with our mark, if the PSA has one: another machine may have made it under the same key.
    pub(crate) async fn made_before(&self, run: &Run<'_>) -> Result<Option<RawRecord>, Error> {
        let Some(marker) = &self.marker else { return Ok(None) };
        let list = ListRequest::new(TICKETS).page_size(2);
        let list = match self.mark {
            TicketMark::CustomField(_) => list.custom_field_conditions(Condition::equals("value", marker.clone())),
            _ => list.conditions(Condition::equals(EXTERNAL, marker.clone())),
        };
        Ok(run.client.list(&list).await?.records.into_iter().next())
    }

    /// Tickets of the same company and summary that were entered since it was sent, without those that are known to be
    /// another write's, or somebody else's.
    async fn alike(&self, run: &Run<'_>, made: &[i64], sent_at: Timestamp) -> Result<Vec<RawRecord>, Error> {
        let company = self
            .members
            .get("company")
            .and_then(|company| company.get("id")?.as_i64());
        let summary = self.members.get("summary").and_then(Value::as_str);
        let (Some(company), Some(summary)) = (company, summary) else {
            return Ok(Vec::new());
        };
        let since = sent_at.saturating_sub(SignedDuration::from_secs(1)).unwrap_or(sent_at);
        let conditions = Condition::equals("company/id", company)
            .and(Condition::equals("summary", summary))
            .and(Condition::after("dateEntered", since));
        let list = ListRequest::new(TICKETS).conditions(conditions).page_size(LOOKED_AT);
        let mut alike = run.client.list(&list).await?.records;
        // Where there are more than were looked at, ours may be among the others.
        if alike.len() < LOOKED_AT as usize {
            alike.retain(|ticket| {
                let of_another_write = ticket.id.is_some_and(|id| made.contains(&id));
                !of_another_write && run.us.may_have_made(entered_by(ticket).as_deref(), sent_at)
            });
        }
        Ok(alike)
    }
}

impl Write for CreateTicket {
    fn step(&self) -> String {
        "ticket".to_owned()
    }

    fn request(&self) -> Request {
        create_ticket(&self.members)
    }

    /// A ticket that is closed from the start takes the right to close.
    fn rights(&self) -> Vec<&'static str> {
        let mut rights = vec![INQUIRE_TICKETS, ADD_TICKETS];
        if self.members.keys().any(|name| name.eq_ignore_ascii_case("status")) {
            rights.extend([INQUIRE_CLOSING, EDIT_CLOSING]);
        }
        rights
    }

    fn marker(&self) -> Option<&str> {
        self.marker.as_deref()
    }

    fn makes(&self) -> bool {
        true
    }

    fn author(&self, record: &RawRecord) -> Option<String> {
        entered_by(record)
    }

    fn record_path(&self, record: Option<i64>) -> Option<String> {
        Some(format!("service/tickets/{}", record?))
    }

    fn confirm<'a>(&'a self, _run: &'a Run<'a>, answer: &'a Answer) -> BoxFuture<'a, Result<Verdict, Error>> {
        Box::pin(async move { Ok(Verdict::Done(Some(answer.record()?))) })
    }

    /// A PSA that cannot be asked for the mark still shows it in the tickets that are alike.
    fn look<'a>(&'a self, run: &'a Run<'a>, sent_at: Timestamp) -> BoxFuture<'a, Result<Verdict, Error>> {
        Box::pin(async move {
            if let Some(marked) = self.made_before(run).await? {
                return Ok(Verdict::Done(Some(marked)));
            }
            let Ok(made) = run.context.journal.made(TICKETS).await else {
                return Ok(Verdict::Unknown("the journal of writes cannot be read".to_owned()));
            };
            Ok(judge(self.alike(run, &made, sent_at).await?, self.marker()))
        })
    }
}

/// With our mark it is ours; without one, a single ticket that is alike is, when we could not mark it.
fn judge(alike: Vec<RawRecord>, marker: Option<&str>) -> Verdict {
    let (ours, others): (Vec<_>, Vec<_>) = alike
        .into_iter()
        .partition(|ticket| marker.is_none() || mark_of(ticket).as_deref() == marker);
    match (ours.len(), others.len()) {
        (1, _) => Verdict::Done(ours.into_iter().next()),
        (0, 0) => Verdict::NotDone,
        // A ticket with a mark of its own was made by something else; one without may be ours, its mark taken away.
        (0, _)
            if others
                .iter()
                .all(|ticket| mark_of(ticket).is_some_and(|mark| !mark.is_empty())) =>
        {
            Verdict::NotDone
        }
        (0, _) => {
            Verdict::Unknown("a ticket of the same company and summary was made since, without our mark".to_owned())
        }
        (several, _) => Verdict::Unknown(format!(
            "{several} tickets of the same company and summary were made since"
        )),
    }
}

/// The identifier of whoever entered a ticket, which stays whoever changes it.
fn entered_by(ticket: &RawRecord) -> Option<String> {
    let ticket: Value = serde_json::from_slice(&ticket.json).ok()?;
    Some(ticket.pointer("/_info/enteredBy")?.as_str()?.to_owned())
}

/// What looks like a mark of ours in a ticket, or is what somebody else wrote there.
fn mark_of(ticket: &RawRecord) -> Option<String> {
    let ticket: Value = serde_json::from_slice(&ticket.json).unwrap_or_default();
    let custom = ticket.get(CUSTOM).and_then(Value::as_array).into_iter().flatten();
    let ours = custom
        .filter_map(|field| field.get("value")?.as_str())
        .find(|value| value.starts_with(PREFIX));
    let external = ticket.get(EXTERNAL).and_then(Value::as_str);
    ours.or(external).map(str::to_owned)
}

const PREFIX: &str = "dh-";

/// `dh-` and 20 digits of a hash: the same key makes the same mark on every machine.
fn marker_of(key: &str) -> String {
    let hash = Sha256::digest(key.as_bytes());
    hash.iter()
        .take(10)
        .fold(PREFIX.to_owned(), |text, byte| format!("{text}{byte:02x}"))
}

#[cfg(test)]
mod tests {
    use connectwise_psa::records::single;

    use super::*;

    fn ticket(id: i64, mark: Option<&str>) -> RawRecord {
        let ticket = match mark {
            Some(mark) => json!({"id": id, "externalXRef": mark}),
            None => json!({"id": id}),
        };
        single(&ticket.to_string().into()).unwrap()
    }

    #[test]
    fn a_lost_ticket_is_found_by_its_mark_else_only_when_nothing_else_could_be_it() {
        let ours = ticket(1, Some("dh-1"));
        assert_eq!(
            judge(vec![ours.clone()], Some("dh-1")),
            Verdict::Done(Some(ours.clone()))
        );
        assert_eq!(
            judge(vec![ticket(2, Some("dh-2")), ours.clone()], Some("dh-1")),
            Verdict::Done(Some(ours))
        );
        assert_eq!(judge(vec![], Some("dh-1")), Verdict::NotDone);
        assert_eq!(judge(vec![ticket(2, Some("dh-2"))], Some("dh-1")), Verdict::NotDone);
        assert!(matches!(
            judge(vec![ticket(2, None)], Some("dh-1")),
            Verdict::Unknown(_)
        ));
        assert_eq!(judge(vec![ticket(2, None)], None), Verdict::Done(Some(ticket(2, None))));
        assert!(matches!(
            judge(vec![ticket(2, None), ticket(3, None)], None),
            Verdict::Unknown(_)
        ));
    }

    #[test]
    fn the_mark_follows_from_the_key_and_leaves_the_callers_own_alone() {
        let members = json!({"summary": "x", "company": {"id": 1}});
        let members = members.as_object().unwrap();
        let one = CreateTicket::new(members.clone(), TicketMark::ExternalXRef, "key");
        assert_eq!(
            one.marker(),
            CreateTicket::new(members.clone(), TicketMark::ExternalXRef, "key").marker()
        );
        assert_ne!(
            one.marker(),
            CreateTicket::new(members.clone(), TicketMark::ExternalXRef, "other").marker()
        );
        assert_eq!(one.marker().unwrap().len(), 23);
        let mut own = members.clone();
        own.insert("externalxref".to_owned(), json!("mine"));
        let own = CreateTicket::new(own, TicketMark::ExternalXRef, "key");
        assert!(own.marker().is_none() && own.request().to_text().contains("mine"));
    }
}
