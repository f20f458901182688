//! Ingestion jobs.

use deskhand_engine::desk::{Kind, Wanted};
use deskhand_engine::events::EventFilter;
use deskhand_engine::jobs::fetch_of;
use deskhand_engine::runs::{Plan, RunFilter, RunOutcome, What};
use deskhand_sandbox::Member;
use jiff::SignedDuration;

use super::stage::Stage;

fn job(name: &str, more: &str) -> String {
    format!(
        "[[ingestion]]\nname = \"{name}\"\nconnection = \"acme\"\nevery = \"15m\"\nfrom = \"2000-01-01 00:00\"\n{more}"
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pl1_what_was_stopped_stays_so_a_clone_goes_on_and_deleting_takes_the_log() {
    let stage = Stage::set(20).await;
    stage.apply(&job("Tickets", "")).await;
    stage.forward(16).await;
    assert!(!stage.runs_of("ingestion:Tickets").await.is_empty());
    assert!(stage.engine.ticker.stop("ingestion:Tickets").await.unwrap());
    let before = stage.runs_of("ingestion:Tickets").await.len();
    stage.apply(&job("Tickets again", "")).await;
    assert!(
        !stage
            .engine
            .ticker
            .resume("ingestion:Tickets", jiff::Timestamp::now())
            .await
            .unwrap()
    );
    stage.forward(31).await;
    assert_eq!(stage.runs_of("ingestion:Tickets").await.len(), before);
    assert!(stage.runs_of("ingestion:Tickets again").await.len() >= 2);

    assert!(stage.engine.ticker.delete("ingestion:Tickets").await.unwrap());
    assert!(stage.runs_of("ingestion:Tickets").await.is_empty());
    let log = stage.store.list_runs(1000).await.unwrap();
    assert!(log.iter().all(|run| run.id.contains("Tickets again")), "{log:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pl2_the_log_of_a_run_has_input_output_raw_events_and_errors_and_is_searched() {
    let stage = Stage::set(20).await;
    stage.apply(&job("Tickets", "")).await;
    stage.forward(16).await;
    stage
        .sandbox
        .world()
        .set_member(Member::with_rights("public", "private", &[]));
    stage.forward(15).await;

    let of = |outcome| RunFilter {
        schedule: Some("ingestion:Tickets".to_owned()),
        outcome: Some(outcome),
        ..RunFilter::default()
    };
    let good = stage.runs(of(RunOutcome::Successful)).await;
    let first = good.last().unwrap();
    let fetch = fetch_of(&stage.story(&first.id).await);
    assert_eq!(fetch.input["job"], "Tickets");
    assert_eq!(fetch.output["pass"]["taken"], 20, "{fetch:?}");
    assert!(fetch.errors.is_empty());
    let events = EventFilter {
        run: Some(first.id.clone()),
        limit: 100,
        ..EventFilter::default()
    };
    let events = stage.store.list_events(&events).await.unwrap();
    assert_eq!(events.len(), 20);
    let event = stage.store.get_event(events[0].id).await.unwrap().unwrap();
    assert!(String::from_utf8_lossy(&event.raw).contains("\"recordType\":\"ServiceTicket\""));

    let bad = stage.runs(of(RunOutcome::Failed)).await;
    let fetch = fetch_of(&stage.story(&bad[0].id).await);
    assert_eq!(fetch.errors[0].status_code, 403);
    let since = RunFilter {
        since: Some(bad[0].created_at),
        ..of(RunOutcome::Successful)
    };
    assert!(stage.runs(since).await.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pl3_a_letter_comes_after_so_many_failures_in_a_row_and_the_count_begins_anew() {
    let stage = Stage::set(20).await;
    stage
        .apply(&job("Tickets", "alert = { to = [\"noc@example.com\"], after = 3 }\n"))
        .await;
    let rights = |yes: bool| {
        stage.sandbox.world().set_member(if yes {
            Member::with_every_right("sandbox", "public", "private")
        } else {
            Member::with_rights("public", "private", &[])
        });
    };
    stage.forward(16).await;
    rights(false);
    stage.forward(30).await;
    assert_eq!(stage.letters.subjects(), [""; 0], "two failures are not three");
    rights(true);
    stage.forward(15).await;
    rights(false);
    stage.forward(30).await;
    assert_eq!(stage.letters.subjects(), [""; 0], "a success begins the count anew");
    stage.forward(15).await;
    assert_eq!(stage.letters.subjects().len(), 1);
    stage.forward(60).await;
    assert_eq!(stage.letters.subjects().len(), 1, "it is told once");
}

fn playbook(name: &str, trigger: &str) -> String {
    format!(
        "[playbook]\nname = \"{name}\"\nsummary = \"Says which ticket it is.\"\n{trigger}[[step]]\nname = \"Say\"\n\
         format = {{ id = \"{{{{ event.recordId }}}}\" }}\n"
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pl1_the_playbook_of_a_job_is_for_what_that_job_brings_and_works_for_the_site_that_it_lands_in() {
    let stage = Stage::set(5).await;
    let sites = "[[site]]\nname = \"Main\"\nkind = \"internal\"\nrole = \"master\"\n\
                 [[site]]\nname = \"Tenant\"\nkind = \"client\"\nrole = \"tenant\"\n";
    stage.apply(sites).await;
    stage.connect("tenants = [\"Tenant\"]\n").await;
    for (name, trigger) in [
        ("Ours", ""),
        ("Theirs", ""),
        ("Few", ""),
        ("Each", "[[trigger]]\nevent = {}\n"),
    ] {
        stage.apply(&playbook(name, trigger)).await;
    }
    let source = "[[source]]\nname = \"One\"\nfetch = { \"Search Condition\" = \"id = 1001\" }\n";
    stage.apply(source).await;
    stage.apply(&job("Ours", "playbook = \"Ours\"\n")).await;
    stage
        .apply(&job("Theirs", "site = \"Tenant\"\nplaybook = \"Theirs\"\n"))
        .await;
    stage.apply(&job("Few", "source = \"One\"\nplaybook = \"Few\"\n")).await;
    stage.forward(16).await;

    let mut runs: Vec<(String, String)> = Vec::new();
    for run in stage.runs(RunFilter::default()).await {
        if let Plan::Playbook { name, .. } = run.plan {
            runs.push((name, run.site));
        }
    }
    let count = |name: &str, site: &str| {
        let wanted = (name.to_owned(), site.to_owned());
        runs.iter().filter(|run| **run == wanted).count()
    };
    assert_eq!((count("Ours", "Main"), count("Theirs", "Tenant")), (5, 5), "{runs:?}");
    assert_eq!(count("Few", "Main"), 1, "{runs:?}");
    assert_eq!((count("Each", "Main"), count("Each", "Tenant")), (6, 5), "{runs:?}");
    assert_eq!(runs.len(), 22, "{runs:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_updated_before_a_job_was_defined_is_left_alone_by_its_sweeps_too() {
    let stage = Stage::set(20).await;
    stage
        .apply("[[ingestion]]\nname = \"Tickets\"\nconnection = \"acme\"\nevery = \"6h\"\n")
        .await;
    stage.forward(361).await;
    let events = || async {
        let all = EventFilter {
            limit: 100,
            ..EventFilter::default()
        };
        stage.store.list_events(&all).await.unwrap()
    };
    assert_eq!(events().await.len(), 0);
    assert!(stage.sandbox.touch(1_003));
    // A week has every sweep.
    stage.forward(8 * 24 * 60).await;
    let runs = stage.runs_of("ingestion:Tickets").await;
    let mut sweeps = 0;
    for run in &runs {
        let fetch = fetch_of(&stage.story(&run.id).await);
        sweeps += usize::from(fetch.output.get("sweep").is_some());
    }
    assert!(sweeps >= 7, "{sweeps}");
    let events = events().await;
    assert_eq!(events.len(), 1, "{events:?}");
    assert_eq!(events[0].record_id, 1_003);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_source_with_a_search_maps_what_the_default_one_fetches() {
    let stage = Stage::set(20).await;
    stage
        .apply("[[source]]\nname = \"Zed\"\nsearch = '{$.id} = 1003'\n")
        .await;
    stage.apply(&job("Tickets", "")).await;
    stage.forward(16).await;
    let all = EventFilter {
        limit: 100,
        ..EventFilter::default()
    };
    let events = stage.store.list_events(&all).await.unwrap();
    assert_eq!(events.len(), 20);
    for event in events {
        let expected = if event.record_id == 1_003 {
            "Zed"
        } else {
            "Default Event Source"
        };
        assert_eq!(event.source, expected, "{}", event.record_id);
        assert_eq!(event.fetched_by, "Default Event Source");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pl1_the_playbook_of_a_job_that_is_off_or_stopped_is_left_out() {
    let stage = Stage::set(5).await;
    for name in ["Off", "Old", "New"] {
        stage.apply(&playbook(name, "")).await;
    }
    stage.apply(&job("Off", "playbook = \"Off\"\nactive = false\n")).await;
    stage.apply(&job("Old", "playbook = \"Old\"\n")).await;
    stage.engine.turn().await.unwrap();
    assert!(stage.engine.ticker.stop("ingestion:Old").await.unwrap());
    stage.apply(&job("New", "playbook = \"New\"\n")).await;
    stage.forward(16).await;
    let mut names = Vec::new();
    for run in stage.runs(RunFilter::default()).await {
        if let Plan::Playbook { name, .. } = run.plan {
            names.push(name);
        }
    }
    assert_eq!(names, ["New"; 5]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pl3_a_run_that_was_told_of_and_works_when_it_is_tried_again_is_told_of_again() {
    let stage = Stage::set(5).await;
    let nobody = Member::with_rights("public", "private", &[]);
    stage.sandbox.world().set_member(nobody);
    stage
        .apply(&job("Tickets", "alert = { to = [\"noc@example.com\"], after = 1 }\n"))
        .await;
    stage.forward(16).await;
    let failed = stage.runs_of("ingestion:Tickets").await;
    let first = failed.last().unwrap();
    assert_eq!(
        (first.outcome, stage.letters.subjects().len()),
        (Some(RunOutcome::Failed), 1)
    );
    let everybody = Member::with_every_right("sandbox", "public", "private");
    stage.sandbox.world().set_member(everybody);
    stage.printed("", &["runs", "retry", &first.id]).await;
    stage.engine.turn().await.unwrap();
    let subjects = stage.letters.subjects();
    assert_eq!(subjects.len(), 2, "{subjects:?}");
    assert!(subjects[1].ends_with("works again"), "{subjects:?}");
}

const EVERY_QUARTER: &str = "[[ingestion]]\nname = \"Tickets\"\nconnection = \"acme\"\nevery = \"15m\"\n";

/// Which tickets have become events, in the order in which they did.
async fn tickets(stage: &Stage) -> Vec<i64> {
    let all = EventFilter {
        limit: 100,
        ..EventFilter::default()
    };
    let events = stage.store.list_events(&all).await.unwrap();
    events.iter().rev().map(|event| event.record_id).collect()
}

/// Lets the PSA be away, or back.
fn away(stage: &Stage, away: bool) {
    stage.sandbox.world().set_member(if away {
        Member::with_rights("public", "private", &[])
    } else {
        Member::with_every_right("sandbox", "public", "private")
    });
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_job_whose_site_or_source_changes_reads_on_from_its_last_pass_and_takes_nothing_twice() {
    let stage = Stage::set(20).await;
    stage
        .apply("[[site]]\nname = \"Second\"\nkind = \"internal\"\n[[source]]\nname = \"Other\"\n")
        .await;
    stage.apply(EVERY_QUARTER).await;
    stage.forward(16).await;
    stage.forward(44).await;
    assert!(stage.sandbox.touch(1_003));
    stage.forward(16).await;
    assert_eq!(tickets(&stage).await, [1_003]);

    // Nothing is read for hours, in which the connection moves.
    away(&stage, true);
    assert!(stage.sandbox.touch(1_004));
    stage.forward(180).await;
    let url = stage.sandbox.url();
    let moved = format!(
        "[[connection]]\nname = \"acme\"\nsite = \"Second\"\nserver_url = \"{url}\"\ncompany_id = \"sandbox\"\n\
         public_key = \"public\"\nprivate_key = \"private\"\nclient_id = \"test\"\n"
    );
    stage.apply(&moved).await;
    stage.forward(60).await;
    away(&stage, false);
    stage.forward(16).await;
    assert_eq!(
        tickets(&stage).await,
        [1_003, 1_004],
        "one is late, and none comes twice"
    );

    away(&stage, true);
    assert!(stage.sandbox.touch(1_005));
    stage.forward(60).await;
    stage.apply(&format!("{EVERY_QUARTER}source = \"Other\"\n")).await;
    stage.forward(60).await;
    away(&stage, false);
    stage.forward(16).await;
    assert_eq!(tickets(&stage).await, [1_003, 1_004, 1_005]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_job_that_begins_long_ago_reads_on_when_its_site_changes_and_not_all_again() {
    let stage = Stage::set(20).await;
    let sites = "[[site]]\nname = \"Main\"\nkind = \"internal\"\nrole = \"master\"\n\
                 [[site]]\nname = \"Tenant\"\nkind = \"client\"\nrole = \"tenant\"\n";
    stage.apply(sites).await;
    stage.connect("tenants = [\"Tenant\"]\n").await;
    stage.apply(&job("Tickets", "")).await;
    stage.forward(16).await;
    assert_eq!(tickets(&stage).await.len(), 20);
    stage.apply(&job("Tickets", "site = \"Tenant\"\n")).await;
    stage.forward(31).await;
    assert_eq!(tickets(&stage).await.len(), 20, "they are known");
    assert!(stage.sandbox.touch(1_003));
    stage.forward(31).await;
    assert_eq!(tickets(&stage).await.len(), 21);
    stage.apply(&job("Tickets", "")).await;
    stage.forward(31).await;
    assert_eq!(tickets(&stage).await.len(), 21, "back again");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_job_that_was_removed_and_is_defined_again_begins_when_it_is_defined() {
    let stage = Stage::set(20).await;
    stage.apply(EVERY_QUARTER).await;
    stage.forward(46).await;
    let removed = Wanted {
        kind: Kind::Ingestion,
        name: "Tickets".to_owned(),
        body: None,
    };
    stage.store.apply(&[removed], "test", stage.now()).await.unwrap();
    stage.forward(60).await;
    assert!(stage.sandbox.touch(1_003));
    stage.forward(60).await;
    stage.apply(EVERY_QUARTER).await;
    stage.forward(16).await;
    assert!(stage.sandbox.touch(1_004));
    stage.forward(31).await;
    assert_eq!(
        tickets(&stage).await,
        [1_004],
        "what was updated meanwhile is left alone"
    );
}

/// What somebody does while a pass is under way.
#[derive(Debug, Clone, Copy)]
enum Meanwhile {
    ConnectionOff,
    JobRemoved,
    JobStopped,
    RunCancelled,
    SourceChanged,
}

async fn change(stage: &Stage, what: Meanwhile) {
    match what {
        Meanwhile::ConnectionOff => stage.connect("active = false\n").await,
        Meanwhile::JobRemoved => {
            let removed = Wanted {
                kind: Kind::Ingestion,
                name: "Tickets".to_owned(),
                body: None,
            };
            stage.store.apply(&[removed], "test", stage.now()).await.unwrap();
        }
        Meanwhile::JobStopped => assert!(stage.engine.ticker.stop("ingestion:Tickets").await.unwrap()),
        Meanwhile::RunCancelled => {
            let run = stage.runs_of("ingestion:Tickets").await.remove(0);
            let cancel = What::CancelAsked { by: "ann".to_owned() };
            stage.store.signal(&run.id, &cancel, stage.now()).await.unwrap();
        }
        Meanwhile::SourceChanged => {
            stage.apply("[[source]]\nname = \"Other\"\n").await;
            stage
                .apply(&job("Tickets", "page_size = 1\nsource = \"Other\"\n"))
                .await;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pass_under_way_ends_when_it_is_not_wanted_any_more_and_keeps_what_it_has() {
    const ALL: usize = 600;
    for what in [
        Meanwhile::ConnectionOff,
        Meanwhile::JobRemoved,
        Meanwhile::JobStopped,
        Meanwhile::RunCancelled,
        Meanwhile::SourceChanged,
    ] {
        let stage = Stage::set(ALL as u64).await;
        stage
            .apply(&job(
                "Tickets",
                "page_size = 1\nalert = { to = [\"noc@example.com\"], after = 1 }\n",
            ))
            .await;
        stage.engine.turn().await.unwrap();
        stage.time.move_by(SignedDuration::from_mins(16));
        let meanwhile = async {
            let one = EventFilter {
                limit: 1,
                ..EventFilter::default()
            };
            while stage.store.list_events(&one).await.unwrap().is_empty() {
                tokio::task::yield_now().await;
            }
            change(&stage, what).await;
        };
        let (turned, ()) = tokio::join!(stage.engine.turn(), meanwhile);
        turned.unwrap();
        let run = stage.runs_of("ingestion:Tickets").await.pop().unwrap();
        let output = fetch_of(&stage.story(&run.id).await).output;
        assert_eq!(output["pass"]["stopped"], true, "{what:?}: {output}");
        let taken = output["pass"]["taken"].as_u64().unwrap();
        assert!((1..ALL as u64).contains(&taken), "{what:?}: {output}");
        // Whether the host has seen the wish when the step's end leaves nothing to do is the host's to say.
        let ended_well = match what {
            Meanwhile::RunCancelled => vec![RunOutcome::Cancelled, RunOutcome::Successful],
            _ => vec![RunOutcome::Successful],
        };
        assert!(ended_well.contains(&run.outcome.unwrap()), "{what:?}: {run:?}");
        assert_eq!(stage.letters.subjects(), [""; 0], "{what:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pass_that_was_ended_goes_on_where_it_was() {
    let stage = Stage::set(300).await;
    stage.apply(&job("Tickets", "page_size = 1\n")).await;
    stage.engine.turn().await.unwrap();
    stage.time.move_by(SignedDuration::from_mins(16));
    let meanwhile = async {
        while tickets(&stage).await.is_empty() {
            tokio::task::yield_now().await;
        }
        change(&stage, Meanwhile::ConnectionOff).await;
    };
    let (turned, ()) = tokio::join!(stage.engine.turn(), meanwhile);
    turned.unwrap();
    stage.connect("").await;
    stage.forward(16).await;
    stage.apply("[[source]]\nname = \"Other\"\n").await;
    stage.apply(&job("Whole", "source = \"Other\"\n")).await;
    stage.forward(16).await;
    let (mut passes, mut whole) = (stage.store.list_runs(9).await.unwrap(), 0);
    passes.retain(|pass| {
        whole += if pass.feed.source == "Other" { pass.taken } else { 0 };
        pass.feed.source != "Other" && pass.taken > 0
    });
    let taken: Vec<_> = passes.iter().map(|pass| pass.taken).collect();
    assert_eq!((taken.len(), taken.iter().sum()), (2, whole), "{passes:?}");
    assert!(
        passes.iter().all(|pass| pass.dismissed.is_empty()),
        "nothing was read again: {passes:?}"
    );
}
