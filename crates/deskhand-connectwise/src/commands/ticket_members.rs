//! The inputs that Create Ticket and Update Tickets share, as members of a ticket.

use connectwise_psa::Reference;
use deskhand_command::Failure;
use serde_json::{Map, Value};

use super::Run;
use crate::filters::LEVELS;
use crate::names::{Named, PRIORITIES, known, match_priority, priorities};

/// Members in the order of the inputs, references as the vendor takes them.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct TicketMembers {
    given: Vec<(String, Value)>,
}

/// Inputs and the members that they set as they are, with the vendor's limits (its description).
const TEXTS: [(&str, &str, usize); 3] = [
    ("ticket_contact_name", "contactName", 62),
    ("ticket_contact_phone_number", "contactPhoneNumber", 20),
    ("ticket_contact_email_address", "contactEmailAddress", 250),
];
/// The vendor's limit for a summary; it refuses longer ones and cuts none.
pub(super) const LONGEST_SUMMARY: usize = 100;

/// What was given, checked as far as that needs no question to the PSA.
pub(super) struct Checked {
    members: TicketMembers,
    board: Option<String>,
    status: Option<String>,
    team: Option<String>,
    priority: Option<&'static str>,
    additional: Map<String, Value>,
}

impl Checked {
    /// Reads and checks the inputs; nothing is sent.
    pub(super) fn read(run: &Run<'_>) -> Result<Self, Failure> {
        let inputs = &run.inputs;
        let mut members = TicketMembers::default();
        members.add("summary", inputs.text_of_at_most("summary", LONGEST_SUMMARY)?);
        if inputs.has("company_id") {
            members.add(
                "company",
                Some(Reference::Id(inputs.required_id("company_id")?).to_json()),
            );
        }
        members.add("severity", inputs.choice("urgency", &LEVELS)?);
        members.add("impact", inputs.choice("impact", &LEVELS)?);
        for (input, member, most) in TEXTS {
            members.add(member, inputs.text_of_at_most(input, most)?);
        }
        if let Some(address) = inputs.text("ticket_contact_email_address")?
            && !is_address(&address)
        {
            return Err(inputs.invalid("ticket_contact_email_address", "an e-mail address is expected"));
        }
        Ok(Self {
            members,
            board: inputs.text("board_name")?,
            status: inputs.text("status")?,
            team: inputs.text("team")?,
            priority: inputs.choice("priority", &PRIORITIES)?,
            additional: inputs.object("additional_fields")?.unwrap_or_default(),
        })
    }

    /// True when nothing was given.
    pub(super) fn is_empty(&self) -> bool {
        let names = [&self.board, &self.status, &self.team];
        self.members.given.is_empty()
            && names.iter().all(|name| name.is_none())
            && self.priority.is_none()
            && self.additional.is_empty()
    }

    /// Whether this member is set, by an input of its own or among the additional fields.
    pub(super) fn sets(&self, member: &str) -> bool {
        let among = |name: &String| name.eq_ignore_ascii_case(member);
        self.additional.keys().any(among)
            || self.members.given.iter().any(|(name, _)| among(name))
            || (member == "priority" && self.priority.is_some())
    }

    /// Asks the PSA whether it has the names, as far as the role allows, and adds the additional fields.
    ///
    /// Statuses and teams belong to a board: they are looked up when one is given, else the PSA decides.
    pub(super) async fn resolve(self, run: &Run<'_>) -> Result<TicketMembers, Failure> {
        let mut members = self.members;
        let board = match &self.board {
            Some(name) => known(run, "board_name", name, "service/boards").await?,
            None => None,
        };
        let board_name = board.as_ref().map(|board| board.name.clone()).or(self.board);
        members.add("board", board_name.map(|name| Reference::Name(name).to_json()));
        for (input, member, list, wanted) in [
            ("status", "status", "statuses", self.status),
            ("team", "team", "teams", self.team),
        ] {
            let Some(wanted) = wanted else { continue };
            let found = of_board(run, input, &wanted, board.as_ref(), list).await?;
            let name = found.map_or(wanted, |found| found.name);
            members.add(member, Some(Reference::Name(name).to_json()));
        }
        if let Some(wanted) = self.priority {
            members.add(
                "priority",
                Some(Reference::Name(priority_of(run, wanted).await?).to_json()),
            );
        }
        // What has an input of its own is set by that.
        for (name, value) in self.additional {
            if !members.given.iter().any(|(known, _)| known.eq_ignore_ascii_case(&name)) {
                members.given.push((name, value));
            }
        }
        Ok(members)
    }
}

impl TicketMembers {
    /// Adds a member when there is something to set it to.
    pub(super) fn add(&mut self, member: &str, value: Option<impl Into<Value>>) {
        if let Some(value) = value {
            self.given.push((member.to_owned(), value.into()));
        }
    }

    /// As the body of a new ticket.
    pub(super) fn into_object(self) -> Map<String, Value> {
        self.given.into_iter().collect()
    }

    /// In order.
    pub(super) fn into_iter(self) -> impl Iterator<Item = (String, Value)> {
        self.given.into_iter()
    }
}

async fn of_board(
    run: &Run<'_>,
    input: &str,
    wanted: &str,
    board: Option<&Named>,
    list: &str,
) -> Result<Option<Named>, Failure> {
    match board {
        Some(board) => known(run, input, wanted, &format!("service/boards/{}/{list}", board.id)).await,
        None => Ok(None),
    }
}

/// What the PSA calls a documented priority; a role that may not read that leaves the name as it is.
async fn priority_of(run: &Run<'_>, wanted: &str) -> Result<String, Failure> {
    let names = priorities(&run.client).await.map_err(|error| run.failure(&error))?;
    let Some(names) = names else {
        return Ok(wanted.to_owned());
    };
    match_priority(wanted, &names).map_err(|unmatched| {
        let hint = format!("{unmatched}. Use Additional Fields: {{\"priority\": {{\"name\": \"…\"}}}}");
        run.inputs.invalid("priority", hint)
    })
}

/// No more than a slip of the pen is caught, several addresses among them: the PSA has the last word.
pub(super) fn is_address(text: &str) -> bool {
    let (before, after) = text.split_once('@').unwrap_or_default();
    !before.is_empty() && !after.is_empty() && !text.contains(|c: char| c.is_whitespace() || ",;".contains(c))
}
