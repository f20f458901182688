//! A schedule and a standing to test with.

use jiff::Timestamp;

use super::{Mode, Schedule, Standing, When};
use crate::runs::Plan;

pub(crate) fn at(time: &str) -> Timestamp {
    time.parse().unwrap()
}

pub(crate) fn schedule(every: &str) -> Schedule {
    let plan = Plan::Command {
        command: "list-boards".to_owned(),
        connection: "Main".to_owned(),
        inputs: serde_json::Map::new(),
    };
    Schedule::new("Hourly", When::every(every, None).unwrap(), plan)
}

pub(crate) fn standing(next_at: &str) -> Standing {
    Standing {
        name: "Hourly".to_owned(),
        digest: String::new(),
        next_at: Some(at(next_at)),
        mode: Mode::Active,
        running: None,
        failures: 0,
        alerted: false,
    }
}
