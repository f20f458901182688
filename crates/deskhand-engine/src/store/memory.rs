//! The model of a store, in memory: what the others have to agree with.

use std::collections::{BTreeMap, HashMap, HashSet};

use deskhand_command::{BoxFuture, Head};
use jiff::Timestamp;
use parking_lot::Mutex;
use serde_json::Value;

use super::{
    BY_HAND, BatchWrite, Committed, EventStore, FeedKey, Lease, LeaseRequest, Measure, Reading, RunEnd, RunKind,
    RunOutcome, RunRecord, RunStart, StoreError, turn_to,
};
use crate::desk::EventState;
use crate::events::{Because, Dismissal, Event, EventFilter, EventSummary, NewEvent};
use crate::ingest::{Decision, Known, Note, decide, settle};

/// A store in memory.
#[derive(Debug, Default)]
pub struct MemoryStore {
    state: Mutex<State>,
}

impl MemoryStore {
    /// Every event, the oldest first.
    pub(super) fn all_events(&self) -> Vec<Event> {
        let state = self.state.lock();
        state.events.keys().filter_map(|id| state.event(*id)).collect()
    }

    /// An ingestion job is no more.
    pub(super) fn reader_left(&self, reader: &str) {
        let mut state = self.state.lock();
        for reading in state.readings.iter_mut().filter(|one| one.reader == reader) {
            reading.has_left = true;
        }
    }

    pub(super) fn has_event(&self, id: i64) -> bool {
        self.state.lock().events.contains_key(&id)
    }

    /// Says where an event is in its life.
    pub(super) fn show_state(&self, id: i64, at: EventState) {
        if let Some(stored) = self.state.lock().events.get_mut(&id) {
            stored.state = at;
        }
    }
}

#[derive(Debug, Default)]
struct State {
    feeds: BTreeMap<FeedKey, Feed>,
    scopes: BTreeMap<(String, String, String), i64>,
    revisions: BTreeMap<(i64, i64), Vec<Known>>,
    keys: HashSet<(i64, String)>,
    events: BTreeMap<i64, Stored>,
    last_event: i64,
    dismissals: BTreeMap<(i64, i64, Dismissal), i64>,
    gone: BTreeMap<(i64, i64), Timestamp>,
    runs: Vec<(i64, RunRecord)>,
    readings: Vec<Reading>,
}

#[derive(Debug)]
struct Feed {
    id: i64,
    scope: i64,
    fence: i64,
    holder: Option<(String, Timestamp)>,
    position: Option<Value>,
}

#[derive(Debug)]
struct Stored {
    scope: i64,
    key: FeedKey,
    state: EventState,
    because: Because,
    taken_at: Timestamp,
    run: String,
    new: NewEvent,
}

impl State {
    fn held(&mut self, lease: &Lease) -> Result<(&FeedKey, &mut Feed), StoreError> {
        let held = |(_, feed): &(&FeedKey, &mut Feed)| feed.id == lease.feed && feed.fence == lease.fence;
        self.feeds.iter_mut().find(held).ok_or(StoreError::Lost)
    }

    fn claim(&mut self, key: &FeedKey, request: &LeaseRequest) -> Result<Lease, StoreError> {
        let scopes = count(self.scopes.len());
        let scope = (key.source.clone(), key.connection.clone(), key.site.clone());
        let scope = *self.scopes.entry(scope).or_insert(scopes + 1);
        let id = count(self.feeds.len()) + 1;
        let feed = self.feeds.entry(key.clone()).or_insert(Feed {
            id,
            scope,
            fence: 0,
            holder: None,
            position: None,
        });
        let another = feed.holder.as_ref().filter(|(holder, _)| *holder != request.holder);
        if let Some((holder, until)) = another.filter(|(_, until)| *until > request.now) {
            return Err(StoreError::Held {
                holder: holder.clone(),
                until: *until,
            });
        }
        feed.holder = Some((request.holder.clone(), request.until));
        feed.fence += 1;
        let (id, scope, fence) = (feed.id, feed.scope, feed.fence);
        if let Some(reader) = &request.reader {
            self.turn(id, reader);
        }
        let position = self.position(id);
        let before = request.reader.as_deref().filter(|_| position.is_none());
        let before = before.and_then(|reader| self.reading(id, reader)?.before.clone());
        Ok(Lease {
            feed: id,
            scope,
            fence,
            position,
            before,
        })
    }

    fn position(&self, feed: i64) -> Option<Value> {
        let mut feeds = self.feeds.values();
        feeds.find(|one| one.id == feed)?.position.clone()
    }

    /// What a reader reads; whoever reads by hand reads any number of feeds.
    fn reading(&self, feed: i64, reader: &str) -> Option<&Reading> {
        let mut own = self.readings.iter().filter(|one| !one.has_left && one.reader == reader);
        own.find(|one| reader != BY_HAND || one.feed == feed)
    }

    fn turn(&mut self, feed: i64, reader: &str) {
        let own = self.reading(feed, reader);
        let own = own.map(|own| (own.clone(), self.position(own.feed)));
        let here = self.readings.iter().filter(|one| one.feed == feed);
        let Some(turned) = turn_to(feed, reader, own, &here.cloned().collect::<Vec<_>>()) else {
            return;
        };
        if turned.anew && reader != BY_HAND {
            let mut feeds = self.feeds.values_mut();
            if let Some(feed) = feeds.find(|one| one.id == feed) {
                feed.position = None;
            }
        }
        for left in self.readings.iter_mut().filter(|one| one.reader == reader) {
            left.has_left |= reader != BY_HAND;
        }
        self.readings.retain(|one| one.feed != feed || !one.has_left);
        self.readings.push(Reading {
            reader: reader.to_owned(),
            feed,
            before: turned.before,
            has_left: false,
        });
    }

    fn carry_over(&mut self, lease: &Lease, since: i64) -> Result<(), StoreError> {
        let (key, _) = self.held(lease)?;
        let key = key.clone();
        let before = lease.before.as_ref().map(|before| before.feed);
        let mut feeds = self.feeds.iter().filter(|(_, feed)| Some(feed.id) == before);
        let same = |other: &FeedKey| (&other.connection, &other.company) == (&key.connection, &key.company);
        let Some(from) = feeds.find(|(other, _)| same(other)).map(|(_, feed)| feed.scope) else {
            return Ok(());
        };
        let known = self.revisions.iter().filter(|((scope, _), _)| *scope == from);
        let known: Vec<_> = known.map(|((_, id), known)| (*id, known.clone())).collect();
        for (id, known) in known {
            let here = self.revisions.entry((lease.scope, id)).or_default();
            for one in known.into_iter().filter(|one| one.stamp >= since) {
                if here.iter().all(|other| other.digest != one.digest) {
                    here.push(one);
                }
            }
            if here.is_empty() {
                self.revisions.remove(&(lease.scope, id));
            }
        }
        let keys = self.keys.iter().filter(|(scope, _)| *scope == from);
        let keys: Vec<_> = keys.map(|(_, key)| (lease.scope, key.clone())).collect();
        self.keys.extend(keys);
        Ok(())
    }

    fn renew(&mut self, lease: &Lease, to: Timestamp) -> Result<(), StoreError> {
        let (_, feed) = self.held(lease)?;
        if let Some((_, until)) = &mut feed.holder {
            *until = to;
        }
        Ok(())
    }

    fn commit(&mut self, lease: &Lease, batch: BatchWrite) -> Result<Committed, StoreError> {
        self.renew(lease, batch.lease_until)?;
        let (key, feed) = self.held(lease)?;
        let key = key.clone();
        if let Some(position) = batch.position {
            feed.position = Some(position);
        }
        let decisions = decide(
            &batch.candidates,
            self.known_revisions(lease.scope, &batch.candidates),
            self.known_keys(lease.scope, &batch.candidates),
        );
        let mut committed = Committed::default();
        for (new, decision) in batch.candidates.into_iter().zip(decisions) {
            let revisions = self.revisions.entry((lease.scope, new.record_id)).or_default();
            match decision {
                Decision::Take(because) => {
                    revisions.push(Known::of(&new));
                    committed.taken += 1;
                    let stored = Stored {
                        scope: lease.scope,
                        key: key.clone(),
                        state: EventState::New,
                        because,
                        taken_at: batch.now,
                        run: batch.run_id.clone(),
                        new,
                    };
                    self.take(stored);
                }
                Decision::Dismiss(reason, note) => {
                    match note {
                        Note::Nothing => {}
                        Note::Settled => settle(revisions, &new),
                        Note::Seen => revisions.push(Known::of(&new)),
                    }
                    self.dismiss(lease.scope, new.record_id, reason, &mut committed);
                }
            }
        }
        for (record, reason) in batch.passed_over {
            self.dismiss(lease.scope, record, reason, &mut committed);
        }
        for id in &batch.gone {
            self.gone.entry((lease.scope, *id)).or_insert(batch.now);
        }
        if let Some((_, run)) = self.runs.iter_mut().find(|(_, run)| run.id == batch.run_id) {
            run.taken += committed.taken;
            run.set_aside += batch.unusable.len() as u64;
            run.gone += batch.gone.len() as u64;
            for (reason, count) in &committed.dismissed {
                *run.dismissed.entry(*reason).or_default() += count;
            }
        }
        Ok(committed)
    }

    fn take(&mut self, stored: Stored) {
        let (scope, new) = (stored.scope, &stored.new);
        self.keys.extend(new.event_key.clone().map(|key| (scope, key)));
        self.gone.remove(&(scope, new.record_id));
        self.last_event += 1;
        self.events.insert(self.last_event, stored);
    }

    fn dismiss(&mut self, scope: i64, record: i64, reason: Dismissal, committed: &mut Committed) {
        *self.dismissals.entry((scope, record, reason)).or_default() += 1;
        *committed.dismissed.entry(reason).or_default() += 1;
    }

    fn known_revisions(&self, scope: i64, candidates: &[NewEvent]) -> HashMap<i64, Vec<Known>> {
        let known = |new: &NewEvent| Some((new.record_id, self.revisions.get(&(scope, new.record_id))?.clone()));
        candidates.iter().filter_map(known).collect()
    }

    fn known_keys(&self, scope: i64, candidates: &[NewEvent]) -> HashSet<String> {
        let keys = candidates.iter().filter_map(|new| new.event_key.clone());
        keys.filter(|key| self.keys.contains(&(scope, key.clone()))).collect()
    }

    fn known(&self, scope: i64, since: i64) -> Vec<Head> {
        let here = self
            .revisions
            .iter()
            .filter(|((other, id), _)| *other == scope && !self.gone.contains_key(&(scope, *id)));
        let latest = here.filter_map(|((_, id), revisions)| {
            let stamp = revisions.iter().map(|known| known.stamp).max()?;
            Some(Head { id: *id, stamp })
        });
        latest.filter(|head| head.stamp > since).collect()
    }

    fn summary(&self, id: i64) -> Option<EventSummary> {
        let stored = self.events.get(&id)?;
        Some(EventSummary {
            id,
            record_id: stored.new.record_id,
            updated: stored.updated()?,
            taken_at: stored.taken_at,
            connection: stored.key.connection.clone(),
            site: stored.key.site.clone(),
            source: stored.new.source.clone(),
            fetched_by: stored.key.source.clone(),
            state: stored.state,
            fields: serde_json::from_str(&stored.new.fields).ok()?,
        })
    }

    fn event(&self, id: i64) -> Option<Event> {
        let stored = self.events.get(&id)?;
        let (scope, record) = (stored.scope, stored.new.record_id);
        let revisions = self
            .events
            .iter()
            .filter(|(_, other)| other.scope == scope && other.new.record_id == record);
        let dismissals = self
            .dismissals
            .iter()
            .filter(|((known, id, _), _)| *known == scope && *id == record);
        Some(Event {
            summary: self.summary(id)?,
            raw: stored.new.raw.clone(),
            because: stored.because.reason().to_owned(),
            revisions: revisions.filter_map(|(id, one)| Some((*id, one.updated()?))).collect(),
            dismissals: dismissals
                .map(|((_, _, reason), count)| (reason.reason().to_owned(), *count))
                .collect(),
            gone_at: self.gone.get(&(scope, record)).copied(),
        })
    }

    fn begin_run(&mut self, lease: &Lease, start: &RunStart) -> Result<(), StoreError> {
        let (key, _) = self.held(lease)?;
        let feed = key.clone();
        let before = self.runs.iter_mut().filter(|(feed, _)| *feed == lease.feed);
        for (_, run) in before.filter(|(_, run)| run.outcome == RunOutcome::Running) {
            run.outcome = RunOutcome::Interrupted;
        }
        let run = RunRecord {
            id: start.id.clone(),
            feed,
            kind: start.kind,
            started_at: start.started_at,
            ended_at: None,
            outcome: RunOutcome::Running,
            taken: 0,
            dismissed: BTreeMap::new(),
            set_aside: 0,
            gone: 0,
            failure: None,
        };
        self.runs.push((lease.feed, run));
        Ok(())
    }

    fn end_run(&mut self, end: &RunEnd) {
        let running = |(_, run): &&mut (i64, RunRecord)| run.id == end.id && run.outcome == RunOutcome::Running;
        if let Some((_, run)) = self.runs.iter_mut().find(running) {
            run.ended_at = Some(end.ended_at);
            run.outcome = end.outcome();
            run.failure.clone_from(&end.failure);
        }
    }
}

impl Stored {
    fn updated(&self) -> Option<Timestamp> {
        Timestamp::from_second(self.new.stamp).ok()
    }
}

fn count(of: usize) -> i64 {
    i64::try_from(of).unwrap_or(i64::MAX)
}

fn now<T: Send + 'static>(value: T) -> BoxFuture<'static, T> {
    Box::pin(std::future::ready(value))
}

impl EventStore for MemoryStore {
    fn claim<'a>(&'a self, key: &'a FeedKey, request: &'a LeaseRequest) -> BoxFuture<'a, Result<Lease, StoreError>> {
        now(self.state.lock().claim(key, request))
    }

    fn renew<'a>(&'a self, lease: &'a Lease, until: Timestamp) -> BoxFuture<'a, Result<(), StoreError>> {
        now(self.state.lock().renew(lease, until))
    }

    fn release<'a>(&'a self, lease: &'a Lease) -> BoxFuture<'a, Result<(), StoreError>> {
        now(self.state.lock().held(lease).map(|(_, feed)| feed.holder = None))
    }

    fn commit<'a>(&'a self, lease: &'a Lease, batch: BatchWrite) -> BoxFuture<'a, Result<Committed, StoreError>> {
        now(self.state.lock().commit(lease, batch))
    }

    fn carry_over<'a>(&'a self, lease: &'a Lease, since: i64) -> BoxFuture<'a, Result<(), StoreError>> {
        now(self.state.lock().carry_over(lease, since))
    }

    fn missing<'a>(&'a self, lease: &'a Lease, heads: &'a [Head]) -> BoxFuture<'a, Result<Vec<Head>, StoreError>> {
        let state = self.state.lock();
        let known = |head: &Head| {
            let revisions = state.revisions.get(&(lease.scope, head.id));
            revisions.is_some_and(|revisions| revisions.iter().any(|known| known.stamp == head.stamp))
        };
        now(Ok(heads.iter().filter(|head| !known(head)).copied().collect()))
    }

    fn known<'a>(&'a self, lease: &'a Lease, since: i64) -> BoxFuture<'a, Result<Vec<Head>, StoreError>> {
        now(Ok(self.state.lock().known(lease.scope, since)))
    }

    fn begin_run<'a>(&'a self, lease: &'a Lease, run: &'a RunStart) -> BoxFuture<'a, Result<(), StoreError>> {
        now(self.state.lock().begin_run(lease, run))
    }

    fn end_run<'a>(&'a self, run: &'a RunEnd) -> BoxFuture<'a, Result<(), StoreError>> {
        self.state.lock().end_run(run);
        now(Ok(()))
    }

    fn list_runs(&self, limit: u32) -> BoxFuture<'_, Result<Vec<RunRecord>, StoreError>> {
        let state = self.state.lock();
        let newest = state.runs.iter().rev().map(|(_, run)| run.clone());
        now(Ok(newest.take(limit as usize).collect()))
    }

    fn last_sweep<'a>(&'a self, key: &'a FeedKey) -> BoxFuture<'a, Result<Option<Timestamp>, StoreError>> {
        let state = self.state.lock();
        let ours = || state.runs.iter().map(|(_, run)| run).filter(|run| run.feed == *key);
        let swept = ours().rfind(|run| run.kind == RunKind::Sweep && run.outcome == RunOutcome::Successful);
        now(Ok(swept.or_else(|| ours().next()).map(|run| run.started_at)))
    }

    fn list_events<'a>(&'a self, filter: &'a EventFilter) -> BoxFuture<'a, Result<Vec<EventSummary>, StoreError>> {
        let state = self.state.lock();
        let all = state.events.keys().rev().filter_map(|id| state.summary(*id));
        let wanted = all.filter(|event| {
            let of_run = |wanted: &String| {
                let run = state.events.get(&event.id).map_or("", |stored| stored.run.as_str());
                run == wanted || run.strip_prefix(wanted).is_some_and(|rest| rest.starts_with('/'))
            };
            filter.record_id.is_none_or(|id| event.record_id == id)
                && filter.run.as_ref().is_none_or(of_run)
                && filter.before.is_none_or(|before| event.id < before)
                && filter.state.is_none_or(|state| event.state == state)
                && filter.sites.as_ref().is_none_or(|sites| sites.contains(&event.site))
                && filter.since.is_none_or(|since| event.taken_at >= since)
                && filter.until.is_none_or(|until| event.taken_at < until)
        });
        now(Ok(wanted.take(filter.limit as usize).collect()))
    }

    fn get_event(&self, id: i64) -> BoxFuture<'_, Result<Option<Event>, StoreError>> {
        now(Ok(self.state.lock().event(id)))
    }

    fn prune(&self, before: Timestamp) -> BoxFuture<'_, Result<u64, StoreError>> {
        let mut state = self.state.lock();
        let kept = state.events.len();
        state.events.retain(|_, stored| stored.taken_at >= before);
        now(Ok((kept - state.events.len()) as u64))
    }

    fn measure(&self) -> BoxFuture<'_, Result<Measure, StoreError>> {
        let state = self.state.lock();
        let raw_bytes = state.events.values().map(|stored| stored.new.raw.len() as u64).sum();
        now(Ok(Measure {
            events: state.events.len() as u64,
            raw_bytes,
            stored_bytes: raw_bytes,
        }))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::conformance;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn the_model_keeps_its_promises() {
        let fresh =
            || -> BoxFuture<'_, Arc<dyn EventStore>> { Box::pin(async { Arc::new(MemoryStore::default()) as _ }) };
        let checked = conformance::run(&fresh, |check| println!("{check}")).await;
        checked.unwrap();
    }
}
