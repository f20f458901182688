//! The week itself: time passes, tickets change, requests fail, processes are killed and come back hours later.

use std::fmt;
use std::time::{Duration, Instant};

use deskhand_command::Clock as _;
use deskhand_engine::engine::{Engine, Turned};
use deskhand_sandbox::{Activity, FaultKind, Member, Rule};
use fastrand::Rng;
use jiff::{SignedDuration, Timestamp};

use super::desk::Desk;
use super::expected::{self, Expected};
use super::fates::Span;

/// Clocks in Berlin are put back on the fourth day.
const BEGINNING: &str = "2027-10-28T00:00:30Z";
/// Tickets change at least so often.
const BEAT: SignedDuration = SignedDuration::from_mins(5);
/// After the week everything works, and so long everything has time to come to rest.
const REST: SignedDuration = SignedDuration::from_hours(3);

/// How large the week is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Size {
    pub(crate) connections: usize,
    pub(crate) schedules: usize,
    pub(crate) days: i64,
    /// So many of a hundred due times run in time, at least.
    pub(crate) in_time: u64,
}

/// The desk after the week.
pub(crate) struct Week {
    pub(crate) desk: Desk,
    pub(crate) expected: Vec<Expected>,
    /// When the desk was defined.
    pub(crate) began: Timestamp,
    /// The last moment at which it was worked off.
    pub(crate) ended: Timestamp,
    /// The engine's turns that came to their end.
    pub(crate) turns: Vec<Span>,
    pub(crate) told: Told,
}

/// What happened.
#[derive(Debug, Default)]
pub(crate) struct Told {
    pub(crate) fired: u64,
    pub(crate) driven: usize,
    pub(crate) kills: usize,
    pub(crate) away: SignedDuration,
    pub(crate) changes: usize,
    pub(crate) faults: u64,
    /// Times at which a desk began to refuse everything, for six hours.
    pub(crate) refusals: usize,
    pub(crate) took: Duration,
}

/// A desk under way.
struct Living {
    desk: Desk,
    random: Rng,
    processes: usize,
    engine: Engine,
    turns: Vec<Span>,
    told: Told,
}

pub(crate) async fn live(size: Size, seed: u64) -> Week {
    let began = Instant::now();
    let beginning: Timestamp = BEGINNING.parse().unwrap();
    let desk = Desk::open(size.connections, beginning).await;
    let schedules = expected::schedules(size.schedules);
    desk.apply(&expected::files(&desk, &schedules)).await;
    let mut living = Living {
        engine: desk.process(1),
        desk,
        random: Rng::with_seed(seed),
        processes: 1,
        turns: Vec::new(),
        told: Told::default(),
    };
    living.turn().await;
    let end = beginning + SignedDuration::from_hours(24 * size.days);
    let mut weather = beginning;
    let mut kill = living.desk.time.now() + living.some_hours(3);
    while living.desk.time.now() < end {
        if living.desk.time.now() >= weather {
            living.change_weather();
            weather += SignedDuration::from_hours(6);
        }
        if living.desk.time.now() >= kill {
            living.be_killed().await;
            kill = living.desk.time.now() + living.some_hours(3);
        }
        living.go_on(end).await;
    }
    let ended = living.come_to_rest(end + REST).await;
    let Living {
        desk, turns, mut told, ..
    } = living;
    told.took = began.elapsed();
    Week {
        ended,
        expected: [schedules, expected::jobs(size.connections)].concat(),
        desk,
        began: beginning,
        turns,
        told,
    }
}

impl Living {
    async fn turn(&mut self) {
        let from = self.desk.time.now();
        let turned = self.engine.turn().await.unwrap();
        self.note(from, turned);
    }

    /// Notes a turn that came to its end.
    fn note(&mut self, from: Timestamp, turned: Turned) {
        self.turns.push(Span {
            from,
            until: Some(self.desk.time.now()),
        });
        self.told.fired += turned.fired;
        self.told.driven += turned.driven;
    }

    /// Does what is due, and lets time pass until something is again; meanwhile tickets change.
    async fn go_on(&mut self, end: Timestamp) {
        self.turn().await;
        let now = self.desk.time.now();
        let due = self.next_due(end).await;
        self.desk.time.move_to(due.min(end).min(now + BEAT));
        self.change_tickets();
    }

    /// When to look next. What is due and was not done waits for somebody: for the end of a claim of the dead, for one.
    async fn next_due(&self, end: Timestamp) -> Timestamp {
        let soon = self.desk.time.now() + SignedDuration::from_secs(10);
        let due = self.engine.next_due().await.unwrap().unwrap_or(end);
        due.max(soon)
    }

    fn change_tickets(&mut self) {
        let activity = Activity {
            commit_lag_seconds: 5.0,
            removals: true,
            ..Activity::default()
        };
        for sandbox in &self.desk.sandboxes {
            if self.random.u8(..) < 20 {
                let steps = self.random.usize(1..=3);
                sandbox.act(steps, activity, self.random.u64(..));
                self.told.changes += steps;
            }
        }
    }

    /// For some hours requests fail now and then, or all of them are refused; or all is well.
    fn change_weather(&mut self) {
        for sandbox in &self.desk.sandboxes {
            // Being asked to wait is waited for by the real clock, so that it is for no time at all.
            let now_and_then = |kind| Rule::by_chance(kind, 0.02).seconds(0.0);
            let (refused, rules) = match self.random.u8(0..20) {
                0 | 1 => (true, Vec::new()),
                2 | 3 => (
                    false,
                    vec![now_and_then(FaultKind::ServerError), now_and_then(FaultKind::Reset)],
                ),
                4 | 5 => (
                    false,
                    vec![
                        now_and_then(FaultKind::TooManyRequests),
                        now_and_then(FaultKind::LostAnswer),
                    ],
                ),
                _ => (false, Vec::new()),
            };
            self.told.faults += sandbox.faults().fired().values().sum::<u64>();
            self.told.refusals += usize::from(refused);
            sandbox.faults().forget_fired();
            sandbox.faults().set(rules);
            sandbox.world().set_member(member(refused));
        }
    }

    /// The process is killed in the middle of what is due next, and another one is started, mostly soon.
    async fn be_killed(&mut self) {
        let soon = self.desk.time.now() + SignedDuration::from_hours(1);
        let due = self.next_due(soon).await;
        self.desk.time.move_to(due.min(soon));
        let after = Duration::from_millis(self.random.u64(0..60));
        let from = self.desk.time.now();
        let turned = tokio::select! {
            biased;
            () = tokio::time::sleep(after) => None,
            turned = self.engine.turn() => Some(turned.unwrap()),
        };
        if let Some(turned) = turned {
            self.note(from, turned);
        }
        self.processes += 1;
        self.engine = self.desk.process(self.processes);
        self.told.kills += 1;
        let away = match self.random.u8(0..10) {
            0 => SignedDuration::from_hours(6),
            1 | 2 => self.some_hours(3),
            _ => SignedDuration::from_secs(self.random.i64(5..200)),
        };
        self.told.away += away;
        let back = self.desk.time.now() + away;
        while self.desk.time.now() < back {
            let now = self.desk.time.now();
            self.desk.time.move_to(back.min(now + BEAT));
            self.change_tickets();
        }
    }

    /// Nothing changes and nothing fails any more. Says when it was looked for the last time what is due: time passes while that
    /// is done.
    async fn come_to_rest(&mut self, end: Timestamp) -> Timestamp {
        for sandbox in &self.desk.sandboxes {
            self.told.faults += sandbox.faults().fired().values().sum::<u64>();
            sandbox.faults().set(Vec::new());
            sandbox.world().set_member(member(false));
            sandbox.quiesce();
        }
        while self.desk.time.now() < end {
            self.turn().await;
            let due = self.next_due(end).await;
            self.desk.time.move_to(due.min(end));
        }
        let last = self.desk.time.now();
        self.turn().await;
        last
    }

    fn some_hours(&mut self, most: i64) -> SignedDuration {
        SignedDuration::from_mins(self.random.i64(10..60 * most))
    }
}

/// Whom the desk knows the PSA by, with every right or with none.
fn member(refused: bool) -> Member {
    if refused {
        Member::with_rights("public", "private", &[])
    } else {
        Member::with_every_right("sandbox", "public", "private")
    }
}

impl Told {
    /// Whether there was anything to come through.
    pub(crate) fn is_eventful(&self) -> bool {
        self.fired > 5_000
            && self.kills > 30
            && self.away > SignedDuration::from_hours(10)
            && self.changes > 5_000
            && self.faults > 100
            && self.refusals > 20
    }
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            fired,
            driven,
            kills,
            away,
            changes,
            faults,
            refusals,
            took,
        } = self;
        write!(
            f,
            "{fired} schedules fired and runs went on {driven} times, with {kills} kills, {} h away, {changes} changes of \
             tickets, {faults} faults and {refusals} times six hours without rights, in {:.0} s",
            away.as_hours(),
            took.as_secs_f64()
        )
    }
}
