//! Schedules: when something is due, and what becomes of each due time.

mod seam;

pub use seam::{Fate, Firing, Mode, Occurrence, ScheduleAfter, ScheduleStore, Standing, Turn};
