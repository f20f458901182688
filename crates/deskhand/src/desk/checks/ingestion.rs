//! Ingestion jobs: where they fetch, and what their events start.

use deskhand_engine::jobs::IngestionJob;
use deskhand_engine::playbooks::KnownPlaybook;

use super::check::Wrong;
use super::names::Names;

pub(super) fn wrong(job: &IngestionJob, names: &Names) -> Vec<Wrong> {
    let connection = names.unknown_connection(&job.connection);
    let source = names.unknown_source(&job.source);
    let mut wrong: Vec<Wrong> = [
        connection.map(|message| Wrong::at(&["connection"], message)),
        source.map(|message| Wrong::at(&["source"], message)),
        names.wrong_site(job.site.as_deref(), Some(&job.connection)),
    ]
    .into_iter()
    .flatten()
    .collect();
    if let Some(name) = &job.playbook {
        wrong.extend(set_off_by_an_event(name, &["playbook"], names));
    }
    wrong
}

/// What is wrong with a playbook that an event is to set off.
pub(super) fn set_off_by_an_event(name: &str, place: &[&str], names: &Names) -> Vec<Wrong> {
    match names.playbook(name) {
        Ok(playbook) => lacking(playbook).map(|message| Wrong::at(place, message)).collect(),
        Err(message) => vec![Wrong::at(place, message)],
    }
}

/// What an event does not give a playbook.
fn lacking(playbook: &KnownPlaybook) -> impl Iterator<Item = String> {
    let name = &playbook.name;
    let inputs = playbook.inputs.iter().filter(|input| input.default.is_none());
    let inputs = inputs.map(move |input| {
        format!(
            "nobody gives `{}` when an event sets `{name}` off; give that input a default",
            input.name
        )
    });
    let needs = playbook.needs.iter().filter(|need| need.root != "event");
    inputs.chain(needs.map(move |need| format!("{}, and an event gives it none", need.of(name))))
}
