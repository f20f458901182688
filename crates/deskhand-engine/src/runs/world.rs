//! The world as runs see it: what the desk defines, and what can be done.

use std::collections::HashMap;
use std::sync::Arc;

use deskhand_command::{BoxFuture, Command, Context, Failure};
use serde_json::{Map, Value};

use super::decide::Known;
use super::state::{Letter, Wanted};
use super::{NewRun, RunSummary};
use crate::desk::EventChange;
use crate::playbooks::Playbook;
use crate::schedules::ScheduleAfter;

/// The world as runs see it.
///
/// A failure that may be over later ([`Retry::Later`](deskhand_command::Retry::Later)) of what is only asked for makes the run
/// wait; any other is the run's, or the step's.
pub trait World: Known {
    /// A playbook in one version.
    fn playbook<'a>(&'a self, name: &'a str, version: i64) -> BoxFuture<'a, Result<Arc<Playbook>, Failure>>;

    /// What templates of a run can see of its cause: `event`, `failure`. Asked once, before it begins.
    fn roots<'a>(&'a self, run: &'a NewRun) -> BoxFuture<'a, Result<Map<String, Value>, Failure>>;

    /// Why a run may not begin, if so. It has failed then, and nothing comes of that. Not asked again when somebody has
    /// tried it again.
    fn refuses<'a>(
        &'a self,
        _run: &'a NewRun,
        _playbook: &'a Playbook,
    ) -> BoxFuture<'a, Result<Option<Failure>, Failure>> {
        Box::pin(std::future::ready(Ok(None)))
    }

    /// In which versions a run runs other playbooks, by their names; of those that are not named, in the newest one.
    fn versions_beside<'a>(
        &'a self,
        _run: &'a NewRun,
        _playbook: &'a Playbook,
    ) -> BoxFuture<'a, Result<HashMap<String, i64>, Failure>> {
        Box::pin(std::future::ready(Ok(HashMap::new())))
    }

    /// A command on its connection, if the run's site may use it, with the connection's journal of writes and the clock.
    ///
    /// The host sets the context's run id, the same for every attempt, so that what was done once is not done again.
    fn command<'a>(&'a self, run: &'a NewRun, wanted: &'a Wanted) -> BoxFuture<'a, Result<Ready, Failure>>;

    /// Sends a letter. The key is the same whenever the same letter is sent again: its message id has to follow from it.
    fn mail<'a>(&'a self, letter: &'a Letter, key: &'a str) -> BoxFuture<'a, Result<(), Failure>>;

    /// Does a pass of an ingestion job; no two passes have one id.
    fn ingest<'a>(&'a self, job: &'a str, pass_id: &'a str) -> BoxFuture<'a, Done>;

    /// Tests a connection.
    fn check<'a>(&'a self, connection: &'a str, run_id: &'a str) -> BoxFuture<'a, Done>;

    /// The runs that a change of an event by a step of this run sets off, if it changes something.
    fn turned<'a>(&'a self, change: &'a EventChange, by: &'a NewRun) -> BoxFuture<'a, Result<Vec<NewRun>, Failure>>;

    /// What follows from a run's end, beside what it waits for. A run that is tried again has several ends, counted from 1; what
    /// starts after each has an id of its own.
    fn after<'a>(&'a self, ended: &'a RunSummary, ending: u32) -> BoxFuture<'a, Result<Follows, Failure>>;
}

/// A command with what it is to be handed.
pub type Ready = (Arc<dyn Command>, Context);

/// What came of something that was done.
#[derive(Debug, Clone, Default)]
pub struct Done {
    /// What later steps, and people, see of it.
    pub output: Value,
    /// Why it failed.
    pub failure: Option<Failure>,
}

/// What follows from a run's end.
#[derive(Debug, Clone, Default)]
pub struct Follows {
    /// What becomes of the schedule that started it.
    pub schedule: Option<ScheduleAfter>,
    /// Runs that start: of playbooks that its failure sets off, of letters that tell of it.
    pub starts: Vec<NewRun>,
}

impl From<Failure> for Done {
    fn from(failure: Failure) -> Self {
        Self {
            output: Value::Null,
            failure: Some(failure),
        }
    }
}
