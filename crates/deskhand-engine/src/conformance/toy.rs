//! A toy PSA: records that change while they are read, and the truth about it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use deskhand_command::{Batch, BoxFuture, Clock, Failure, Feed, Head, Heads, Lookup, Pass, Record};
use fastrand::Rng;
use jiff::Timestamp;
use parking_lot::Mutex;
use serde_json::{Value, json};

/// Passes look back this many seconds; nothing becomes visible later than that, unless it is [`Toy::hide`]den.
const LAG: i64 = 20;
/// The toy's servers agree on the time, so that a second is over when it is over.
const SETTLE: i64 = 1;
const PAGE: usize = 5;

/// The toy, its clock and its truth.
#[derive(Debug, Clone)]
pub(super) struct Toy(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    now: i64,
    random: Rng,
    records: BTreeMap<i64, Now>,
    /// Every revision that was ever visible: id and edit.
    truth: BTreeSet<(i64, u64)>,
    /// Changes a second, while it is busy.
    busy: usize,
    requests: u64,
    /// This request, counted from 1, fails.
    fails_at: Option<u64>,
}

#[derive(Debug, Clone, Copy)]
struct Now {
    stamp: i64,
    edit: u64,
    hidden: bool,
}

impl Toy {
    pub(super) fn new(seed: u64, records: i64) -> Self {
        let toy = Self(Arc::new(Mutex::new(State {
            now: 1_000,
            random: Rng::with_seed(seed),
            records: BTreeMap::new(),
            truth: BTreeSet::new(),
            busy: 3,
            requests: 0,
            fails_at: None,
        })));
        for id in 1..=records {
            toy.0.lock().update(id);
        }
        toy
    }

    /// Nothing changes any more, and time goes on until everything is settled.
    pub(super) fn calm_down(&self) {
        let mut state = self.0.lock();
        state.busy = 0;
        state.now += 100;
    }

    pub(super) fn fail_at(&self, request: Option<u64>) {
        let mut state = self.0.lock();
        state.fails_at = request.map(|n| state.requests + n);
    }

    pub(super) fn update(&self, id: i64) {
        self.0.lock().update(id);
    }

    /// Makes a record invisible with its stamp kept, or visible again.
    pub(super) fn hide(&self, id: i64, hidden: bool) {
        let mut state = self.0.lock();
        if let Some(record) = state.records.get_mut(&id) {
            record.hidden = hidden;
        }
        state.note(id);
    }

    pub(super) fn delete(&self, id: i64) {
        self.0.lock().records.remove(&id);
    }

    pub(super) fn truth(&self) -> BTreeSet<(i64, u64)> {
        self.0.lock().truth.clone()
    }

    /// What each record is now.
    pub(super) fn last(&self) -> BTreeSet<(i64, u64)> {
        self.0.lock().records.iter().map(|(id, now)| (*id, now.edit)).collect()
    }
}

impl State {
    fn update(&mut self, id: i64) {
        let (now, hidden) = (self.now, false);
        let record = self.records.entry(id).or_insert(Now {
            stamp: now,
            edit: 0,
            hidden,
        });
        record.stamp = now;
        record.edit += 1;
        self.note(id);
    }

    fn note(&mut self, id: i64) {
        let visible = self.records.get(&id).filter(|record| !record.hidden);
        self.truth.extend(visible.map(|record| (id, record.edit)));
    }

    /// A request takes its time: sometimes the second goes on, and records change.
    fn request(&mut self) -> Result<(), Failure> {
        self.requests += 1;
        self.now += self.random.i64(0..2);
        for _ in 0..self.busy {
            let newest = self.records.last_key_value().map_or(1, |(id, _)| *id);
            let id = self.random.i64(1..=newest + 1);
            self.update(id);
        }
        if self.fails_at == Some(self.requests) {
            return Err(Failure::new(502, "The toy is out of order."));
        }
        Ok(())
    }

    fn record(&self, id: i64) -> Option<Record> {
        let now = self.records.get(&id).filter(|now| !now.hidden)?;
        let mut digest = [0; 32];
        digest[..8].copy_from_slice(&now.edit.to_le_bytes());
        digest[8..16].copy_from_slice(&now.stamp.to_le_bytes());
        Some(Record {
            id,
            stamp: now.stamp,
            digest,
            raw: json!({"id": id, "edit": now.edit}).to_string().into(),
        })
    }
}

impl Clock for Toy {
    fn now(&self) -> Timestamp {
        // The toy's server is a minute and a half ahead of us.
        Timestamp::from_second(self.0.lock().now - 90).unwrap_or_default()
    }

    fn sleep(&self, duration: std::time::Duration) -> BoxFuture<'_, ()> {
        self.0.lock().now += i64::try_from(duration.as_secs()).unwrap_or(i64::MAX);
        Box::pin(std::future::ready(()))
    }
}

impl Feed for Toy {
    fn resume<'a>(&'a self, position: Option<&'a Value>) -> BoxFuture<'a, Result<Box<dyn Pass>, Failure>> {
        let position = position.cloned().unwrap_or_else(|| json!({"since": 0}));
        let number = |name: &str| position.get(name).and_then(Value::as_i64);
        let pass = ToyPass {
            toy: self.clone(),
            since: number("since").unwrap_or(0),
            lag: number("lag").unwrap_or(LAG),
            t0: number("t0").unwrap_or_else(|| self.0.lock().now),
            after: number("after").unwrap_or(0),
            ended: false,
        };
        Box::pin(async move { Ok(Box::new(pass) as Box<dyn Pass>) })
    }

    fn heads(&self, since: Option<Timestamp>) -> BoxFuture<'_, Result<Box<dyn Heads>, Failure>> {
        let state = self.0.lock();
        let since = since.map_or(i64::MIN, Timestamp::as_second);
        let visible = state.records.iter().filter(|(_, now)| !now.hidden && now.stamp > since);
        let heads = visible
            .map(|(id, now)| Head {
                id: *id,
                stamp: now.stamp,
            })
            .collect();
        let heads: Box<dyn Heads> = Box::new(ToyHeads(Some(heads)));
        Box::pin(std::future::ready(Ok(heads)))
    }

    fn look_up(&self, id: i64) -> BoxFuture<'_, Result<Lookup, Failure>> {
        let found = self.0.lock().record(id);
        let lookup = found.map_or(Lookup::Gone, |record| Lookup::Found(Box::new(record)));
        Box::pin(std::future::ready(Ok(lookup)))
    }

    fn read_until(&self, position: &Value) -> Option<Timestamp> {
        let since = position
            .get("since")
            .and_then(Value::as_i64)
            .filter(|since| *since > 0)?;
        Timestamp::from_second(since).ok()
    }

    fn read_from(&self, _position: &Value) -> Option<Timestamp> {
        None
    }

    fn go_on_from(&self, before: &Value, not_before: Option<Timestamp>) -> Value {
        let since = before.get("since").and_then(Value::as_i64).unwrap_or(0);
        let since = not_before.map_or(since, |limit| since.max(limit.as_second()));
        json!({"since": since, "lag": before.get("lag")})
    }

    fn learn(&self, position: &Value, late: u64, lag_seconds: i64) -> Value {
        assert!(late > 0 && lag_seconds > 0);
        let mut position = position.clone();
        position["lag"] = json!(lag_seconds);
        position
    }
}

/// A pass over the toy's records by id, as a real one would be.
struct ToyPass {
    toy: Toy,
    since: i64,
    lag: i64,
    t0: i64,
    after: i64,
    ended: bool,
}

impl ToyPass {
    fn page(&mut self) -> Result<Option<Batch>, Failure> {
        if self.ended {
            return Ok(None);
        }
        let mut state = self.toy.0.lock();
        state.request()?;
        let visible = state
            .records
            .range(self.after + 1..)
            .filter(|(_, now)| !now.hidden && now.stamp >= self.since);
        let ids: Vec<i64> = visible.map(|(id, _)| *id).take(PAGE).collect();
        let records: Vec<Record> = ids.iter().filter_map(|id| state.record(*id)).collect();
        self.ended = records.is_empty();
        self.after = ids.last().copied().unwrap_or(self.after);
        let position = if self.ended {
            json!({"since": self.since.max(self.t0 - self.lag), "lag": self.lag})
        } else {
            json!({"since": self.since, "lag": self.lag, "t0": self.t0, "after": self.after})
        };
        Ok(Some(Batch {
            records,
            quarantined: Vec::new(),
            position,
            server_time: Timestamp::from_second(state.now).unwrap_or_default(),
            settle_seconds: SETTLE,
            done: self.ended,
        }))
    }
}

impl Pass for ToyPass {
    fn next(&mut self) -> BoxFuture<'_, Result<Option<Batch>, Failure>> {
        Box::pin(async move {
            tokio::task::yield_now().await;
            self.page()
        })
    }
}

struct ToyHeads(Option<Vec<Head>>);

impl Heads for ToyHeads {
    fn next(&mut self) -> BoxFuture<'_, Result<Option<Vec<Head>>, Failure>> {
        Box::pin(std::future::ready(Ok(self.0.take())))
    }
}
