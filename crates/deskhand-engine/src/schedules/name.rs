//! Names of schedules, and the ids of runs that are made of them.

use std::fmt::Write as _;

use jiff::Timestamp;

use crate::runs::id_after;

/// Ids of runs have at most 200 letters, and a letter's has the name twice.
const LONGEST: usize = 64;

/// Whether a schedule that somebody defines can have this name; if not, why.
///
/// Colons belong to the schedules that follow from other definitions, such as `health:Main`.
pub fn check_name(name: &str) -> Result<(), String> {
    if name.trim().is_empty() {
        return Err("it needs a name".to_owned());
    }
    if name.trim() != name {
        return Err("its name begins or ends with a blank".to_owned());
    }
    if name.chars().count() > LONGEST {
        return Err(format!("its name is longer than {LONGEST} letters"));
    }
    match name
        .chars()
        .find(|letter| !(letter.is_alphanumeric() || " -_./".contains(*letter)))
    {
        Some(letter) => Err(format!(
            "its name has a `{letter}`; letters, digits, blanks and `-_./` are possible"
        )),
        None => Ok(()),
    }
}

/// The id of the run of a due time: always the same, so that it runs once.
pub(crate) fn run_id(schedule: &str, due: Timestamp) -> String {
    format!("schedule:{}@{due}", plain(schedule))
}

/// The id of the run of a letter about an end of another run.
pub(crate) fn letter_id(schedule: &str, run: &str, ending: u32) -> String {
    id_after("alert", ending, &format!("{}@{run}", plain(schedule)))
}

/// A name with nothing in it that an id cannot have: connections are named more freely than schedules.
fn plain(name: &str) -> String {
    let mut plain = String::with_capacity(name.len());
    for letter in name.chars() {
        if letter.is_alphanumeric() || " -_./:".contains(letter) {
            plain.push(letter);
        } else {
            let _never_fails = write!(plain, "_{:x}_", u32::from(letter));
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_refused_with_the_reason() {
        assert_eq!(check_name("Nightly report 2.1 / München"), Ok(()));
        for (name, expected) in [
            ("", "it needs a name"),
            (" ", "it needs a name"),
            ("a ", "begins or ends with a blank"),
            ("health:Main", "its name has a `:`"),
            ("a\nb", "its name has a `\n`"),
            (&"a".repeat(65), "longer than 64 letters"),
        ] {
            assert!(check_name(name).unwrap_err().contains(expected), "{name}");
        }
    }

    #[test]
    fn ids_say_which_due_time_they_are_of() {
        let due = "2026-11-26T06:00:00Z".parse().unwrap();
        let run = run_id("Nightly report", due);
        assert_eq!(run, "schedule:Nightly report@2026-11-26T06:00:00Z");
        assert_eq!(
            letter_id("Nightly report", &run, 1),
            "alert:Nightly report@schedule:Nightly report@2026-11-26T06:00:00Z"
        );
        assert_eq!(
            run_id("health:Smith & Sons", due),
            "schedule:health:Smith _26_ Sons@2026-11-26T06:00:00Z"
        );
    }

    #[test]
    fn the_longest_name_leaves_room_for_an_id() {
        let name = format!("health:{}", "m".repeat(LONGEST));
        let run = run_id(&name, "2026-11-26T06:00:00.123456789Z".parse().unwrap());
        let id = letter_id(&name, &run, u32::MAX);
        assert!(id.len() <= 200 && id.ends_with(&run), "{id}");
    }
}
