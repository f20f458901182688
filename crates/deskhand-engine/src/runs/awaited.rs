//! What a run waits for because it is away: a vault, a mail server.

use std::collections::HashMap;

use deskhand_command::Failure;
use jiff::Timestamp;
use serde::Serialize;

use super::state::{Away, Wish, is_awaited};
use super::{Entry, What};

/// A step that is tried again by itself until what it takes is there again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Awaited {
    /// The step.
    pub step: String,
    /// Since when it fails so.
    pub since: Timestamp,
    /// How it failed last.
    pub failure: Failure,
}

/// The steps of a run's journal that are tried again by themselves until what they take is there again.
pub fn awaited(entries: &[Entry]) -> Vec<Awaited> {
    let mut away = Away::default();
    let mut wishes: HashMap<&str, Option<Wish>> = HashMap::new();
    let mut awaited: Vec<Awaited> = Vec::new();
    for entry in entries {
        match &entry.what {
            What::StepBegan { step, wish, .. } => {
                wishes.insert(step, Wish::from_json(wish));
            }
            What::StepEnded { step, failure, .. } => {
                awaited.retain(|known| known.step != *step);
                let wish = wishes.remove(step.as_str()).flatten();
                let since = away.ended(step, wish.as_ref(), failure.as_ref(), entry.at);
                let since = since.filter(|since| is_awaited(*since, entry.at));
                if let (Some(since), Some(failure)) = (since, failure) {
                    awaited.push(Awaited {
                        step: step.clone(),
                        since,
                        failure: failure.clone(),
                    });
                }
            }
            What::RetryAsked { .. } => away.forget(),
            What::CancelAsked { .. } | What::Ended { .. } => awaited.clear(),
            _ => {}
        }
    }
    awaited
}
