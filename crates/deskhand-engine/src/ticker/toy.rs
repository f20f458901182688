//! A store of schedules in memory, as far as the ticker needs one to be tested.

use std::collections::{BTreeMap, HashMap};

use deskhand_command::BoxFuture;
use jiff::Timestamp;
use parking_lot::Mutex;

use crate::StoreError;
use crate::runs::NewRun;
use crate::schedules::{Fate, Firing, Mode, Occurrence, ScheduleStore, Standing, Turn};

#[derive(Default)]
pub(crate) struct ToyStore(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    schedules: BTreeMap<String, Standing>,
    occurrences: BTreeMap<String, Vec<Occurrence>>,
    runs: BTreeMap<String, NewRun>,
    fire_calls: u32,
    fire_first: Option<String>,
    failures_left: u32,
}

impl ToyStore {
    pub(crate) fn count_fire_calls(&self) -> u32 {
        self.0.lock().fire_calls
    }

    pub(crate) fn count_runs(&self) -> usize {
        self.0.lock().runs.len()
    }

    /// Ends every run.
    pub(crate) fn end_runs(&self) {
        let mut kept = self.0.lock();
        kept.schedules.values_mut().for_each(|standing| standing.running = None);
    }

    /// Somebody else fires this schedule between the next look and the firing that follows.
    pub(crate) fn fire_first(&self, name: &str) {
        self.0.lock().fire_first = Some(name.to_owned());
    }

    /// So many of the next looks fail.
    pub(crate) fn fail(&self, times: u32) {
        self.0.lock().failures_left = times;
    }

    pub(crate) fn failures_left(&self) -> u32 {
        self.0.lock().failures_left
    }

    /// How many due times came to what.
    pub(crate) fn fates(&self, schedule: &str) -> HashMap<Fate, u64> {
        let mut fates = HashMap::new();
        for one in self.0.lock().occurrences.get(schedule).into_iter().flatten() {
            *fates.entry(one.fate).or_default() += one.times;
        }
        fates
    }
}

impl Kept {
    fn due(&self) -> impl Iterator<Item = (&Standing, Timestamp)> {
        let active = self.schedules.values().filter(|standing| standing.mode == Mode::Active);
        active.filter_map(|standing| Some((standing, standing.next_at?)))
    }

    fn fire(&mut self, firing: &Firing) -> bool {
        let Some(standing) = self.schedules.get_mut(&firing.schedule) else {
            return false;
        };
        if standing.next_at != Some(firing.expected) || standing.mode != Mode::Active {
            return false;
        }
        standing.next_at = firing.next_at;
        if let Some(run) = &firing.run {
            standing.running = Some(run.id.clone());
            assert!(
                self.runs.insert(run.id.clone(), run.clone()).is_none(),
                "{} runs twice",
                run.id
            );
        }
        let occurrences = self.occurrences.entry(firing.schedule.clone()).or_default();
        occurrences.extend(firing.occurrences.iter().cloned());
        true
    }
}

impl ScheduleStore for ToyStore {
    fn put_schedules<'a>(&'a self, standings: &'a [Standing]) -> BoxFuture<'a, Result<(), StoreError>> {
        let mut kept = self.0.lock();
        for new in standings {
            let known = kept.schedules.entry(new.name.clone()).or_insert_with(|| new.clone());
            if known.digest != new.digest {
                (known.digest, known.next_at) = (new.digest.clone(), new.next_at);
            }
        }
        Box::pin(async { Ok(()) })
    }

    fn due_schedules(&self, now: Timestamp, limit: u32) -> BoxFuture<'_, Result<Vec<Standing>, StoreError>> {
        let mut kept = self.0.lock();
        if kept.failures_left > 0 {
            kept.failures_left -= 1;
            return Box::pin(async { Err(StoreError::Locked) });
        }
        let mut due: Vec<_> = kept.due().filter(|(_, next)| *next <= now).collect();
        due.sort_by_key(|(_, next)| *next);
        let due = due
            .into_iter()
            .take(limit as usize)
            .map(|(standing, _)| standing.clone())
            .collect();
        // Everybody looks before anybody fires.
        Box::pin(async move {
            tokio::task::yield_now().await;
            Ok(due)
        })
    }

    fn fire<'a>(&'a self, firings: &'a [Firing]) -> BoxFuture<'a, Result<u64, StoreError>> {
        let mut kept = self.0.lock();
        kept.fire_calls += 1;
        if let Some(name) = kept.fire_first.take() {
            let standing = kept.schedules.get_mut(&name).expect("there is such a schedule");
            standing.next_at = standing.next_at.map(|next| next + std::time::Duration::from_secs(3600));
        }
        let fired = firings.iter().filter(|firing| kept.fire(firing)).count() as u64;
        Box::pin(async move { Ok(fired) })
    }

    fn next_schedule_due(&self) -> BoxFuture<'_, Result<Option<Timestamp>, StoreError>> {
        let next = self.0.lock().due().map(|(_, next)| next).min();
        Box::pin(async move { Ok(next) })
    }

    fn list_schedules(&self) -> BoxFuture<'_, Result<Vec<Standing>, StoreError>> {
        let all = self.0.lock().schedules.values().cloned().collect();
        Box::pin(async move { Ok(all) })
    }

    fn get_schedule<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<Option<Standing>, StoreError>> {
        let one = self.0.lock().schedules.get(name).cloned();
        Box::pin(async move { Ok(one) })
    }

    fn turn_schedule<'a>(&'a self, name: &'a str, to: Turn) -> BoxFuture<'a, Result<bool, StoreError>> {
        let mut kept = self.0.lock();
        let standing = kept
            .schedules
            .get_mut(name)
            .filter(|standing| standing.mode != Mode::Stopped);
        let turned = standing.map(|standing| match to {
            Turn::Pause => standing.mode = Mode::Paused,
            Turn::Stop => standing.mode = Mode::Stopped,
            Turn::Resume { next_at } => (standing.mode, standing.next_at) = (Mode::Active, next_at),
        });
        let turned = turned.is_some();
        Box::pin(async move { Ok(turned) })
    }

    fn delete_schedule<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<bool, StoreError>> {
        let mut kept = self.0.lock();
        kept.occurrences.remove(name);
        let existed = kept.schedules.remove(name).is_some();
        Box::pin(async move { Ok(existed) })
    }

    fn list_occurrences<'a>(
        &'a self,
        schedule: &'a str,
        limit: u32,
    ) -> BoxFuture<'a, Result<Vec<Occurrence>, StoreError>> {
        let kept = self.0.lock();
        let all = kept.occurrences.get(schedule).into_iter().flatten().rev();
        let newest = all.take(limit as usize).cloned().collect();
        Box::pin(async move { Ok(newest) })
    }
}
