//! `deskhand serve`: works a desk off, day and night.

use std::time::Duration;

use clap::Args;
use deskhand_command::{Clock as _, SystemClock};
use futures_util::FutureExt as _;
use jiff::{SignedDuration, Timestamp};

use crate::desk::{DeskOptions, OpenDesk, Receiving};
use crate::exit::Exit;
use crate::render::error::say;

#[derive(Debug, Args)]
pub(crate) struct Options {
    #[command(flatten)]
    desk: DeskOptions,
    /// Do what is due now and what comes of it, then end
    #[arg(long)]
    once: bool,
}

/// How often what is over long enough is deleted.
const TIDY: Duration = Duration::from_secs(3600);

pub(super) async fn run(options: &Options) -> anyhow::Result<Exit> {
    crate::log::begin();
    let desk = options.desk.open().await?;
    let engine = desk.engine()?;
    if options.once {
        let turned = engine.turn().await?;
        say(&format!(
            "{} schedules fired, {} events were handed out, {} runs went on\n",
            turned.fired, turned.handed_out, turned.driven
        ));
        return Ok(Exit::Successful);
    }
    let receiving = desk.receiving(&engine).await?;
    say("Deskhand is at work; Ctrl-C ends it, and nothing is lost by that\n");
    if let Some(receiving) = &receiving {
        say(&format!("Callbacks are received at {}\n", receiving.place));
    }
    let stop = crate::interrupted().shared();
    let work = async { tokio::join!(engine.serve(stop.clone()), receive(receiving, stop.clone())) };
    tokio::select! {
        _ = work => {}
        () = tidy(&desk) => {}
    }
    say("Deskhand has ended; what was under way goes on after the next start\n");
    Ok(Exit::Successful)
}

async fn receive(receiving: Option<Receiving>, stop: impl Future<Output = ()> + Send + 'static) {
    if let Some(receiving) = receiving {
        receiving.until(stop).await;
    }
}

/// Deletes what is over long enough, now and every hour.
async fn tidy(desk: &OpenDesk) {
    loop {
        if let Err(error) = tidied(desk).await {
            tracing::warn!(%error, "what is old cannot be deleted; this is tried again in an hour");
        }
        tokio::time::sleep(TIDY).await;
    }
}

async fn tidied(desk: &OpenDesk) -> Result<(), deskhand_engine::StoreError> {
    let days_ago = |days: u32| {
        let age = SignedDuration::from_hours(24 * i64::from(days));
        SystemClock.now().saturating_sub(age).unwrap_or(Timestamp::MIN)
    };
    let runs = days_ago(desk.operator.keep.runs_days);
    while desk.store.prune_runs(runs).await? > 0 {}
    if let Some(days) = desk.operator.keep.events_days {
        desk.store.prune(days_ago(days)).await?;
    }
    Ok(())
}
