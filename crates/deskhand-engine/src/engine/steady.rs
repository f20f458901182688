//! The engine's time, which neither jumps back nor stands still.
//!
//! A machine's clock can be put back, by an hour or so: by hand, or when it is corrected. Were that time taken as it is, all
//! that is due would wait until the clock has caught up, and due times that were done with would come a second time.
//! Therefore the engine keeps the latest time that it knows, and from there lets time pass at half the speed until the
//! machine's clock is where it is. What is due every minute comes every other minute meanwhile, in order and once, and after
//! twice the jump all is as before. The store tells a process that starts later what the latest time was.

use std::sync::Arc;
use std::time::Duration;

use deskhand_command::{BoxFuture, Clock};
use jiff::{SignedDuration, Timestamp};
use parking_lot::Mutex;

/// A smaller jump is nobody's concern: clocks are put right by that much all the time.
const NOTEWORTHY: SignedDuration = SignedDuration::from_secs(2);

/// A clock that was further ahead was wrong altogether, and making up for it would take days.
const LARGEST: SignedDuration = SignedDuration::from_hours(24);

/// The engine's time; a machine's, as long as that does not jump back.
pub struct SteadyClock {
    machine: Arc<dyn Clock>,
    seen: Mutex<Option<Seen>>,
}

/// What was seen last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Seen {
    /// The machine's time.
    machine: Timestamp,
    /// Ours.
    told: Timestamp,
    /// Whether people were told of a jump that is not made up for.
    behind: bool,
}

/// Something that people are told of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum News {
    /// The machine's clock was put back.
    PutBack(SignedDuration),
    /// It was put back so far that its time is taken as it is.
    TooFar(SignedDuration),
    /// It is where we are.
    CaughtUp,
}

impl SteadyClock {
    /// The time of a machine's clock from now on.
    pub fn over(machine: Arc<dyn Clock>) -> Self {
        Self {
            machine,
            seen: Mutex::default(),
        }
    }

    /// Begins no earlier than at the latest time that another process has left in the store.
    pub fn not_before(&self, latest: Timestamp) {
        let (told, machine) = self.look();
        let ahead = latest.duration_since(machine);
        if latest.duration_since(told) <= NOTEWORTHY {
            return;
        }
        if ahead > LARGEST {
            return tell(News::TooFar(ahead));
        }
        let behind = true;
        *self.seen.lock() = Some(Seen {
            machine,
            told: latest,
            behind,
        });
        tell(News::PutBack(ahead));
    }

    /// Our time, and the machine's.
    fn look(&self) -> (Timestamp, Timestamp) {
        let mut seen = self.seen.lock();
        let machine = self.machine.now();
        let (now, news) = go_on(*seen, machine);
        *seen = Some(now);
        drop(seen);
        if let Some(news) = news {
            tell(news);
        }
        (now.told, now.machine)
    }
}

impl Clock for SteadyClock {
    fn now(&self) -> Timestamp {
        self.look().0
    }

    /// While our time passes at half the speed, waiting takes twice as long.
    fn sleep(&self, duration: Duration) -> BoxFuture<'_, ()> {
        let (told, machine) = self.look();
        let ahead = told.duration_since(machine).unsigned_abs();
        self.machine.sleep(duration.saturating_add(duration.min(ahead)))
    }
}

/// Our time when the machine's is this.
fn go_on(seen: Option<Seen>, machine: Timestamp) -> (Seen, Option<News>) {
    let as_it_is = Seen {
        machine,
        told: machine,
        behind: false,
    };
    let Some(seen) = seen else {
        return (as_it_is, None);
    };
    let passed = machine.duration_since(seen.machine);
    let half = passed.max(SignedDuration::ZERO) / 2;
    let told = seen.told.saturating_add(half).unwrap_or(seen.told).max(machine);
    let ahead = told.duration_since(machine);
    if ahead > LARGEST {
        return (as_it_is, Some(News::TooFar(-passed)));
    }
    let jumped = -passed > NOTEWORTHY;
    let news = match (jumped, seen.behind && ahead.is_zero()) {
        (true, _) => Some(News::PutBack(-passed)),
        (_, true) => Some(News::CaughtUp),
        _ => None,
    };
    let behind = !ahead.is_zero() && (seen.behind || jumped);
    (Seen { machine, told, behind }, news)
}

fn tell(news: News) {
    match news {
        News::PutBack(by) => tracing::warn!(
            by = in_words(by),
            hint = "nothing is done twice, and nothing waits for the clock: until it has caught up, what is due at intervals comes at \
                    half the pace; see to what sets the clock",
            "the machine's clock was put back"
        ),
        News::TooFar(by) => tracing::error!(
            by = in_words(by),
            hint = "its time is taken as it is; schedules that have their next time after that wait for it unless they are resumed; \
                    see to what sets the clock",
            "the machine's clock was put back by more than a day, or was ahead by so much"
        ),
        News::CaughtUp => tracing::info!("the machine's clock has caught up; what is due comes at its usual pace"),
    }
}

/// A jump in whole seconds.
fn in_words(by: SignedDuration) -> String {
    format!("{:#}", SignedDuration::from_secs(by.as_secs()))
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicI64, Ordering};

    use super::*;

    /// A machine's clock that is moved, and notes how long somebody waits.
    #[derive(Default)]
    struct Moved {
        second: AtomicI64,
        waited: AtomicI64,
    }

    impl Clock for Moved {
        fn now(&self) -> Timestamp {
            Timestamp::from_second(self.second.load(Ordering::Relaxed)).unwrap()
        }

        fn sleep(&self, duration: Duration) -> BoxFuture<'_, ()> {
            let waited = i64::try_from(duration.as_secs()).unwrap();
            self.waited.store(waited, Ordering::Relaxed);
            Box::pin(std::future::ready(()))
        }
    }

    fn clock() -> (Arc<Moved>, SteadyClock) {
        let machine = Arc::new(Moved::default());
        (Arc::clone(&machine), SteadyClock::over(machine))
    }

    /// Our time, in seconds, when the machine's is this.
    fn at(machine: &Moved, steady: &SteadyClock, second: i64) -> i64 {
        machine.second.store(second, Ordering::Relaxed);
        steady.now().as_second()
    }

    #[test]
    fn time_is_the_machines_also_when_that_is_put_forward() {
        let (machine, steady) = clock();
        let told = [100, 101, 9_000, 9_001].map(|second| at(&machine, &steady, second));
        assert_eq!(told, [100, 101, 9_000, 9_001]);
    }

    #[test]
    fn time_that_was_put_back_goes_on_at_half_the_speed_until_it_is_made_up_for() {
        let (machine, steady) = clock();
        let told = [10_000, 6_400, 6_460, 6_460, 13_599, 13_600, 13_601].map(|second| at(&machine, &steady, second));
        assert_eq!(told, [10_000, 10_000, 10_030, 10_030, 13_599, 13_600, 13_601]);
    }

    #[test]
    fn several_jumps_are_made_up_for_together_and_no_jump_makes_time_go_back() {
        let (machine, steady) = clock();
        let mut last = 0;
        for second in [10_000, 9_000, 8_000, 8_500, 7_000, 7_001, 7_003, 20_000] {
            let told = at(&machine, &steady, second);
            assert!(told >= last && told >= second, "{last} {told} {second}");
            last = told;
        }
        assert_eq!(last, 20_000);
    }

    #[test]
    fn a_clock_that_was_days_ahead_is_taken_as_it_is() {
        let (machine, steady) = clock();
        let days = 3 * 24 * 3_600;
        let told = [days, 100, 101].map(|second| at(&machine, &steady, second));
        assert_eq!(told, [days, 100, 101]);
        steady.not_before(Timestamp::from_second(days).unwrap());
        assert_eq!(at(&machine, &steady, 102), 102);
    }

    #[test]
    fn a_process_begins_no_earlier_than_the_one_before_ended() {
        let (machine, steady) = clock();
        assert_eq!(at(&machine, &steady, 6_400), 6_400);
        steady.not_before(Timestamp::from_second(6_300).unwrap());
        assert_eq!(at(&machine, &steady, 6_400), 6_400);
        steady.not_before(Timestamp::from_second(10_000).unwrap());
        assert_eq!(at(&machine, &steady, 6_420), 10_010);
    }

    #[tokio::test]
    async fn who_waits_waits_until_our_time_is_there_and_no_longer() {
        let (machine, steady) = clock();
        let waits = async |second| {
            at(&machine, &steady, second);
            steady.sleep(Duration::from_secs(100)).await;
            machine.waited.load(Ordering::Relaxed)
        };
        assert_eq!(waits(1_000).await, 100);
        assert_eq!(waits(400).await, 200);
        assert_eq!(waits(1_540).await, 130);
        assert_eq!(waits(1_600).await, 100);
    }

    #[test]
    fn people_are_told_once_of_a_jump_and_once_that_it_is_made_up_for() {
        let seconds = [10_000, 9_999, 6_400, 6_401, 6_402, 13_700, 13_701];
        let (mut seen, mut all) = (None, Vec::new());
        for second in seconds {
            let (now, news) = go_on(seen, Timestamp::from_second(second).unwrap());
            seen = Some(now);
            all.extend(news.map(|news| (second, news)));
        }
        let jump = SignedDuration::from_secs(9_999 - 6_400);
        assert_eq!(all, [(6_400, News::PutBack(jump)), (13_700, News::CaughtUp)]);
    }
}
