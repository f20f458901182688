//! Automates a ConnectWise PSA service desk: the program.
//!
//! Only this crate reads the environment, parses arguments and prints. `arguments.rs` says what can be typed,
//! `verbs/` has one file for each thing that can be done, `config/` finds the connection and the store, `render/`
//! puts results into words.

mod arguments;
mod bulk;
mod config;
mod dates;
mod desk;
mod exit;
mod log;
mod progress;
mod rehearsal;
mod render;
mod verbs;

use std::process::ExitCode;

use clap::ArgMatches;
use clap::error::ErrorKind;

use crate::exit::Exit;

fn main() -> ExitCode {
    let matches = match arguments::program().try_get_matches() {
        Ok(matches) => matches,
        Err(error) => return usage(&error),
    };
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            return finish(Err(
                anyhow::Error::new(error).context("cannot start the program's threads")
            ));
        }
    };
    let outcome = runtime.block_on(async {
        tokio::select! {
            outcome = verbs::perform(&matches) => outcome,
            () = given_up(&matches) => Ok(Exit::Interrupted),
        }
    });
    runtime.shutdown_background();
    finish(outcome)
}

/// Prints what clap has to say; help and version are no errors.
fn usage(error: &clap::Error) -> ExitCode {
    let wanted = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
    match error.print() {
        Ok(()) if wanted => Exit::Successful.into(),
        _ => Exit::Usage.into(),
    }
}

fn finish(outcome: anyhow::Result<Exit>) -> ExitCode {
    match outcome {
        Ok(exit) => exit.into(),
        Err(error) => {
            render::error::report(&error);
            exit::of(&error).into()
        }
    }
}

/// Resolves when what is being done is to be broken off: at once, or, where it ends by itself when it is asked to, the second
/// time.
async fn given_up(matches: &ArgMatches) {
    interrupted().await;
    if verbs::ends_when_asked(matches) {
        interrupted().await;
    }
}

/// Resolves on Ctrl-C, and on the signal by which service managers ask a program to stop.
pub(crate) async fn interrupted() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
    }
}
