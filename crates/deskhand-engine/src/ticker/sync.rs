//! What the ticker is told: definitions, and what people want of schedules.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use deskhand_command::BoxFuture;
use jiff::Timestamp;

use super::Ticker;
use crate::StoreError;
use crate::schedules::{Mode, Schedule, Standing, Turn, UNDEFINED, go_on};

impl Ticker {
    /// Takes over what is defined now.
    ///
    /// One that is new, or whose times have changed, is due next after now. One that is not defined any more is never due,
    /// and keeps its log until it is deleted; should it be defined again, it goes on.
    pub fn sync(&self, defined: Vec<Schedule>, now: Timestamp) -> BoxFuture<'_, Result<(), StoreError>> {
        self.sync_beside(defined, |_| false, now)
    }

    /// The same, where some schedules are left as they are because it cannot be told what they come to: another version of the
    /// program may have defined them, and fires them.
    pub fn sync_beside<'a>(
        &'a self,
        defined: Vec<Schedule>,
        left_alone: impl Fn(&str) -> bool + Send + 'a,
        now: Timestamp,
    ) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(async move {
            let schedules: HashMap<_, _> = defined
                .into_iter()
                .map(|schedule| (schedule.name.clone(), Arc::new(schedule)))
                .collect();
            let mut standings: Vec<_> = schedules
                .values()
                .map(|schedule| first_standing(schedule, now))
                .collect();
            let known = self.store.list_schedules().await?;
            take_over_triggers(&mut standings, &known);
            let gone = known
                .into_iter()
                .filter(|known| !schedules.contains_key(&known.name) && !left_alone(&known.name));
            standings.extend(gone.map(|known| Standing {
                digest: UNDEFINED.to_owned(),
                next_at: None,
                ..known
            }));
            // Until the store has them, the ones whose times have changed are not fired, because digests differ.
            *self.schedules.write() = schedules;
            self.store.put_schedules(&standings).await
        })
    }

    /// Pauses a schedule: times that come meanwhile are not due. False when there is none, or it was stopped.
    pub fn pause<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<bool, StoreError>> {
        self.store.turn_schedule(name, Turn::Pause)
    }

    /// Lets a schedule go on with its next time after now. False when there is none, or it was stopped.
    pub fn resume<'a>(&'a self, name: &'a str, now: Timestamp) -> BoxFuture<'a, Result<bool, StoreError>> {
        Box::pin(async move {
            let next_at = self.schedule(name).and_then(|schedule| schedule.next_at(now));
            self.store.turn_schedule(name, Turn::Resume { next_at }).await
        })
    }

    /// Stops a schedule for ever: nothing lets it go on. False when there is none, or it was stopped before.
    pub fn stop<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<bool, StoreError>> {
        self.store.turn_schedule(name, Turn::Stop)
    }

    /// Forgets a schedule, what became of its due times, and its runs. False when there is none.
    pub fn delete<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<bool, StoreError>> {
        Box::pin(async move {
            self.schedules.write().remove(name);
            self.store.delete_schedule(name).await
        })
    }
}

/// Triggers that are new go on where those were that have just gone.
fn take_over_triggers(standings: &mut [Standing], known: &[Standing]) {
    let names = |standings: &[Standing]| -> HashSet<String> {
        let names = standings.iter().map(|standing| standing.name.clone());
        names.collect()
    };
    let (defined, before) = (names(standings), names(known));
    let is_gone = |known: &&Standing| known.digest != UNDEFINED && !defined.contains(&known.name);
    let gone: Vec<&Standing> = known.iter().filter(is_gone).collect();
    standings.sort_by_key(|standing| before.contains(&standing.name));
    let new = standings.partition_point(|standing| !before.contains(&standing.name));
    go_on(&mut standings[..new], &gone);
}

/// Where a schedule is before it was ever due.
fn first_standing(schedule: &Schedule, now: Timestamp) -> Standing {
    Standing {
        name: schedule.name.clone(),
        digest: schedule.digest(),
        next_at: schedule.next_at(now),
        mode: Mode::Active,
        running: None,
        failures: 0,
        alerted: false,
    }
}

#[cfg(test)]
mod tests {
    use super::super::toy::ToyStore;
    use super::*;
    use crate::schedules::sample::{at, schedule};
    use crate::schedules::{ScheduleStore, When};

    fn ticker() -> (Arc<ToyStore>, Ticker) {
        let store = Arc::new(ToyStore::default());
        (Arc::clone(&store), Ticker::new(store as Arc<dyn ScheduleStore>))
    }

    async fn fired(ticker: &Ticker, store: &ToyStore, now: &str) -> u64 {
        store.end_runs();
        ticker.fire_due(at(now)).await.unwrap()
    }

    #[tokio::test]
    async fn a_pause_stays_with_its_trigger_whatever_is_put_before_it() {
        let (store, ticker) = ticker();
        let named = |name: &str, every: &str| Schedule {
            name: name.to_owned(),
            ..schedule(every)
        };
        let numbered = vec![named("playbook:P#1", "1h"), named("playbook:P#2", "2h")];
        ticker.sync(numbered, at("2026-11-26T09:30:00Z")).await.unwrap();
        assert!(ticker.pause("playbook:P#1").await.unwrap());
        let now = vec![
            named("playbook:P#aa", "30m"),
            named("playbook:P#bb", "1h"),
            named("playbook:P#cc", "2h"),
        ];
        for _ in 0..2 {
            ticker.sync(now.clone(), at("2026-11-26T09:40:00Z")).await.unwrap();
            let known = store.list_schedules().await.unwrap();
            let paused: Vec<_> = known.iter().filter(|known| known.mode == Mode::Paused).collect();
            let names: Vec<_> = paused.iter().map(|known| known.name.as_str()).collect();
            assert_eq!(names, ["playbook:P#1", "playbook:P#bb"]);
        }
    }

    #[tokio::test]
    async fn what_was_due_stays_due_over_a_restart_and_a_change_of_what_is_run() {
        let (store, ticker) = ticker();
        ticker
            .sync(vec![schedule("1h")], at("2026-11-26T09:30:00Z"))
            .await
            .unwrap();
        let restarted = Ticker::new(Arc::clone(&store) as Arc<dyn ScheduleStore>);
        let mut changed = schedule("1h");
        changed.site = Some("Other".to_owned());
        restarted.sync(vec![changed], at("2026-11-26T10:00:10Z")).await.unwrap();
        assert_eq!(fired(&restarted, &store, "2026-11-26T10:00:10Z").await, 1);
    }

    #[tokio::test]
    async fn other_times_are_reckoned_from_now() {
        let (store, ticker) = ticker();
        ticker
            .sync(vec![schedule("1h")], at("2026-11-26T09:30:00Z"))
            .await
            .unwrap();
        let mut changed = schedule("1h");
        changed.when = When::every("20m", None).unwrap();
        ticker.sync(vec![changed], at("2026-11-26T10:10:00Z")).await.unwrap();
        assert_eq!(fired(&ticker, &store, "2026-11-26T10:19:59Z").await, 0);
        assert_eq!(fired(&ticker, &store, "2026-11-26T10:20:00Z").await, 1);
    }

    #[tokio::test]
    async fn a_ticker_that_knows_another_definition_leaves_a_schedule_to_the_one_that_does_not() {
        let (store, old) = ticker();
        old.sync(vec![schedule("1h")], at("2026-11-26T09:30:00Z"))
            .await
            .unwrap();
        let new = Ticker::new(Arc::clone(&store) as Arc<dyn ScheduleStore>);
        let mut changed = schedule("1h");
        changed.when = When::every("30m", None).unwrap();
        new.sync(vec![changed], at("2026-11-26T09:40:00Z")).await.unwrap();
        assert_eq!(fired(&old, &store, "2026-11-26T10:00:00Z").await, 0);
        assert_eq!(fired(&new, &store, "2026-11-26T10:00:00Z").await, 1);
    }

    #[tokio::test]
    async fn what_is_not_defined_any_more_is_not_due_keeps_its_log_and_can_come_back() {
        let (store, ticker) = ticker();
        ticker
            .sync(vec![schedule("1h")], at("2026-11-26T09:30:00Z"))
            .await
            .unwrap();
        assert_eq!(fired(&ticker, &store, "2026-11-26T10:00:00Z").await, 1);
        ticker.sync(Vec::new(), at("2026-11-26T10:30:00Z")).await.unwrap();
        assert_eq!(fired(&ticker, &store, "2026-11-26T12:00:00Z").await, 0);
        assert_eq!(store.list_occurrences("Hourly", 10).await.unwrap().len(), 1);
        ticker
            .sync(vec![schedule("1h")], at("2026-11-26T12:30:00Z"))
            .await
            .unwrap();
        assert_eq!(fired(&ticker, &store, "2026-11-26T13:00:00Z").await, 1);
    }

    #[tokio::test]
    async fn what_cannot_be_read_is_left_to_whoever_can() {
        let (store, newer) = ticker();
        newer
            .sync(vec![schedule("1h")], at("2026-11-26T09:30:00Z"))
            .await
            .unwrap();
        let older = Ticker::new(Arc::clone(&store) as Arc<dyn ScheduleStore>);
        older
            .sync_beside(Vec::new(), |name| name == "Hourly", at("2026-11-26T09:31:00Z"))
            .await
            .unwrap();
        assert_eq!(fired(&older, &store, "2026-11-26T10:00:00Z").await, 0);
        assert_eq!(fired(&newer, &store, "2026-11-26T10:00:00Z").await, 1);
    }

    #[tokio::test]
    async fn an_inactive_definition_is_not_due_until_it_is_active_again() {
        let (store, ticker) = ticker();
        let inactive = Schedule {
            active: false,
            ..schedule("1h")
        };
        ticker
            .sync(vec![schedule("1h")], at("2026-11-26T09:30:00Z"))
            .await
            .unwrap();
        ticker.sync(vec![inactive], at("2026-11-26T09:40:00Z")).await.unwrap();
        assert_eq!(fired(&ticker, &store, "2026-11-26T12:00:00Z").await, 0);
        ticker
            .sync(vec![schedule("1h")], at("2026-11-26T12:10:00Z"))
            .await
            .unwrap();
        assert_eq!(fired(&ticker, &store, "2026-11-26T13:00:00Z").await, 1);
    }

    #[tokio::test]
    async fn a_paused_schedule_goes_on_with_its_next_time_and_makes_up_for_none() {
        let (store, ticker) = ticker();
        ticker
            .sync(vec![schedule("1h")], at("2026-11-26T09:30:00Z"))
            .await
            .unwrap();
        assert!(ticker.pause("Hourly").await.unwrap());
        assert_eq!(fired(&ticker, &store, "2026-11-26T12:30:00Z").await, 0);
        assert!(ticker.resume("Hourly", at("2026-11-26T12:30:00Z")).await.unwrap());
        assert_eq!(fired(&ticker, &store, "2026-11-26T12:30:00Z").await, 0);
        assert_eq!(fired(&ticker, &store, "2026-11-26T13:00:00Z").await, 1);
        assert!(!ticker.pause("Nobody").await.unwrap());
    }

    #[tokio::test]
    async fn a_stopped_schedule_never_runs_again_whatever_is_tried() {
        let (store, ticker) = ticker();
        ticker
            .sync(vec![schedule("1h")], at("2026-11-26T09:30:00Z"))
            .await
            .unwrap();
        assert!(ticker.stop("Hourly").await.unwrap());
        assert!(!ticker.resume("Hourly", at("2026-11-26T09:31:00Z")).await.unwrap());
        ticker.sync(Vec::new(), at("2026-11-26T09:32:00Z")).await.unwrap();
        let mut changed = schedule("1h");
        changed.when = When::every("20m", None).unwrap();
        ticker.sync(vec![changed], at("2026-11-26T09:33:00Z")).await.unwrap();
        assert_eq!(fired(&ticker, &store, "2026-11-26T12:00:00Z").await, 0);
    }

    #[tokio::test]
    async fn a_deleted_schedule_is_forgotten() {
        let (store, ticker) = ticker();
        ticker
            .sync(vec![schedule("1h")], at("2026-11-26T09:30:00Z"))
            .await
            .unwrap();
        assert_eq!(fired(&ticker, &store, "2026-11-26T10:00:00Z").await, 1);
        assert!(ticker.delete("Hourly").await.unwrap());
        assert!(!ticker.delete("Hourly").await.unwrap());
        assert_eq!(fired(&ticker, &store, "2026-11-26T12:00:00Z").await, 0);
        assert!(store.list_occurrences("Hourly", 10).await.unwrap().is_empty());
    }
}
