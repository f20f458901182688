//! Drives runs as they become due, until the host is closed.

use std::future::Future;
use std::pin::pin;
use std::time::Duration;

use tokio::task::JoinSet;
use tracing::{error, info, warn};

use super::drive::Drive;
use super::run_host::{Gone, RunHost, until};

/// Between two looks there is at least this time, whatever the store says is due.
const SHORTEST: Duration = Duration::from_millis(20);

impl RunHost {
    /// Drives runs as they become due, until `stop` comes: then what is at work is let end for a while, and runs that have not
    /// ended are given back, so that whoever comes next goes on at once.
    pub async fn serve(&self, stop: impl Future<Output = ()> + Send) {
        let mut driven = JoinSet::new();
        let mut stop = pin!(stop);
        let mut in_trouble = false;
        loop {
            let pause = self.take_on(&mut driven, &mut in_trouble).await;
            tokio::select! {
                () = &mut stop => break,
                Some(rested) = driven.join_next() => {
                    if is_stopped(rested) || others_stopped(&mut driven) {
                        return;
                    }
                }
                () = self.wakened.notified() => {}
                () = self.clock.sleep(pause) => {}
            }
        }
        self.closing.close();
        let all_rest = async { while driven.join_next().await.is_some() {} };
        tokio::select! {
            () = all_rest => {}
            () = self.clock.sleep(self.limits.grace) => warn!("steps at work did not end in time; they go on after the next start"),
        }
    }

    /// Takes on as many due runs as there is room for; returns how long to wait before the next look.
    async fn take_on(&self, driven: &mut JoinSet<Result<(), Gone>>, in_trouble: &mut bool) -> Duration {
        let room = self.limits.runs.saturating_sub(driven.len());
        if room == 0 {
            return self.limits.poll;
        }
        let now = self.clock.now();
        let claimed = match self.claim(now, room).await {
            Ok(claimed) => claimed,
            Err(error) => {
                if !std::mem::replace(in_trouble, true) {
                    let (error, hint) = (error.in_full(), error.hint());
                    error!(error, hint, "runs that are due cannot go on; trying again");
                }
                return self.limits.poll;
            }
        };
        if std::mem::take(in_trouble) {
            info!("runs go on again");
        }
        for (run, kept) in claimed {
            driven.spawn(Drive::to_rest(self.clone(), run, kept));
        }
        if driven.len() >= self.limits.runs {
            return self.limits.poll;
        }
        match self.next_due().await {
            // What was due already and is so still was not for us: somebody, perhaps we ourselves, is at work on it.
            Ok(Some(at)) if at > now => until(self.clock.now(), at).clamp(SHORTEST, self.limits.poll),
            _ => self.limits.poll,
        }
    }
}

/// Takes in all that have come to rest, so that one claim fills their places; whether the observer stopped one.
fn others_stopped(driven: &mut JoinSet<Result<(), Gone>>) -> bool {
    while let Some(rested) = driven.try_join_next() {
        if is_stopped(rested) {
            return true;
        }
    }
    false
}

/// Whether the observer stopped everything; a drive that broke off is looked at again when its claim is over.
fn is_stopped(rested: Result<Result<(), Gone>, tokio::task::JoinError>) -> bool {
    match rested {
        Ok(rested) => rested == Err(Gone::Stopped),
        Err(error) => {
            error!(%error, "a run broke off; it goes on when its claim is over");
            false
        }
    }
}
