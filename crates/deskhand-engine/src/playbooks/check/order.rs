//! Where each step is: which part it belongs to, and which steps come before it.

use std::collections::HashMap;

use crate::playbooks::file::{Draft, Notes, quoted_list, with_nearest};
use crate::playbooks::{After, Does, FAILED, StepIndex};

/// Where a step is.
#[derive(Debug, Clone, Default)]
pub(in crate::playbooks) struct Placed {
    pub(in crate::playbooks) inside: Option<StepIndex>,
    pub(in crate::playbooks) after: Vec<After>,
    /// Whether something about its place was noted, so that nothing more is said of it.
    pub(in crate::playbooks) doubtful: bool,
}

/// Looks up what steps say of their places, and notes what is not there.
pub(in crate::playbooks) fn place(notes: &mut Notes<'_>, draft: &Draft) -> Vec<Placed> {
    let mut steps = Steps {
        draft,
        by_name: HashMap::new(),
    };
    for (at, step) in draft.steps.iter().enumerate() {
        if step.name.is_empty() {
            continue;
        }
        if let Some(first) = steps.by_name.get(step.name.as_str()) {
            let place = ["step", &first.to_string(), "name"];
            let line = notes.document.line(&place);
            notes
                .add_step((at, &step.name), &["name"], "there are two steps of this name")
                .hint(format!("the other one is in line {line}; rename one of them"));
        } else {
            steps.by_name.insert(&step.name, at);
        }
    }
    let insides: Vec<_> = (0..draft.steps.len()).map(|at| steps.inside(notes, at)).collect();
    let insides = without_circles(notes, draft, insides);
    let mut placed = Vec::with_capacity(insides.len());
    for (at, (inside, doubtful)) in insides.iter().enumerate() {
        let (after, missing) = steps.after(notes, at, &insides);
        placed.push(Placed {
            inside: *inside,
            after,
            doubtful: *doubtful || missing,
        });
    }
    placed
}

/// A part, and whether it is in doubt.
type Inside = (Option<StepIndex>, bool);

struct Steps<'a> {
    draft: &'a Draft,
    by_name: HashMap<&'a str, StepIndex>,
}

impl<'a> Steps<'a> {
    fn of(&self, at: StepIndex) -> (StepIndex, &'a str) {
        (at, &self.draft.steps[at].name)
    }

    fn inside(&self, notes: &mut Notes<'_>, at: StepIndex) -> Inside {
        let Some(name) = &self.draft.steps[at].inside else {
            return (None, false);
        };
        let Some(&part) = self.by_name.get(name.as_str()) else {
            let problem = notes.add_step(self.of(at), &["inside"], format!("there is no step `{name}`"));
            problem.hint = with_nearest(name, self.loops(), "other steps can be inside");
            return (None, true);
        };
        match &self.draft.steps[part].does {
            Some(does) if !does.has_part() => {
                let message =
                    format!("`{name}` neither repeats nor goes through a list, so that nothing can be inside it");
                let problem = notes.add_step(self.of(at), &["inside"], message);
                problem.hint = with_nearest(name, self.loops(), "other steps can be inside");
                (None, true)
            }
            _ => (Some(part), false),
        }
    }

    fn loops(&self) -> impl Iterator<Item = &'a str> {
        let steps = self.draft.steps.iter();
        let loops = steps.filter(|step| step.does.as_ref().is_some_and(Does::has_part));
        loops.map(|step| step.name.as_str())
    }

    /// What comes before a step, and whether some of it could not be found.
    fn after(&self, notes: &mut Notes<'_>, at: StepIndex, insides: &[Inside]) -> (Vec<After>, bool) {
        let part = insides[at].0;
        let Some(written) = &self.draft.steps[at].after else {
            return self.step_before(notes, at, insides);
        };
        let mut after = Vec::with_capacity(written.len());
        for (number, text) in written.iter().enumerate() {
            let (name, branch) = match text.split_once(": ") {
                Some((name, branch)) => (name.trim(), Some(branch.trim())),
                None => (text.trim(), None),
            };
            let place = ["after", &number.to_string()];
            let Some(&step) = self.by_name.get(name) else {
                let names = self.draft.steps.iter().map(|step| step.name.as_str());
                let problem = notes.add_step(self.of(at), &place, format!("there is no step `{name}`"));
                problem.hint = with_nearest(name, names.filter(|name| !name.is_empty()), "the steps are");
                continue;
            };
            if !insides[at].1 && !insides[step].1 && insides[step].0 != part {
                let message = format!(
                    "`{name}` is {}, and this step is {}",
                    self.where_is(insides[step].0),
                    self.where_is(part)
                );
                let problem = notes.add_step(self.of(at), &place, message);
                problem.hint(self.way_out(step, insides));
                continue;
            }
            if let Some(branch) = branch
                && !self.has_branch(notes, at, &place, step, branch)
            {
                continue;
            }
            after.push(After {
                step,
                branch: branch.map(str::to_owned),
            });
        }
        let missing = after.len() < written.len();
        (after, missing)
    }

    /// The step before it in the file that belongs to the same part.
    fn step_before(&self, notes: &mut Notes<'_>, at: StepIndex, insides: &[Inside]) -> (Vec<After>, bool) {
        let before = (0..at)
            .rev()
            .find(|&before| insides[before].0 == insides[at].0 && !insides[before].1);
        let Some(step) = before else { return (Vec::new(), false) };
        if let Some(Does::Approval { .. }) = &self.draft.steps[step].does {
            let name = &self.draft.steps[step].name;
            notes
                .add_step(
                    self.of(at),
                    &["name"],
                    "it follows a question, and does not say which answer",
                )
                .hint(format!(
                    "write after = \"{name}: approved\", or \"{name}\" for any answer"
                ));
        }
        (vec![After { step, branch: None }], false)
    }

    fn where_is(&self, part: Option<StepIndex>) -> String {
        match part {
            Some(part) => format!("inside `{}`", self.draft.steps[part].name),
            None => "inside no other".to_owned(),
        }
    }

    fn way_out(&self, step: StepIndex, insides: &[Inside]) -> String {
        match insides[step].0 {
            Some(part) => {
                let part = &self.draft.steps[part].name;
                format!("give it inside = \"{part}\", or let it come after `{part}`, which ends when all of it has")
            }
            None => "only steps of the same part come after each other; a part begins when the step around it does"
                .to_owned(),
        }
    }

    fn has_branch(&self, notes: &mut Notes<'_>, at: StepIndex, place: &[&str], step: StepIndex, branch: &str) -> bool {
        let before = &self.draft.steps[step];
        let Some(does) = &before.does else { return true };
        if branch == FAILED || does.branches().contains(&branch) {
            return true;
        }
        let branches = does.branches().into_iter().chain([FAILED]);
        let message = format!("`{}` has no branch `{branch}`", before.name);
        let hint = format!("it has {}", quoted_list(branches, "and"));
        notes.add_step(self.of(at), place, message).hint(hint);
        false
    }
}

/// Steps that are inside each other are inside nothing, and noted.
fn without_circles(notes: &mut Notes<'_>, draft: &Draft, insides: Vec<Inside>) -> Vec<Inside> {
    let circular = |at: StepIndex| {
        let mut around = insides[at].0;
        for _ in 0..insides.len() {
            match around {
                Some(part) if part == at => return true,
                Some(part) => around = insides[part].0,
                None => return false,
            }
        }
        true
    };
    let mut sound = insides.clone();
    for at in (0..insides.len()).filter(|&at| circular(at)) {
        sound[at] = (None, true);
        notes.add_step(
            (at, &draft.steps[at].name),
            &["inside"],
            "it is inside itself, directly or by way of others",
        );
    }
    sound
}
