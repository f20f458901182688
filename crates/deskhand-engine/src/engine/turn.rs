//! One turn: everything that is due is done.

use std::borrow::Cow;
use std::collections::BTreeSet;

use jiff::Timestamp;

use super::unread::Unread;
use super::{Automation, Engine};
use crate::StoreError;
use crate::rules::{Subscription, Waiting, hand_out};
use crate::runs::RunFilter;
use crate::runs::host::DriveError;
use crate::schedules::Mode;

/// What was done in a turn.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Turned {
    /// Schedules that fired.
    pub fired: u64,
    /// Events that were handed to rules and playbooks.
    pub handed_out: u64,
    /// Runs that were driven until they waited or had ended.
    pub driven: usize,
}

/// Why a turn was not finished; what was done is kept, and the next turn does the rest.
#[derive(Debug, thiserror::Error)]
pub enum TurnError {
    /// The store does not work.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Runs were not driven.
    #[error(transparent)]
    Drive(#[from] DriveError),
}

impl Engine {
    /// Does everything that is due now, and what comes of it, until nothing is left of that.
    ///
    /// What becomes due meanwhile is the next turn's: where doing takes longer than a schedule's interval, it would never end.
    pub async fn turn(&self) -> Result<Turned, TurnError> {
        let mut turned = Turned::default();
        self.begin().await?;
        let began = self.parts.clock.now();
        loop {
            let now = self.parts.clock.now();
            self.take_over(now).await?;
            let fired = self.ticker.fire_due(began).await?;
            let handed_out = self.hand_out(now).await?;
            let driven = self.host.drive_due(now).await?;
            turned.fired += fired;
            turned.handed_out += handed_out;
            turned.driven += driven;
            if fired == 0 && handed_out == 0 && driven == 0 {
                return Ok(turned);
            }
        }
    }

    /// Goes on, at the first time, where whoever worked on this store before has ended, lest time goes back in between.
    pub(super) async fn begin(&self) -> Result<(), StoreError> {
        if self.taken_over.lock().is_some() {
            return Ok(());
        }
        let newest = RunFilter {
            limit: 1,
            ..RunFilter::default()
        };
        if let Some(newest) = self.parts.store.find_runs(&newest).await?.first() {
            self.steady.not_before(newest.created_at);
        }
        Ok(())
    }

    /// When something is due next: a time that may be over, or `None` when nothing waits for a time.
    pub async fn next_due(&self) -> Result<Option<Timestamp>, StoreError> {
        let run = self.host.next_due().await?;
        let schedule = self.parts.store.next_schedule_due().await?;
        Ok(run.into_iter().chain(schedule).min())
    }

    /// When a run that is under way goes on; schedules are left out.
    pub async fn next_run_due(&self) -> Result<Option<Timestamp>, StoreError> {
        self.host.next_due().await
    }

    /// Takes the definitions over when they have changed; true when they had.
    pub async fn take_over(&self, now: Timestamp) -> Result<bool, StoreError> {
        let store = &self.parts.store;
        let revision = store.revision().await?;
        if *self.taken_over.lock() == Some(revision) {
            return Ok(false);
        }
        let definitions = store.definitions().await?;
        let desk = self.parts.connections.desk_of(&definitions);
        let automation = Automation::read(&definitions, desk, self.parts.declarations);
        for (kind, name, why) in &automation.unreadable {
            tracing::error!(
                kind = kind.table(),
                name,
                why,
                "a definition cannot be read, and is left out"
            );
        }
        let unread = Unread::of(&automation);
        let schedules = automation.schedules.values();
        let schedules = schedules.filter(|one| !unread.has(&one.name)).cloned().collect();
        self.world.take_over(automation);
        self.ticker.sync_beside(schedules, |name| unread.has(name), now).await?;
        *self.taken_over.lock() = Some(revision);
        Ok(true)
    }

    /// Hands some new events to rules and playbooks, as many as are handed out at once; returns how many. Where there were any,
    /// more can be left, to be handed out by what is defined then.
    pub async fn hand_out(&self, now: Timestamp) -> Result<u64, StoreError> {
        let automation = self.world.automation();
        let subscriptions = self.listening(&automation.subscriptions).await?;
        let waiting = Waiting {
            rules: &automation.rules,
            subscriptions: &subscriptions,
            site_of: &|event| automation.site_of_event(event),
        };
        hand_out(&*self.parts.store, waiting, now).await
    }

    /// The subscriptions, without those of jobs that were stopped for ever: others are in their place.
    async fn listening<'a>(&self, all: &'a [Subscription]) -> Result<Cow<'a, [Subscription]>, StoreError> {
        let of_jobs = all.iter().any(|waits| waits.fetched.is_some());
        if !of_jobs || self.parts.store.new_events(1).await?.is_empty() {
            return Ok(Cow::Borrowed(all));
        }
        let standings = self.parts.store.list_schedules().await?;
        let mut stopped: BTreeSet<String> = BTreeSet::new();
        stopped.extend(
            standings
                .into_iter()
                .filter(|one| one.mode == Mode::Stopped)
                .map(|one| one.name),
        );
        let is_stopped = |waits: &Subscription| waits.fetched.as_ref().is_some_and(|by| stopped.contains(&by.schedule));
        Ok(all.iter().filter(|waits| !is_stopped(waits)).cloned().collect())
    }
}
