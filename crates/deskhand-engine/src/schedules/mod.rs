//! Schedules: when something is due, and what becomes of each due time.
//!
//! [`When`] and [`Schedule`] say what is due, [`decide()`] what becomes of it, [`after_run`] who hears of failures. All of that
//! is pure; [`Ticker`](crate::ticker::Ticker) performs it on a [`ScheduleStore`].

mod alert;
mod cron;
mod cron_fields;
mod decide;
mod duration;
pub(crate) mod file;
mod name;
#[cfg(test)]
pub(crate) mod sample;
mod schedule;
mod seam;
pub(crate) mod times;
mod trigger;
mod when;

pub use alert::{AfterRun, EndedRun, after_run};
pub use cron::Cron;
pub use decide::{SHOWN, STRETCH, decide};
pub use duration::parse_duration;
pub use file::WrittenSchedule;
pub use name::check_name;
pub(crate) use name::letter_id;
pub use schedule::{Alert, Missed, Schedule};
pub use seam::{Fate, Firing, INACTIVE, Mode, Occurrence, ScheduleAfter, ScheduleStore, Standing, Turn, UNDEFINED};
pub(crate) use trigger::{go_on, trigger_name};
pub use when::{When, WhenError};
