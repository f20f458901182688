//! Changes delivered to callbacks, beside everything else.

use std::sync::Arc;

use reqwest::Client;
use serde_json::Value;
use tokio::sync::Semaphore;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::task::JoinSet;

use super::Delivery;
use super::entry::{Entry, of_tickets};
use super::payload::{address, body, name};
use crate::running::Shared;
use crate::world::{Change, Kind, Members};

/// Deliveries under way at a time.
const AT_ONCE: usize = 32;
/// What a receiver says when it wants to be told again.
const REPEATED: [u16; 4] = [404, 409, 419, 429];

/// Delivers changes until it is aborted, which ends deliveries under way, too.
pub(crate) async fn work(shared: Arc<Shared>, mut changes: UnboundedReceiver<Change>) {
    // Most sandboxes have no callback, and a client takes a while to make.
    let mut client = None;
    let turns = Arc::new(Semaphore::new(AT_ONCE));
    let mut under_way = JoinSet::new();
    loop {
        tokio::select! {
            change = changes.recv() => {
                let Some(change) = change else { break };
                if client.is_none() {
                    client = make_client(&shared);
                }
                let Some(client) = &client else { break };
                for entry in concerned(&shared, &change) {
                    let (shared, client, turns) = (Arc::clone(&shared), client.clone(), Arc::clone(&turns));
                    let change = change.clone();
                    under_way.spawn(async move {
                        if let Ok(_turn) = turns.acquire().await {
                            deliver(&shared, &client, &entry, &change).await;
                        }
                    });
                }
            }
            Some(_) = under_way.join_next(), if !under_way.is_empty() => {}
        }
    }
}

/// Receivers of the sandbox have throw-away certificates, and none is followed elsewhere.
fn make_client(shared: &Shared) -> Option<Client> {
    let _already = rustls::crypto::ring::default_provider().install_default();
    let client = Client::builder()
        .no_proxy()
        .timeout(shared.options.callback_times.timeout)
        .redirect(reqwest::redirect::Policy::none())
        .tls_danger_accept_invalid_certs(true)
        .build();
    client
        .inspect_err(|error| tracing::warn!(%error, "no callbacks can be delivered"))
        .ok()
}

fn concerned(shared: &Shared, change: &Change) -> Vec<Entry> {
    let ticket: Value = serde_json::from_slice(&change.ticket.raw).unwrap_or_default();
    let mut entries = of_tickets(&shared.world);
    entries.retain(|entry| entry.watches(&ticket) && entry.suppressed.as_deref() != Some(change.by.as_str()));
    entries
}

async fn deliver(shared: &Shared, client: &Client, entry: &Entry, change: &Change) {
    let body = body(entry, change, &shared.url());
    let signature = shared.signing_key.signature(body.as_bytes());
    let url = address(entry, change);
    let mut waits = shared.options.callback_times.retries.into_iter();
    let mut attempt = 1;
    let succeeded = loop {
        let request = client
            .post(&url)
            .header("content-type", "application/json")
            .header("x-content-signature", &signature)
            .body(body.clone());
        let answered = request.send().await;
        let status = answered.as_ref().ok().map(|answer| answer.status().as_u16());
        shared.deliveries.add(Delivery {
            at_ms: shared.world.clock.now_ms(),
            callback: entry.id,
            url: url.clone(),
            ticket: change.ticket.id,
            action: name(change.action).to_owned(),
            attempt,
            status,
            error: answered.err().map(|error| error.to_string()),
        });
        match status
            .filter(|status| REPEATED.contains(status))
            .and_then(|_| waits.next())
        {
            Some(wait) => tokio::time::sleep(wait).await,
            None => break status.is_some_and(|status| (200..300).contains(&status)),
        }
        attempt += 1;
    };
    if shared
        .deliveries
        .ended(entry.id, succeeded, shared.world.clock.now_ms())
    {
        give_up(shared, entry.id);
    }
}

/// The callback stays, and is told nothing any more.
fn give_up(shared: &Shared, id: i64) {
    let _turn = shared.world.turn();
    let Some(mut callback) = shared.world.newest(Kind::Callback, id) else {
        return;
    };
    let Ok(mut members) = Members::read(&callback.raw) else {
        return;
    };
    members.set("inactiveFlag", "true".to_owned());
    callback.raw = members.to_json().into();
    shared.world.put(Kind::Callback, callback, 0);
}
