//! Working off one connection's callbacks for as long as the program runs.

use std::sync::Arc;
use std::time::Duration;

use deskhand_command::{Clock, Failure};
use tokio::sync::Notify;

use super::work_off::AT_ONCE;
use super::{CallbackFeeds, CallbackInbox, Worked, work_off};
use crate::ingest::{IngestReport, failure_of};

/// Everything that working off a connection's callbacks needs.
#[derive(Clone)]
pub struct CallbackWork {
    /// The connection.
    pub connection: String,
    /// What its records are read through.
    pub feeds: Arc<dyn CallbackFeeds>,
    /// Where announcements wait.
    pub inbox: Arc<dyn CallbackInbox>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Told by the receiver when there is something.
    pub nudge: Arc<Notify>,
}

/// Works off what waits, and goes on waiting; it ends by being dropped, at any moment.
pub async fn attend(work: &CallbackWork) {
    let mut in_vain = 0;
    loop {
        let (report, worked) = go(work).await;
        in_vain = if matches!(worked, Worked::Failed(_) | Worked::Held) {
            in_vain + 1
        } else {
            0
        };
        tell(&work.connection, report.taken, &worked);
        let pause = work.clock.sleep(pause_after(&worked, in_vain));
        if worked == Worked::Idle {
            tokio::select! {
                () = pause => {}
                () = work.nudge.notified() => {}
            }
        } else {
            pause.await;
        }
    }
}

/// Looks once at what has waited longest. Feeds are asked for only when something waits: they cost a look at the vault.
pub(crate) async fn go(work: &CallbackWork) -> (IngestReport, Worked) {
    let feeds = async {
        let waiting = work.inbox.waiting(&work.connection, 1).await.map_err(failure_of)?;
        if waiting.is_empty() {
            return Ok(Vec::new());
        }
        drop_what_was_elsewhere(work).await?;
        work.feeds.feeds(&work.connection).await
    };
    let feeds: Result<_, Failure> = feeds.await;
    match feeds {
        Ok(feeds) => work_off(&*work.inbox, &work.connection, &feeds).await,
        Err(failure) => (IngestReport::default(), Worked::Failed(failure)),
    }
}

/// Takes away what was announced by the place that the connection led to before: the same numbers are other records here.
async fn drop_what_was_elsewhere(work: &CallbackWork) -> Result<(), Failure> {
    let connection = work.connection.as_str();
    let Some(moved_at) = work.feeds.moved_at(connection).await? else {
        return Ok(());
    };
    loop {
        let mut waiting = work.inbox.waiting(connection, AT_ONCE).await.map_err(failure_of)?;
        waiting.retain(|one| one.since.as_second() < moved_at.as_second());
        if waiting.is_empty() {
            return Ok(());
        }
        work.inbox.done(connection, &waiting).await.map_err(failure_of)?;
    }
}

/// How long to wait after a go, the last so many of which were in vain.
pub fn pause_after(worked: &Worked, in_vain: u32) -> Duration {
    match worked {
        // Another process may have received something.
        Worked::Idle => Duration::from_secs(30),
        Worked::Done(records) if *records >= AT_ONCE as usize => Duration::from_millis(300),
        // A ticket is often saved several times in a row; that is one look.
        Worked::Done(_) => Duration::from_secs(1),
        // A first pass takes hours, and the same records are looked up each time for the feeds that are free.
        Worked::Held => Duration::from_secs(2 << in_vain.saturating_sub(1).min(4)),
        Worked::Failed(_) => Duration::from_secs(5 << in_vain.saturating_sub(1).min(6)),
    }
}

fn tell(connection: &str, taken: u64, worked: &Worked) {
    match worked {
        Worked::Done(records) => tracing::debug!(connection, records, taken, "Callbacks were worked off"),
        Worked::Failed(failure) => {
            tracing::warn!(
                connection,
                reason = failure.message,
                hint = failure.hint,
                "Announced records cannot be read now"
            );
        }
        Worked::Idle | Worked::Held => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_wait_longer_and_longer_and_never_more_than_minutes() {
        let failed = Worked::Failed(Failure::new(502, "Away."));
        let waits: Vec<u64> = [1, 2, 3, 7, 8, 1_000]
            .iter()
            .map(|failures| pause_after(&failed, *failures).as_secs())
            .collect();
        assert_eq!(waits, [5, 10, 20, 320, 320, 320]);
        let held = [1, 2, 5, 1_000].map(|times| pause_after(&Worked::Held, times).as_secs());
        assert_eq!(held, [2, 4, 32, 32]);
        assert!(pause_after(&Worked::Done(32), 0) < pause_after(&Worked::Done(31), 0));
    }
}
