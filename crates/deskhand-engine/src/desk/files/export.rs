//! Writing the desk out as files.

use std::collections::{BTreeMap, BTreeSet};

use super::DeskFile;
use crate::desk::{Definition, Kind};

/// The files that a desk comes to: one for each kind, one for each playbook. No secrets are in them, and applying them
/// again changes nothing.
pub fn export(definitions: &[Definition]) -> Vec<DeskFile> {
    let mut texts: BTreeMap<Kind, Vec<&str>> = BTreeMap::new();
    let (mut playbooks, mut taken) = (Vec::new(), BTreeSet::new());
    for definition in definitions.iter().filter(|definition| !definition.removed) {
        if definition.kind == Kind::Playbook {
            playbooks.push(DeskFile {
                name: free_name(&definition.name, &mut taken),
                text: definition.body.clone(),
            });
        } else {
            texts.entry(definition.kind).or_default().push(&definition.body);
        }
    }
    let files = texts.into_iter().map(|(kind, bodies)| DeskFile {
        name: format!("{}s.toml", kind.table()),
        text: bodies.join("\n"),
    });
    files.chain(playbooks).collect()
}

/// `playbooks/close-stale-tickets.toml`; two names that come to the same are told apart by a number.
fn free_name(name: &str, taken: &mut BTreeSet<String>) -> String {
    let letters = name.chars().map(|c| if c.is_alphanumeric() { c } else { '-' });
    let slug: String = letters.flat_map(char::to_lowercase).collect();
    let slug = slug
        .split('-')
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join("-");
    let slug = if slug.is_empty() { "playbook".to_owned() } else { slug };
    let numbered = (2..).map(|number| format!("{slug}-{number}"));
    let free = std::iter::once(slug.clone())
        .chain(numbered)
        .find(|name| !taken.contains(name));
    let free = free.unwrap_or(slug);
    taken.insert(free.clone());
    format!("playbooks/{free}.toml")
}
