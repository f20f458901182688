//! When to look for a write whose answer was lost.

use std::time::Duration;

/// Looks before the last one, after the loss.
const EARLY: [Duration; 3] = [Duration::from_secs(2), Duration::from_secs(10), Duration::from_secs(30)];
/// A server may go on with what nobody waits for any more, at least for this long.
const WORKS_FOR: Duration = Duration::from_secs(60);
/// Beyond the longest time that it may be at work.
const MARGIN: Duration = Duration::from_secs(15);

/// The times of the looks; after the last of them, what is not there is not done.
///
/// They are counted from the loss, or from the moment at which somebody took over from a process that ended. When it was
/// sent is not known so well: it may have waited for its turn, or for the end of a rate limit, after it was noted.
pub(super) fn looks(longest_answer: Duration) -> impl Iterator<Item = Duration> {
    let last = longest_answer.max(WORKS_FOR) + MARGIN;
    EARLY.into_iter().chain([last])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(longest: u64) -> Vec<u64> {
        let looks = looks(Duration::from_secs(longest));
        looks.map(|look| look.as_secs()).collect()
    }

    #[test]
    fn the_last_look_is_after_the_longest_time_that_a_server_may_be_at_work() {
        assert_eq!(seconds(5), [2, 10, 30, 75]);
        assert_eq!(seconds(120), [2, 10, 30, 135]);
    }
}
