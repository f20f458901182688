//! Runs that are about what was elsewhere.

use deskhand_command::Failure;
use jiff::Timestamp;

use super::after::trouble;
use super::world::DeskWorld;
use crate::runs::{Cause, NewRun};

impl DeskWorld {
    /// Refuses a run whose tickets are not where its connection leads to by now: the same numbers are other tickets there.
    pub(super) async fn is_still_there(&self, run: &NewRun, connection: &str) -> Result<(), Failure> {
        let Some(moved_at) = self.parts.connections.moved_at(connection).await? else {
            return Ok(());
        };
        if run.created_at >= moved_at && self.began(run).await? >= moved_at {
            return Ok(());
        }
        let message = format!("The connection `{connection}` has led to another PSA or company since this began.");
        Err(Failure::new(409, message)
            .with_hint("the tickets that this is about are not there: start it anew if it is still wanted, or give the other PSA a connection of its own"))
    }

    /// When what a run is about began: its event was taken, or the run that it comes from was started.
    ///
    /// Each of the runs on the way back was there before, so that it ends.
    async fn began(&self, run: &NewRun) -> Result<Timestamp, Failure> {
        let store = &self.parts.store;
        let (mut cause, mut began) = (run.cause.clone(), run.created_at);
        loop {
            let before = match cause {
                Cause::Event { id } | Cause::Dismissal { id, .. } => {
                    let event = store.get_event(id).await.map_err(trouble)?;
                    return Ok(event.map_or(began, |event| event.summary.taken_at.min(began)));
                }
                Cause::Step { run, .. } | Cause::Failure { run } => run,
                _ => return Ok(began),
            };
            let Some(story) = store.get_run(&before).await.map_err(trouble)? else {
                return Ok(began);
            };
            began = story.summary.created_at.min(began);
            cause = story.summary.cause;
        }
    }
}
