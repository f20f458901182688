//! Reading of a playbook: from a file's text to what runs.

use super::check::{self, Known, Placed};
use super::file::{Document, Draft, Drafted, Notes, Problem, read_draft};
use super::{Playbook, Step};

/// Reads a playbook's file and checks it; every problem is found, not only the first.
///
/// ```
/// use deskhand_engine::playbooks::{Known, read};
///
/// let text = r#"
/// [playbook]
/// name = "Greet"
/// [[step]]
/// name = "Write"
/// mail = { to = "desk@example.com", subject = "Good morning", text = "It is {{ now | date('%H:%M', 'Europe/Berlin') }}." }
/// "#;
/// let playbook = read(text, &Known::commands(&[])).map_err(|problems| problems[0].to_string())?;
/// assert_eq!(playbook.steps[0].name, "Write");
///
/// let problems = read(&text.replace("mail =", "mial ="), &Known::commands(&[])).unwrap_err();
/// assert_eq!(problems[1].to_string(), "line 6: step `Write`: a step has no `mial`; did you mean `mail`?");
/// # Ok::<(), String>(())
/// ```
pub fn read(text: &str, known: &Known<'_>) -> Result<Playbook, Vec<Problem>> {
    let document = Document::parse(text)?;
    let mut notes = Notes::new(&document);
    let draft = read_draft(&mut notes);
    let placed = check::place(&mut notes, &draft);
    check::check(&mut notes, &draft, &placed, known);
    let problems = notes.into_problems();
    if problems.is_empty() {
        Ok(built(draft, placed))
    } else {
        Err(problems)
    }
}

/// The playbook of a draft with which nothing is wrong.
fn built(draft: Draft, placed: Vec<Placed>) -> Playbook {
    let steps = draft.steps.into_iter().zip(placed);
    Playbook {
        name: draft.name,
        summary: draft.summary,
        inputs: draft.inputs,
        triggers: draft.triggers.into_iter().map(|(_, trigger)| trigger).collect(),
        steps: steps.filter_map(|(step, place)| built_step(step, place)).collect(),
    }
}

fn built_step(step: Drafted, place: Placed) -> Option<Step> {
    Some(Step {
        name: step.name,
        inside: place.inside,
        after: place.after,
        join: step.join,
        retries: step.retries,
        on_failure: step.on_failure,
        does: step.does?,
    })
}
