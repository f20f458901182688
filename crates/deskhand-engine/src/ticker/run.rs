//! Ticking for as long as the program runs.

use std::time::Duration;

use deskhand_command::{BoxFuture, Clock};
use jiff::Timestamp;
use tokio::sync::Notify;

use super::Ticker;
use crate::StoreError;

/// The longest time between two looks: a clock that is put right is noticed after this, at the latest.
const LONGEST: Duration = Duration::from_secs(30);

/// How long after a store did not work it is tried again.
const AFTER_TROUBLE: Duration = Duration::from_secs(5);

impl Ticker {
    /// Fires what is due, for ever: drop it to stop. It can be dropped at any time.
    ///
    /// `look` wakes it, which is for whoever changes schedules or ends their runs; it says `started` when there are new runs.
    /// A store that does not work is told to the log and tried again, and nothing that was due meanwhile is lost.
    pub fn tick<'a>(&'a self, clock: &'a dyn Clock, look: &'a Notify, started: &'a Notify) -> BoxFuture<'a, ()> {
        Box::pin(async move {
            let mut in_trouble = false;
            loop {
                let now = clock.now();
                let pause = match self.look(now, started).await {
                    Ok(pause) => {
                        if in_trouble {
                            tracing::info!("schedules are fired again");
                        }
                        in_trouble = false;
                        pause
                    }
                    Err(error) => {
                        if !in_trouble {
                            tracing::error!(
                                error = error.in_full(),
                                hint = error.hint(),
                                "schedules cannot be fired; trying again"
                            );
                        }
                        in_trouble = true;
                        AFTER_TROUBLE
                    }
                };
                tokio::select! {
                    () = look.notified() => {}
                    () = clock.sleep(pause) => {}
                }
            }
        })
    }

    /// Fires what is due, and says for how long nothing will be.
    async fn look(&self, now: Timestamp, started: &Notify) -> Result<Duration, StoreError> {
        if self.fire_due(now).await? > 0 {
            started.notify_one();
        }
        let next = self.next_look(now).await?;
        let pause = next.map_or(LONGEST, |next| next.duration_since(now).unsigned_abs());
        Ok(pause.min(LONGEST))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use parking_lot::Mutex;

    use super::super::toy::ToyStore;
    use super::*;
    use crate::schedules::ScheduleStore;
    use crate::schedules::sample::{at, schedule};

    /// Time that passes as soon as somebody waits for it; after its end nothing happens any more.
    struct Leaping {
        now: Mutex<Timestamp>,
        end: Timestamp,
    }

    impl Clock for Leaping {
        fn now(&self) -> Timestamp {
            *self.now.lock()
        }

        fn sleep(&self, duration: Duration) -> BoxFuture<'_, ()> {
            let over = {
                let mut now = self.now.lock();
                *now += duration;
                *now > self.end
            };
            if over {
                Box::pin(std::future::pending())
            } else {
                Box::pin(tokio::task::yield_now())
            }
        }
    }

    /// Ticks until the clock has come to its end; returns how often new runs were said to be there.
    async fn ticked(store: &Arc<ToyStore>, from: &str, end: &str) -> u32 {
        let ticker = Ticker::new(Arc::clone(store) as Arc<dyn ScheduleStore>);
        ticker.sync(vec![schedule("5m")], at(from)).await.unwrap();
        let clock = Leaping {
            now: Mutex::new(at(from)),
            end: at(end),
        };
        let (look, started) = (Notify::new(), Notify::new());
        let counting = async {
            let mut times = 0;
            while clock.now() <= clock.end {
                tokio::select! {
                    () = started.notified() => {
                        times += 1;
                        store.end_runs();
                    }
                    () = tokio::task::yield_now() => {}
                }
            }
            times
        };
        tokio::select! {
            () = ticker.tick(&clock, &look, &started) => unreachable!("it ticks for ever"),
            times = counting => times,
        }
    }

    #[tokio::test]
    async fn it_fires_each_due_time_as_it_comes() {
        let store = Arc::new(ToyStore::default());
        let times = ticked(&store, "2026-11-26T10:01:00Z", "2026-11-26T11:02:00Z").await;
        assert_eq!((times, store.count_runs()), (12, 12));
        assert_eq!(store.fates("Hourly").len(), 1, "none was late");
    }

    #[tokio::test]
    async fn a_store_that_did_not_work_for_a_while_loses_nothing() {
        let store = Arc::new(ToyStore::default());
        let failing = 20;
        store.fail(failing);
        let times = ticked(&store, "2026-11-26T10:01:00Z", "2026-11-26T11:02:00Z").await;
        assert_eq!((times, store.count_runs()), (12, 12));
        assert_eq!(store.failures_left(), 0);
    }
}
