//! When to look for a write whose answer was lost.

use std::time::Duration;

/// Looks before the last one, after the loss.
const EARLY: [Duration; 3] = [Duration::from_secs(2), Duration::from_secs(10), Duration::from_secs(30)];
/// A server may go on with what nobody waits for any more, at least for this long.
const WORKS_FOR: Duration = Duration::from_secs(60);
/// Beyond the longest time that it may be at work.
const MARGIN: Duration = Duration::from_secs(15);

/// The times of the looks, counted from the sending; after the last of them, what is not there is not done.
///
/// What was sent long ago, by a process that ended, needs fewer looks, and at least one.
pub(super) fn looks(longest_answer: Duration, since_sent: Duration) -> Vec<Duration> {
    let last = longest_answer.max(WORKS_FOR) + MARGIN;
    let mut looks: Vec<_> = EARLY.into_iter().filter(|look| *look > since_sent).collect();
    looks.push(last.max(since_sent));
    looks
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(longest: u64, since: u64) -> Vec<u64> {
        let looks = looks(Duration::from_secs(longest), Duration::from_secs(since));
        looks.iter().map(Duration::as_secs).collect()
    }

    #[test]
    fn the_last_look_is_after_the_longest_time_that_a_server_may_be_at_work() {
        assert_eq!(seconds(5, 0), [2, 10, 30, 75]);
        assert_eq!(seconds(120, 0), [2, 10, 30, 135]);
        assert_eq!(seconds(60, 12), [30, 75]);
        assert_eq!(seconds(60, 3600), [3600]);
    }
}
