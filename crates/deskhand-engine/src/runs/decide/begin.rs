//! Begins a step: works out what it works on, and notes that before anything is done.

use deskhand_command::Failure;
use serde_json::{Map, Value};

use super::decider::{Decider, Ended};
use crate::playbooks::{Does, StepIndex};
use crate::runs::state::Wish;
use crate::runs::{Cause, NewRun, Plan};

/// What begins: the wish, and the output where working it out was all there was to do.
pub(super) type Begun = (Wish, Option<Value>);

impl Decider<'_> {
    /// Begins a step, or tries it again.
    pub(super) fn begin(&mut self, path: &str, step: StepIndex) {
        let standing = self.standing_wish(path, step);
        let is_new = standing.is_none();
        let begun = match standing {
            Some(wish) => Ok((wish, None)),
            None => self.wish(path, step),
        };
        match begun {
            Ok((wish, output)) => {
                self.begin_node(path, Some(&wish));
                self.start_runs(path, &wish, is_new);
                match output {
                    Some(output) => self.end(path, Ended::well(output)),
                    None => self.proceed(path, false),
                }
            }
            Err(failure) => self.refuse(path, failure),
        }
    }

    /// A step that cannot begin has failed.
    fn refuse(&mut self, path: &str, failure: Failure) {
        self.begin_node(path, None);
        self.end(path, Ended::failed(failure));
    }

    /// What a step worked on before, if nothing that it may read has changed since. What has elements keeps them, and a run
    /// that was started has what it was given. A question that is asked again can be answered for as long as the first time.
    fn standing_wish(&self, path: &str, step: StepIndex) -> Option<Wish> {
        let node = self.node(path)?;
        let mut wish = node.wish.clone()?;
        let is_under_way = matches!(
            wish,
            Wish::ForEach { .. } | Wish::Batch { .. } | Wish::Repeat | Wish::Playbook { .. }
        );
        let stands = is_under_way || !self.changed_since(path, step, node.begun_seq);
        if let (Wish::Approval { expires_at, .. }, Does::Approval { expires, .. }) =
            (&mut wish, &self.shape().step(step).does)
        {
            *expires_at = self.expiry(*expires);
        }
        stands.then_some(wish)
    }

    /// Whether something before a step, or before what it is inside of, has ended after an entry.
    fn changed_since(&self, path: &str, step: StepIndex, seq: i64) -> bool {
        let mut parts = self.shape().parts_around(path);
        let mut step = Some(step);
        while let (Some(at), Some(part)) = (step, parts.pop()) {
            let newer = |before: &StepIndex| {
                let before = part.path(&self.shape().step(*before).name);
                self.node(&before).is_some_and(|node| node.ended_seq > seq)
            };
            if self.all_before(at).iter().any(newer) {
                return true;
            }
            step = part.inside;
        }
        false
    }

    /// The steps that have to come before a step, near and far.
    fn all_before(&self, step: StepIndex) -> Vec<StepIndex> {
        let mut found: Vec<StepIndex> = Vec::new();
        let mut open = vec![step];
        while let Some(at) = open.pop() {
            for after in &self.shape().step(at).after {
                if !found.contains(&after.step) {
                    found.push(after.step);
                    open.push(after.step);
                }
            }
        }
        found
    }

    /// Starts what a step waits for, unless that was started before; or writes to those whom it asks.
    fn start_runs(&mut self, path: &str, wish: &Wish, is_new: bool) {
        match wish {
            Wish::Playbook {
                name,
                version,
                inputs,
                run,
            } if is_new => {
                let plan = Plan::Playbook {
                    name: name.clone(),
                    version: *version,
                };
                let cause = Cause::Step {
                    run: self.facts.run.id.clone(),
                    step: path.to_owned(),
                    by: self.facts.run.cause.person().map(str::to_owned),
                    depth: self.facts.run.cause.depth() + 1,
                };
                self.start(run.clone(), plan, cause, inputs.clone());
            }
            Wish::Approval { question, notify, .. } if !notify.is_empty() => self.ask_by_letter(path, question, notify),
            _ => {}
        }
    }

    pub(super) fn start(&mut self, id: String, plan: Plan, cause: Cause, given: Map<String, Value>) {
        self.made.starts.push(NewRun {
            id,
            plan,
            cause,
            site: self.facts.run.site.clone(),
            given,
            created_at: self.now,
        });
    }
}
