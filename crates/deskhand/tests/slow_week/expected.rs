//! What the desk is defined to do, and the times that are due by that, reckoned without the engine.

use std::fmt::Write as _;

use deskhand_engine::desk::files::DeskFile;
use jiff::civil::{DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::desk::Desk;

/// A schedule of the week.
#[derive(Debug, Clone)]
pub(crate) struct Expected {
    pub(crate) name: String,
    pub(crate) policy: Policy,
    pub(crate) times: Times,
}

/// What becomes of times at which nobody was there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Policy {
    Skip,
    Once,
    All,
}

/// When it is due.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Times {
    /// Every so many minutes, counted from midnight.
    Every { minutes: i64 },
    /// Each hour at this minute, by the clock on the wall; an hour that comes twice has it twice.
    Hourly { minute: i8, zone: &'static str },
    /// Each day at this time by the clock on the wall.
    Daily { at: Time, zone: &'static str },
}

const POLICIES: [Policy; 3] = [Policy::Skip, Policy::Once, Policy::All];
/// One puts its clocks back in the week, one does not, and one is half an hour off.
const ZONES: [&str; 3] = ["Europe/Berlin", "America/New_York", "Asia/Kolkata"];

impl Policy {
    fn word(self) -> &'static str {
        match self {
            Self::Skip => "skip",
            Self::Once => "once",
            Self::All => "all",
        }
    }
}

impl Times {
    /// The due times after one time, up to another. Whole minutes are looked at one by one: slow, and hard to get wrong.
    pub(crate) fn between(self, after: Timestamp, until: Timestamp) -> Vec<Timestamp> {
        let first = Timestamp::from_second(after.as_second().div_euclid(60) * 60).unwrap();
        std::iter::successors(Some(first), |last| Some(*last + SignedDuration::from_mins(1)))
            .take_while(|time| *time <= until)
            .filter(|time| *time > after && self.is_due(*time))
            .collect()
    }

    fn is_due(self, time: Timestamp) -> bool {
        let wall = |zone: &str| time.to_zoned_datetime(TimeZone::get(zone).unwrap());
        match self {
            Self::Every { minutes } => time.as_second() / 60 % minutes == 0,
            Self::Hourly { minute, zone } => wall(zone).minute() == minute,
            Self::Daily { at, zone } => {
                // Of a time that comes twice the first is meant.
                wall(zone).time() == at && wall(zone).datetime() != an_hour_before(time, zone)
            }
        }
    }

    fn written(self) -> String {
        match self {
            Self::Every { minutes } => format!("every = \"{minutes}m\"\n"),
            Self::Hourly { minute, zone } => format!("cron = \"{minute} * * * *\"\nzone = \"{zone}\"\n"),
            Self::Daily { at, zone } => format!("cron = \"{} {} * * *\"\nzone = \"{zone}\"\n", at.minute(), at.hour()),
        }
    }
}

/// What a clock on the wall showed an hour before.
fn an_hour_before(time: Timestamp, zone: &str) -> DateTime {
    let an_hour_ago = time - SignedDuration::from_hours(1);
    an_hour_ago.to_zoned_datetime(TimeZone::get(zone).unwrap()).datetime()
}

/// The schedules: hourly ones of every kind, and a few that are due in the hour that comes twice.
pub(crate) fn schedules(hourly: usize) -> Vec<Expected> {
    let mut all: Vec<_> = (0..hourly)
        .map(|number| Expected {
            name: format!("Hourly {number}"),
            policy: POLICIES[number % 3],
            times: if number % 2 == 0 {
                Times::Every { minutes: 60 }
            } else {
                Times::Hourly {
                    minute: i8::try_from(number * 7 % 60).unwrap(),
                    zone: ZONES[number / 2 % 3],
                }
            },
        })
        .collect();
    for (policy, minute) in POLICIES.into_iter().zip([0, 15, 30]) {
        all.push(Expected {
            name: format!("Daily {}", policy.word()),
            policy,
            times: Times::Daily {
                at: Time::constant(2, minute, 0, 0),
                zone: ZONES[0],
            },
        });
    }
    all
}

/// The ingestion jobs' own schedules.
pub(crate) fn jobs(connections: usize) -> Vec<Expected> {
    let job = |number| Expected {
        name: format!("ingestion:Job {number}"),
        policy: Policy::Once,
        times: Times::Every { minutes: 15 },
    };
    (0..connections).map(job).collect()
}

/// The files that define all that.
pub(crate) fn files(desk: &Desk, schedules: &[Expected]) -> Vec<DeskFile> {
    let mut text = "[[site]]\nname = \"Main\"\nkind = \"internal\"\n".to_owned();
    for (number, sandbox) in desk.sandboxes.iter().enumerate() {
        write!(
            text,
            "[[connection]]\nname = \"psa {number}\"\nsite = \"Main\"\nserver_url = \"{}\"\ncompany_id = \"sandbox\"\n\
             public_key = \"public\"\nprivate_key = \"private\"\nclient_id = \"week\"\n\
             [[ingestion]]\nname = \"Job {number}\"\nconnection = \"psa {number}\"\nevery = \"15m\"\n\
             from = \"2000-01-01 00:00\"\n",
            sandbox.url()
        )
        .unwrap();
    }
    for (number, schedule) in schedules.iter().enumerate() {
        let Expected { name, policy, times } = schedule;
        let connection = number % desk.sandboxes.len();
        let what = if number % 3 == 0 {
            "playbook = \"Look\"\n".to_owned()
        } else {
            format!("command = \"list-boards\"\nconnection = \"psa {connection}\"\n")
        };
        let (times, policy) = (times.written(), policy.word());
        write!(
            text,
            "[[schedule]]\nname = \"{name}\"\nmissed = \"{policy}\"\n{times}{what}"
        )
        .unwrap();
    }
    let look = "[playbook]\nname = \"Look\"\nsummary = \"Looks at two things.\"\n[[step]]\nname = \"Boards\"\n\
                command = \"list-boards\"\nconnection = \"psa 0\"\n[[step]]\nname = \"Ticket\"\nafter = \"Boards\"\n\
                command = \"fetch-event\"\nconnection = \"psa 0\"\ninputs = { \"Number of Event(s) Fetched\" = 1 }\n";
    let file = |name: &str, text: String| DeskFile {
        name: name.to_owned(),
        text,
    };
    vec![file("desk.toml", text), file("look.toml", look.to_owned())]
}
