//! Where schedules are, and what became of their due times.

use deskhand_command::BoxFuture;
use jiff::Timestamp;

use super::{MemoryDesk, State, ready};
use crate::StoreError;
use crate::runs::NewRun;
use crate::schedules::{Firing, INACTIVE, Mode, Occurrence, ScheduleAfter, ScheduleStore, Standing, Turn, UNDEFINED};

impl State {
    fn put_schedule(&mut self, standing: &Standing) {
        let known = self.schedules.entry(standing.name.clone());
        let known = known.or_insert_with(|| standing.clone());
        if known.digest != standing.digest {
            if [INACTIVE, UNDEFINED].contains(&known.digest.as_str()) {
                (known.failures, known.alerted) = (0, false);
            }
            known.digest.clone_from(&standing.digest);
            known.next_at = standing.next_at;
        }
    }

    /// When each active schedule is due, those due longest first.
    fn due(&self) -> Vec<(Timestamp, &Standing)> {
        let active = self.schedules.values().filter(|known| known.mode == Mode::Active);
        let mut due: Vec<_> = active.filter_map(|known| Some((known.next_at?, known))).collect();
        due.sort_by_key(|(at, _)| *at);
        due
    }

    fn fire(&mut self, firing: &Firing) -> bool {
        let known = self.schedules.get_mut(&firing.schedule);
        let expected = known.filter(|known| known.mode == Mode::Active && known.next_at == Some(firing.expected));
        // A run that was tried again may have come in between.
        let runs = |run: &NewRun, known: &Standing| known.running.as_ref().is_none_or(|running| *running == run.id);
        let free = expected.filter(|known| firing.run.as_ref().is_none_or(|run| runs(run, known)));
        let Some(known) = free else { return false };
        known.next_at = firing.next_at;
        // A due time can come again when the clock jumped back; its run is known then, and may have ended.
        let started = firing.run.as_ref().filter(|run| self.start(run));
        if let (Some(run), Some(known)) = (started, self.schedules.get_mut(&firing.schedule)) {
            known.running = Some(run.id.clone());
        }
        for occurrence in &firing.occurrences {
            let key = (firing.schedule.clone(), occurrence.due);
            self.occurrences.entry(key).or_insert_with(|| occurrence.clone());
        }
        true
    }

    fn turn_schedule(&mut self, name: &str, to: Turn) -> bool {
        let known = self.schedules.get_mut(name);
        let Some(known) = known.filter(|known| known.mode != Mode::Stopped) else {
            return false;
        };
        match to {
            Turn::Pause => known.mode = Mode::Paused,
            Turn::Resume { next_at } => (known.mode, known.next_at) = (Mode::Active, next_at),
            Turn::Stop => known.mode = Mode::Stopped,
        }
        true
    }

    /// A run of a schedule has ended.
    pub(super) fn run_ended(&mut self, run: &str, after: ScheduleAfter) {
        let Some(known) = self.schedules.get_mut(&after.schedule) else {
            return;
        };
        (known.failures, known.alerted) = (after.failures, after.alerted);
        known.running.take_if(|running| running == run);
    }

    fn delete_schedule(&mut self, name: &str) -> bool {
        self.occurrences.retain(|(schedule, _), _| schedule != name);
        let existed = self.schedules.remove(name).is_some();
        if existed {
            self.forget_runs(|run| run.is_of_schedule(name));
        }
        existed
    }

    fn list_occurrences(&self, schedule: &str, limit: u32) -> Vec<Occurrence> {
        let newest = self.occurrences.iter().rev();
        let of_this = newest.filter(|((name, _), _)| name == schedule);
        let first = of_this.take(limit as usize);
        first.map(|(_, occurrence)| occurrence.clone()).collect()
    }
}

impl ScheduleStore for MemoryDesk {
    fn put_schedules<'a>(&'a self, standings: &'a [Standing]) -> BoxFuture<'a, Result<(), StoreError>> {
        let mut state = self.state.lock();
        for standing in standings {
            state.put_schedule(standing);
        }
        ready(())
    }

    fn due_schedules(&self, now: Timestamp, limit: u32) -> BoxFuture<'_, Result<Vec<Standing>, StoreError>> {
        let state = self.state.lock();
        let due = state.due().into_iter().take_while(|(at, _)| *at <= now);
        let first = due.take(limit as usize);
        ready(first.map(|(_, known)| known.clone()).collect())
    }

    fn fire<'a>(&'a self, firings: &'a [Firing]) -> BoxFuture<'a, Result<u64, StoreError>> {
        let mut state = self.state.lock();
        let fired = firings.iter().filter(|firing| state.fire(firing)).count();
        ready(fired as u64)
    }

    fn next_schedule_due(&self) -> BoxFuture<'_, Result<Option<Timestamp>, StoreError>> {
        let state = self.state.lock();
        ready(state.due().first().map(|(at, _)| *at))
    }

    fn list_schedules(&self) -> BoxFuture<'_, Result<Vec<Standing>, StoreError>> {
        ready(self.state.lock().schedules.values().cloned().collect())
    }

    fn get_schedule<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<Option<Standing>, StoreError>> {
        ready(self.state.lock().schedules.get(name).cloned())
    }

    fn turn_schedule<'a>(&'a self, name: &'a str, to: Turn) -> BoxFuture<'a, Result<bool, StoreError>> {
        ready(self.state.lock().turn_schedule(name, to))
    }

    fn delete_schedule<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<bool, StoreError>> {
        ready(self.state.lock().delete_schedule(name))
    }

    fn list_occurrences<'a>(
        &'a self,
        schedule: &'a str,
        limit: u32,
    ) -> BoxFuture<'a, Result<Vec<Occurrence>, StoreError>> {
        ready(self.state.lock().list_occurrences(schedule, limit))
    }
}
