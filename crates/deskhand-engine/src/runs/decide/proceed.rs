//! Goes on with a step that was begun.

use deskhand_command::Failure;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::decider::{Decider, Ended};
use super::text::plain;
use crate::desk::{EventChange, Turned};
use crate::playbooks::{Does, OTHERS};
use crate::runs::state::Wish;

impl Decider<'_> {
    /// Goes on with a step; where nothing new begins, what only waits is ended, and what is at work is let end.
    pub(super) fn proceed(&mut self, path: &str, stopped: bool) {
        let wish = self.node(path).and_then(|node| node.wish.as_ref());
        match wish {
            Some(Wish::Command(_) | Wish::Mail(_) | Wish::Ingest { .. } | Wish::Check { .. }) => {
                self.open.push(path.to_owned());
            }
            Some(Wish::Batch { times, .. }) => self.batch(path, *times, stopped),
            Some(Wish::ForEach { list }) => self.for_each(path, list.len(), stopped),
            Some(Wish::Repeat) => self.repeat(path, stopped),
            Some(Wish::Wait { until }) => self.wait(path, *until, stopped),
            Some(Wish::Approval { expires_at, .. }) => self.approval(path, *expires_at, stopped),
            Some(Wish::Playbook { .. }) => self.wait_for_run(path, stopped),
            Some(Wish::Condition { value }) => self.choose(path, value.clone()),
            Some(Wish::Escalate {
                event,
                incident_type,
                title,
            }) => {
                let to = Turned::Escalated {
                    incident_type: incident_type.clone(),
                    title: title.clone(),
                };
                self.turn(path, *event, to);
            }
            Some(Wish::Dismiss { event, reason }) => {
                let to = Turned::Dismissed { reason: reason.clone() };
                self.turn(path, *event, to);
            }
            Some(Wish::Fail { message }) => {
                let failure = Failure::new(400, message.clone());
                self.end(path, Ended::failed(failure));
            }
            Some(Wish::Format | Wish::Element { .. } | Wish::Turn { .. }) | None => {
                let failure = Failure::new(500, "This program cannot read what the step works on.")
                    .with_hint("a newer version has begun it; let that one go on");
                self.end(path, Ended::failed(failure));
            }
        }
    }

    fn wait(&mut self, path: &str, until: Timestamp, stopped: bool) {
        if until <= self.now {
            self.end(path, Ended::well(json!({"until": until})));
        } else if stopped {
            self.end(path, Ended::cancelled());
        } else {
            self.wake_at(until);
        }
    }

    fn choose(&mut self, path: &str, value: Value) {
        let Some(step) = self.step_of(path) else { return };
        let wanted = plain(&value);
        let Does::Condition { branches, .. } = &self.shape().step(step).does else {
            return;
        };
        let known = branches.iter().find(|branch| **branch == wanted);
        let branch = known.map_or(OTHERS, String::as_str).to_owned();
        let output = json!({"value": value, "branch": branch});
        self.end(path, Ended::well(output).at(&branch));
    }

    fn turn(&mut self, path: &str, event: i64, to: Turned) {
        self.made.events.push(EventChange {
            event,
            to,
            by: self.shape().playbook().name.clone(),
            at: self.now,
        });
        self.end(path, Ended::well(json!({"event": event})));
    }
}
