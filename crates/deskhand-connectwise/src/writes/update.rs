//! Changing a ticket: lost, it is compared with what was asked for.

use connectwise_psa::records::RawRecord;
use connectwise_psa::{Answer, Error, Patch, Request, update_ticket};
use deskhand_command::BoxFuture;
use jiff::Timestamp;
use serde_json::Value;

use super::same::{Difference, differences};
use super::write::{Verdict, Write};
use crate::commands::Run;
use crate::commands::rights::{EDIT_CLOSING, EDIT_TICKETS, INQUIRE_CLOSING, INQUIRE_TICKETS};

pub(crate) struct UpdateTicket {
    pub(crate) ticket: i64,
    pub(crate) patch: Patch,
}

impl UpdateTicket {
    async fn now(&self, run: &Run<'_>) -> Result<(RawRecord, Vec<Difference>), Error> {
        let record = run.client.get(format!("service/tickets/{}", self.ticket)).await?;
        let differences = self.differences(&record);
        Ok((record, differences))
    }

    fn differences(&self, record: &RawRecord) -> Vec<Difference> {
        let value: Value = serde_json::from_slice(&record.json).unwrap_or_default();
        differences(&self.patch, &value)
    }
}

impl Write for UpdateTicket {
    fn step(&self) -> String {
        format!("ticket {}", self.ticket)
    }

    fn request(&self) -> Request {
        update_ticket(self.ticket, &self.patch)
    }

    /// Which statuses close a ticket is not known here: any status may.
    fn rights(&self) -> Vec<&'static str> {
        let mut rights = vec![INQUIRE_TICKETS, EDIT_TICKETS];
        let of_status = |(path, _): (&str, _)| path.split('/').next() == Some("status");
        if self.patch.changes().any(of_status) {
            rights.extend([INQUIRE_CLOSING, EDIT_CLOSING]);
        }
        rights
    }

    fn record_path(&self, _record: Option<i64>) -> Option<String> {
        Some(format!("service/tickets/{}", self.ticket))
    }

    /// A 200 that changed nothing has been seen; the ticket is read again before that is believed.
    fn confirm<'a>(&'a self, run: &'a Run<'a>, answer: &'a Answer) -> BoxFuture<'a, Result<Verdict, Error>> {
        Box::pin(async move {
            let record = answer.record()?;
            if self.differences(&record).is_empty() {
                return Ok(Verdict::Done(Some(record)));
            }
            let (record, differences) = self.now(run).await?;
            if differences.is_empty() {
                return Ok(Verdict::Done(Some(record)));
            }
            Ok(Verdict::Differs(in_words(&differences)))
        })
    }

    fn look<'a>(&'a self, run: &'a Run<'a>, sent_at: Timestamp) -> BoxFuture<'a, Result<Verdict, Error>> {
        Box::pin(async move {
            let (record, differences) = self.now(run).await?;
            Ok(judge(record, &differences, sent_at))
        })
    }
}

/// Untouched since it was sent means not done; touched and otherwise means that somebody else was there.
fn judge(record: RawRecord, differences: &[Difference], sent_at: Timestamp) -> Verdict {
    if differences.is_empty() {
        return Verdict::Done(Some(record));
    }
    match record.last_updated {
        Some(stamp) if stamp > sent_at.as_second() => {
            Verdict::Unknown(format!("the ticket was changed since, and {}", in_words(differences)))
        }
        _ => Verdict::NotDone,
    }
}

fn in_words(differences: &[Difference]) -> String {
    let texts: Vec<_> = differences.iter().map(Difference::to_text).collect();
    texts.join(", ")
}

#[cfg(test)]
mod tests {
    use connectwise_psa::records::single;
    use serde_json::json;

    use super::*;

    #[test]
    fn a_lost_update_is_done_not_done_or_unknown() {
        let sent_at: Timestamp = "2026-08-20T18:00:00Z".parse().unwrap();
        let verdict = |summary: &str, stamp: &str| {
            let record = json!({"id": 7, "summary": summary, "_info": {"lastUpdated": stamp}}).to_string();
            let update = UpdateTicket {
                ticket: 7,
                patch: Patch::new().replace("summary", "new"),
            };
            let record = single(&record.into()).unwrap();
            let differences = update.differences(&record);
            judge(record, &differences, sent_at)
        };
        assert!(matches!(verdict("new", "2026-08-20T18:00:05Z"), Verdict::Done(Some(_))));
        assert_eq!(verdict("old", "2026-08-20T17:00:00Z"), Verdict::NotDone);
        let Verdict::Unknown(reason) = verdict("other", "2026-08-20T18:00:05Z") else {
            panic!("somebody else changed it");
        };
        assert_eq!(
            reason,
            "the ticket was changed since, and summary is \"other\" in place of \"new\""
        );
    }
}
