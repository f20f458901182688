//! Working off one connection's callbacks for as long as the program runs.

use std::sync::Arc;
use std::time::Duration;

use deskhand_command::Clock;
use tokio::sync::Notify;

use super::work_off::AT_ONCE;
use super::{CallbackFeed, CallbackInbox, Worked, work_off};

/// Everything that working off a connection's callbacks needs.
#[derive(Clone)]
pub struct CallbackWork {
    /// The connection.
    pub connection: String,
    /// What its records are read through.
    pub feeds: Vec<CallbackFeed>,
    /// Where announcements wait.
    pub inbox: Arc<dyn CallbackInbox>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Told by the receiver when there is something.
    pub nudge: Arc<Notify>,
}

/// Works off what waits, and goes on waiting; it ends by being dropped, at any moment.
pub async fn attend(work: &CallbackWork) {
    let mut failures = 0;
    loop {
        let (report, worked) = work_off(&*work.inbox, &work.connection, &work.feeds).await;
        failures = if matches!(worked, Worked::Failed(_)) {
            failures + 1
        } else {
            0
        };
        tell(&work.connection, report.taken, &worked);
        let pause = work.clock.sleep(pause_after(&worked, failures));
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

/// How long to wait after a go, the last so many of which failed.
pub fn pause_after(worked: &Worked, failures: u32) -> Duration {
    match worked {
        // Another process may have received something.
        Worked::Idle => Duration::from_secs(30),
        Worked::Done(records) if *records >= AT_ONCE as usize => Duration::from_millis(300),
        // A ticket is often saved several times in a row; that is one look.
        Worked::Done(_) => Duration::from_secs(1),
        Worked::Held => Duration::from_secs(2),
        Worked::Failed(_) => Duration::from_secs(5 << failures.saturating_sub(1).min(6)),
    }
}

fn tell(connection: &str, taken: u64, worked: &Worked) {
    match worked {
        Worked::Done(records) => tracing::debug!(connection, records, taken, "Callbacks were worked off"),
        Worked::Failed(failure) => {
            tracing::warn!(
                connection,
                reason = failure.message,
                "Announced records cannot be read now"
            );
        }
        Worked::Idle | Worked::Held => {}
    }
}

#[cfg(test)]
mod tests {
    use deskhand_command::Failure;

    use super::*;

    #[test]
    fn failures_wait_longer_and_longer_and_never_more_than_minutes() {
        let failed = Worked::Failed(Failure::new(502, "Away."));
        let waits: Vec<u64> = [1, 2, 3, 7, 8, 1_000]
            .iter()
            .map(|failures| pause_after(&failed, *failures).as_secs())
            .collect();
        assert_eq!(waits, [5, 10, 20, 320, 320, 320]);
        assert!(pause_after(&Worked::Done(32), 0) < pause_after(&Worked::Done(31), 0));
    }
}
