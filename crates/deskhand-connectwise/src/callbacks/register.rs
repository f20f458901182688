//! What is registered at the PSA.

use connectwise_psa::{Callback, CallbackEntry, Client, Error, ErrorKind, Request};
use deskhand_command::{Failure, Registered, WantedCallback};

use crate::commands::rights::{ADD_SETUP, DELETE_SETUP, EDIT_SETUP, INQUIRE_SETUP};
use crate::failure::translate;

/// The PSA puts record and action behind the address as it stands, so that this has to be its end.
const APPENDED: &str = "?recordId=";

/// Callbacks a page.
const PAGE: u32 = 250;

/// Everybody's callbacks, of every kind of record.
pub(super) async fn list(client: &Client) -> Result<Vec<Registered>, Failure> {
    let failed = |error: &Error| translate(error, &[INQUIRE_SETUP]);
    let mut scan = client.scan(Callback::scan(PAGE));
    let mut registered = Vec::new();
    while let Some(page) = scan.next_page().await {
        let page = page.map_err(|error| failed(&error.source))?;
        let entries = page
            .page
            .records
            .iter()
            .map(|record| serde_json::from_slice(&record.json));
        // One that cannot be read is not ours.
        registered.extend(entries.filter_map(|entry| registered_of(entry.ok()?)));
    }
    Ok(registered)
}

pub(super) async fn create(client: &Client, wanted: &WantedCallback) -> Result<(), Failure> {
    send(client, &callback(wanted).create(), ADD_SETUP).await
}

pub(super) async fn mend(client: &Client, id: i64, wanted: &WantedCallback) -> Result<(), Failure> {
    send(client, &callback(wanted).update(id), EDIT_SETUP).await
}

pub(super) async fn remove(client: &Client, id: i64) -> Result<(), Failure> {
    match client.send(&Callback::delete(id)).await {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        answered => answered.map(drop).map_err(|error| translate(&error, &[DELETE_SETUP])),
    }
}

async fn send(client: &Client, request: &Request, right: &'static str) -> Result<(), Failure> {
    let answered = client.send(request).await;
    answered.map(drop).map_err(|error| translate(&error, &[right]))
}

fn callback(wanted: &WantedCallback) -> Callback {
    Callback::of_all_tickets(format!("{}{APPENDED}", wanted.address), wanted.marker.as_str())
}

fn registered_of(entry: CallbackEntry) -> Option<Registered> {
    let ends_well = entry.url.ends_with(APPENDED);
    Some(Registered {
        id: entry.id?,
        complete: ends_well && entry.is_of_all_tickets(),
        address: entry.url.strip_suffix(APPENDED).unwrap_or(&entry.url).to_owned(),
        marker: entry.description,
        active: !entry.inactive_flag,
    })
}
