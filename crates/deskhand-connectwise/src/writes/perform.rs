//! Sends a write once; when its answer is lost, looks before it is sent a second and last time.

use connectwise_psa::records::RawRecord;
use connectwise_psa::{Error, ErrorKind, Request};
use deskhand_command::journal::{Claim, Claimed, Ending, Intent, JournalError, WriteId};
use deskhand_command::{Failure, Retry};
use jiff::{SignedDuration, Timestamp};

use super::look::look;
use super::turn::Turn;
use super::write::{Verdict, Write};
use crate::commands::Run;

/// A write that had no effect twice is not tried a third time.
const TRIES: usize = 2;

/// Performs a write, or finds that it was performed before under the same key; gives the record it made or changed.
pub(crate) async fn perform(run: &Run<'_>, write: &dyn Write) -> Result<Option<RawRecord>, Failure> {
    let mut request = write.request();
    let step = write.step();
    let known = run.context.journal.find(run.context.write_key(), &step).await;
    if let Some(known) = known.map_err(|error| unwritable(&error))? {
        let outcome = match known.ending {
            Some(ending) => ended(run, write, known.id, ending).await?,
            // Its process ended, or another one is at it: either way the PSA has the last word.
            None => look(run, write, known.id, known.intent.sent_at).await?,
        };
        match outcome {
            Outcome::Done(record) => return Ok(record),
            Outcome::Again(rest) => request = rest.unwrap_or(request),
        }
    }
    send(run, write, request).await
}

/// What follows from what the journal has of a write.
pub(super) async fn ended(run: &Run<'_>, write: &dyn Write, id: WriteId, ending: Ending) -> Result<Outcome, Failure> {
    match ending {
        Ending::Done { record } => Ok(Outcome::Done(read_back(run, write, record).await)),
        Ending::Unknown { reason } => Err(unknown(id, &reason)),
        Ending::NotDone { .. } => Ok(Outcome::Again(None)),
    }
}

/// What is left to do after a look.
pub(super) enum Outcome {
    Done(Option<RawRecord>),
    /// It is sent again: this, or as it was.
    Again(Option<Request>),
}

async fn send(run: &Run<'_>, write: &dyn Write, mut request: Request) -> Result<Option<RawRecord>, Failure> {
    let mut lost = None;
    for attempt in 1..=TRIES {
        let (noted_at, sent_at) = (run.context.clock.now(), server_time(run));
        let id = begin(run, write, &request, sent_at).await?;
        let turn = Turn::new(run, id, noted_at, sent_at);
        let answered = run.client.send_if(&request, &|| turn.is_ours()).await;
        let sent_at = turn.sent_at();
        let outcome = match answered {
            Ok(None) => return Err(turn.refusal()),
            Ok(Some(answer)) => match write.confirm(run, &answer).await {
                Ok(verdict) => {
                    learn(run, write, &verdict);
                    end(run, id, verdict).await?
                }
                // The PSA said yes: what goes wrong afterwards is about a read, whatever its kind.
                Err(error) => {
                    lost = Some(error);
                    look(run, write, id, sent_at).await?
                }
            },
            Err(error) if attempt > 1 && write.worked_before(&error) => end(run, id, Verdict::Done(None)).await?,
            Err(error) if error.had_no_effect() => {
                let reason = error.message();
                settle(run, id, &Ending::NotDone { reason }).await?;
                return Err(run.failure_needing(&error, &write.rights()));
            }
            Err(error) => {
                lost = Some(error);
                look(run, write, id, sent_at).await?
            }
        };
        match outcome {
            Outcome::Done(record) => return Ok(record),
            Outcome::Again(rest) => request = rest.unwrap_or(request),
        }
    }
    let failure = lost.map_or_else(
        || Failure::new(502, "The PSA did nothing, twice."),
        |error| run.failure(&error),
    );
    Err(failure.with_retry(Retry::Later))
}

/// The PSA's own answer says who made the record: us.
fn learn(run: &Run<'_>, write: &dyn Write, answered: &Verdict) {
    if let Verdict::Done(Some(record)) = answered {
        run.us.learn(write.author(record).as_deref(), server_time(run));
    }
}

async fn begin(run: &Run<'_>, write: &dyn Write, request: &Request, sent_at: Timestamp) -> Result<WriteId, Failure> {
    let intent = Intent {
        key: run.context.write_key().to_owned(),
        step: write.step(),
        command: run.declaration.slug.to_owned(),
        target: request.path.clone(),
        request: request.to_text(),
        sent_at,
        marker: write.marker().map(str::to_owned),
    };
    let begun = run
        .context
        .journal
        .begin(&intent)
        .await
        .map_err(|error| unwritable(&error))?;
    begun.ok_or_else(elsewhere)
}

pub(super) fn elsewhere() -> Failure {
    Failure::new(409, "The same write is under way in another process.")
        .with_hint("wait for the other process; asked again with the same key, this one says what came of it")
        .with_retry(Retry::Later)
}

/// Notes what an answer said, and what follows from it.
async fn end(run: &Run<'_>, id: WriteId, verdict: Verdict) -> Result<Outcome, Failure> {
    settle(run, id, &verdict.ending()).await?;
    follow(id, verdict)
}

/// What follows from what an answer or a look said.
pub(super) fn follow(id: WriteId, verdict: Verdict) -> Result<Outcome, Failure> {
    match verdict {
        Verdict::Done(record) => Ok(Outcome::Done(record)),
        Verdict::NotDone => Ok(Outcome::Again(None)),
        Verdict::Partly(rest) => Ok(Outcome::Again(Some(rest))),
        Verdict::Differs(what) => Err(Failure::new(502, format!("The PSA said yes, but {what}."))
            .with_hint("a workflow of the PSA may have changed it back, or it ignores this member")),
        Verdict::Unknown(reason) => Err(unknown(id, &reason)),
    }
}

pub(super) async fn settle(run: &Run<'_>, id: WriteId, ending: &Ending) -> Result<(), Failure> {
    let settled = run.context.journal.end(id, ending).await;
    settled.map_err(|error| unwritable(&error))
}

/// The record of a write that was done before; it may be gone by now.
async fn read_back(run: &Run<'_>, write: &dyn Write, record: Option<i64>) -> Option<RawRecord> {
    run.client.get(write.record_path(record)?).await.ok()
}

/// Before the first write of a run: the caller's key is claimed, and the server's time is known.
///
/// What is looked for later was made since then; without an answer so far, one is asked for.
pub(crate) async fn prepare(run: &Run<'_>) -> Result<(), Failure> {
    claim(run).await?;
    if run.client.server_time().is_some() {
        return Ok(());
    }
    match run.client.company_info().await {
        Err(error) if error.kind() != ErrorKind::NotFound && run.client.server_time().is_none() => {
            Err(run.failure(&error))
        }
        _ => Ok(()),
    }
}

/// A caller's key stands for these inputs, or was given to others.
async fn claim(run: &Run<'_>) -> Result<(), Failure> {
    let Some(key) = &run.context.idempotency_key else {
        return Ok(());
    };
    let claim = Claim {
        key: key.clone(),
        command: run.declaration.slug.to_owned(),
        inputs: run.inputs.to_json(),
    };
    match run
        .context
        .journal
        .claim(&claim)
        .await
        .map_err(|error| unwritable(&error))?
    {
        Claimed::New | Claimed::Again => Ok(()),
        Claimed::Taken => Err(Failure::new(409, "This idempotency key was used with other inputs.")
            .with_hint("use a new key for a new wish; to repeat the old one, give the same inputs")),
    }
}

/// By the server's clock; where it never tells the time, ours, with room for the difference.
pub(super) fn server_time(run: &Run<'_>) -> Timestamp {
    const ROOM: SignedDuration = SignedDuration::from_mins(5);
    let ours = || {
        run.context
            .clock
            .now()
            .saturating_sub(ROOM)
            .unwrap_or(Timestamp::UNIX_EPOCH)
    };
    run.client.server_time().unwrap_or_else(ours)
}

fn unknown(id: WriteId, reason: &str) -> Failure {
    Failure::new(504, format!("It is unknown whether this took effect: {reason}."))
        .with_hint(format!(
            "look in the PSA, then say what you found: `deskhand writes resolve {id} done` or `… not-done`"
        ))
        .with_retry(Retry::Verify)
}

pub(super) fn unwritable(error: &JournalError) -> Failure {
    Failure::new(500, format!("The journal of writes cannot be used: {}.", error.message)).with_hint(error.hint.clone())
}

/// True where the PSA itself says that something is not there, and not something on the way to it.
pub(super) fn is_vendors_not_found(error: &Error) -> bool {
    error.kind() == ErrorKind::NotFound && error.vendor().is_some_and(|vendor| vendor.code == "NotFound")
}
