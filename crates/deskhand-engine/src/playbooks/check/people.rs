//! Those whom approvals name.

use super::Known;
use crate::playbooks::Does;
use crate::playbooks::file::{Draft, Notes, with_nearest};

/// Notes names that are neither a user's nor a group's; on a desk without users anybody can be anybody.
pub(super) fn check(notes: &mut Notes<'_>, draft: &Draft, known: &Known<'_>) {
    let Some(people) = known.people else { return };
    for (at, step) in draft.steps.iter().enumerate() {
        let Some(Does::Approval { by, .. }) = &step.does else {
            continue;
        };
        for (number, name) in by.iter().enumerate().filter(|(_, name)| !people.contains(name)) {
            let place = ["by", &number.to_string()];
            let problem = notes.add_step((at, &step.name), &place, format!("there is no user or group `{name}`"));
            problem.hint = with_nearest(name, people.iter().map(String::as_str), "there are");
        }
    }
}
