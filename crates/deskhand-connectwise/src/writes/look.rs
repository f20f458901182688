//! Looks what became of a write whose answer was lost.

use std::time::Duration;

use deskhand_command::Failure;
use deskhand_command::journal::{Ending, WriteId};
use jiff::Timestamp;

use super::looks::looks;
use super::perform::{Outcome, end, settle, unwritable};
use super::write::{Verdict, Write};
use crate::commands::Run;

/// Looks at the times there are, until it is done; what was found, or the last look said, is noted.
pub(super) async fn look(
    run: &Run<'_>,
    write: &dyn Write,
    id: WriteId,
    sent_at: Timestamp,
) -> Result<Outcome, Failure> {
    let mut passed = Duration::ZERO;
    let mut verdict = Verdict::NotDone;
    for time in looks(run.client.longest_answer()) {
        run.context
            .progress
            .says(&format!("looking for what became of {}", write.step()));
        run.context.clock.sleep(time.saturating_sub(passed)).await;
        passed = time;
        verdict = match once(run, write, id, sent_at).await? {
            Verdict::Done(record) => return Ok(Outcome::Done(record)),
            verdict => verdict,
        };
    }
    end(run, id, verdict).await
}

/// One look; what it finds is noted as this write's, unless another one has it: then that is not found again.
async fn once(run: &Run<'_>, write: &dyn Write, id: WriteId, sent_at: Timestamp) -> Result<Verdict, Failure> {
    let mut refused = None;
    loop {
        let record = match write.look(run, sent_at).await {
            Ok(Verdict::Done(record)) => record,
            Ok(verdict) => return Ok(verdict),
            Err(error) => return Ok(Verdict::Unknown(format!("looking failed: {}", error.message()))),
        };
        let found = record.as_ref().and_then(|record| record.id);
        if take(run, write, id, found).await? {
            return Ok(Verdict::Done(record));
        }
        if refused == found {
            return Ok(Verdict::Unknown(
                "the record that was found is another write's".to_owned(),
            ));
        }
        refused = found;
    }
}

/// Notes that a write is done by this record; false when that is a record of its own, and another write has it.
async fn take(run: &Run<'_>, write: &dyn Write, id: WriteId, record: Option<i64>) -> Result<bool, Failure> {
    let Some(own) = record.filter(|_| write.makes()) else {
        settle(run, id, &Ending::Done { record }).await?;
        return Ok(true);
    };
    let taken = run.context.journal.take(id, own).await;
    taken.map_err(|error| unwritable(&error))
}
