//! One ticket as it is now.

use connectwise_psa::ErrorKind;
use connectwise_psa::records::RecordType;
use deskhand_command::{Failure, Lookup};

use super::{PATH, TicketFeed, records};
use crate::commands::INQUIRE_TICKETS;
use crate::failure::translate;

/// Only the vendor's own `NotFound` proves that a ticket is gone; another 404 can be anybody's.
pub(super) async fn look_up(feed: &TicketFeed, id: i64) -> Result<Lookup, Failure> {
    let raw = match feed.client.get(format!("{PATH}/{id}")).await {
        Ok(raw) => raw,
        Err(error) if error.kind() == ErrorKind::NotFound && is_vendors(&error) => return Ok(Lookup::Gone),
        Err(error) => return Err(translate(&error, &[INQUIRE_TICKETS])),
    };
    if raw.record_type == RecordType::Other {
        return Ok(Lookup::Elsewhere);
    }
    let record = records::record(&raw, &feed.options.hash).map_err(|reason| Failure::new(502, reason))?;
    Ok(Lookup::Found(Box::new(record)))
}

fn is_vendors(error: &connectwise_psa::Error) -> bool {
    error.vendor().is_some_and(|vendor| vendor.code == "NotFound")
}
