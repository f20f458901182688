//! What came differently.

use std::collections::{BTreeMap, BTreeSet};

use deskhand_engine::mail::Letter;
use deskhand_engine::runs::{RunState, RunStory, What};
use deskhand_sandbox::Kind;
use serde_json::Value;

use super::expectations::{Expectations, ExpectedLetter, ExpectedTicket, StartedBy};
use super::stage::Stage;

/// What came differently, in sentences.
pub(super) fn differences(stage: &Stage, expectations: &Expectations, story: Option<&RunStory>) -> Vec<String> {
    let mut differences = Vec::new();
    differences.extend(outcome(expectations, story));
    if let Some(story) = story {
        differences.extend(steps(expectations, story));
    }
    for ticket in &expectations.expect.tickets {
        differences.extend(ticket_differences(stage, ticket));
    }
    differences.extend(other_tickets(stage, expectations));
    differences.extend(letters(stage, expectations));
    differences
}

fn word<T: serde::Serialize>(value: &T) -> String {
    serde_json::to_value(value)
        .ok()
        .and_then(|value| value.as_str().map(str::to_owned))
        .unwrap_or_default()
}

fn outcome(expectations: &Expectations, story: Option<&RunStory>) -> Option<String> {
    let wanted = &expectations.expect.outcome;
    let (came, why) = match story {
        None => ("none".to_owned(), unset(expectations)),
        Some(story) if story.summary.state != RunState::Ended => {
            let open = "the run has not ended in the time that it had";
            return Some(match waiting(story).join(", ") {
                none if none.is_empty() => open.to_owned(),
                steps => format!("{open}: it still waits for {steps}"),
            });
        }
        Some(story) => {
            let why = story.summary.reason.clone();
            (
                word(&story.summary.outcome),
                why.map(|why| format!(": {why}")).unwrap_or_default(),
            )
        }
    };
    (came != *wanted).then(|| format!("the outcome is {came}, not {wanted}{why}"))
}

/// Why nothing set the playbook off.
fn unset(expectations: &Expectations) -> String {
    let why = match expectations.start.by {
        StartedBy::Hand => return String::new(),
        StartedBy::Event => "what `[[change]]` did made no event that the trigger is for",
        StartedBy::Schedule => "its schedule was not due in that time; `within` of `[start]` makes that longer",
    };
    format!(": {why}")
}

/// The steps that have begun and not ended.
fn waiting(story: &RunStory) -> Vec<String> {
    let mut open: Vec<&str> = Vec::new();
    for entry in &story.entries {
        match &entry.what {
            What::StepBegan { step, .. } if !open.contains(&step.as_str()) => open.push(step),
            What::StepEnded { step, .. } => open.retain(|known| known != step),
            _ => {}
        }
    }
    open.into_iter().map(|step| format!("`{step}`")).collect()
}

/// Steps and how they ended, a branch after a colon.
pub(super) fn endings(story: &RunStory) -> Vec<(String, String)> {
    let mut endings: Vec<(String, String)> = Vec::new();
    for entry in &story.entries {
        let (step, ending) = match &entry.what {
            What::StepEnded {
                step, ending, branch, ..
            } => {
                let branch = branch.as_ref().map(|branch| format!(": {branch}")).unwrap_or_default();
                (step, format!("{}{branch}", word(ending)))
            }
            What::StepSkipped { step } => (step, "skipped".to_owned()),
            _ => continue,
        };
        endings.retain(|(known, _)| known != step);
        endings.push((step.clone(), ending));
    }
    endings
}

fn steps(expectations: &Expectations, story: &RunStory) -> Vec<String> {
    let endings = endings(story);
    let differs = |(step, wanted): (&String, &String)| {
        let came = endings
            .iter()
            .find(|(name, _)| name == step)
            .map(|(_, came)| came.as_str());
        let came = came.unwrap_or("not reached");
        // Without a branch in what is wanted, any will do.
        let same = came == wanted || came.split(": ").next() == Some(wanted);
        (!same).then(|| format!("step `{step}` is {came}, not {wanted}"))
    };
    expectations.expect.steps.iter().filter_map(differs).collect()
}

fn ticket_differences(stage: &Stage, wanted: &ExpectedTicket) -> Vec<String> {
    let id = wanted.id;
    let Some(document) = stage.sandbox.world().newest(Kind::Ticket, id) else {
        return if wanted.deleted {
            Vec::new()
        } else {
            vec![format!("ticket {id} is not there")]
        };
    };
    if wanted.deleted {
        return vec![format!("ticket {id} is still there")];
    }
    let ticket: Value = serde_json::from_slice(&document.raw).unwrap_or_default();
    let mut differences = Vec::new();
    for (pointer, value) in &wanted.has {
        let came = ticket.pointer(pointer).unwrap_or(&Value::Null);
        if came != value {
            differences.push(format!("ticket {id}: `{pointer}` is {came}, not {value}"));
        }
    }
    let notes = notes(stage, id);
    if let Some(count) = wanted.notes
        && notes.len() != count
    {
        differences.push(format!("ticket {id} got {} notes, not {count}", notes.len()));
    }
    if let Some(part) = &wanted.note_contains
        && !notes.iter().any(|note| note.contains(part))
    {
        differences.push(format!("no note of ticket {id} contains `{part}`; they are {notes:?}"));
    }
    differences
}

/// What became of tickets that are not named, where nothing was to.
fn other_tickets(stage: &Stage, expectations: &Expectations) -> Vec<String> {
    if expectations.expect.other_tickets.is_none() {
        return Vec::new();
    }
    let named: BTreeSet<_> = expectations.expect.tickets.iter().map(|ticket| ticket.id).collect();
    let (before, now) = (&stage.tickets_before, stage.tickets());
    let ids: BTreeSet<_> = before
        .keys()
        .chain(now.keys())
        .filter(|id| !named.contains(id))
        .collect();
    let told = |id: &i64| match (before.get(id), now.get(id)) {
        (Some(one), Some(other)) => (one != other).then(|| format!("ticket {id} was changed, and was not to be")),
        (None, _) => Some(format!("ticket {id} was made, and was not to be")),
        (_, None) => Some(format!("ticket {id} was deleted, and was not to be")),
    };
    let mut differences: Vec<_> = ids.iter().filter_map(|id| told(id)).collect();
    let mut noted: BTreeMap<i64, usize> = BTreeMap::new();
    stage.sandbox.world().read(Kind::Note, |notes| {
        for note in notes.newest_after(stage.notes_before) {
            *noted.entry(note.parent).or_default() += 1;
        }
    });
    noted.retain(|id, _| !named.contains(id));
    differences.extend(
        noted
            .iter()
            .map(|(id, notes)| format!("ticket {id} got {notes} notes, and was to get none")),
    );
    differences
}

/// The texts of the notes that a ticket got.
fn notes(stage: &Stage, ticket: i64) -> Vec<String> {
    stage.sandbox.world().read(Kind::Note, |notes| {
        let added = notes.newest_after(stage.notes_before);
        let ours = added.filter(|note| note.parent == ticket);
        ours.filter_map(|note| serde_json::from_slice::<Value>(&note.raw).ok())
            .map(|note| note["text"].as_str().unwrap_or_default().to_owned())
            .collect()
    })
}

fn letters(stage: &Stage, expectations: &Expectations) -> Vec<String> {
    let Some(wanted) = &expectations.expect.letters else {
        return Vec::new();
    };
    let mut sent = stage.letters.all();
    let mut differences = Vec::new();
    for letter in wanted {
        let is_it = |sent: &Letter| {
            sent.to.contains(&letter.to)
                && (sent.subject.contains(&letter.contains) || sent.text.contains(&letter.contains))
        };
        match sent.iter().position(is_it) {
            Some(at) => drop(sent.remove(at)),
            None => differences.push(no_such_letter(letter, &sent)),
        }
    }
    let unexpected = sent.iter().map(|letter| {
        format!(
            "a letter to {} was not expected: {}",
            letter.to.join(", "),
            letter.subject
        )
    });
    differences.extend(unexpected);
    differences
}

/// That a letter is missing, and what went to the same address in its place.
fn no_such_letter(wanted: &ExpectedLetter, sent: &[Letter]) -> String {
    let mut told = format!("no letter to {} contains `{}`", wanted.to, wanted.contains);
    let to_them = sent.iter().filter(|letter| letter.to.contains(&wanted.to));
    for letter in to_them {
        told.push_str("; one says:\n");
        told.push_str(&letter.subject);
        told.push('\n');
        told.push_str(&letter.text);
    }
    told
}
