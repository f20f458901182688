//! One ticket as it is now.

use connectwise_psa::records::{RawRecord, RecordType};
use connectwise_psa::{Condition, Error, ErrorKind, ListRequest};
use deskhand_command::{Failure, Lookup};

use super::{PATH, TicketFeed, failed, records};

/// Finds a ticket by its id; where there are filters, they decide whether the feed still reads it.
pub(super) async fn look_up(feed: &TicketFeed, id: i64) -> Result<Lookup, Failure> {
    let matching = match feed.condition().await? {
        None => None,
        Some(filters) => {
            let alone = Condition::All(vec![filters, Condition::equals("id", id)]);
            let list = ListRequest::new(PATH).conditions(alone).page_size(1);
            let page = feed.client.list(&list).await.map_err(|error| feed.refused(&error))?;
            Some(page.records.into_iter().next())
        }
    };
    if let Some(Some(raw)) = matching {
        return found(feed, &raw);
    }
    let raw = match feed.client.get(format!("{PATH}/{id}")).await {
        Ok(raw) => raw,
        Err(error) if is_gone(&error) => return Ok(Lookup::Gone),
        Err(error) => return Err(failed(&error)),
    };
    match matching {
        Some(_) => Ok(Lookup::Elsewhere),
        None => found(feed, &raw),
    }
}

fn found(feed: &TicketFeed, raw: &RawRecord) -> Result<Lookup, Failure> {
    if raw.record_type == RecordType::Other {
        return Ok(Lookup::Elsewhere);
    }
    let record = records::record(raw, &feed.options.hash)
        .map_err(|reason| Failure::new(502, format!("The PSA's answer cannot be used: {reason}.")))?;
    Ok(Lookup::Found(Box::new(record)))
}

/// Only the vendor's own `NotFound` proves that a ticket is gone; another 404 can be anybody's.
fn is_gone(error: &Error) -> bool {
    error.kind() == ErrorKind::NotFound && error.vendor().is_some_and(|vendor| vendor.code == "NotFound")
}
