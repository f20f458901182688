//! Looks what became of a write whose answer was lost.

use std::time::Duration;

use deskhand_command::Failure;
use deskhand_command::journal::{Ending, WriteId};
use jiff::Timestamp;

use super::looks::looks;
use super::perform::{Outcome, elsewhere, ended, follow, settle, unwritable};
use super::write::{Verdict, Write};
use crate::commands::Run;

/// Looks until it is known what became of it, and notes that.
pub(super) async fn look(
    run: &Run<'_>,
    write: &dyn Write,
    id: WriteId,
    mut sent_at: Timestamp,
) -> Result<Outcome, Failure> {
    loop {
        let verdict = looked(run, write, id, sent_at).await?;
        if matches!(verdict, Verdict::Done(_)) || concludes(run, id, sent_at, &verdict).await? {
            return follow(id, verdict);
        }
        // Meanwhile it was sent after all, or somebody has said what became of it.
        let newest = run.context.journal.find(run.context.write_key(), &write.step()).await;
        match newest.map_err(|error| unwritable(&error))? {
            Some(newest) if newest.id == id => match newest.ending {
                Some(ending) => return ended(run, write, id, ending).await,
                None => sent_at = newest.intent.sent_at,
            },
            _ => return Err(elsewhere()),
        }
    }
}

/// Looks at the times there are; what the last look said, unless it is done before.
async fn looked(run: &Run<'_>, write: &dyn Write, id: WriteId, sent_at: Timestamp) -> Result<Verdict, Failure> {
    let mut passed = Duration::ZERO;
    let mut verdict = Verdict::NotDone;
    for time in looks(run.client.longest_answer()) {
        run.context
            .progress
            .says(&format!("looking for what became of {}", write.step()));
        run.context.clock.sleep(time.saturating_sub(passed)).await;
        passed = time;
        verdict = match once(run, write, id, sent_at).await? {
            Verdict::Done(record) => return Ok(Verdict::Done(record)),
            verdict => verdict,
        };
    }
    Ok(verdict)
}

async fn concludes(run: &Run<'_>, id: WriteId, sent_at: Timestamp, verdict: &Verdict) -> Result<bool, Failure> {
    let concluded = run.context.journal.conclude(id, sent_at, &verdict.ending()).await;
    concluded.map_err(|error| unwritable(&error))
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
