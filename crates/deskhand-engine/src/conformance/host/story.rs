//! Whether a journal reads as one story.

use std::collections::BTreeMap;

use crate::runs::{RunState, RunStory, What};

/// Asserts that a journal tells of a run from its beginning to its end: numbers without gaps, each step begun before it
/// ended, each attempt ended once, and one end, which is the last word.
pub fn reads_as_one_story(story: &RunStory) {
    let id = &story.summary.id;
    let mut open: BTreeMap<&str, u32> = BTreeMap::new();
    let mut attempts: BTreeMap<&str, u32> = BTreeMap::new();
    let mut ended = false;
    for (at, entry) in story.entries.iter().enumerate() {
        assert_eq!(entry.seq, i64::try_from(at).unwrap_or(0) + 1, "{id}: a gap");
        assert!(
            !ended || matches!(entry.what, What::RetryAsked { .. }),
            "{id}: {entry:?} after the end"
        );
        match &entry.what {
            What::Began { .. } => assert!(attempts.is_empty(), "{id} began late"),
            What::StepBegan { step, attempt, .. } => {
                assert_eq!(
                    open.insert(step, *attempt),
                    None,
                    "{id}: {step} is begun while it is open"
                );
                let before = attempts.insert(step, *attempt).unwrap_or(0);
                assert_eq!(*attempt, before + 1, "{id}: attempts of {step}");
            }
            What::StepEnded { step, attempt, .. } => {
                assert_eq!(
                    open.remove(step.as_str()),
                    Some(*attempt),
                    "{id}: {step} ends and was not open"
                );
            }
            What::StepSkipped { step } => {
                assert_eq!(
                    attempts.get(step.as_str()),
                    None,
                    "{id}: {step} is skipped after it was begun"
                );
            }
            What::RetryAsked { .. } => ended = false,
            What::Ended { .. } => {
                assert!(open.is_empty(), "{id} ends while {open:?} are open");
                ended = true;
            }
            _ => {}
        }
    }
    assert!(ended, "{id} has not ended");
    assert_eq!(story.summary.state, RunState::Ended);
}
