//! Firing what is due.

use std::collections::HashMap;
use std::sync::Arc;

use deskhand_command::BoxFuture;
use jiff::{Timestamp, ToSpan as _};
use parking_lot::RwLock;

use crate::StoreError;
use crate::schedules::{Firing, Schedule, ScheduleStore, Standing, decide};

/// So many schedules are fired in one transaction.
const BATCH: u32 = 1000;

/// Fires schedules; [`Ticker::sync`] tells it which there are.
///
/// Several tickers can work on one store: whoever is later fires nothing.
pub struct Ticker {
    pub(super) store: Arc<dyn ScheduleStore>,
    pub(super) schedules: RwLock<HashMap<String, Arc<Schedule>>>,
}

impl Ticker {
    /// A ticker that knows of no schedules yet.
    pub fn new(store: Arc<dyn ScheduleStore>) -> Self {
        Self {
            store,
            schedules: RwLock::default(),
        }
    }

    /// The definition of a schedule.
    pub fn schedule(&self, name: &str) -> Option<Arc<Schedule>> {
        self.schedules.read().get(name).map(Arc::clone)
    }

    /// Fires everything that is due; returns how many runs were started.
    pub fn fire_due(&self, now: Timestamp) -> BoxFuture<'_, Result<u64, StoreError>> {
        Box::pin(async move {
            let (mut started, mut waiting) = (0, 0);
            loop {
                // Those that wait for their run stay due, and must not hide the others.
                let limit = BATCH.saturating_add(waiting);
                let due = self.store.due_schedules(now, limit).await?;
                let firings = self.decide_all(&due, now);
                let is_all = due.len() < limit as usize;
                waiting = u32::try_from(due.len() - firings.len()).unwrap_or(u32::MAX - BATCH);
                if firings.is_empty() && is_all {
                    return Ok(started);
                }
                let runs = firings.iter().filter(|firing| firing.run.is_some()).count() as u64;
                let fired = self.store.fire(&firings).await?;
                started += runs.min(fired);
                if fired == 0 && !firings.is_empty() {
                    // Another ticker was there first with all of them, and goes on.
                    return Ok(started);
                }
            }
        })
    }

    /// When to look next; `None`: nothing will be due.
    ///
    /// A schedule that waits for its run can stay due. It is looked at again in a second, unless the end of the run makes
    /// somebody look earlier.
    pub fn next_look(&self, now: Timestamp) -> BoxFuture<'_, Result<Option<Timestamp>, StoreError>> {
        Box::pin(async move {
            let due = self.store.next_schedule_due().await?;
            Ok(due.map(|due| if due <= now { now + 1.second() } else { due }))
        })
    }

    fn decide_all(&self, due: &[Standing], now: Timestamp) -> Vec<Firing> {
        let schedules = self.schedules.read();
        let decided = due.iter().filter_map(|standing| {
            let schedule = schedules.get(&standing.name)?;
            // The store has another definition than we do: whoever put it there fires it.
            (schedule.digest() == standing.digest).then(|| decide(schedule, standing, now))?
        });
        decided.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::toy::ToyStore;
    use super::*;
    use crate::schedules::sample::{at, schedule};
    use crate::schedules::{Fate, Missed};

    async fn ticker(schedules: Vec<Schedule>, now: &str) -> (Arc<ToyStore>, Ticker) {
        let store = Arc::new(ToyStore::default());
        let ticker = Ticker::new(Arc::clone(&store) as Arc<dyn ScheduleStore>);
        ticker.sync(schedules, at(now)).await.unwrap();
        (store, ticker)
    }

    fn named(name: &str, schedule: &Schedule) -> Schedule {
        Schedule {
            name: name.to_owned(),
            ..schedule.clone()
        }
    }

    #[tokio::test]
    async fn everything_that_is_due_is_fired_in_few_transactions() {
        let hourly = schedule("1h");
        let schedules = (0..2500).map(|number| named(&format!("S{number}"), &hourly)).collect();
        let (store, ticker) = ticker(schedules, "2026-11-26T09:30:00Z").await;
        assert_eq!(ticker.fire_due(at("2026-11-26T09:59:59Z")).await.unwrap(), 0);
        assert_eq!(ticker.fire_due(at("2026-11-26T10:00:00Z")).await.unwrap(), 2500);
        assert_eq!(store.count_fire_calls(), 3);
        assert_eq!(ticker.fire_due(at("2026-11-26T10:00:00Z")).await.unwrap(), 0);
        let next = ticker.next_look(at("2026-11-26T10:00:00Z")).await.unwrap();
        assert_eq!(next, Some(at("2026-11-26T11:00:00Z")));
    }

    #[tokio::test]
    async fn those_that_wait_for_their_run_hide_nobody() {
        let all = Schedule {
            missed: Missed::All,
            ..schedule("1m")
        };
        let mut schedules: Vec<_> = (0..1500).map(|number| named(&format!("All {number}"), &all)).collect();
        schedules.push(named("Hourly", &schedule("1h")));
        let (store, ticker) = ticker(schedules, "2026-11-26T09:50:30Z").await;
        assert_eq!(ticker.fire_due(at("2026-11-26T09:55:00Z")).await.unwrap(), 1500);
        assert_eq!(ticker.fire_due(at("2026-11-26T10:00:00Z")).await.unwrap(), 1);
        let later = ticker.next_look(at("2026-11-26T10:00:00Z")).await.unwrap();
        assert_eq!(later, Some(at("2026-11-26T10:00:01Z")));
        store.end_runs();
        assert_eq!(ticker.fire_due(at("2026-11-26T10:00:00Z")).await.unwrap(), 1500);
    }

    #[tokio::test]
    async fn a_year_away_is_caught_up_with_at_once() {
        let (store, ticker) = ticker(vec![schedule("1m")], "2026-01-01T00:00:00Z").await;
        assert_eq!(ticker.fire_due(at("2027-01-01T00:00:00Z")).await.unwrap(), 1);
        let fates = store.fates("Hourly");
        assert_eq!((fates[&Fate::Ran], fates.get(&Fate::Late)), (1, None));
        assert_eq!(fates[&Fate::Missed], 365 * 24 * 60 - 1);
    }

    #[tokio::test]
    async fn two_tickers_fire_nothing_twice() {
        let (store, one) = ticker(vec![schedule("1h")], "2026-11-26T09:30:00Z").await;
        let two = Ticker::new(Arc::clone(&store) as Arc<dyn ScheduleStore>);
        two.sync(vec![schedule("1h")], at("2026-11-26T09:30:00Z"))
            .await
            .unwrap();
        let now = at("2026-11-26T10:00:00Z");
        let (one, two) = tokio::join!(one.fire_due(now), two.fire_due(now));
        assert_eq!(one.unwrap() + two.unwrap(), 1);
        assert_eq!(store.count_runs(), 1);
    }

    #[tokio::test]
    async fn what_is_fired_by_somebody_in_between_is_left_alone() {
        let (store, ticker) = ticker(vec![schedule("1h")], "2026-11-26T09:30:00Z").await;
        store.fire_first("Hourly");
        assert_eq!(ticker.fire_due(at("2026-11-26T10:00:00Z")).await.unwrap(), 0);
        assert_eq!(store.count_runs(), 0);
    }
}
