//! Whether a list of the PSA has a name.

use connectwise_psa::{Client, Error, ErrorKind, ScanRequest};
use deskhand_command::Failure;
use deskhand_command::input::distance;
use serde::Deserialize;

use crate::commands::Run;

/// A record's id and name.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Named {
    pub(crate) id: i64,
    #[serde(default)]
    pub(crate) name: String,
}

/// Everything in a list, by name; `None` when the role may not read it.
pub(crate) async fn names(client: &Client, path: &str) -> Result<Option<Vec<Named>>, Error> {
    let mut scan = client.scan(ScanRequest::new(path, 1000).fields("id,name"));
    let mut names = Vec::new();
    while let Some(page) = scan.next_page().await {
        match page {
            Ok(page) => {
                let records = page.page.records.iter();
                names.extend(records.filter_map(|record| serde_json::from_slice::<Named>(&record.json).ok()));
            }
            Err(error) if error.source.kind() == ErrorKind::Forbidden => return Ok(None),
            Err(error) => return Err(error.source),
        }
    }
    Ok(Some(names))
}

/// Finds what an input names in a list; an unknown name is refused with the nearest ones.
///
/// `None` when the role may not read the list: then the PSA decides.
pub(crate) async fn known(run: &Run<'_>, input: &str, wanted: &str, path: &str) -> Result<Option<Named>, Failure> {
    let Some(names) = names(&run.client, path).await.map_err(|error| run.failure(&error))? else {
        return Ok(None);
    };
    match find(&names, wanted) {
        Some(named) => Ok(Some(named.clone())),
        None => Err(run
            .inputs
            .invalid(input, format!("there is no `{wanted}`; {}", nearest(wanted, &names)))),
    }
}

/// What a list has under a name; `None` also when it cannot be read.
pub(crate) async fn find_named(client: &Client, path: &str, wanted: &str) -> Option<Named> {
    let names = names(client, path).await.ok()??;
    find(&names, wanted).cloned()
}

fn find<'a>(names: &'a [Named], wanted: &str) -> Option<&'a Named> {
    let exact = names.iter().find(|named| named.name == wanted);
    exact.or_else(|| names.iter().find(|named| is_called(named, wanted)))
}

/// The PSA compares names without case.
pub(super) fn is_called(named: &Named, wanted: &str) -> bool {
    named.name.to_lowercase() == wanted.to_lowercase()
}

/// The names that are most like what was written, in words.
pub(crate) fn nearest(wanted: &str, names: &[Named]) -> String {
    const SHOWN: usize = 5;
    let wanted = wanted.to_lowercase();
    let mut by_distance: Vec<_> = names
        .iter()
        .map(|named| {
            let name = named.name.to_lowercase();
            let part = !wanted.is_empty() && (name.contains(&wanted) || wanted.contains(&name));
            (if part { 0 } else { distance(&name, &wanted) }, &named.name)
        })
        .collect();
    by_distance.sort();
    by_distance.dedup();
    let shown: Vec<_> = by_distance
        .iter()
        .take(SHOWN)
        .map(|(_, name)| format!("`{name}`"))
        .collect();
    match shown.len() {
        0 => "there are none at all".to_owned(),
        _ => format!("the nearest are {}", shown.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_names_come_first_and_parts_count_as_near() {
        let named = |names: &[&str]| {
            let named = |name: &&str| Named {
                id: 1,
                name: (*name).to_owned(),
            };
            names.iter().map(named).collect::<Vec<_>>()
        };
        let names = named(&["Projects", "Help Desk (Tampa)", "Helpdesk", "Alerts", "Alerts"]);
        assert!(nearest("help desk", &names).starts_with("the nearest are `Help Desk (Tampa)`, `Helpdesk`, "));
        assert_eq!(nearest("x", &[]), "there are none at all");
    }
}
