//! Lists, counts and single records.

use std::fmt::Write as _;

use bytes::Bytes;
use serde::Deserialize;
use serde_json::Value;

use super::Answer;
use super::link::Place;
use super::parameters::Parameters;
use super::route::{Target, What};
use crate::query::{self, Condition, Fields, Literal, Names, Operator, Order, QueryError, Row};
use crate::quirks::Quirk;
use crate::running::Shared;
use crate::world::{Document, Kind, Members, Table};

/// How a list was asked for.
pub(super) struct Asked<'a> {
    pub(super) target: &'a Target,
    pub(super) parameters: Parameters,
    pub(super) forward_only: bool,
    /// The resource's address without query, for links.
    pub(super) base: String,
    /// Whose tickets are all that is to be seen, by a role that looks at its own only.
    pub(super) only_of: Option<&'a str>,
}

/// The vendor's page size when none is given, and the most it gives.
const PAGE_SIZE: i64 = 25;
const LARGEST_PAGE: i64 = 1000;

struct Filters<'a> {
    only_of: Option<&'a str>,
    conditions: Option<Condition>,
    children: Option<Condition>,
    custom_fields: Option<Condition>,
    names: Names,
    parent: i64,
    service_only: bool,
}

#[derive(Deserialize)]
struct FilterValues {
    conditions: Option<String>,
    #[serde(rename = "orderby")]
    order_by: Option<String>,
    #[serde(rename = "childconditions")]
    child_conditions: Option<String>,
    #[serde(rename = "customfieldconditions")]
    custom_field_conditions: Option<String>,
}

/// The members of a search's body, in lower case: the vendor binds them in any.
const FILTER_VALUES: [&str; 4] = ["conditions", "orderby", "childconditions", "customfieldconditions"];

/// Answers a request for records.
pub(super) fn answer(shared: &Shared, asked: &Asked<'_>) -> Answer {
    let answer = match &asked.target.what {
        What::List | What::Search => list(shared, asked),
        What::Count => count(shared, asked),
        What::One(id) | What::Act(_, id) => one(shared, asked, id),
    };
    answer.unwrap_or_else(Answer::from)
}

/// Puts a search's body where a list has its parameters; unknown members are refused in the vendor's words.
pub(super) fn take_search_body(parameters: &mut Parameters, body: &[u8]) -> Result<(), Box<Answer>> {
    let refused = |status, message: String| Box::new(Answer::error(status, "ConnectWiseApi", &message));
    let body: Value = serde_json::from_slice(body).map_err(|_| {
        refused(
            400,
            "Unexpected character encountered while parsing value. Path '', line 0, position 0.".to_owned(),
        )
    })?;
    let members = body.as_object().cloned().unwrap_or_default();
    let mut lower = serde_json::Map::new();
    for (name, value) in members {
        if !FILTER_VALUES.contains(&name.to_ascii_lowercase().as_str()) {
            return Err(refused(
                400,
                format!(
                    "Could not find member '{name}' on object of type 'FilterValues'. Path '{name}', line 1, position 1.\
                 Check your accept header to make sure you are using the correct version."
                ),
            ));
        }
        lower.insert(name.to_ascii_lowercase(), value);
    }
    let filters: FilterValues = serde_json::from_value(Value::Object(lower)).map_err(|_| {
        refused(
            500,
            "Error converting value to type 'System.String'. Path 'conditions', line 1, position 1.".to_owned(),
        )
    })?;
    let all = [
        ("conditions", filters.conditions),
        ("orderby", filters.order_by),
        ("childconditions", filters.child_conditions),
        ("customfieldconditions", filters.custom_field_conditions),
    ];
    for (name, value) in all {
        if let Some(value) = value {
            parameters.set(name, value);
        }
    }
    Ok(())
}

fn list(shared: &Shared, asked: &Asked<'_>) -> Result<Answer, QueryError> {
    let parameters = &asked.parameters;
    let filters = Filters::of(shared, asked)?;
    let order = Order::parse(parameters.get("orderby"), &filters.names)?;
    if asked.forward_only && !parameters.get("orderby").is_empty() {
        // Invented: the vendor's words are not known, only that it is not allowed.
        return Err(QueryError::syntax(
            "orderBy is not supported with forward-only pagination.",
        ));
    }
    let size = parameters
        .number("pagesize")
        .filter(|size| *size > 0)
        .unwrap_or(PAGE_SIZE)
        .min(LARGEST_PAGE);
    let page = parameters
        .number("page")
        .filter(|page| *page > 0 && !asked.forward_only)
        .unwrap_or(1);
    let size = usize::try_from(size).unwrap_or(25);
    let skipped = size.saturating_mul(usize::try_from(page - 1).unwrap_or(0));
    let after = if asked.forward_only {
        parameters.number("pageid").unwrap_or(0)
    } else {
        0
    };
    let part = Part {
        order,
        after,
        skipped,
        size,
    };
    let now = shared.world.clock.now_ms();
    let fields = fields(shared, asked)?;
    read(shared, asked.target, |table| {
        let found = filters.find(table, &part, now)?;
        // What is wrong with a poisoned record is in the members that a short answer leaves out.
        if fields.is_none()
            && found
                .page
                .iter()
                .any(|record| asked.target.kind == Kind::Ticket && shared.world.is_poisoned(record.id))
        {
            shared.faults.count("poison");
            return Ok(timed_out());
        }
        let body = body(shared, asked.target.kind, &found.page, fields.as_ref());
        let place = Place {
            base: &asked.base,
            parameters,
        };
        let link = if asked.forward_only {
            Some(if found.has_next {
                place.forward(found.page.last().map_or(after, |last| last.id))
            } else {
                String::new()
            })
        } else {
            let last = found
                .total
                .map(|total| u64::try_from(total.div_ceil(size).max(1)).unwrap_or(1));
            place.navigable(page.unsigned_abs(), found.has_next, last)
        };
        let answer = Answer::json(body);
        Ok(match link {
            Some(link) => answer.with("link", link),
            None => answer,
        })
    })
}

/// The vendor's text for a query that took too long.
pub(super) fn timed_out() -> Answer {
    Answer::error(500, "ConnectWiseApi", "A timeout has occured. Please try again.")
}

/// The records that are asked for; those in another shape are made for the occasion.
fn read<T>(shared: &Shared, target: &Target, with: impl FnOnce(&Table) -> T) -> T {
    if target.kind == Kind::AllNote {
        let ticket = parent_id(target).unwrap_or(0);
        return with(&Table::of(crate::note::all(&shared.world, ticket)));
    }
    shared.world.read(target.kind, with)
}

fn count(shared: &Shared, asked: &Asked<'_>) -> Result<Answer, QueryError> {
    let filters = Filters::of(shared, asked)?;
    let now = shared.world.clock.now_ms();
    let count = read(shared, asked.target, |table| {
        let mut count = 0_u64;
        for record in filters.candidates(table, 0, now) {
            count += u64::from(filters.matches(record)?);
        }
        Ok(count)
    })?;
    Ok(Answer::json(format!("{{\"count\":{count}}}")))
}

fn one(shared: &Shared, asked: &Asked<'_>, id: &str) -> Result<Answer, QueryError> {
    let kind = asked.target.kind;
    let parent = parent_id(asked.target);
    let now = shared.world.clock.now_ms();
    let id_asked = id.parse().unwrap_or(-1);
    let found = read(shared, asked.target, |table| table.visible(id_asked, now).cloned());
    let found = found.filter(|record| record.service && (parent.is_none() || Some(record.parent) == parent));
    let hidden = |record: &Document| asked.only_of.is_some_and(|member| !record.is_ticket_of(member));
    let found = found.filter(|record| kind != Kind::Ticket || !hidden(record));
    Ok(match found {
        Some(record) if kind == Kind::Ticket && shared.world.is_poisoned(record.id) => {
            shared.faults.count("poison");
            timed_out()
        }
        Some(record) => {
            let served = served(shared, kind, &record);
            match fields(shared, asked)? {
                Some(fields) => Answer::json(fields.select(&served)),
                None => Answer::json(served),
            }
        }
        None => Answer::error(404, "NotFound", &kind.not_found(id)),
    })
}

/// The members that are asked for, where they are there or nobody minds.
fn fields(shared: &Shared, asked: &Asked<'_>) -> Result<Option<Fields>, QueryError> {
    let fields = Fields::parse(asked.parameters.get("fields"));
    if let Some(fields) = &fields
        && shared.has(Quirk::RefuseUnknownFields)
    {
        fields.check(&Names::of(&shared.world, asked.target.kind))?;
    }
    Ok(fields)
}

/// A record as it is read now.
fn served(shared: &Shared, kind: Kind, record: &Document) -> Bytes {
    let served = shared.world.served(record);
    if kind == Kind::Note
        && shared.has(Quirk::NotesWithoutFlags)
        && let Ok(mut note) = Members::read(&served)
    {
        note.remove("internalFlag");
        note.remove("externalFlag");
        return note.to_json().into();
    }
    served
}

fn parent_id(target: &Target) -> Option<i64> {
    target.parent.as_ref().map(|id| id.parse().unwrap_or(-1))
}

/// Which part of a list is wanted.
struct Part {
    order: Order,
    after: i64,
    skipped: usize,
    size: usize,
}

struct Found<'a> {
    page: Vec<&'a Document>,
    has_next: bool,
    total: Option<usize>,
}

impl<'a> Filters<'a> {
    fn of(shared: &Shared, asked: &Asked<'a>) -> Result<Self, QueryError> {
        let names = Names::of(&shared.world, asked.target.kind);
        let mut conditions = query::parse(asked.parameters.get("conditions"))?;
        if let Some(conditions) = &mut conditions {
            query::check_names(conditions, &names)?;
            if shared.has(Quirk::DateAtOrAfterFindsNothing) {
                query::find_nothing_from_a_date_on(conditions);
            }
        }
        Ok(Self {
            only_of: asked.only_of.filter(|_| asked.target.kind == Kind::Ticket),
            conditions,
            children: query::parse(asked.parameters.get("childconditions"))?,
            custom_fields: query::parse(asked.parameters.get("customfieldconditions"))?,
            names,
            parent: parent_id(asked.target).unwrap_or(0),
            service_only: asked.target.kind == Kind::Ticket && !shared.has(Quirk::ListProjectTickets),
        })
    }

    /// A page in an order. By id, only as much is looked at as the page needs.
    fn find<'t>(&'t self, table: &'t Table, part: &Part, now: i64) -> Result<Found<'t>, QueryError> {
        let Part {
            order,
            after,
            skipped,
            size,
        } = part;
        let end = skipped.saturating_add(*size);
        if self.takes_all()
            && order.is_by_id()
            && *after == 0
            && let Some(page) = table.page(*skipped, *size, now)
        {
            return Ok(Found {
                has_next: page.total > end,
                page: page.records,
                total: Some(page.total),
            });
        }
        let mut matching = Vec::new();
        let enough = if order.is_by_id() {
            end.saturating_add(1)
        } else {
            usize::MAX
        };
        for record in self.candidates(table, *after, now) {
            if self.matches(record)? {
                matching.push(record);
                if matching.len() >= enough {
                    break;
                }
            }
        }
        if !order.is_by_id() {
            order.sort(&mut matching);
        }
        let total = (matching.len() < enough)
            .then_some(matching.len())
            .or_else(|| self.total(table, now));
        let page: Vec<_> = matching.iter().copied().skip(*skipped).take(*size).collect();
        Ok(Found {
            has_next: matching.len() > end,
            page,
            total,
        })
    }

    /// True when every service ticket matches, so that a page can be had without a walk.
    fn takes_all(&self) -> bool {
        let plain = self.conditions.is_none() && self.children.is_none() && self.custom_fields.is_none();
        plain && self.service_only && self.only_of.is_none()
    }

    /// How many there are, where that costs nothing to speak of.
    fn total(&self, table: &Table, now: i64) -> Option<usize> {
        let plain = self.conditions.is_none() && self.children.is_none() && self.custom_fields.is_none();
        plain.then(|| self.candidates(table, 0, now).count())
    }

    /// Visible records that can match, by id: what the conditions say of ids bounds where to look.
    fn candidates<'t>(&'t self, table: &'t Table, after: i64, now: i64) -> impl Iterator<Item = &'t Document> {
        let (lowest, highest) = self.conditions.as_ref().map_or((i64::MIN, i64::MAX), id_bounds);
        table
            .after(after.max(lowest), now)
            .take_while(move |record| record.id <= highest)
            .filter(|record| (!self.service_only || record.service) && record.parent == self.parent)
            .filter(|record| self.only_of.is_none_or(|member| record.is_ticket_of(member)))
    }

    fn matches(&self, record: &Document) -> Result<bool, QueryError> {
        let row = Row::new(record);
        if let Some(conditions) = &self.conditions
            && !query::matches(conditions, &row, &self.names)?
        {
            return Ok(false);
        }
        let children = self
            .children
            .as_ref()
            .is_none_or(|children| query::child_matches(children, row.value()));
        Ok(children
            && self
                .custom_fields
                .as_ref()
                .is_none_or(|fields| query::custom_field_matches(fields, row.value())))
    }
}

/// The ids that a condition can hold for: above the first, up to the second.
fn id_bounds(condition: &Condition) -> (i64, i64) {
    match condition {
        Condition::And(parts) => parts
            .iter()
            .map(id_bounds)
            .fold((i64::MIN, i64::MAX), |(low, high), (a, b)| (low.max(a), high.min(b))),
        Condition::Compare {
            path,
            negated: false,
            operator,
            values,
        } if path.eq_ignore_ascii_case("id") => match values.first() {
            #[expect(clippy::cast_possible_truncation, reason = "ids are far below 2^52")]
            Some(Literal::Number(id)) if id.fract() == 0.0 => match operator {
                Operator::Greater => (*id as i64, i64::MAX),
                Operator::GreaterOrEqual => (*id as i64 - 1, i64::MAX),
                Operator::LessOrEqual => (i64::MIN, *id as i64),
                Operator::Less => (i64::MIN, *id as i64 - 1),
                _ => (i64::MIN, i64::MAX),
            },
            _ => (i64::MIN, i64::MAX),
        },
        _ => (i64::MIN, i64::MAX),
    }
}

/// One buffer, made of stored bytes wherever nothing has to be changed.
fn body(shared: &Shared, kind: Kind, page: &[&Document], fields: Option<&Fields>) -> Bytes {
    let as_stored = shared.world.serves_as_stored();
    // A page of tickets is copied as it lies; notes are few.
    let copies = as_stored && kind != Kind::Note;
    let room: usize = page.iter().map(|record| record.raw.len() + 1).sum();
    let mut body = Vec::with_capacity(if fields.is_none() { room + 2 } else { 2 });
    body.push(b'[');
    for (at, record) in page.iter().enumerate() {
        if at > 0 {
            body.push(b',');
        }
        let served = if copies {
            &record.raw
        } else {
            &served(shared, kind, record)
        };
        match fields {
            Some(fields) => body.extend_from_slice(fields.select(served).as_bytes()),
            None => body.extend_from_slice(served),
        }
    }
    body.push(b']');
    if !as_stored {
        shared.faults.count("volatile");
    }
    body.into()
}

/// An address below the host, for links.
pub(super) fn base_of(scheme: &str, host: &str, path: &str) -> String {
    let mut base = String::new();
    write!(base, "{scheme}://{host}{}", path.trim_end_matches('/')).expect("writing to a string does not fail");
    base
}
