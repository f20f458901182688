//! Tries everything, one after the other.

use std::time::Duration;

use connectwise_psa::{Client, Error, ErrorKind, Patience, Request};
use deskhand_command::{Clock, Failure};
use jiff::SignedDuration;

use super::decide::{Right, RightState, of_read, of_write};
use super::probe::{NO_TICKET, Probe, probes};
use crate::failure::translate;

/// What there is to know of a connection.
#[derive(Debug, Clone)]
pub struct Checkup {
    /// The lines that commands need.
    pub rights: Vec<Right>,
    /// How far the server's clock is ahead of ours; answers name whole seconds.
    pub clock_ahead: Option<SignedDuration>,
    /// The typical time of an answer.
    pub latency: Option<Duration>,
    /// The PSA's version, where it says so.
    pub version: Option<String>,
    /// Requests that were sent.
    pub requests: u64,
    /// How many of them were refused with 429.
    pub refusals: u64,
    /// How long all of it took.
    pub took: Duration,
}

/// Examines a connection; fails only when it cannot be used at all.
pub async fn examine(client: &Client, clock: &dyn Clock) -> Result<Checkup, Failure> {
    let started = clock.now();
    let client = client.with_patience(Patience::PROMPT).counted();
    let version = version(&client).await.map_err(|error| translate(&error, &[]))?;
    let clock_ahead = client.server_time().map(|theirs| theirs.duration_since(clock.now()));
    let mut rights = Vec::new();
    let harmless = has_no_such_ticket(&client).await;
    for (line, probe) in probes() {
        let state = match probe {
            Probe::Reads(request) => of_read(failure_of(&client, &request).await.as_ref()),
            Probe::Writes(request) if harmless => of_write(failure_of(&client, &request).await.as_ref()),
            Probe::Writes(_) => RightState::Unknown(format!("ticket {NO_TICKET} cannot be told to be missing")),
            Probe::Untried => RightState::Unknown("nothing short of closing a ticket would tell".to_owned()),
        };
        rights.push(Right { line, state });
    }
    let measured = client.governor().measured();
    Ok(Checkup {
        rights,
        clock_ahead,
        latency: measured.latency,
        version,
        requests: client.calls(),
        refusals: measured.refusals,
        took: Duration::try_from(clock.now().duration_since(started)).unwrap_or_default(),
    })
}

/// The first request: what keys, company and client id are worth.
async fn version(client: &Client) -> Result<Option<String>, Error> {
    match client.system_info().await {
        Ok(info) => Ok(Some(info.version)),
        Err(error)
            if matches!(
                error.kind(),
                ErrorKind::Forbidden | ErrorKind::NotFound | ErrorKind::Rejected
            ) =>
        {
            let info = client.company_info().await?;
            Ok(info.version_code)
        }
        Err(error) => Err(error),
    }
}

/// Writes are tried on a ticket that there is not; that is made sure of first.
async fn has_no_such_ticket(client: &Client) -> bool {
    match client.get(format!("service/tickets/{NO_TICKET}")).await {
        Ok(_) => false,
        Err(error) => error.vendor().is_some() && matches!(error.kind(), ErrorKind::NotFound | ErrorKind::Forbidden),
    }
}

async fn failure_of(client: &Client, request: &Request) -> Option<Error> {
    client.send(request).await.err()
}
