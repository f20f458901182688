//! Runs and their journals.

use deskhand_command::BoxFuture;
use jiff::Timestamp;

use super::{MemoryDesk, State, answered, ready};
use crate::StoreError;
use crate::runs::{
    Append, Cause, ClaimedRun, Entry, NewRun, Plan, RunClaim, RunFilter, RunLease, RunOutcome, RunState, RunStore,
    RunStory, RunSummary, Signalled, Then, What,
};

/// A run as the model has it.
#[derive(Debug)]
pub(super) struct KnownRun {
    run: NewRun,
    number: u64,
    entries: Vec<Entry>,
    fence: i64,
    now: Now,
}

/// Where a run is.
#[derive(Debug)]
enum Now {
    /// It can go on, and nobody has it; since then.
    Due(Timestamp),
    /// Somebody has it until then.
    Held(Timestamp),
    /// It waits: for a time, or for a signal.
    Waits(Option<Timestamp>),
    /// It has ended.
    Ended {
        at: Timestamp,
        outcome: RunOutcome,
        reason: Option<String>,
    },
}

impl KnownRun {
    /// Since when, or from when on, it can be claimed.
    fn due_at(&self) -> Option<Timestamp> {
        match self.now {
            Now::Due(at) | Now::Held(at) => Some(at),
            Now::Waits(wake) => wake,
            Now::Ended { .. } => None,
        }
    }

    fn note(&mut self, what: What, at: Timestamp) {
        let seq = self.entries.last().map_or(1, |last| last.seq + 1);
        self.entries.push(Entry { seq, at, what });
    }

    /// Whoever has it learns of what was noted; if nobody has, it is due.
    fn wake(&mut self, at: Timestamp) {
        if let Now::Waits(_) = self.now {
            self.now = Now::Due(at);
        }
    }

    fn has_ended(&self) -> bool {
        matches!(self.now, Now::Ended { .. })
    }

    /// Whether it takes what somebody wants of it.
    fn takes(&self, what: &What) -> bool {
        match self.now {
            Now::Ended { outcome, .. } => matches!(what, What::RetryAsked { .. }) && outcome != RunOutcome::Successful,
            _ => true,
        }
    }

    fn signal(&mut self, what: &What, at: Timestamp) {
        if self.has_ended() {
            self.now = Now::Due(at);
        }
        self.note(what.clone(), at);
        self.wake(at);
    }

    fn summary(&self) -> RunSummary {
        let (state, wake_at) = match self.now {
            Now::Due(_) | Now::Held(_) => (RunState::Due, None),
            Now::Waits(wake) => (RunState::Waiting, wake),
            Now::Ended { .. } => (RunState::Ended, None),
        };
        let (outcome, ended_at, reason) = match &self.now {
            Now::Ended { at, outcome, reason } => (Some(*outcome), Some(*at), reason.clone()),
            _ => (None, None, None),
        };
        RunSummary {
            id: self.run.id.clone(),
            plan: self.run.plan.clone(),
            cause: self.run.cause.clone(),
            site: self.run.site.clone(),
            state,
            outcome,
            created_at: self.run.created_at,
            ended_at,
            wake_at,
            reason,
        }
    }

    pub(super) fn is_of_schedule(&self, schedule: &str) -> bool {
        matches!(&self.run.cause, Cause::Schedule { name, .. } if name == schedule)
    }

    fn matches(&self, filter: &RunFilter) -> bool {
        let summary = self.summary();
        let created_at = summary.created_at;
        filter.state.is_none_or(|state| summary.state == state)
            && filter.outcome.is_none_or(|outcome| summary.outcome == Some(outcome))
            && filter.schedule.as_ref().is_none_or(|name| self.is_of_schedule(name))
            && filter
                .playbook
                .as_ref()
                .is_none_or(|wanted| is_playbook(&summary.plan, wanted))
            && filter.sites.as_ref().is_none_or(|sites| sites.contains(&summary.site))
            && filter.since.is_none_or(|since| created_at >= since)
            && filter.until.is_none_or(|until| created_at < until)
    }
}

fn is_playbook(plan: &Plan, wanted: &str) -> bool {
    matches!(plan, Plan::Playbook { name, .. } if name == wanted)
}

impl State {
    pub(super) fn start(&mut self, run: &NewRun) -> bool {
        if self.runs.contains_key(&run.id) {
            return false;
        }
        self.started += 1;
        let known = KnownRun {
            run: run.clone(),
            number: self.started,
            entries: Vec::new(),
            fence: 0,
            now: Now::Due(run.created_at),
        };
        self.runs.insert(run.id.clone(), known);
        true
    }

    fn claim_runs(&mut self, request: &RunClaim) -> Vec<ClaimedRun> {
        let due = |run: &KnownRun| Some((run.due_at()?, run.number));
        let mut all: Vec<_> = self
            .runs
            .values_mut()
            .filter(|run| run.due_at().is_some_and(|at| at <= request.now))
            .filter(|run| !request.except.contains(&run.run.id))
            .collect();
        all.sort_by_key(|run| due(run));
        let wanted = all.into_iter().take(request.limit as usize);
        wanted
            .map(|run| {
                run.fence += 1;
                run.now = Now::Held(request.until);
                ClaimedRun {
                    lease: RunLease {
                        run: run.run.id.clone(),
                        fence: run.fence,
                    },
                    run: run.run.clone(),
                    entries: run.entries.clone(),
                }
            })
            .collect()
    }

    fn held(&mut self, lease: &RunLease) -> Result<&mut KnownRun, StoreError> {
        let run = self.runs.get_mut(&lease.run).ok_or(StoreError::Lost)?;
        let held = run.fence == lease.fence && matches!(run.now, Now::Held(_));
        held.then_some(run).ok_or(StoreError::Lost)
    }

    fn append(&mut self, lease: &RunLease, append: Append) -> Result<Vec<Entry>, StoreError> {
        let run = self.held(lease)?;
        let last = run.entries.last().map_or(0, |last| last.seq);
        for what in append.what {
            run.note(what, append.at);
        }
        let unseen: Vec<Entry> = run
            .entries
            .iter()
            .filter(|entry| entry.seq > append.seen)
            .cloned()
            .collect();
        let (cause, id) = (run.run.cause.clone(), run.run.id.clone());
        run.now = match append.then {
            Then::GoOn { until } => Now::Held(until),
            Then::Sleep { .. } if last > append.seen => Now::Due(append.at),
            Then::Sleep { wake } => Now::Waits(wake),
            Then::End {
                outcome,
                reason,
                output,
            } => {
                self.child_ended(&cause, child(id.clone(), outcome, reason.clone(), output), append.at);
                let (at, run) = (append.at, self.held(lease)?);
                run.now = Now::Ended { at, outcome, reason };
                self.follow(&id, &append.starts, &append.events, append.schedule);
                return Ok(unseen);
            }
        };
        self.follow(&id, &append.starts, &append.events, append.schedule);
        Ok(unseen)
    }

    /// What an append brings about beside the run.
    fn follow(
        &mut self,
        run: &str,
        starts: &[NewRun],
        events: &[crate::desk::EventTurn],
        schedule: Option<crate::schedules::ScheduleAfter>,
    ) {
        for start in starts {
            self.start(start);
        }
        for turn in events {
            self.turn(turn);
        }
        if let Some(after) = schedule {
            self.run_ended(run, after);
        }
    }

    /// Tells the run that waits for another one.
    fn child_ended(&mut self, cause: &Cause, ended: impl FnOnce(String) -> What, at: Timestamp) {
        let Cause::Step { run, step, .. } = cause else { return };
        let parent = self.runs.get_mut(run).filter(|run| !run.has_ended());
        if let Some(parent) = parent {
            parent.note(ended(step.clone()), at);
            parent.wake(at);
        }
    }

    pub(super) fn forget_runs(&mut self, forgotten: impl Fn(&KnownRun) -> bool) -> u64 {
        let before = self.runs.len();
        self.runs.retain(|_, run| !forgotten(run));
        (before - self.runs.len()) as u64
    }

    fn signal(&mut self, id: &str, what: &What, at: Timestamp) -> Signalled {
        let Some(run) = self.runs.get_mut(id) else {
            return Signalled::Missing;
        };
        if !run.takes(what) {
            return Signalled::Ended;
        }
        if let (Cause::Schedule { name, .. }, What::RetryAsked { .. }) = (&run.run.cause, what)
            && let Some(schedule) = self.schedules.get_mut(name)
        {
            match &schedule.running {
                Some(other) if other != id => return Signalled::Overlaps { run: other.clone() },
                _ => schedule.running = Some(id.to_owned()),
            }
        }
        run.signal(what, at);
        Signalled::Taken
    }

    fn next_run_due(&self) -> Option<Timestamp> {
        self.runs.values().filter_map(KnownRun::due_at).min()
    }

    fn get_run(&self, id: &str) -> Option<RunStory> {
        let run = self.runs.get(id)?;
        Some(RunStory {
            summary: run.summary(),
            given: run.run.given.clone(),
            entries: run.entries.clone(),
        })
    }

    fn find_runs(&self, filter: &RunFilter) -> Vec<RunSummary> {
        let mut found: Vec<_> = self.runs.values().filter(|run| run.matches(filter)).collect();
        found.sort_by_key(|run| std::cmp::Reverse((run.run.created_at, run.number)));
        let newest = found.into_iter().take(filter.limit as usize);
        newest.map(KnownRun::summary).collect()
    }
}

fn child(
    run: String,
    outcome: RunOutcome,
    reason: Option<String>,
    output: serde_json::Value,
) -> impl FnOnce(String) -> What {
    move |step| What::ChildEnded {
        step,
        run,
        outcome,
        output,
        reason,
    }
}

impl RunStore for MemoryDesk {
    fn start<'a>(&'a self, run: &'a NewRun) -> BoxFuture<'a, Result<bool, StoreError>> {
        ready(self.state.lock().start(run))
    }

    fn claim_runs<'a>(&'a self, request: &'a RunClaim) -> BoxFuture<'a, Result<Vec<ClaimedRun>, StoreError>> {
        ready(self.state.lock().claim_runs(request))
    }

    fn append<'a>(&'a self, lease: &'a RunLease, mut append: Append) -> BoxFuture<'a, Result<Vec<Entry>, StoreError>> {
        append.events.retain(|turn| self.ingested.has_event(turn.change.event));
        let mut state = self.state.lock();
        let appended = state.append(lease, append);
        self.show_states(&state);
        answered(appended)
    }

    fn signal<'a>(
        &'a self,
        run: &'a str,
        what: &'a What,
        at: Timestamp,
    ) -> BoxFuture<'a, Result<Signalled, StoreError>> {
        ready(self.state.lock().signal(run, what, at))
    }

    fn next_run_due(&self) -> BoxFuture<'_, Result<Option<Timestamp>, StoreError>> {
        ready(self.state.lock().next_run_due())
    }

    fn get_run<'a>(&'a self, id: &'a str) -> BoxFuture<'a, Result<Option<RunStory>, StoreError>> {
        ready(self.state.lock().get_run(id))
    }

    fn find_runs<'a>(&'a self, filter: &'a RunFilter) -> BoxFuture<'a, Result<Vec<RunSummary>, StoreError>> {
        ready(self.state.lock().find_runs(filter))
    }

    fn prune_runs(&self, before: Timestamp) -> BoxFuture<'_, Result<u64, StoreError>> {
        let over = |run: &KnownRun| matches!(run.now, Now::Ended { at, .. } if at < before);
        let mut state = self.state.lock();
        state.occurrences.retain(|_, occurrence| occurrence.last >= before);
        ready(state.forget_runs(over))
    }
}
