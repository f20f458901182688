//! Drives one run: decide, append, perform, and again, until it waits or has ended.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use jiff::Timestamp;
use tokio::sync::Semaphore;
use tokio::task::{Id, JoinError, JoinSet};
use tracing::error;

use super::at_work::Kept;
use super::load::{Loaded, Unloaded};
use super::perform::broke_off;
use super::run_host::{Gone, RunHost, later, until};
use crate::runs::decide::{Beside, Decision, Facts, Next, Signal, Work, decide};
use crate::runs::state::History;
use crate::runs::{Append, ClaimedRun, Entry, NewRun, RunLease, Then, What};

/// A run that is driven.
pub(super) struct Drive {
    pub(super) host: RunHost,
    pub(super) lease: RunLease,
    pub(super) run: Arc<NewRun>,
    /// The steps that are performed; they end with the drive.
    works: JoinSet<Result<What, Gone>>,
    at_work: HashMap<Id, Work>,
    room: Arc<Semaphore>,
    /// What other runs were told: the run, the attempt of the step that waits for it, and what.
    told: HashSet<(String, u32, &'static str)>,
    renew_at: Timestamp,
    _kept: Kept,
}

impl Drive {
    /// Drives a run until it waits, has ended, or is somebody else's.
    pub(super) async fn to_rest(host: RunHost, claimed: ClaimedRun, kept: Kept) -> Result<(), Gone> {
        let loaded = host.load(&claimed).await;
        let mut drive = Self {
            lease: claimed.lease,
            run: Arc::new(claimed.run),
            works: JoinSet::new(),
            at_work: HashMap::new(),
            room: Arc::new(Semaphore::new(host.limits.works)),
            told: HashSet::new(),
            renew_at: later(host.clock.now(), host.limits.renewal),
            host,
            _kept: kept,
        };
        match loaded {
            Ok(loaded) => drive.go_on(loaded, &claimed.entries).await,
            Err(Unloaded::Later(failure)) => drive.put_off(&claimed.entries, &failure).await,
            Err(Unloaded::Never(failure)) => drive.give_up(&claimed.entries, &failure).await,
            Err(Unloaded::Refused(failure)) => drive.refuse(&claimed.entries, &failure).await,
        }
    }

    async fn go_on(&mut self, loaded: Loaded, entries: &[Entry]) -> Result<(), Gone> {
        let (host, run) = (self.host.clone(), Arc::clone(&self.run));
        let known = Beside {
            known: &*host.world,
            versions: &loaded.beside,
        };
        let facts = Facts {
            run: &run,
            roots: &loaded.roots,
            known: &known,
        };
        let mut history = History::of(loaded.playbook, entries);
        let mut ended = Vec::new();
        loop {
            let now = host.clock.now();
            let mut decision = decide(&mut history, &facts, ended, now);
            self.tell_of_what_is_away(&history, &decision.entries, now);
            let unsaid = self.unsaid(&history, &mut decision);
            let (works, next) = (std::mem::take(&mut decision.works), decision.next.clone());
            let Some(news) = self.carry_out(&mut history, decision, unsaid.is_empty()).await? else {
                return Ok(());
            };
            self.perform_all(works);
            let said = !unsaid.is_empty();
            ended = self.say_all(&history, unsaid).await;
            ended = match next {
                // There is something new to decide, if only that nothing is left to be said.
                _ if news || said => ended,
                Next::More => ended,
                Next::Work { wake } | Next::Sleep { wake } => self.wait(wake).await?,
                Next::End { .. } => return Ok(()),
            };
        }
    }

    /// Appends what was decided. `None`: the run rests; else whether somebody else has appended meanwhile.
    async fn carry_out(
        &mut self,
        history: &mut History,
        decision: Decision,
        all_said: bool,
    ) -> Result<Option<bool>, Gone> {
        let now = self.host.clock.now();
        let own = decision.entries.len();
        let seen = history.seq() - i64::try_from(own).unwrap_or(i64::MAX);
        let nothing_new = own == 0 && decision.starts.is_empty() && decision.events.is_empty();
        let then = self.then(decision.next, all_said, now);
        let rests = !matches!(then, Then::GoOn { .. });
        if nothing_new && !rests && now < self.renew_at {
            return Ok(Some(false));
        }
        let mut append = Append {
            what: decision.entries,
            at: now,
            seen,
            starts: decision.starts,
            events: self.turns(decision.events).await,
            schedule: None,
            then,
        };
        self.add_what_follows(&mut append, history.endings).await;
        let turns_set_off = append.events.iter().any(|turn| !turn.starts.is_empty());
        let starts_others = turns_set_off || !append.starts.is_empty() || matches!(append.then, Then::End { .. });
        let appended = self.host.append(&self.lease, append).await?;
        if starts_others {
            self.host.wake();
        }
        self.renew_at = later(self.host.clock.now(), self.host.limits.renewal);
        history.catch_up(&appended.foreign, appended.last);
        Ok((!rests).then_some(!appended.foreign.is_empty()))
    }

    fn then(&self, next: Next, all_said: bool, now: Timestamp) -> Then {
        let closes = self.host.closing.is_closing() && self.at_work.is_empty();
        match next {
            Next::End {
                outcome,
                reason,
                output,
            } => Then::End {
                outcome,
                reason,
                output,
            },
            Next::Sleep { wake } if all_said => Then::Sleep { wake },
            _ if closes => Then::Sleep { wake: Some(now) },
            _ => Then::GoOn {
                until: later(now, self.host.limits.lease),
            },
        }
    }

    /// Performs what is not at work yet; when the host closes, whoever comes next does.
    fn perform_all(&mut self, works: Vec<Work>) {
        for work in works {
            let known = |other: &Work| (&other.step, other.attempt) == (&work.step, work.attempt);
            if self.host.closing.is_closing() || self.at_work.values().any(known) {
                continue;
            }
            let (host, run, lease) = (self.host.clone(), Arc::clone(&self.run), self.lease.clone());
            let (room, this) = (Arc::clone(&self.room), work.clone());
            let handle = self.works.spawn(async move {
                let _place = room.acquire_owned().await;
                host.perform(&run, &lease, &this).await
            });
            self.at_work.insert(handle.id(), work);
        }
    }

    /// Waits for what is at work, for a time, or until the claim is to be renewed; returns what has ended.
    async fn wait(&mut self, wake: Option<Timestamp>) -> Result<Vec<What>, Gone> {
        let next = wake.map_or(self.renew_at, |wake| wake.min(self.renew_at));
        let pause = until(self.host.clock.now(), next);
        let host = self.host.clone();
        let mut ended = Vec::new();
        tokio::select! {
            biased;
            Some(joined) = self.works.join_next_with_id() => ended.extend(self.ended(joined)?),
            () = host.closing.closed(), if !host.closing.is_closing() => {}
            () = host.clock.sleep(pause) => {}
        }
        while let Some(joined) = self.works.try_join_next_with_id() {
            ended.extend(self.ended(joined)?);
        }
        Ok(ended)
    }

    fn ended(&mut self, joined: Result<(Id, Result<What, Gone>), JoinError>) -> Result<Option<What>, Gone> {
        match joined {
            Ok((id, ended)) => {
                self.at_work.remove(&id);
                ended.map(Some)
            }
            Err(broken) => {
                let work = self.at_work.remove(&broken.id());
                error!(error = %broken, run = self.run.id, "a step broke off");
                Ok(work.as_ref().map(broke_off))
            }
        }
    }

    /// What other runs have to be told and were not told by this drive.
    fn unsaid(&self, history: &History, decision: &mut Decision) -> Vec<Signal> {
        let signals = std::mem::take(&mut decision.signals);
        let unsaid = signals
            .into_iter()
            .filter(|signal| !self.told.contains(&key(history, signal)));
        unsaid.collect()
    }

    /// Tells other runs; what they have to say at once is returned.
    async fn say_all(&mut self, history: &History, unsaid: Vec<Signal>) -> Vec<What> {
        let mut heard = Vec::new();
        for signal in unsaid {
            self.told.insert(key(history, &signal));
            heard.extend(self.host.say(&signal).await);
        }
        heard
    }
}

fn key(history: &History, signal: &Signal) -> (String, u32, &'static str) {
    let attempt = history.node(&signal.step).map_or(0, |node| node.attempt);
    let what = match signal.what {
        What::RetryAsked { .. } => "retry",
        _ => "cancel",
    };
    (signal.run.clone(), attempt, what)
}
