//! Plays a run by its decisions alone: works end as a test says, and time passes when everything waits.

use std::sync::Arc;

use deskhand_command::{Failure, Retry};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};

use super::super::{Decision, Facts, Known, Next, Signal, Task, Work, decide};
use crate::conformance::host::steps::{Steps, run_of};
use crate::desk::EventChange;
use crate::playbooks::Playbook;
use crate::runs::state::History;
use crate::runs::{Cause, Entry, NewRun, RunOutcome, StepEnding, What};

/// How a work ends.
pub(super) type Ends = fn(&Work) -> Result<Value, Failure>;

/// A run that is played.
pub(super) struct Pretend {
    pub(super) playbook: Arc<Playbook>,
    pub(super) run: NewRun,
    pub(super) roots: Map<String, Value>,
    pub(super) history: History,
    pub(super) journal: Vec<Entry>,
    pub(super) now: Timestamp,
    pub(super) starts: Vec<NewRun>,
    pub(super) events: Vec<EventChange>,
    pub(super) signals: Vec<Signal>,
    pub(super) ends: Ends,
    /// What is at work and has not ended.
    pub(super) at_work: Vec<Work>,
    pub(super) output: Value,
}

/// What the pretended desk knows: `Ticket IDs` takes a list, and there is a playbook `Sub`.
struct Desk;

impl Known for Desk {
    fn takes_list(&self, _command: &str, input: &str) -> bool {
        input == "Ticket IDs"
    }

    fn newest_playbook(&self, name: &str) -> Option<i64> {
        (name == "Sub").then_some(4)
    }
}

/// Every work ends well, with what it was given.
#[expect(clippy::unnecessary_wraps, reason = "it is one of the ways for a work to end")]
pub(super) fn good(work: &Work) -> Result<Value, Failure> {
    Ok(match &work.task {
        Task::Command(wanted) => json!({"returnData": "Successful", "step": work.step, "inputs": wanted.inputs,
            "rawData": {"Results": [{"id": wanted.inputs.get("Ticket ID")}]}, "keyFields": {"TicketIDs": [wanted.inputs.get("Ticket ID")]}}),
        _ => json!({"step": work.step}),
    })
}

/// Commands called `broken` fail for good, `shaky` ones for now, `walled` ones because a vault is away, and of `lost` ones
/// nobody knows.
pub(super) fn bad(work: &Work) -> Result<Value, Failure> {
    let failure = |message: &str, retry| Err(Failure::new(500, message).with_hint("mend it").with_retry(retry));
    match &work.task {
        Task::Command(wanted) => match wanted.command.as_str() {
            "broken" => failure("It is broken.", Retry::Never),
            "shaky" => failure("It is shaky.", Retry::Later),
            "walled" => failure("The vault is away.", Retry::Away),
            "lost" => failure("Nobody knows.", Retry::Verify),
            _ => good(work),
        },
        _ => good(work),
    }
}

impl Pretend {
    pub(super) fn new(steps: Steps) -> Self {
        Self::of(steps.done())
    }

    pub(super) fn of(playbook: Playbook) -> Self {
        let playbook = Arc::new(playbook);
        Self {
            history: History::new(Arc::clone(&playbook)),
            run: run_of("r", &playbook.name),
            playbook,
            roots: Map::new(),
            journal: Vec::new(),
            now: Timestamp::from_second(1_000).unwrap(),
            starts: Vec::new(),
            events: Vec::new(),
            signals: Vec::new(),
            ends: good,
            at_work: Vec::new(),
            output: Value::Null,
        }
    }

    pub(super) fn ending(self, ends: Ends) -> Self {
        Self { ends, ..self }
    }

    /// Decides once, with what has ended.
    pub(super) fn decide(&mut self, ended: Vec<What>) -> Next {
        let facts = Facts {
            run: &self.run,
            roots: &self.roots,
            known: &Desk,
        };
        let decision = decide(&mut self.history, &facts, ended, self.now);
        self.keep(decision)
    }

    fn keep(&mut self, decision: Decision) -> Next {
        for what in decision.entries {
            let seq = i64::try_from(self.journal.len()).unwrap() + 1;
            self.journal.push(Entry {
                seq,
                at: self.now,
                what,
            });
        }
        self.starts.extend(decision.starts);
        self.events.extend(decision.events);
        self.signals = decision.signals;
        self.at_work = decision.works;
        if let Next::End { output, .. } = &decision.next {
            self.output = output.clone();
        }
        // What a journal tells is the same as what was followed step by step.
        let again = History::of(Arc::clone(&self.playbook), &self.journal);
        assert_eq!(told(&again), told(&self.history));
        decision.next
    }

    /// Plays until the run has ended, or waits for somebody.
    pub(super) fn play(&mut self) -> Option<RunOutcome> {
        let mut ended = Vec::new();
        for _ in 0..20_000 {
            match self.decide(std::mem::take(&mut ended)) {
                Next::End { outcome, .. } => return Some(outcome),
                Next::Work { .. } => {
                    let works = std::mem::take(&mut self.at_work);
                    ended = works.iter().map(|work| self.end(work)).collect();
                }
                Next::Sleep { wake: Some(wake) } => self.now = wake,
                Next::Sleep { wake: None } => return None,
                Next::More => {}
            }
        }
        panic!("the run does not end: {:#?}", &self.journal[self.journal.len() - 20..]);
    }

    /// What comes of a work.
    pub(super) fn end(&self, work: &Work) -> What {
        let (ending, output, failure) = match (self.ends)(work) {
            Ok(output) => (StepEnding::Successful, output, None),
            Err(failure) if failure.retry == Retry::Verify => (StepEnding::Unknown, Value::Null, Some(failure)),
            Err(failure) => {
                let output = json!({"returnData": "Failed", "error": failure.message, "errors": [failure]});
                (StepEnding::Failed, output, Some(failure))
            }
        };
        What::StepEnded {
            step: work.step.clone(),
            attempt: work.attempt,
            ending,
            branch: None,
            output,
            failure,
        }
    }

    /// Somebody else appends.
    pub(super) fn hear(&mut self, what: What) {
        let seq = i64::try_from(self.journal.len()).unwrap() + 1;
        let (at, entry) = (self.now, what);
        let entry = Entry { seq, at, what: entry };
        self.history.apply(&entry);
        self.journal.push(entry);
    }

    pub(super) fn hear_cancel(&mut self) {
        self.hear(What::CancelAsked { by: "ada".to_owned() });
    }

    pub(super) fn hear_retry(&mut self) {
        self.hear(What::RetryAsked { by: "ada".to_owned() });
    }

    pub(super) fn hear_answer(&mut self, step: &str, answer: &str, by: &str) {
        self.hear_answer_for(step, answer, by, None);
    }

    pub(super) fn hear_answer_for(&mut self, step: &str, answer: &str, by: &str, group: Option<&str>) {
        self.hear(What::Answered {
            step: step.to_owned(),
            answer: answer.to_owned(),
            by: by.to_owned(),
            group: group.map(str::to_owned),
            words: "words".to_owned(),
        });
    }

    pub(super) fn hear_child(&mut self, step: &str, outcome: RunOutcome, reason: Option<&str>) {
        self.hear(What::ChildEnded {
            step: step.to_owned(),
            run: format!("r/{step}"),
            outcome,
            output: json!({"Inner": {"n": 5}}),
            reason: reason.map(str::to_owned),
        });
    }

    pub(super) fn later(&mut self, seconds: i64) {
        self.now = self.now.checked_add(SignedDuration::from_secs(seconds)).unwrap();
    }

    /// The run is a step of another one.
    pub(super) fn nested(mut self) -> Self {
        self.run.cause = Cause::Step {
            run: "parent".to_owned(),
            step: "Sub".to_owned(),
            by: None,
            depth: 1,
        };
        self
    }

    /// What happened, a word an entry: `+Look`, `-Look`, `!Look` when it failed, `~Look` when it was skipped.
    pub(super) fn story(&self) -> Vec<String> {
        self.journal.iter().filter_map(|entry| word(&entry.what)).collect()
    }

    /// The part of the story behind the last retry.
    pub(super) fn again(&self) -> Vec<String> {
        let retry = self
            .journal
            .iter()
            .rposition(|entry| matches!(entry.what, What::RetryAsked { .. }));
        let since = self.journal[retry.unwrap()..].iter();
        since.filter_map(|entry| word(&entry.what)).collect()
    }

    /// What a step was begun with last.
    pub(super) fn wish(&self, step: &str) -> Value {
        let begun = self.journal.iter().rev().find_map(|entry| match &entry.what {
            What::StepBegan { step: begun, wish, .. } if begun == step => Some(wish.clone()),
            _ => None,
        });
        begun.unwrap_or_else(|| panic!("{step} was not begun"))
    }

    /// What a step has yielded.
    pub(super) fn yielded(&self, step: &str) -> Value {
        self.history.output()[step].clone()
    }

    pub(super) fn failure(&self, step: &str) -> Failure {
        self.history
            .node(step)
            .and_then(|node| node.failure())
            .cloned()
            .unwrap()
    }

    pub(super) fn reason(&self) -> String {
        let ended = self.journal.iter().rev().find_map(|entry| match &entry.what {
            What::Ended { reason, .. } => reason.clone(),
            _ => None,
        });
        ended.unwrap_or_default()
    }
}

fn told(history: &History) -> Vec<String> {
    let mut told: Vec<String> = history.nodes().map(|(path, node)| format!("{path} {node:?}")).collect();
    told.sort();
    told.push(format!("{:?} {}", history.ended(), history.output()));
    told
}

fn word(what: &What) -> Option<String> {
    Some(match what {
        What::StepBegan { step, .. } => format!("+{step}"),
        What::StepEnded {
            step, ending, branch, ..
        } => {
            let sign = match ending {
                StepEnding::Successful => "-",
                StepEnding::PartiallySuccessful => "=",
                StepEnding::Failed => "!",
                StepEnding::Unknown => "?",
                StepEnding::Cancelled => "x",
            };
            let branch = branch.as_ref().map(|branch| format!(":{branch}"));
            format!("{sign}{step}{}", branch.unwrap_or_default())
        }
        What::StepSkipped { step } => format!("~{step}"),
        _ => return None,
    })
}
