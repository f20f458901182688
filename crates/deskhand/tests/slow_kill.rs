//! Completeness under fire: a desk that works and fails in every way it can, and a program that is killed again and again.
//!
//! Afterwards the store is held against the sandbox's own truth: every ticket's final revision is there, and every
//! revision that was visible and current throughout a completed pass; none twice, and nothing that never was.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "test code")]

mod database;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use deskhand_sandbox::{Activity, FaultKind, Mix, Options, Rule, Running, Seed, TruthRow, start};
use serde_json::Value;

use self::database::Database;

const TICKETS: u64 = 20_000;
const KILLS_AT_POINTS: usize = 50;
const KILLS_AT_RANDOM: usize = 20;
const EACH_FAULT: u64 = 10;
const SIGKILL: i32 = 9;

/// One ticket revision as it is stored.
#[derive(Debug, PartialEq, Eq, Hash, Clone)]
struct Stored {
    id: i64,
    edit: u32,
    stamp: i64,
    company: String,
}

struct Bench {
    sandbox: Running,
    folder: tempfile::TempDir,
    /// Where the events are: a file or a database.
    store: String,
    /// When the pass that is under way began, in milliseconds of the sandbox's clock.
    pass_began: Option<i64>,
    /// Passes that were completed: when each began and ended.
    passes: Vec<(i64, i64)>,
    /// Tickets that were set aside in some pass, or could have been.
    set_aside: BTreeSet<i64>,
    kills: usize,
}

impl Bench {
    async fn new(options: Options) -> Self {
        let mut bench = Self::with_store(options, String::new()).await;
        let file = bench.folder.path().join("events.sqlite");
        file.to_str().unwrap().clone_into(&mut bench.store);
        bench
    }

    async fn with_store(options: Options, store: String) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(
            folder.path().join("sources.toml"),
            "[[source]]\nname = \"Counted\"\n[[source.field]]\nname = \"Edit Count\"\npath = \".customFields[?(@.caption=='Edit Count')].value\"\n",
        )
        .unwrap();
        let sandbox = start(options).await.unwrap();
        Self {
            sandbox,
            folder,
            store,
            pass_began: None,
            passes: Vec::new(),
            set_aside: BTreeSet::new(),
            kills: 0,
        }
    }

    fn ingest(&self, more: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_deskhand"));
        command
            .env("DESKHAND_URL", self.sandbox.url())
            .env("DESKHAND_COMPANY_ID", "sandbox");
        command
            .env("DESKHAND_PUBLIC_KEY", "public")
            .env("DESKHAND_PRIVATE_KEY", "private")
            .env("DESKHAND_CLIENT_ID", "kill");
        command
            .args(["ingest", "--page-size", "50", "--timeout", "5", "--store"])
            .arg(&self.store);
        command
            .arg("--sources")
            .arg(self.folder.path().join("sources.toml"))
            .args(["--source", "Counted"])
            .args(more);
        command.stdout(Stdio::null()).stderr(Stdio::piped());
        command
    }

    /// Notes when a pass begins; a killed one is still under way.
    fn begin(&mut self) {
        let now = self.sandbox.world().clock.now_ms();
        self.pass_began.get_or_insert(now);
        self.set_aside.extend(self.sandbox.world().poisons());
    }

    fn ended(&mut self, status: ExitStatus) {
        self.set_aside.extend(self.sandbox.world().poisons());
        if status.success() {
            let now = self.sandbox.world().clock.now_ms();
            self.passes.extend(self.pass_began.take().map(|began| (began, now)));
        } else if status.signal() == Some(SIGKILL) {
            self.kills += 1;
        }
    }

    /// Runs once; true when it was killed.
    async fn run(&mut self, more: &[&str]) -> ExitStatus {
        self.begin();
        let mut command = tokio::process::Command::from(self.ingest(more));
        let output = command.output().await.unwrap();
        self.ended(output.status);
        if !output.status.success() && output.status.signal().is_none() {
            println!("a run failed: {}", String::from_utf8_lossy(&output.stderr));
        }
        output.status
    }

    async fn run_until_it_works(&mut self, more: &[&str]) {
        for _ in 0..60 {
            if self.run(more).await.success() {
                return;
            }
        }
        panic!("no run worked");
    }

    async fn kill_at_points(&mut self, wanted: usize) {
        const POINTS: [&str; 3] = ["read", "before-commit", "after-commit"];
        let mut nth = 0;
        while self.kills < wanted {
            nth += 1;
            assert!(nth < wanted * 6, "only {} of {nth} runs were killed", self.kills);
            let point = if nth % 10 == 0 {
                "ended:1".to_owned()
            } else {
                format!("{}:{}", POINTS[nth % 3], 1 + nth * 7 % 23)
            };
            self.run(&["--kill-at", &point]).await;
        }
    }

    async fn kill_at_random(&mut self, wanted: usize, seed: u64) {
        let mut random = fastrand::Rng::with_seed(seed);
        let until = self.kills + wanted;
        let begun = Instant::now();
        while self.kills < until {
            assert!(begun.elapsed() < Duration::from_secs(180), "only {} kills", self.kills);
            self.begin();
            let mut child = tokio::process::Command::from(self.ingest(&[])).spawn().unwrap();
            let wait = Duration::from_millis(random.u64(10..700));
            if tokio::time::timeout(wait, child.wait()).await.is_err() {
                child.start_kill().unwrap();
            }
            let status = child.wait().await.unwrap();
            self.ended(status);
        }
    }

    fn stored(&self) -> Vec<Stored> {
        let mut list = Command::new(env!("CARGO_BIN_EXE_deskhand"));
        list.args(["events", "list", "--output", "jsonl", "--limit", "10000000", "--store"])
            .arg(&self.store);
        let output = list.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().lines().map(stored).collect()
    }

    /// Holds the store against the truth.
    fn judge(&self) {
        let (stored, truth) = (self.stored(), self.sandbox.world().truth());
        let known: HashMap<(i64, u32), &TruthRow> = truth.iter().map(|row| ((row.id, row.edit), row)).collect();
        for event in &stored {
            let row = known
                .get(&(event.id, event.edit))
                .unwrap_or_else(|| panic!("{event:?} never was"));
            assert_eq!(row.stamp, event.stamp, "{event:?} never was");
        }
        let once: HashSet<&Stored> = stored.iter().collect();
        assert_eq!(once.len(), stored.len(), "{:?} is stored twice", twice(&stored));
        let have: HashSet<(i64, u32)> = stored.iter().map(|event| (event.id, event.edit)).collect();
        let lost: Vec<_> = truth
            .iter()
            .filter(|row| row.until_ms.is_none() && !have.contains(&(row.id, row.edit)))
            .collect();
        assert!(
            lost.is_empty(),
            "{} final revisions are missing: {:?}",
            lost.len(),
            &lost[..lost.len().min(5)]
        );
        let missed: Vec<_> = truth
            .iter()
            .filter(|row| self.had_to_be_seen(row) && !have.contains(&(row.id, row.edit)))
            .collect();
        assert!(
            missed.is_empty(),
            "{} current revisions are missing: {:?}",
            missed.len(),
            &missed[..missed.len().min(5)]
        );
        println!(
            "{} events of {} revisions, {} passes, {} kills",
            stored.len(),
            truth.len(),
            self.passes.len(),
            self.kills
        );
    }

    /// Visible and current throughout a completed pass, and not set aside.
    fn had_to_be_seen(&self, row: &TruthRow) -> bool {
        let throughout =
            |(began, ended): &(i64, i64)| row.from_ms <= *began && row.until_ms.is_none_or(|until| until >= *ended);
        !self.set_aside.contains(&row.id) && self.passes.iter().any(throughout)
    }
}

fn stored(line: &str) -> Stored {
    let event: Value = serde_json::from_str(line).unwrap();
    let updated: jiff::Timestamp = event["updated"].as_str().unwrap().parse().unwrap();
    Stored {
        id: event["recordId"].as_i64().unwrap(),
        edit: event["fields"]["Edit Count"].as_u64().unwrap().try_into().unwrap(),
        stamp: updated.as_second(),
        company: event["fields"]["Company Name"].as_str().unwrap_or_default().to_owned(),
    }
}

fn twice(stored: &[Stored]) -> Vec<&Stored> {
    let mut counts: BTreeMap<(i64, u32, &str), (usize, &Stored)> = BTreeMap::new();
    for event in stored {
        counts
            .entry((event.id, event.edit, &event.company))
            .or_insert((0, event))
            .0 += 1;
    }
    counts
        .into_values()
        .filter(|(count, _)| *count > 1)
        .map(|(_, event)| event)
        .take(5)
        .collect()
}

/// Every fault of HTTP, each now and then.
fn unruly() -> Vec<Rule> {
    use FaultKind::{Empty, Html, Mislabel, Reset, ServerError, Slow, TooManyRequests, Truncate, Unavailable};
    [
        TooManyRequests,
        ServerError,
        Unavailable,
        Slow,
        Reset,
        Truncate,
        Html,
        Empty,
        Mislabel,
    ]
    .map(|kind| Rule::by_chance(kind, 0.012).seconds(if kind == Slow { 0.3 } else { 1.0 }))
    .to_vec()
}

#[tokio::test(flavor = "multi_thread")]
async fn slow_nothing_is_lost_or_doubled_while_everything_fails() {
    let mut bench = Bench::new(Options::with_tickets(TICKETS)).await;
    let mix = Mix {
        rename_company: 8,
        new_codebase: 8,
        poison: 4,
        ..Mix::default()
    };
    let activity = Activity {
        per_second: 30.0,
        commit_lag_seconds: 2.0,
        skew_seconds: 1,
        removals: true,
        upheaval: true,
        mix,
    };
    bench.sandbox.faults().set(unruly());
    bench.sandbox.world().set_volatile(true);
    bench.sandbox.start_activity(activity);
    bench.kill_at_points(KILLS_AT_POINTS).await;
    let seed = fastrand::u64(..);
    println!("random kills from seed {seed}");
    bench.kill_at_random(KILLS_AT_RANDOM, seed).await;
    bench.run_until_it_works(&[]).await;
    // Whatever has not happened often enough yet goes on happening.
    let begun = Instant::now();
    while !rare(&bench.sandbox).is_empty() && begun.elapsed() < Duration::from_secs(240) {
        bench.run(&[]).await;
    }
    let rare = rare(&bench.sandbox);
    assert!(rare.is_empty(), "happened fewer than {EACH_FAULT} times: {rare:?}");
    bench.sandbox.quiesce();
    bench.sandbox.faults().set(Vec::new());
    bench.run_until_it_works(&["--sweep", "0"]).await;
    bench.judge();
}

/// Faults that have happened too rarely to prove anything.
fn rare(sandbox: &Running) -> Vec<(String, u64)> {
    const ALL: [&str; 19] = [
        "too-many-requests",
        "server-error",
        "unavailable",
        "slow",
        "reset",
        "truncate",
        "html",
        "empty",
        "mislabel",
        "commit-lag",
        "skew",
        "same-second",
        "deleted",
        "converted",
        "moved",
        "renamed",
        "codebase",
        "volatile",
        "poison",
    ];
    let fired = sandbox.faults().fired();
    let times = |name: &str| fired.get(name).copied().unwrap_or(0);
    ALL.iter()
        .map(|name| ((*name).to_owned(), times(name)))
        .filter(|(_, times)| *times < EACH_FAULT)
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn slow_three_thousand_tickets_in_one_second_all_arrive() {
    let seed = Seed {
        tickets: 4_000,
        in_one_second: 3_000,
        ..Seed::default()
    };
    let mut bench = Bench::new(Options {
        seed,
        ..Options::default()
    })
    .await;
    bench.kill_at_points(5).await;
    bench.run_until_it_works(&[]).await;
    bench.run_until_it_works(&[]).await;
    bench.judge();
}

#[tokio::test(flavor = "multi_thread")]
async fn slow_a_server_clock_that_differs_by_ninety_seconds_loses_nothing() {
    for offset in [90, -90] {
        let mut bench = Bench::new(Options::with_tickets(1_000)).await;
        bench.sandbox.world().clock.set_offset(offset);
        bench.sandbox.start_activity(Activity {
            per_second: 60.0,
            ..Activity::default()
        });
        for _ in 0..4 {
            bench.run_until_it_works(&[]).await;
        }
        bench.sandbox.quiesce();
        bench.run_until_it_works(&[]).await;
        bench.judge();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn slow_postgres_loses_and_doubles_nothing_when_the_program_is_killed() {
    let database = Database::empty("killed").await;
    let mut bench = Bench::with_store(Options::with_tickets(2_000), database.url.clone()).await;
    bench.sandbox.start_activity(Activity {
        per_second: 30.0,
        ..Activity::default()
    });
    bench.kill_at_points(20).await;
    let seed = fastrand::u64(..);
    println!("random kills from seed {seed}");
    bench.kill_at_random(10, seed).await;
    bench.run_until_it_works(&[]).await;
    bench.sandbox.quiesce();
    bench.run_until_it_works(&["--sweep", "0"]).await;
    bench.judge();
    database.end().await;
}
