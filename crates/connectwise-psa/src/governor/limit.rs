//! The decision how many requests may be under way.

use std::time::{Duration, Instant};

/// Grows while answers come as quickly as before, shrinks when the server refuses or breaks down.
#[derive(Debug, Clone)]
pub(super) struct Limit {
    allowed: f64,
    ceiling: usize,
    /// Doubling until the first sign of trouble, one more a round after it.
    doubling: bool,
    quickest: Option<Duration>,
    recent: Option<Duration>,
    slowest: Option<Duration>,
    shrunk_at: Option<Instant>,
    held_until: Option<Instant>,
}

/// How an attempt ended, as far as the limit cares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Seen {
    /// An answer after this long; any answer that is no refusal.
    Answered(Duration),
    /// A 429, with how long to wait.
    Refused(Duration),
    /// A 503, a time-out or a broken connection.
    Strained,
}

const START: f64 = 2.0;
/// Answers this many times slower than the quickest mean that more at once would only queue.
const SLOWER: u32 = 3;
/// Waits below this are noise.
const NOISE: Duration = Duration::from_millis(10);

impl Limit {
    pub(super) fn new(ceiling: usize) -> Self {
        let allowed = START.min(as_float(ceiling));
        Self {
            allowed,
            ceiling,
            doubling: true,
            quickest: None,
            recent: None,
            slowest: None,
            shrunk_at: None,
            held_until: None,
        }
    }

    /// How many may be under way now.
    pub(super) fn allowed(&self) -> usize {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "between 1 and the ceiling"
        )]
        let allowed = self.allowed as usize;
        allowed
    }

    pub(super) fn ceiling(&self) -> usize {
        self.ceiling
    }

    /// The typical time of recent answers.
    pub(super) fn latency(&self) -> Option<Duration> {
        self.recent
    }

    /// The longest time that an answer took.
    pub(super) fn slowest(&self) -> Option<Duration> {
        self.slowest
    }

    /// Until when nothing may be sent.
    pub(super) fn held_until(&self, now: Instant) -> Option<Instant> {
        self.held_until.filter(|until| *until > now)
    }

    /// Learns from an attempt that ended now, having begun at `begun` with `in_flight` under way (itself included).
    pub(super) fn learn(&mut self, seen: Seen, begun: Instant, now: Instant, in_flight: usize) {
        match seen {
            Seen::Answered(took) => self.answered(took, in_flight),
            Seen::Refused(wait) => {
                let until = now + wait;
                self.held_until = Some(self.held_until.map_or(until, |held| held.max(until)));
                self.shrink(begun, now);
            }
            Seen::Strained => self.shrink(begun, now),
        }
    }

    fn answered(&mut self, took: Duration, in_flight: usize) {
        self.quickest = Some(self.quickest.map_or(took, |quickest| quickest.min(took)));
        self.slowest = self.slowest.max(Some(took));
        self.recent = Some(self.recent.map_or(took, |recent| (recent * 7 + took) / 8));
        let in_use = in_flight + 1 >= self.allowed();
        if in_use && !self.queues() {
            self.allowed =
                as_float(self.ceiling).min(self.allowed + if self.doubling { 1.0 } else { 1.0 / self.allowed });
        }
    }

    /// More at once would only wait at the server.
    fn queues(&self) -> bool {
        match (self.recent, self.quickest) {
            (Some(recent), Some(quickest)) => recent > quickest.max(NOISE) * SLOWER,
            _ => false,
        }
    }

    /// Halves, once for all attempts that were under way together.
    fn shrink(&mut self, begun: Instant, now: Instant) {
        self.doubling = false;
        if self.shrunk_at.is_none_or(|shrunk| begun >= shrunk) {
            self.allowed = (self.allowed / 2.0).max(1.0);
            self.shrunk_at = Some(now);
        }
    }
}

fn as_float(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn steady(limit: &mut Limit, answers: usize, took: Duration) {
        let now = Instant::now();
        for _ in 0..answers {
            let in_flight = limit.allowed();
            limit.learn(Seen::Answered(took), now, now + took, in_flight);
        }
    }

    #[test]
    fn a_slow_wire_that_refuses_nothing_is_filled_quickly() {
        let mut limit = Limit::new(16);
        steady(&mut limit, 2, Duration::from_millis(200));
        assert_eq!(limit.allowed(), 4);
        steady(&mut limit, 40, Duration::from_millis(200));
        assert_eq!(limit.allowed(), 16);
    }

    #[test]
    fn it_does_not_grow_when_answers_get_slower_or_when_it_is_not_used() {
        let mut limit = Limit::new(16);
        steady(&mut limit, 1, Duration::from_millis(50));
        steady(&mut limit, 40, Duration::from_millis(500));
        assert!(limit.allowed() < 8);
        let mut idle = Limit::new(16);
        let now = Instant::now();
        for _ in 0..10 {
            idle.learn(Seen::Answered(NOISE), now, now, 0);
        }
        assert_eq!(idle.allowed(), 2);
    }

    #[test]
    fn a_refusal_holds_everything_and_halves_once_for_those_under_way() {
        let mut limit = Limit::new(16);
        steady(&mut limit, 40, Duration::from_millis(200));
        let begun = Instant::now();
        let now = begun + Duration::from_millis(5);
        for _ in 0..16 {
            limit.learn(Seen::Refused(Duration::from_secs(3)), begun, now, 16);
        }
        assert_eq!(limit.allowed(), 8);
        assert_eq!(limit.held_until(now), Some(now + Duration::from_secs(3)));
        assert_eq!(limit.held_until(now + Duration::from_secs(3)), None);
        limit.learn(
            Seen::Strained,
            now + Duration::from_secs(4),
            now + Duration::from_secs(5),
            8,
        );
        assert_eq!(limit.allowed(), 4);
    }
}
