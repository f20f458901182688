//! Adding a note: lost, the ticket's newest notes are compared with what was sent.

use connectwise_psa::records::RawRecord;
use connectwise_psa::{Answer, Error, ListRequest, Request, write_note};
use deskhand_command::BoxFuture;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::author::OurMember;
use super::write::{Verdict, Write};
use crate::commands::Run;
use crate::commands::rights::EDIT_TICKETS;

/// A note to add.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AddNote {
    pub(crate) ticket: i64,
    pub(crate) text: String,
    pub(crate) discussion: bool,
    pub(crate) internal: bool,
    pub(crate) resolution: bool,
}

/// What is compared of a note in the PSA.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Found {
    id: i64,
    text: String,
    detail_description_flag: bool,
    internal_analysis_flag: bool,
    resolution_flag: bool,
    date_created: Option<Timestamp>,
    created_by: Option<String>,
}

/// As many of the newest notes as are looked at.
const LOOKED_AT: u32 = 100;

impl AddNote {
    fn path(&self) -> String {
        format!("service/tickets/{}/notes", self.ticket)
    }

    /// With notifications, which the ticket's own flags allow or not.
    fn members(&self) -> Map<String, Value> {
        let members = json!({
            "text": self.text,
            "detailDescriptionFlag": self.discussion,
            "internalAnalysisFlag": self.internal,
            "resolutionFlag": self.resolution,
            "processNotifications": true,
        });
        members.as_object().cloned().unwrap_or_default()
    }

    /// The same text under the same flags, made since it was sent, and not by somebody else.
    fn is(&self, found: &Found, sent_at: Timestamp, us: &OurMember) -> bool {
        let flags = (self.discussion, self.internal, self.resolution)
            == (
                found.detail_description_flag,
                found.internal_analysis_flag,
                found.resolution_flag,
            );
        let since = found
            .date_created
            .is_none_or(|created| created.as_second() >= sent_at.as_second());
        flags
            && since
            && us.may_have_made(found.created_by.as_deref(), sent_at)
            && plain(&self.text) == plain(&found.text)
    }
}

impl Write for AddNote {
    fn step(&self) -> String {
        format!("ticket {}", self.ticket)
    }

    fn request(&self) -> Request {
        write_note(self.ticket, &self.members())
    }

    /// The ticket is read first.
    fn rights(&self) -> Vec<&'static str> {
        vec![EDIT_TICKETS]
    }

    fn makes(&self) -> bool {
        true
    }

    fn author(&self, record: &RawRecord) -> Option<String> {
        serde_json::from_slice::<Found>(&record.json).ok()?.created_by
    }

    fn record_path(&self, record: Option<i64>) -> Option<String> {
        Some(format!("{}/{}", self.path(), record?))
    }

    fn confirm<'a>(&'a self, _run: &'a Run<'a>, answer: &'a Answer) -> BoxFuture<'a, Result<Verdict, Error>> {
        Box::pin(async move { Ok(Verdict::Done(Some(answer.record()?))) })
    }

    fn look<'a>(&'a self, run: &'a Run<'a>, sent_at: Timestamp) -> BoxFuture<'a, Result<Verdict, Error>> {
        Box::pin(async move {
            let newest = ListRequest::new(self.path()).order_by("id desc").page_size(LOOKED_AT);
            let notes = run.client.list(&newest).await?.records;
            let journal = &run.context.journal;
            let (Ok(ours), Ok(intents)) = (
                journal.made(&self.path()).await,
                journal.unsettled(&self.request().to_text()).await,
            ) else {
                return Ok(Verdict::Unknown("the journal of writes cannot be read".to_owned()));
            };
            let matching = notes.into_iter().filter(|note| {
                let found: Result<Found, _> = serde_json::from_slice(&note.json);
                found.is_ok_and(|found| self.is(&found, sent_at, &run.us) && !ours.contains(&found.id))
            });
            Ok(judge(matching.collect(), intents))
        })
    }
}

/// Up to as many as were meant are ours; with more of them, somebody else wrote the same.
///
/// What one intent has taken is known to be made, so that the next one does not take it as well.
fn judge(matching: Vec<RawRecord>, intents: u64) -> Verdict {
    let (found, meant) = (matching.len() as u64, intents.max(1));
    match matching.into_iter().next() {
        None => Verdict::NotDone,
        Some(_) if found > meant => Verdict::Unknown(format!("there are {found} such notes where {meant} were meant")),
        newest => Verdict::Done(newest),
    }
}

/// Line ends and blanks at the ends do not count.
fn plain(text: &str) -> String {
    text.replace("\r\n", "\n").trim().to_owned()
}

#[cfg(test)]
mod tests {
    use connectwise_psa::records::single;

    use super::*;

    fn note(id: i64) -> RawRecord {
        single(&format!("{{\"id\":{id}}}").into()).unwrap()
    }

    #[test]
    fn up_to_as_many_notes_as_were_meant_are_ours() {
        assert_eq!(judge(vec![], 1), Verdict::NotDone);
        assert_eq!(judge(vec![note(5)], 1), Verdict::Done(Some(note(5))));
        assert_eq!(judge(vec![note(5)], 2), Verdict::Done(Some(note(5))));
        assert_eq!(judge(vec![note(6), note(5)], 2), Verdict::Done(Some(note(6))));
        assert!(matches!(judge(vec![note(6), note(5)], 1), Verdict::Unknown(_)));
    }

    #[test]
    fn a_note_is_ours_by_text_flags_time_and_author() {
        let sent_at: Timestamp = "2026-08-20T18:00:00Z".parse().unwrap();
        let ours = AddNote {
            ticket: 7,
            text: "a\nb".to_owned(),
            discussion: true,
            internal: false,
            resolution: false,
        };
        let found = |text: &str, discussion: bool, created: &str| Found {
            text: text.to_owned(),
            detail_description_flag: discussion,
            date_created: Some(created.parse().unwrap()),
            ..Found::default()
        };
        let us = OurMember::default();
        let is = |found: Found| ours.is(&found, sent_at, &us);
        assert!(is(found("a\r\nb ", true, "2026-08-20T18:00:00Z")));
        assert!(!is(found("a\nb", false, "2026-08-20T18:00:00Z")));
        assert!(!is(found("a\nb", true, "2026-08-20T17:59:59Z")));
        assert!(!is(found("a b", true, "2026-08-20T18:00:00Z")));
        let by = |author: &str| Found {
            created_by: Some(author.to_owned()),
            ..found("a\nb", true, "2026-08-20T18:00:00Z")
        };
        assert!(is(by("jdoe")), "who we are is not known");
        us.learn(Some("deskhand"), sent_at);
        assert!(is(by("Deskhand")) && !is(by("jdoe")));
    }
}
