//! What a playbook needs of whatever sets it off: `event` or `failure`, which only some triggers give.

use super::Placed;
use super::templates::{each_text, texts_of};
use crate::playbooks::file::Draft;
use crate::playbooks::values::reads;
use crate::playbooks::{After, Does, FAILED, OnFailure, Playbook, StepIndex, Trigger};

/// Something that a playbook cannot do without, and that is no input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Need {
    /// What templates call it: `event` or `failure`.
    pub root: &'static str,
    /// The first step that reads it, in the order of the file.
    pub step: String,
}

/// What only some triggers give.
const GIVEN_BY_TRIGGERS: [&str; 2] = ["event", "failure"];

/// What shows that a template asks whether something is there.
const QUESTIONS: [&str; 4] = ["default", "defined", "{%", " if "];

/// A step, as far as it matters here.
pub(in crate::playbooks) struct Placing<'a> {
    name: &'a str,
    does: Option<&'a Does>,
    inside: Option<StepIndex>,
    after: &'a [After],
    stops: bool,
}

impl Need {
    /// In words, for whoever starts a playbook of this name.
    pub fn of(&self, playbook: &str) -> String {
        format!(
            "`{playbook}` needs `{}`, which its step `{}` reads",
            self.root, self.step
        )
    }

    /// Whether a trigger gives it.
    pub(super) fn is_given_by(&self, trigger: &Trigger) -> bool {
        match trigger {
            Trigger::Event(_) | Trigger::Dismissal(_) => self.root == "event",
            Trigger::Failure { .. } => self.root == "failure",
            Trigger::Schedule { .. } => false,
        }
    }
}

/// What the steps need that are reached in any case, unless something before them fails.
///
/// A step behind a branch may have been asked for first, and so may what stands beside a question in a template; neither is
/// held against a playbook.
pub(in crate::playbooks) fn needs(steps: &[Placing<'_>]) -> Vec<Need> {
    let needed = |root: &'static str| {
        let mut reading = (0..steps.len()).filter(|&at| is_certain(steps, at, 0) && reads_root(&steps[at], root));
        reading.next().map(|at| Need {
            root,
            step: steps[at].name.to_owned(),
        })
    };
    GIVEN_BY_TRIGGERS.into_iter().filter_map(needed).collect()
}

/// The steps of a file.
pub(in crate::playbooks) fn steps_of<'a>(draft: &'a Draft, placed: &'a [Placed]) -> Vec<Placing<'a>> {
    let steps = draft.steps.iter().zip(placed);
    steps
        .map(|(step, placed)| Placing {
            name: &step.name,
            does: step.does.as_ref(),
            inside: placed.inside,
            after: &placed.after,
            stops: step.on_failure == OnFailure::Stop && !placed.doubtful,
        })
        .collect()
}

/// The steps of a playbook.
pub(in crate::playbooks) fn steps_of_playbook(playbook: &Playbook) -> Vec<Placing<'_>> {
    let steps = playbook.steps.iter();
    steps
        .map(|step| Placing {
            name: &step.name,
            does: Some(&step.does),
            inside: step.inside,
            after: &step.after,
            stops: step.on_failure == OnFailure::Stop,
        })
        .collect()
}

/// Whether a step is reached in any case, and nothing takes its failure over.
fn is_certain(steps: &[Placing<'_>], at: StepIndex, depth: usize) -> bool {
    // Steps that come after each other are no playbook, and are told elsewhere.
    if depth > steps.len() {
        return false;
    }
    let taken_over = steps.iter().any(|step| {
        let mut after = step.after.iter();
        after.any(|after| after.step == at && after.branch.as_deref() == Some(FAILED))
    });
    let step = &steps[at];
    let part = step
        .inside
        .is_none_or(|part| matches!(steps[part].does, Some(Does::Repeat { .. })) && is_certain(steps, part, depth + 1));
    let mut before = step.after.iter();
    step.stops
        && !taken_over
        && part
        && before.all(|after| after.branch.is_none() && is_certain(steps, after.step, depth + 1))
}

fn reads_root(step: &Placing<'_>, root: &str) -> bool {
    let Some(does) = step.does else { return false };
    if root == "event" && matches!(does, Does::Escalate { .. } | Does::Dismiss { .. }) {
        return true;
    }
    let mut found = false;
    for (place, value) in texts_of(does) {
        each_text(&place, value, &mut |_, text| {
            let asks = QUESTIONS.iter().any(|question| text.contains(question));
            found |= !asks && reads(text).iter().any(|read| read.root == root);
        });
    }
    found
}

#[cfg(test)]
mod tests {
    use crate::playbooks::sketch;

    /// The root and the step of each need.
    fn needs(steps: &str) -> Vec<(&'static str, String)> {
        let text = format!("[playbook]\nname = \"P\"\n{steps}");
        let needs = sketch(&text).unwrap().needs;
        needs.into_iter().map(|need| (need.root, need.step)).collect()
    }

    fn step(name: &str, rest: &str) -> String {
        format!("[[step]]\nname = \"{name}\"\n{rest}\n")
    }

    #[test]
    fn what_a_step_reads_that_is_reached_in_any_case_is_needed() {
        let wait = step("Wait", "wait = \"1s\"");
        let reads = step("Read", "format = { a = [{ b = \"{{ event.id }}\" }] }");
        assert_eq!(needs(&(wait.clone() + &reads)), [("event", "Read".to_owned())]);
        let why = step("Why", "fail = \"{{ failure.reason }}\"");
        assert_eq!(needs(&why), [("failure", "Why".to_owned())]);
        let raise = step("Raise", "escalate = { incident_type = \"Outage\", title = \"x\" }");
        assert_eq!(needs(&(wait + &raise)), [("event", "Raise".to_owned())]);
    }

    #[test]
    fn what_is_asked_for_first_is_not_needed() {
        for (text, rest) in [
            ("{{ event.id | default('none') }}", ""),
            ("{% if event is defined %}{{ event.id }}{% endif %}", ""),
            ("{{ event.id if inputs.x else 1 }}", ""),
            ("{{ event.id }}", "on_failure = \"go_on\"\n"),
            ("{{ inputs.event }}", ""),
            ("an event", ""),
        ] {
            let steps = step("Read", &format!("format = {{ a = \"{text}\" }}\n{rest}"));
            assert_eq!(needs(&steps), [], "{text}");
        }
        let asked = step("Any", "condition = \"{{ inputs.x }}\"\nbranches = [\"yes\"]");
        let behind = step("Read", "after = \"Any: yes\"\nformat = { a = \"{{ event.id }}\" }");
        let further = step("Further", "format = { a = \"{{ event.id }}\" }");
        assert_eq!(needs(&[asked, behind, further].concat()), []);
        let tried = step("Read", "format = { a = \"{{ event.id }}\" }");
        let otherwise = step("Otherwise", "after = \"Read: failed\"\nwait = \"1s\"");
        assert_eq!(needs(&(tried + &otherwise)), []);
        let each = step("Each", "for_each = [1]") + &step("Read", "inside = \"Each\"\nfail = \"{{ event.id }}\"");
        assert_eq!(needs(&each), []);
    }
}
