//! Fetch Event: service tickets by when they were updated, the newest first.
//!
//! With a number it is one request. Without, everything that matches is read by id into a temporary file, sorted, and
//! handed on only when all of it has been read: a page that fails leaves nothing half done.

use connectwise_psa::records::{RawRecord, RecordType};
use connectwise_psa::{Condition, Error, ListRequest, ScanRequest};
use deskhand_command::input::Inputs;
use deskhand_command::{ContextData, Declaration, Effect, EventSource, Failure, Outcome, Results, States};
use jiff::Timestamp;
use schemars::JsonSchema;

use super::rights::INQUIRE_TICKETS;
use super::spilling::{Spilling, key_of};
use super::{Run, TICKET_KEYS, TICKET_TABLE};
use crate::filters::{Filters, both, updated};
use crate::names::{nearest, statuses_without};

/// The inputs; their comments are the help on every surface.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its schema is used: values are read by name")]
struct FetchEventInputs {
    /// Tickets updated at or after this time: 2024-04-15 00:00. From the beginning when left out.
    ///
    /// A time without a zone is UTC, unless whoever types it has chosen a form for times.
    #[schemars(title = "Start Time", extend("format" = "date-time"))]
    start_time: Option<String>,
    /// Tickets updated at or before this time. Up to now when left out.
    ///
    /// A ticket counts when it is in the window while it is read: one that is updated past the end in the meantime is left
    /// out.
    #[schemars(title = "End Time", extend("format" = "date-time"))]
    end_time: Option<String>,
    /// How many of the most recently updated tickets to fetch, from 1 to 1000. All that match when left out.
    #[schemars(title = "Number of Event(s) Fetched", range(min = 1, max = 1000))]
    number: Option<u32>,
    /// Only tickets with this status, by its name. When there are none, and no board has such a status, the nearest are told.
    #[schemars(title = "Status")]
    status: Option<String>,
    /// Only tickets with this priority: Priority 1 - Emergency Response, Priority 2 - Quick Response, Priority 3 - Normal
    /// Response or Priority 4 - Scheduled Maintenance. Where the PSA calls it otherwise, its only priority of that number.
    #[schemars(title = "Priority")]
    priority: Option<String>,
    /// Only tickets with this impact: High, Medium or Low.
    #[schemars(title = "Impact")]
    impact: Option<String>,
    /// Only tickets with this urgency (the PSA's severity): High, Medium or Low.
    #[schemars(title = "Urgency")]
    urgency: Option<String>,
    /// More conditions in the PSA's own language: company/name contains "Acme" AND board/name like "Help*".
    #[schemars(title = "Search Condition")]
    search_condition: Option<String>,
}

const PATH: &str = "service/tickets";
const PAGE: u32 = 1000;
/// More than this many pages are read as several ranges at once.
const PAGES_A_RANGE: u64 = 5;

/// The declaration, for whoever needs its inputs without a connection.
pub(super) fn declaration() -> Declaration {
    Declaration {
        title: "Fetch Event",
        slug: "fetch-event",
        summary: "Fetch service tickets as events, the most recently updated first",
        effect: Effect::Reads,
        rights: &[INQUIRE_TICKETS],
        states: States::Two,
        table: TICKET_TABLE,
        key_fields: TICKET_KEYS,
        inputs: Declaration::inputs_of::<FetchEventInputs>(),
    }
}

pub(super) async fn perform(run: &Run<'_>) -> Result<Outcome, Failure> {
    let mut wanted = Wanted::read(&run.inputs)?;
    wanted.filters = wanted.filters.resolve(&run.client).await?;
    let results = match wanted.number {
        Some(number) => newest(run, &wanted, number).await,
        None => everything(run, &wanted).await,
    };
    let results = results.map_err(|trouble| match trouble {
        Trouble::Vendor(error) => wanted.filters.refused(&error, run.declaration.rights),
        Trouble::Disk(error) => Failure::new(500, format!("The temporary file cannot be written: {error}."))
            .with_hint("make room in the temporary folder, or name another with TMPDIR"),
    })?;
    if results.is_empty() {
        refuse_unknown_status(run, &wanted.filters).await?;
    }
    let mut outcome = Outcome::succeeded(results, 0);
    outcome.context_data = ContextData::Mapped(Box::new(EventSource::default_source()));
    Ok(outcome)
}

/// Nothing was found: a slip in the status is told, as far as the role allows to see it.
async fn refuse_unknown_status(run: &Run<'_>, filters: &Filters) -> Result<(), Failure> {
    let Some(wanted) = filters.status() else { return Ok(()) };
    match statuses_without(&run.client, wanted).await {
        Some(statuses) => {
            let near = nearest(wanted, &statuses);
            Err(run
                .inputs
                .invalid("status", format!("no board has the status `{wanted}`; {near}")))
        }
        None => Ok(()),
    }
}

/// What was asked for, checked.
struct Wanted {
    start: Option<Timestamp>,
    end: Option<Timestamp>,
    number: Option<u32>,
    filters: Filters,
}

/// One request; the order is the server's, and made sure of.
///
/// The list may hold project tickets as well, which must not take the places of service tickets.
async fn newest(run: &Run<'_>, wanted: &Wanted, number: u32) -> Result<Results, Trouble> {
    let service = Condition::equals("recordType", "ServiceTicket");
    let conditions = both(Some(service.clone()), wanted.condition()).unwrap_or(service);
    let list = ListRequest::new(PATH)
        .conditions(conditions)
        .order_by("lastUpdated desc,id desc")
        .page_size(number)
        .page(1);
    let mut records = run.client.list(&list).await?.records;
    records.retain(|record| wanted.takes(record));
    records.sort_by_key(|record| std::cmp::Reverse(key_of(record)));
    records.truncate(usize::try_from(number).unwrap_or(usize::MAX));
    Ok(Results::Memory(records.into_iter().map(|record| record.json).collect()))
}

async fn everything(run: &Run<'_>, wanted: &Wanted) -> Result<Results, Trouble> {
    let mut scan = ScanRequest::new(PATH, PAGE);
    scan.conditions = wanted.condition();
    let split = run.client.split(&scan, PAGES_A_RANGE).await?;
    scan.ranges = split.ranges;
    let (mut spilling, mut read) = (Spilling::begin(), 0);
    let mut scan = run.client.scan(scan);
    while let Some(arrived) = scan.next_page().await {
        let mut records = arrived.map_err(|error| error.source)?.page.records;
        records.retain(|record| wanted.takes(record));
        read += records.len() as u64;
        spilling = spilling.append(records).await?;
        run.context.progress.records(read, split.count);
    }
    Ok(Results::Spilled(spilling.end().await?))
}

/// Why records could not be read and kept.
enum Trouble {
    Vendor(Error),
    Disk(std::io::Error),
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Self {
        Self::Vendor(error)
    }
}

impl From<std::io::Error> for Trouble {
    fn from(error: std::io::Error) -> Self {
        Self::Disk(error)
    }
}

impl Wanted {
    fn read(inputs: &Inputs<'_>) -> Result<Self, Failure> {
        let (start, end) = (inputs.time("start_time")?, inputs.time("end_time")?);
        if let (Some(start), Some(end)) = (start, end)
            && start > end
        {
            return Err(inputs.invalid("start_time", "it is later than End Time"));
        }
        let number = inputs
            .integer("number", 1..=1000)?
            .and_then(|number| u32::try_from(number).ok());
        Ok(Self {
            start,
            end,
            number,
            filters: Filters::read(inputs)?,
        })
    }

    fn condition(&self) -> Option<Condition> {
        both(updated(self.start, self.end), self.filters.condition())
    }

    /// Whether a record is a service ticket, and still in the window now that it has been read.
    fn takes(&self, record: &RawRecord) -> bool {
        let in_window = record.last_updated.is_none_or(|stamp| {
            self.start.is_none_or(|start| stamp >= start.as_second())
                && self.end.is_none_or(|end| stamp <= end.as_second())
        });
        record.record_type != RecordType::Other && in_window
    }
}
