//! Whether there is a way to each step, and no way back.

use std::collections::HashSet;

use super::Placed;
use crate::playbooks::file::{Draft, Notes, quoted_list};
use crate::playbooks::{Does, OnFailure, StepIndex};

/// Notes circles, steps that nothing leads to, and loops around nothing.
pub(super) fn check(notes: &mut Notes<'_>, draft: &Draft, placed: &[Placed]) {
    let name = |at: StepIndex| draft.steps[at].name.as_str();
    let mut circular = HashSet::new();
    for at in 0..placed.len() {
        let before = before(placed, at);
        if !before.contains(&at) || circular.contains(&at) {
            continue;
        }
        let mut circle: Vec<_> = before
            .iter()
            .copied()
            .filter(|&other| self::before(placed, other).contains(&at))
            .collect();
        circle.sort_unstable();
        let names = quoted_list(circle.iter().map(|&at| name(at)), "and");
        let message = match circle.as_slice() {
            [_] => "it comes after itself".to_owned(),
            _ => format!("{names} come after each other"),
        };
        notes
            .add_step((at, name(at)), &["after"], message)
            .hint("let one of them begin: after = []");
        circular.extend(circle);
    }
    let reached = reached(draft, placed, &circular);
    for (at, step) in draft.steps.iter().enumerate() {
        if !reached.contains(&at) && !circular.contains(&at) {
            notes
                .add_step((at, name(at)), &["after"], "it is never reached")
                .hint("let it come after a step or a branch that leads somewhere, or take it out");
        }
        let empty = !placed.iter().any(|placed| placed.inside == Some(at));
        if step.does.as_ref().is_some_and(Does::has_part) && empty && !placed[at].doubtful {
            notes
                .add_step((at, name(at)), &["name"], "nothing is inside it")
                .hint(format!(
                    "give the steps that it is to do again inside = \"{}\"",
                    name(at)
                ));
        }
    }
}

/// All steps that come before one in its part, nearest or far; itself, when it comes after itself.
pub(super) fn before(placed: &[Placed], at: StepIndex) -> HashSet<StepIndex> {
    let mut found = HashSet::new();
    let mut to_look: Vec<_> = placed[at].after.iter().map(|after| after.step).collect();
    while let Some(step) = to_look.pop() {
        if found.insert(step) {
            to_look.extend(placed[step].after.iter().map(|after| after.step));
        }
    }
    found
}

/// The steps that something leads to; what is in doubt counts, so that one mistake is said once.
fn reached(draft: &Draft, placed: &[Placed], circular: &HashSet<StepIndex>) -> HashSet<StepIndex> {
    let mut reached = HashSet::new();
    loop {
        let leads = |after: &crate::playbooks::After| {
            let step = &draft.steps[after.step];
            let always_fails = matches!(step.does, Some(Does::Fail { .. })) && step.on_failure == OnFailure::Stop;
            reached.contains(&after.step) && !(always_fails && after.branch.is_none()) || circular.contains(&after.step)
        };
        let next = |at: &StepIndex| {
            let place = &placed[*at];
            let begins = place.after.is_empty() || place.after.iter().any(leads);
            let around = place
                .inside
                .is_none_or(|part| reached.contains(&part) || circular.contains(&part));
            !reached.contains(at) && (place.doubtful || begins && around)
        };
        let more: Vec<_> = (0..placed.len()).filter(next).collect();
        if more.is_empty() {
            return reached;
        }
        reached.extend(more);
    }
}
