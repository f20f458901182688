//! Everything that is wrong, in order of the files.

use deskhand_engine::connections::VaultReference;
use deskhand_engine::desk::files::{Defined, Given, Problem, Reading, broken, staying};
use deskhand_engine::desk::{Definition, Kind};
use deskhand_engine::jobs::WrittenIngestion;
use deskhand_engine::rules::WrittenRule;
use deskhand_engine::schedules::WrittenSchedule;
use serde::de::DeserializeOwned;

use super::names::Names;
use super::{connection, ingestion, playbook, rule, schedule, user};
use crate::desk::OpenDesk;

/// What is there beside what is given.
pub(crate) struct Against<'a> {
    /// The definitions that stay.
    pub(crate) definitions: &'a [Definition],
    /// Why there can never be a secret in a place of a vault.
    pub(crate) vault_refusal: &'a dyn Fn(&VaultReference) -> Option<String>,
}

/// Something wrong, and the member at fault: `["inputs", "Board Name"]`.
pub(super) struct Wrong {
    place: Vec<String>,
    message: String,
}

impl Wrong {
    pub(super) fn at(place: &[&str], message: impl Into<String>) -> Self {
        Self {
            place: place.iter().map(|&name| name.to_owned()).collect(),
            message: message.into(),
        }
    }
}

/// What is wrong with what could be read, beside what the readers of files have said.
pub(crate) fn check(reading: &Reading, against: &Against<'_>) -> Vec<Problem> {
    if reading.has_gaps {
        // Nobody knows what is in the gaps, and whether what is referred to is missing.
        return check_playbooks(&reading.given);
    }
    let names = Names::of(reading, against.definitions);
    let mut problems = wrong_with(&reading.given, &names, against);
    problems.extend(broken_by(reading, &names, against));
    problems
}

/// What is wrong with what is on the desk and not given, and was not before.
fn broken_by(reading: &Reading, names: &Names, against: &Against<'_>) -> Vec<Problem> {
    let given = reading.given.iter().map(|one| (one.kind, one.name.as_str()));
    let unread = reading.unread.iter().map(|(kind, name)| (*kind, name.as_str()));
    let given = given.chain(unread).collect();
    let stay = staying(&given, against.definitions, &OpenDesk::integration());
    let wrong = wrong_with(&stay, names, against);
    if wrong.is_empty() {
        return wrong;
    }
    let before = Names::of(&Reading::default(), against.definitions);
    broken(wrong, &wrong_with(&stay, &before, against))
}

fn wrong_with(given: &[Given], names: &Names, against: &Against<'_>) -> Vec<Problem> {
    let mut problems = Vec::new();
    for one in given {
        let wrong = match (&one.kind, &one.defined) {
            (Kind::Playbook, _) => {
                problems.extend(playbook::problems(one, names));
                continue;
            }
            (Kind::Schedule, Defined::Table(table)) => written(table)
                .and_then(WrittenSchedule::into_schedule)
                .map(|read| schedule::wrong(&read, names)),
            (Kind::Ingestion, Defined::Table(table)) => written(table)
                .and_then(WrittenIngestion::into_job)
                .map(|read| ingestion::wrong(&read, names)),
            (Kind::Rule, Defined::Table(table)) => written(table)
                .and_then(WrittenRule::into_rule)
                .map(|read| rule::wrong(&read, names)),
            (_, Defined::Connection(given)) => Ok(connection::wrong(given, names, against.vault_refusal)),
            (_, Defined::User(defined)) => Ok(user::wrong(defined)),
            _ => continue,
        };
        let wrong = wrong.unwrap_or_else(|why| vec![Wrong::at(&[], why)]);
        problems.extend(wrong.into_iter().map(|wrong| problem(one, &wrong)));
    }
    problems
}

/// What is wrong with playbooks by themselves: connections and people of a desk are not known here, and not looked at.
pub(crate) fn check_playbooks(given: &[Given]) -> Vec<Problem> {
    let names = Names::of_playbooks_alone(given);
    given.iter().flat_map(|one| playbook::problems(one, &names)).collect()
}

fn written<T: DeserializeOwned>(table: &toml::Table) -> Result<T, String> {
    // Written out and read again, because positions are only in text.
    let text = toml::to_string(table).map_err(|error| error.to_string())?;
    toml::from_str(&text).map_err(|error| error.message().to_owned())
}

fn problem(one: &Given, wrong: &Wrong) -> Problem {
    let place: Vec<&str> = wrong.place.iter().map(String::as_str).collect();
    one.problem_at(&place, &wrong.message)
}
