//! Makes callers wait their turn.

use std::collections::VecDeque;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use parking_lot::Mutex;
use tokio::sync::oneshot;

use super::limit::Limit;
pub(crate) use super::limit::Seen;
use super::shared::SharedHold;

/// One per connection, shared by everything that uses it.
#[derive(Debug, Clone)]
pub struct Governor {
    state: Arc<Mutex<State>>,
    shared: Option<Arc<SharedHold>>,
}

/// Whose request goes first when not all can go at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Urgency {
    /// Somebody waits for it.
    #[default]
    Interactive,
    /// It gives way.
    Bulk,
}

/// What a governor knows of its server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Measured {
    /// Requests under way.
    pub in_flight: usize,
    /// How many may be, at present.
    pub allowed: usize,
    /// The most that were under way at once.
    pub most_in_flight: usize,
    /// The most that may ever be.
    pub ceiling: usize,
    /// Requests sent, repeats included.
    pub requests: u64,
    /// How many of them the server refused with 429.
    pub refusals: u64,
    /// The typical time of recent answers.
    pub latency: Option<Duration>,
    /// The longest time that an answer took.
    pub slowest: Option<Duration>,
}

#[derive(Debug)]
struct State {
    limit: Limit,
    in_flight: usize,
    most_in_flight: usize,
    requests: u64,
    refusals: u64,
    interactive: VecDeque<oneshot::Sender<()>>,
    bulk: VecDeque<oneshot::Sender<()>>,
}

/// A turn can be lost with the task that it was given to; nobody waits longer than this before looking for himself.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// The right to send one request.
#[derive(Debug)]
pub(crate) struct Permit {
    governor: Governor,
    begun: Instant,
    open: bool,
}

impl Governor {
    /// The most requests under way at once, unless set otherwise.
    pub const DEFAULT_CEILING: usize = 16;

    pub(crate) fn new(ceiling: usize) -> Self {
        let state = State {
            limit: Limit::new(ceiling),
            in_flight: 0,
            most_in_flight: 0,
            requests: 0,
            refusals: 0,
            interactive: VecDeque::new(),
            bulk: VecDeque::new(),
        };
        Self {
            state: Arc::new(Mutex::new(state)),
            shared: None,
        }
    }

    /// Shares through this file what the server asked to wait for.
    pub(crate) fn share(&mut self, path: &Path) -> io::Result<()> {
        self.shared = Some(Arc::new(SharedHold::open(path)?));
        Ok(())
    }

    /// What has been measured so far.
    pub fn measured(&self) -> Measured {
        let state = self.state.lock();
        Measured {
            in_flight: state.in_flight,
            allowed: state.limit.allowed(),
            most_in_flight: state.most_in_flight,
            ceiling: state.limit.ceiling(),
            requests: state.requests,
            refusals: state.refusals,
            latency: state.limit.latency(),
            slowest: state.limit.slowest(),
        }
    }

    /// Waits until one more request may be sent.
    pub(crate) async fn acquire(&self, urgency: Urgency) -> Permit {
        loop {
            self.wait_while_held().await;
            let turn = {
                let mut state = self.state.lock();
                if state.limit.held_until(Instant::now()).is_some() || self.held_by_others().is_some() {
                    continue;
                }
                if state.may_send(urgency) {
                    state.begin();
                    return Permit {
                        governor: self.clone(),
                        begun: Instant::now(),
                        open: true,
                    };
                }
                state.queue(urgency)
            };
            // Woken, forgotten or too long without news: in each case it is time to look again.
            let _news = tokio::time::timeout(LOOK_AGAIN, turn).await;
        }
    }

    async fn wait_while_held(&self) {
        loop {
            let held = self.state.lock().limit.held_until(Instant::now());
            let others = self.held_by_others().map(|left| Instant::now() + left);
            let Some(until) = held.max(others) else { return };
            tokio::time::sleep_until(until.into()).await;
        }
    }

    /// How long another process on the connection was asked to wait.
    fn held_by_others(&self) -> Option<Duration> {
        self.shared.as_ref()?.left(Timestamp::now())
    }
}

impl State {
    fn may_send(&self, urgency: Urgency) -> bool {
        let waiting_before = urgency == Urgency::Bulk && !self.interactive.is_empty();
        self.in_flight < self.limit.allowed() && !waiting_before
    }

    fn begin(&mut self) {
        self.in_flight += 1;
        self.requests += 1;
        self.most_in_flight = self.most_in_flight.max(self.in_flight);
    }

    fn queue(&mut self, urgency: Urgency) -> oneshot::Receiver<()> {
        let (turn, wait) = oneshot::channel();
        match urgency {
            Urgency::Interactive => self.interactive.push_back(turn),
            Urgency::Bulk => self.bulk.push_back(turn),
        }
        wait
    }

    /// Wakes as many as may go; those that gave up waiting are passed over.
    fn wake(&mut self) {
        let mut free = self.limit.allowed().saturating_sub(self.in_flight);
        while free > 0 {
            let Some(turn) = self.interactive.pop_front().or_else(|| self.bulk.pop_front()) else {
                return;
            };
            if turn.send(()).is_ok() {
                free -= 1;
            }
        }
    }
}

impl Permit {
    /// Hands the permit back with how the attempt ended.
    pub(crate) fn complete(mut self, seen: Seen) {
        self.open = false;
        let mut state = self.governor.state.lock();
        let in_flight = state.in_flight;
        if let Seen::Refused(wait) = seen {
            state.refusals += 1;
            if let (Some(shared), Ok(wait)) = (&self.governor.shared, SignedDuration::try_from(wait)) {
                shared.hold(Timestamp::now() + wait);
            }
        }
        state.limit.learn(seen, self.begun, Instant::now(), in_flight);
        state.in_flight -= 1;
        state.wake();
    }
}

impl Drop for Permit {
    /// A request that was given up frees its place and teaches nothing.
    fn drop(&mut self) {
        if self.open {
            let mut state = self.governor.state.lock();
            state.in_flight -= 1;
            state.wake();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn interactive_work_goes_before_bulk_that_came_first() {
        let governor = Governor::new(1);
        let held = governor.acquire(Urgency::Bulk).await;
        let (order, mut arrived) = tokio::sync::mpsc::unbounded_channel();
        for (name, urgency) in [("bulk", Urgency::Bulk), ("person", Urgency::Interactive)] {
            let (governor, order) = (governor.clone(), order.clone());
            tokio::spawn(async move {
                let permit = governor.acquire(urgency).await;
                order.send(name).unwrap();
                permit.complete(Seen::Answered(Duration::from_millis(1)));
            });
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        held.complete(Seen::Answered(Duration::from_millis(1)));
        assert_eq!(arrived.recv().await, Some("person"));
        assert_eq!(arrived.recv().await, Some("bulk"));
    }

    #[tokio::test]
    async fn nothing_is_sent_before_the_wait_that_the_server_asked_for_is_over() {
        let governor = Governor::new(4);
        let begun = Instant::now();
        governor
            .acquire(Urgency::Bulk)
            .await
            .complete(Seen::Refused(Duration::from_millis(80)));
        drop(governor.acquire(Urgency::Interactive).await);
        assert!(begun.elapsed() >= Duration::from_millis(80));
        assert_eq!(governor.measured().refusals, 1);
    }

    #[tokio::test]
    async fn a_waiter_that_gives_up_leaves_its_place_to_others() {
        let governor = Governor::new(1);
        let held = governor.acquire(Urgency::Bulk).await;
        let gone = tokio::time::timeout(Duration::from_millis(10), governor.acquire(Urgency::Interactive)).await;
        assert!(gone.is_err());
        held.complete(Seen::Answered(Duration::from_millis(1)));
        let next = tokio::time::timeout(Duration::from_secs(2), governor.acquire(Urgency::Bulk)).await;
        assert!(next.is_ok());
    }
}
