//! Who hears of callbacks that stay away: a pure decision, and the letters as runs.

use jiff::Timestamp;
use serde_json::Map;

use super::{Reception, Silence};
use crate::dates::DateForm;
use crate::runs::{Cause, NewRun, Plan};
use crate::schedules::letter_id;

/// Something that people have to hear of a connection's callbacks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tiding {
    /// They stay away.
    Silent(Silence),
    /// They come again.
    Back,
}

/// What people have to hear now. `told_at` is how many callbacks had come when they were told of a silence.
///
/// A silence is over when a callback has come, and not when somebody has mended the registration: only then is it known that
/// it helped. Until then nothing is told again.
pub fn tiding(reception: &Reception, told_at: Option<u64>, silence: Option<Silence>) -> Option<Tiding> {
    match told_at {
        Some(received) if reception.received > received => Some(Tiding::Back),
        Some(_) => None,
        None => silence.map(Tiding::Silent),
    }
}

/// The id of the letter about a silence that began after so many callbacks: the same whoever notices it, and when.
pub(crate) fn id_of(connection: &str, received: u64) -> String {
    letter_id(&about(connection), &format!("silent after {received}"), 1)
}

/// A connection whose callbacks are watched.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Watched<'a> {
    /// Its name.
    pub(crate) connection: &'a str,
    /// The site that the letters are written for.
    pub(crate) site: &'a str,
    /// To whom they go.
    pub(crate) to: &'a [String],
    /// How many callbacks had come when the silence began.
    pub(crate) received: u64,
    /// How the letters write times.
    pub(crate) dates: &'a DateForm,
}

impl Watched<'_> {
    /// The letter, as a run to start.
    pub(crate) fn letter(&self, tiding: Tiding, now: Timestamp) -> NewRun {
        let (id, subject, text) = match tiding {
            Tiding::Silent(silence) => self.silent(silence, now),
            Tiding::Back => self.back(now),
        };
        NewRun {
            id,
            plan: Plan::Letter {
                to: self.to.to_vec(),
                subject,
                text,
            },
            cause: Cause::Alert {
                about: about(self.connection),
            },
            site: self.site.to_owned(),
            given: Map::new(),
            created_at: now,
        }
    }

    fn silent(&self, silence: Silence, now: Timestamp) -> (String, String, String) {
        let connection = self.connection;
        let text = format!(
            "{sentence}\n\nThe last one came, or they were registered, at {since}.\n\nWhat to do: {hint}.\n\nThe next letter is \
             sent when they come again.\n",
            sentence = silence.sentence(connection, now),
            since = self.dates.tell(silence.since),
            hint = Silence::hint(),
        );
        let subject = format!("The callbacks of \"{connection}\" stay away");
        (id_of(connection, self.received), subject, text)
    }

    fn back(&self, now: Timestamp) -> (String, String, String) {
        let connection = self.connection;
        let id = letter_id(&about(connection), &format!("back after {}", self.received), 1);
        let text = format!(
            "The callbacks of connection {connection} come again; this was noticed at {}.\n",
            self.dates.tell(now)
        );
        (id, format!("The callbacks of \"{connection}\" come again"), text)
    }
}

fn about(connection: &str) -> String {
    format!("callbacks:{connection}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minute: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + minute * 60).unwrap()
    }

    const TO: &str = "noc@example.com";

    fn silence() -> Silence {
        Silence {
            since: at(0),
            unannounced_at: at(10),
        }
    }

    #[test]
    fn a_silence_is_told_once_and_its_end_once() {
        let came = |received: u64| Reception {
            received,
            ..Reception::default()
        };
        let silent = Some(silence());
        // How many have come, when people were told, whether it is silent; what is told.
        for (received, told_at, silence, expected) in [
            (5, None, None, None),
            (5, None, silent, silent.map(Tiding::Silent)),
            (5, Some(5), silent, None),
            // It was mended, and nothing has come since.
            (5, Some(5), None, None),
            (6, Some(5), None, Some(Tiding::Back)),
            // It came once, and stays away again: first the one, then the other.
            (6, Some(5), silent, Some(Tiding::Back)),
            (6, None, silent, silent.map(Tiding::Silent)),
        ] {
            assert_eq!(
                tiding(&came(received), told_at, silence),
                expected,
                "{received} {told_at:?}"
            );
        }
    }

    #[test]
    fn the_letters_of_a_silence_have_ids_of_its_own_and_say_what_to_do() {
        let to = [TO.to_owned()];
        let watched = Watched {
            connection: "acme",
            site: "Main",
            to: &to,
            received: 5,
            dates: &DateForm::default(),
        };
        let (alarm, relief) = (
            watched.letter(Tiding::Silent(silence()), at(40)),
            watched.letter(Tiding::Back, at(50)),
        );
        assert_eq!(alarm.id, "alert:callbacks:acme@silent after 5");
        assert_eq!((alarm.id.clone(), alarm.site.as_str()), (id_of("acme", 5), "Main"));
        assert_eq!(relief.id, "alert:callbacks:acme@back after 5");
        let Plan::Letter { to, subject, text } = alarm.plan else {
            panic!("no letter")
        };
        assert_eq!(
            (to, subject.as_str()),
            (vec![TO.to_owned()], "The callbacks of \"acme\" stay away")
        );
        assert!(
            text.contains("have been silent for 40 minutes")
                && text.contains("public address")
                && text.contains("at 2027-01-15 08:00:00 (UTC)"),
            "{text}"
        );
        let Plan::Letter { subject, .. } = relief.plan else {
            panic!("no letter")
        };
        assert_eq!(subject, "The callbacks of \"acme\" come again");
    }
}
