//! The model of a store: what the others have to agree with.

use std::collections::{BTreeMap, HashMap, HashSet};

use deskhand_command::{BoxFuture, Head};
use jiff::{SignedDuration, Timestamp};
use parking_lot::Mutex;
use serde_json::Value;

use super::{BatchWrite, Committed, EventStore, FeedKey, Lease, LeaseRequest, Measure, RunRecord, StoreError};
use crate::events::{Event, EventFilter, EventSummary, NewEvent};
use crate::ingest::{Decision, Known, decide};

/// A store in memory.
#[derive(Debug, Default)]
pub struct MemoryStore {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    feeds: BTreeMap<FeedKey, Feed>,
    scopes: BTreeMap<(String, String, String), i64>,
    revisions: BTreeMap<(i64, i64), Vec<Known>>,
    keys: HashSet<(i64, String)>,
    events: Vec<(i64, String, NewEvent, Timestamp)>,
    dismissals: BTreeMap<(i64, i64, &'static str), i64>,
    gone: BTreeMap<(i64, i64), Timestamp>,
    set_aside: Vec<Option<i64>>,
    runs: Vec<RunRecord>,
}

#[derive(Debug)]
struct Feed {
    id: i64,
    scope: i64,
    fence: i64,
    holder: Option<(String, Timestamp)>,
    position: Option<Value>,
}

impl State {
    fn feed(&mut self, lease: &Lease) -> Result<&mut Feed, StoreError> {
        let feed = self
            .feeds
            .values_mut()
            .find(|feed| feed.id == lease.feed && feed.fence == lease.fence);
        feed.ok_or(StoreError::Lost)
    }

    fn claim(&mut self, key: &FeedKey, request: &LeaseRequest) -> Result<Lease, StoreError> {
        let scopes = number(self.scopes.len());
        let scope = (key.source.clone(), key.connection.clone(), key.site.clone());
        let scope = *self.scopes.entry(scope).or_insert(scopes + 1);
        let id = number(self.feeds.len()) + 1;
        let feed = self.feeds.entry(key.clone()).or_insert(Feed {
            id,
            scope,
            fence: 0,
            holder: None,
            position: None,
        });
        if let Some((holder, until)) = &feed.holder
            && *until > request.now
            && *holder != request.holder
        {
            return Err(StoreError::Held {
                holder: holder.clone(),
                until: *until,
            });
        }
        let until = request
            .now
            .saturating_add(SignedDuration::from_secs(request.seconds))
            .unwrap_or(request.now);
        feed.holder = Some((request.holder.clone(), until));
        feed.fence += 1;
        Ok(Lease {
            feed: feed.id,
            scope: feed.scope,
            fence: feed.fence,
            position: feed.position.clone(),
        })
    }

    fn commit(&mut self, lease: &Lease, batch: BatchWrite) -> Result<Committed, StoreError> {
        let feed = self.feed(lease)?;
        if let Some(position) = batch.position {
            feed.position = Some(position);
        }
        if let Some((_, until)) = &mut feed.holder {
            *until = batch.lease_until;
        }
        let connection = self.connection(lease);
        self.set_aside.extend(batch.unusable.iter().map(|one| one.record_id));
        let known: HashMap<i64, Vec<Known>> = batch
            .candidates
            .iter()
            .filter_map(|new| {
                Some((
                    new.record_id,
                    self.revisions.get(&(lease.scope, new.record_id))?.clone(),
                ))
            })
            .collect();
        let keys = self
            .keys
            .iter()
            .filter(|(scope, _)| *scope == lease.scope)
            .map(|(_, key)| key.clone())
            .collect();
        let decisions = decide(&batch.candidates, known, keys, batch.settle_seconds);
        let mut committed = Committed::default();
        for (new, decision) in batch.candidates.into_iter().zip(decisions) {
            let revisions = self.revisions.entry((lease.scope, new.record_id)).or_default();
            match decision {
                Decision::Take => {
                    revisions.push(Known {
                        stamp: new.stamp,
                        digest: new.digest,
                        read_at: new.read_at,
                    });
                    self.keys.extend(new.event_key.clone().map(|key| (lease.scope, key)));
                    self.gone.remove(&(lease.scope, new.record_id));
                    self.events.push((lease.scope, connection.clone(), new, batch.now));
                    committed.taken += 1;
                }
                Decision::Dismiss { reason, confirms } => {
                    if let Some(same) = revisions
                        .iter_mut()
                        .find(|known| confirms && known.digest == new.digest)
                    {
                        same.read_at = new.read_at;
                    }
                    *self
                        .dismissals
                        .entry((lease.scope, new.record_id, reason.reason()))
                        .or_default() += 1;
                    *committed.dismissed.entry(reason).or_default() += 1;
                }
            }
        }
        Ok(committed)
    }

    fn connection(&self, lease: &Lease) -> String {
        let key = self
            .feeds
            .iter()
            .find(|(_, feed)| feed.id == lease.feed)
            .map(|(key, _)| key.connection.clone());
        key.unwrap_or_default()
    }

    fn summary(&self, at: usize) -> Option<EventSummary> {
        let (_, connection, new, taken_at) = self.events.get(at)?;
        Some(EventSummary {
            id: number(at) + 1,
            record_id: new.record_id,
            updated: Timestamp::from_second(new.stamp).ok()?,
            taken_at: *taken_at,
            connection: connection.clone(),
            source: new.source.clone(),
            fields: serde_json::from_str(&new.fields).ok()?,
        })
    }

    fn event(&self, id: i64) -> Option<Event> {
        let at = usize::try_from(id - 1).ok()?;
        let (scope, _, new, _) = self.events.get(at)?;
        let same = |(_, (other, _, event, _)): &(usize, &(i64, String, NewEvent, Timestamp))| {
            other == scope && event.record_id == new.record_id
        };
        let revisions = self.events.iter().enumerate().filter(same);
        let dismissals = self
            .dismissals
            .iter()
            .filter(|((known, record, _), _)| known == scope && *record == new.record_id);
        Some(Event {
            summary: self.summary(at)?,
            raw: new.raw.clone(),
            revisions: revisions
                .filter_map(|(at, (_, _, event, _))| Some((number(at) + 1, Timestamp::from_second(event.stamp).ok()?)))
                .collect(),
            dismissals: dismissals
                .map(|((_, _, reason), count)| ((*reason).to_owned(), *count))
                .collect(),
            gone_at: self.gone.get(&(*scope, new.record_id)).copied(),
        })
    }
}

fn number(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

fn now<T: Send + 'static>(value: T) -> BoxFuture<'static, T> {
    Box::pin(std::future::ready(value))
}

impl EventStore for MemoryStore {
    fn claim<'a>(&'a self, key: &'a FeedKey, request: &'a LeaseRequest) -> BoxFuture<'a, Result<Lease, StoreError>> {
        now(self.state.lock().claim(key, request))
    }

    fn release<'a>(&'a self, lease: &'a Lease) -> BoxFuture<'a, Result<(), StoreError>> {
        now(self.state.lock().feed(lease).map(|feed| feed.holder = None))
    }

    fn commit<'a>(&'a self, lease: &'a Lease, batch: BatchWrite) -> BoxFuture<'a, Result<Committed, StoreError>> {
        now(self.state.lock().commit(lease, batch))
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
        let state = self.state.lock();
        let latest = state
            .revisions
            .iter()
            .filter(|((scope, id), _)| *scope == lease.scope && !state.gone.contains_key(&(*scope, *id)));
        let heads = latest.filter_map(|((_, id), revisions)| {
            let stamp = revisions.iter().map(|known| known.stamp).max()?;
            (stamp > since).then_some(Head { id: *id, stamp })
        });
        now(Ok(heads.collect()))
    }

    fn mark_gone<'a>(
        &'a self,
        lease: &'a Lease,
        ids: &'a [i64],
        at: Timestamp,
    ) -> BoxFuture<'a, Result<(), StoreError>> {
        let mut state = self.state.lock();
        state.gone.extend(ids.iter().map(|id| ((lease.scope, *id), at)));
        now(Ok(()))
    }

    fn log_run<'a>(&'a self, _lease: &'a Lease, run: &'a RunRecord) -> BoxFuture<'a, Result<(), StoreError>> {
        self.state.lock().runs.push(run.clone());
        now(Ok(()))
    }

    fn list_events<'a>(&'a self, filter: &'a EventFilter) -> BoxFuture<'a, Result<Vec<EventSummary>, StoreError>> {
        let state = self.state.lock();
        let all = (0..state.events.len()).rev().filter_map(|at| state.summary(at));
        let wanted = all.filter(|event| {
            filter.record_id.is_none_or(|id| event.record_id == id)
                && filter.before.is_none_or(|before| event.id < before)
        });
        now(Ok(wanted.take(filter.limit as usize).collect()))
    }

    fn get_event(&self, id: i64) -> BoxFuture<'_, Result<Option<Event>, StoreError>> {
        now(Ok(self.state.lock().event(id)))
    }

    fn measure(&self) -> BoxFuture<'_, Result<Measure, StoreError>> {
        let state = self.state.lock();
        let raw_bytes = state.events.iter().map(|(_, _, new, _)| new.raw.len() as u64).sum();
        now(Ok(Measure {
            events: state.events.len() as u64,
            raw_bytes,
            stored_bytes: raw_bytes,
        }))
    }
}
