//! How far long work has come, on standard error: a bar on a terminal, nothing elsewhere.

use std::io::IsTerminal;
use std::sync::Mutex;
use std::time::Duration;

use deskhand_command::Progress;
use deskhand_engine::ingest::{Observer, Point};
use indicatif::{ProgressBar, ProgressStyle};

/// A bar that appears with the first report and goes away when dropped.
pub(crate) struct Bar {
    bar: ProgressBar,
    known_total: Mutex<Option<u64>>,
}

impl Bar {
    /// A bar for work on `what`; invisible unless standard error is a terminal.
    pub(crate) fn new(what: &'static str) -> Self {
        let bar = if std::io::stderr().is_terminal() {
            ProgressBar::new_spinner()
        } else {
            ProgressBar::hidden()
        };
        bar.set_message(what);
        bar.enable_steady_tick(Duration::from_millis(200));
        Self {
            bar,
            known_total: Mutex::new(None),
        }
    }

    fn set_total(&self, total: u64) {
        let mut known = self
            .known_total
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        if known.replace(total) != Some(total) {
            self.bar.set_length(total);
            if let Ok(style) = ProgressStyle::with_template("{msg} {bar:30} {human_pos}/{human_len} ({per_sec}, {eta})")
            {
                self.bar.set_style(style);
            }
        }
    }
}

impl Progress for Bar {
    fn records(&self, done: u64, total: Option<u64>) {
        if let Some(total) = total {
            self.set_total(total);
        }
        self.bar.set_position(done);
    }

    fn says(&self, what: &str) {
        let line = crate::render::text::printable(what);
        self.bar.suspend(|| crate::render::error::say(&format!("{line}\n")));
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

/// Watches ingestion: a bar, and in development builds the end of the process at a chosen point.
pub(crate) struct Watch {
    bar: Bar,
    kill: Option<(String, u64)>,
    reached: std::sync::atomic::AtomicU64,
}

impl Watch {
    /// Ends the process at the n-th time that a point is reached, if one is given.
    pub(crate) fn new(kill: Option<(String, u64)>) -> Self {
        Self {
            bar: Bar::new("Ingesting tickets"),
            kill,
            reached: std::sync::atomic::AtomicU64::new(0),
        }
    }
}

impl Observer for Watch {
    fn at(&self, point: Point) {
        let name = match point {
            Point::AnswerRead(_) => "read",
            Point::BeforeCommit => "before-commit",
            Point::AfterCommit(done) => {
                self.bar.records(done, None);
                "after-commit"
            }
            Point::PassEnded => "ended",
        };
        if let Some((wanted, nth)) = &self.kill
            && wanted == name
            && self.reached.fetch_add(1, std::sync::atomic::Ordering::SeqCst) + 1 == *nth
        {
            end_at_once();
        }
    }
}

/// As a power cut would: nothing is flushed, nothing is told.
fn end_at_once() {
    let me = std::process::id().to_string();
    let _gone_before_it_returns = std::process::Command::new("kill").args(["-KILL", &me]).status();
    std::process::abort();
}
