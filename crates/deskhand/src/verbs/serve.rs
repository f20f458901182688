//! `deskhand serve`: works a desk off, day and night.

use std::pin::pin;
use std::time::Duration;

use clap::Args;
use deskhand_command::{Clock as _, SystemClock};
use futures_util::FutureExt as _;
use jiff::{SignedDuration, Timestamp};

use crate::desk::{DeskOptions, OpenDesk, Receiving};
use crate::exit::{Exit, Trouble};
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

/// How long after a store could not be opened it is tried again.
const AGAIN: Duration = Duration::from_secs(5);

pub(super) async fn run(options: &Options) -> anyhow::Result<Exit> {
    crate::log::begin();
    let stop = crate::interrupted().shared();
    let Some(desk) = open(options, stop.clone()).await? else {
        return Ok(Exit::Successful);
    };
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
    let work = async { tokio::join!(engine.serve(stop.clone()), receive(receiving, stop.clone())) };
    tokio::select! {
        _ = work => {}
        () = tidy(&desk) => {}
    }
    say("Deskhand has ended; what was under way goes on after the next start\n");
    Ok(Exit::Successful)
}

/// Opens the desk, when a store that others keep us from can be opened; `None`: we are to end before.
async fn open(options: &Options, stop: impl Future<Output = ()>) -> anyhow::Result<Option<OpenDesk>> {
    let mut stop = pin!(stop);
    loop {
        let trouble = match options.desk.open().await {
            Ok(desk) => return Ok(Some(desk)),
            Err(error) => error.downcast::<Trouble>()?,
        };
        if options.once || !trouble.can_pass {
            return Err(trouble.into());
        }
        tracing::error!(
            error = trouble.message,
            hint = trouble.hint,
            "this cannot begin; trying again"
        );
        tokio::select! {
            () = &mut stop => return Ok(None),
            () = tokio::time::sleep(AGAIN) => {}
        }
    }
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
            tracing::warn!(
                error = error.in_full(),
                hint = error.hint(),
                "what is old cannot be deleted; this is tried again in an hour"
            );
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
