//! What other playbooks have to know of one: its name, its inputs, what else it needs, and which it runs.

use super::{Document, Draft, Notes, read_draft};
use crate::playbooks::check::{self, Need};
use crate::playbooks::{Does, Input, Playbook};

/// What other playbooks have to know of one.
#[derive(Debug, Clone, PartialEq)]
pub struct KnownPlaybook {
    /// Its name.
    pub name: String,
    /// What it is given.
    pub inputs: Vec<Input>,
    /// Which playbooks its steps run.
    pub runs: Vec<String>,
    /// What it needs of whatever sets it off, beside its inputs.
    pub needs: Vec<Need>,
}

/// What a file tells others, whatever else is wrong with it; `None` when it has no name.
///
/// Files that are applied together may run each other: each is sketched first, then each is read.
pub fn sketch(text: &str) -> Option<KnownPlaybook> {
    let document = Document::parse(text).ok()?;
    let mut notes = Notes::new(&document);
    let draft = read_draft(&mut notes);
    let placed = check::place(&mut notes, &draft);
    let needs = check::needs(&check::steps_of(&draft, &placed));
    let Draft {
        name, inputs, steps, ..
    } = draft;
    let does = steps.iter().filter_map(|step| step.does.as_ref());
    let runs = runs(does);
    (!name.is_empty()).then_some(KnownPlaybook {
        name,
        inputs,
        runs,
        needs,
    })
}

fn runs<'a>(does: impl Iterator<Item = &'a Does>) -> Vec<String> {
    let names = does.filter_map(|does| match does {
        Does::Playbook { name, .. } => Some(name.clone()),
        _ => None,
    });
    names.collect()
}

impl From<&Playbook> for KnownPlaybook {
    fn from(playbook: &Playbook) -> Self {
        Self {
            name: playbook.name.clone(),
            inputs: playbook.inputs.clone(),
            runs: runs(playbook.steps.iter().map(|step| &step.does)),
            needs: check::needs(&check::steps_of_playbook(playbook)),
        }
    }
}
