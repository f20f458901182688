//! An approval: people are asked once, and have their time.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Map, json};

use super::decider::{Decider, Ended};
use crate::playbooks::ANSWERS;
use crate::runs::{Cause, Plan};

impl Decider<'_> {
    /// Goes on with an approval: answered, expired, or not yet.
    pub(super) fn approval(&mut self, path: &str, expires_at: Option<Timestamp>, stopped: bool) {
        let [_, _, expired] = ANSWERS;
        if let Some(answer) = self.node(path).and_then(|node| node.answer.clone()) {
            let output = json!({
                "answer": answer.word,
                "by": answer.by,
                "words": answer.words,
                "at": answer.at,
            });
            return self.end(path, Ended::well(output).at(&answer.word));
        }
        match expires_at {
            Some(at) if at <= self.now => {
                let output = json!({"answer": expired});
                self.end(path, Ended::well(output).at(expired));
            }
            _ if stopped => self.end(path, Ended::cancelled()),
            Some(at) => self.wake_at(at),
            None => {}
        }
    }

    /// When a question that is asked now cannot be answered any more.
    pub(super) fn expiry(&self, expires: Option<Duration>) -> Option<Timestamp> {
        expires.map(|after| self.now.saturating_add(after).unwrap_or(Timestamp::MAX))
    }

    /// Starts a run that writes to those who are asked; its id says that it is for this time of asking.
    pub(super) fn ask_by_letter(&mut self, path: &str, question: &str, notify: &[String]) {
        let attempt = self.node(path).map_or(1, |node| node.attempt);
        let id = self.id_of(&format!("{path}@letter-{attempt}"));
        let run = &self.facts.run.id;
        let plan = Plan::Letter {
            to: notify.to_vec(),
            subject: format!("{}: your answer is needed", self.shape().playbook().name),
            text: format!("{question}\n\nRun: {run}\nStep: {path}\n"),
        };
        let about = run.clone();
        self.start(id, plan, Cause::Alert { about }, Map::new());
    }
}
