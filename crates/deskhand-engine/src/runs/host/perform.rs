//! Performs one step.

use deskhand_command::{Failure, Mode, Retry};
use serde_json::{Value, json};

use super::observer::Point;
use super::output::ending_of;
use super::run_host::{Gone, RunHost};
use crate::runs::decide::{Task, Work};
use crate::runs::state::Wanted;
use crate::runs::world::Done;
use crate::runs::{NewRun, RunLease, StepEnding, What};

impl RunHost {
    /// Performs a step; what it says is not in the journal yet.
    pub(super) async fn perform(&self, run: &NewRun, lease: &RunLease, work: &Work) -> Result<What, Gone> {
        let step = &work.step;
        self.pass(&run.id, Point::BeforeWork { step })?;
        let id = format!("{}/{step}", run.id);
        let (ending, output, failure) = match &work.task {
            Task::Command(wanted) => self.command(run, wanted, id).await,
            Task::Mail(letter) => {
                let sent = self.world.mail(letter, &id).await;
                let output = json!({"to": letter.to, "subject": letter.subject});
                ending_of_done(Done {
                    output,
                    failure: sent.err(),
                })
            }
            Task::Ingest { job } => {
                let pass_id = format!("{id}@{}.{}", work.attempt, lease.fence);
                ending_of_done(self.world.ingest(job, &pass_id).await)
            }
            Task::Check { connection } => ending_of_done(self.world.check(connection, &id).await),
        };
        self.pass(&run.id, Point::AfterWork { step })?;
        Ok(ended(work, ending, output, failure))
    }

    async fn command(&self, run: &NewRun, wanted: &Wanted, id: String) -> (StepEnding, Value, Option<Failure>) {
        let (command, mut context) = match self.world.command(run, wanted).await {
            Ok(found) => found,
            Err(failure) => return ending_of_done(failure.into()),
        };
        // Every attempt has the same: what was done in one is found by the next.
        context.run_id = id;
        context.idempotency_key = None;
        if wanted.dry_run {
            context.mode = Mode::DryRun;
        }
        let output = command.run(&context, wanted.inputs.clone()).await;
        ending_of(&output, self.limits.output_bytes)
    }

    pub(super) fn pass(&self, run: &str, point: Point<'_>) -> Result<(), Gone> {
        let goes_on = self.observer.at(run, point).is_continue();
        goes_on.then_some(()).ok_or(Gone::Stopped)
    }
}

/// What came of a step that broke off in the middle: nobody knows, until it is looked for.
pub(super) fn broke_off(work: &Work) -> What {
    let failure = Failure::new(500, "The step broke off in the middle.")
        .with_hint("this is a fault of the program; its log says more. Tried again, the step finds what it has done")
        .with_retry(Retry::Verify);
    ended(work, StepEnding::Unknown, Value::Null, Some(failure))
}

fn ending_of_done(done: Done) -> (StepEnding, Value, Option<Failure>) {
    let ending = match &done.failure {
        None => StepEnding::Successful,
        Some(failure) if failure.retry == Retry::Verify => StepEnding::Unknown,
        Some(_) => StepEnding::Failed,
    };
    (ending, done.output, done.failure)
}

fn ended(work: &Work, ending: StepEnding, output: Value, failure: Option<Failure>) -> What {
    What::StepEnded {
        step: work.step.clone(),
        attempt: work.attempt,
        ending,
        branch: None,
        output,
        failure,
    }
}
