//! Many PSAs in one process, whose processor time is not the engine's.

use std::io;
use std::time::Duration;

use anyhow::ensure;
use deskhand_sandbox::{Options, Running, Seed, start};
use serde_json::json;

use super::say;

/// Tickets of a seed are numbered from here.
const FIRST: i64 = 1000;

/// Serves sandboxes and changes their tickets in turn, evenly over time; says their addresses, and ends with its input.
pub(super) async fn serve(count: u64, tickets: u64, changes: u32) -> anyhow::Result<()> {
    let mut desks = Vec::new();
    for number in 0..count {
        let seed = Seed {
            number,
            ..Options::with_tickets(tickets).seed
        };
        let sandbox = start(Options {
            seed,
            ..Options::default()
        });
        desks.push(sandbox.await?);
    }
    let urls: Vec<String> = desks.iter().map(Running::url).collect();
    say(&json!({ "urls": urls }))?;
    let ended = tokio::task::spawn_blocking(|| io::copy(&mut io::stdin(), &mut io::sink()));
    tokio::select! {
        _ = ended => Ok(()),
        worked = work(&desks, i64::try_from(tickets)?, changes) => worked,
    }
}

/// One ticket of one desk after the other, so that a minute has as many changes of each desk as are wanted.
async fn work(desks: &[Running], tickets: i64, changes: u32) -> anyhow::Result<()> {
    let pause = Duration::from_secs(60) / changes / u32::try_from(desks.len())?;
    let mut ticks = tokio::time::interval(pause);
    let mut ids = vec![FIRST; desks.len()];
    loop {
        for (desk, id) in desks.iter().zip(&mut ids) {
            ticks.tick().await;
            *id = touch(desk, *id, tickets)?;
        }
    }
}

/// Changes the next ticket that can be changed; returns which one comes after it.
fn touch(desk: &Running, mut id: i64, tickets: i64) -> anyhow::Result<i64> {
    for _ in 0..tickets {
        let touched = desk.touch(id);
        id = FIRST + (id - FIRST + 1) % tickets;
        if touched {
            return Ok(id);
        }
    }
    ensure!(tickets == 0, "no ticket can be changed");
    Ok(id)
}
