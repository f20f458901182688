//! Places at which a process is killed.

use std::time::Duration;

use deskhand_sandbox::{FaultKind, Rule, Seen};

/// Longer than any trial.
const FOR_EVER: f64 = 600.0;

/// A write that arrives after its process was killed is that late. The claim of the dead is over after 40 to 60 seconds, because
/// it is renewed every 20; and the last look is 75 seconds later.
pub(super) const HELD: Duration = Duration::from_secs(95);

/// How the sandbox counts requests that took effect later.
pub(super) const ARRIVED: &str = "done-later";

/// Whether a request was one that takes effect later.
pub(super) fn is_held(seen: &Seen) -> bool {
    seen.fault.as_deref() == Some("lost-then-done")
}

/// Where a process is killed; all are counted from 1.
#[derive(Debug, Clone)]
pub(super) enum Kill {
    Never,
    /// Where the host is.
    At(usize),
    /// When a request has arrived, and before it takes effect.
    Before(u64),
    /// When a request has taken effect, and before it is answered.
    After(u64),
    /// When a write was sent: of those with this verb and path, this one. It takes effect when the next process is at work.
    Held {
        method: String,
        path: String,
        number: u64,
    },
}

impl Kill {
    /// What the sandbox has to do for it.
    pub(super) fn rule(&self) -> Option<Rule> {
        Some(match self {
            Self::Never | Self::At(_) => return None,
            Self::Before(n) => Rule::at(FaultKind::Slow, *n, 1).seconds(FOR_EVER),
            Self::After(n) => Rule::at(FaultKind::LateAnswer, *n, 1).seconds(FOR_EVER),
            Self::Held { method, path, number } => {
                let rule = Rule::at(FaultKind::LostThenDone, *number, 1).seconds(HELD.as_secs_f64());
                rule.method(method).on(path)
            }
        })
    }

    /// Each write once.
    pub(super) fn held(writes: &[(String, String)]) -> Vec<Self> {
        let number = |at: usize| writes[..=at].iter().filter(|write| **write == writes[at]).count() as u64;
        let kill = |(at, (method, path)): (usize, &(String, String))| Self::Held {
            method: method.clone(),
            path: path.clone(),
            number: number(at),
        };
        writes.iter().enumerate().map(kill).collect()
    }
}
