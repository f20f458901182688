//! Schedules as people see them and turn them.

use deskhand_engine::desk::{Kind, Wanted};
use deskhand_engine::runs::{Plan, RunOutcome};

use super::program::Ended;
use super::stage::Stage;

fn job(name: &str) -> String {
    format!("[[ingestion]]\nname = \"{name}\"\nconnection = \"acme\"\nevery = \"15m\"\nfrom = \"2000-01-01 00:00\"\n")
}

fn refused(ended: &Ended, words: &str) {
    assert_eq!(ended.code, 2, "{}", ended.stdout);
    assert!(ended.stderr.contains(words), "{}", ended.stderr);
}

/// Users of an empty name are whoever runs the program.
async fn deskhand(stage: &Stage, arguments: &[&str]) -> Ended {
    stage.deskhand("", arguments).await
}

async fn printed(stage: &Stage, arguments: &[&str]) -> String {
    stage.printed("", arguments).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_scheduled_playbook_runs_in_the_version_that_is_the_newest_when_it_is_due() {
    let stage = Stage::set(5).await;
    stage
        .apply("[[schedule]]\nname = \"Hourly\"\nplaybook = \"Report\"\nevery = \"1h\"\n")
        .await;
    for version in 1..=2 {
        let text = format!(
            "[playbook]\nname = \"Report\"\nsummary = \"Says its version.\"\n[[step]]\nname = \"Say\"\n\
             format = {{ version = {version} }}\n"
        );
        stage.apply(&text).await;
        stage.forward(60).await;
        let runs = stage.runs_of("Hourly").await;
        let plan = Plan::Playbook {
            name: "Report".to_owned(),
            version,
        };
        assert_eq!(
            (&runs[0].plan, runs[0].outcome),
            (&plan, Some(RunOutcome::Successful)),
            "{runs:?}"
        );
    }
    let shown = printed(&stage, &["schedules", "show", "Hourly"]).await;
    assert_eq!(shown.matches("successful").count(), 2, "{shown}");
    let listed = printed(&stage, &["schedules", "list"]).await;
    assert!(listed.contains("Hourly") && listed.contains(", ran"), "{listed}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_jobs_that_read_the_same_do_so_one_after_the_other() {
    let stage = Stage::set(50).await;
    stage.apply(&(job("Tickets") + &job("Again"))).await;
    stage.forward(61).await;
    for name in ["ingestion:Tickets", "ingestion:Again"] {
        let runs = stage.runs_of(name).await;
        assert!(runs.len() >= 4, "{runs:?}");
        for run in runs {
            assert_eq!(run.outcome, Some(RunOutcome::Successful), "{run:?}");
        }
    }
    assert_eq!(stage.events_of(1_003).await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pl1_a_job_is_stopped_cloned_and_deleted_and_comes_back_by_nothing() {
    let stage = Stage::set(5).await;
    stage.apply(&job("Tickets")).await;
    stage.forward(16).await;
    let name = "ingestion:Tickets";
    printed(&stage, &["schedules", "pause", name]).await;
    let before = stage.runs_of(name).await.len();
    stage.forward(31).await;
    assert_eq!(stage.runs_of(name).await.len(), before);
    printed(&stage, &["schedules", "resume", name]).await;
    stage.forward(16).await;
    assert!(stage.runs_of(name).await.len() > before);

    printed(&stage, &["schedules", "stop", name]).await;
    let before = stage.runs_of(name).await.len();
    let stopped = "was stopped for ever";
    refused(&deskhand(&stage, &["schedules", "resume", name]).await, stopped);
    refused(
        &deskhand(&stage, &["schedules", "delete", name]).await,
        "is still defined",
    );
    let cloned = printed(&stage, &["schedules", "clone", "Tickets", "Tickets again"]).await;
    assert!(cloned.contains("name = \"Tickets again\""), "{cloned}");
    refused(
        &deskhand(&stage, &["schedules", "clone", "Tickets", "Tickets again"]).await,
        "already",
    );
    refused(
        &deskhand(&stage, &["schedules", "clone", "Tickts", "More"]).await,
        "`Tickets`",
    );
    let stage = stage.killed().await;
    stage.forward(31).await;
    assert_eq!(stage.runs_of(name).await.len(), before, "it stays stopped");
    assert!(stage.runs_of("ingestion:Tickets again").await.len() >= 2);

    let there = stage.folder.path().join("there");
    printed(&stage, &["export", "--folder", &there.to_string_lossy()]).await;
    let clone = cloned.split_once("\n\n").unwrap().1;
    std::fs::write(there.join("ingestions.toml"), clone).unwrap();
    printed(&stage, &["apply", "--prune", "-f", &there.to_string_lossy()]).await;
    stage.forward(16).await;
    let listed = printed(&stage, &["schedules", "list"]).await;
    assert!(listed.contains("not defined any more"), "{listed}");
    printed(&stage, &["schedules", "delete", name]).await;
    let stage = stage.killed().await;
    stage.forward(31).await;
    assert!(stage.runs_of(name).await.is_empty());
    let listed = printed(&stage, &["schedules", "list"]).await;
    assert!(!listed.contains("not defined any more"), "{listed}");
    let nobody = deskhand(&stage, &["runs", "list", "--schedule", "ingestion:Tickts again"]).await;
    refused(&nobody, "did you mean `ingestion:Tickets again`?");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_part_of_a_definition_is_not_stopped_for_ever() {
    let stage = Stage::set(5).await;
    stage.connect("health_check = { every_minutes = 5 }\n").await;
    stage.forward(6).await;
    let ended = deskhand(&stage, &["schedules", "stop", "health:acme"]).await;
    refused(&ended, "is the health check of connection `acme`");
    printed(&stage, &["schedules", "pause", "health:acme"]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_that_is_tried_again_is_the_one_that_its_schedule_waits_for() {
    let stage = Stage::set(1).await;
    stage
        .apply("[playbook]\nname = \"Asks\"\nsummary = \"Asks.\"\n[[step]]\nname = \"Ask\"\napproval = \"Go on?\"\n")
        .await;
    stage
        .apply("[[schedule]]\nname = \"Hourly\"\nplaybook = \"Asks\"\nevery = \"1h\"\n")
        .await;
    stage.forward(61).await;
    let first = stage.runs_of("Hourly").await[0].id.clone();
    printed(&stage, &["runs", "cancel", &first]).await;
    stage.forward(60).await;
    let runs = stage.runs_of("Hourly").await;
    let second = &runs[0].id;
    assert_ne!(*second, first);
    let words = format!("run `{first}` would overlap `{second}`");
    refused(&deskhand(&stage, &["runs", "retry", &first]).await, &words);
    printed(&stage, &["runs", "cancel", second]).await;
    stage.forward(1).await;
    printed(&stage, &["runs", "retry", &first]).await;
    stage.forward(60).await;
    assert_eq!(
        stage.runs_of("Hourly").await.len(),
        runs.len(),
        "the first is under way again"
    );
    let shown = printed(&stage, &["schedules", "show", "Hourly"]).await;
    assert!(shown.contains("the run before was under way"), "{shown}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_comes_of_definitions_that_an_older_program_cannot_read_stays_as_it_is() {
    let stage = Stage::set(5).await;
    stage.connect("health_check = { every_minutes = 5 }\n").await;
    let all = "[[schedule]]\nname = \"Nightly\"\nevery = \"5m\"\ncommand = \"test-connection\"\nconnection = \"acme\"\n\
               [[ingestion]]\nname = \"Tickets\"\nconnection = \"acme\"\nevery = \"5m\"\n";
    stage.apply(all).await;
    stage
        .apply(
            "[playbook]\nname = \"Say\"\nsummary = \"Says so.\"\n[[trigger]]\nschedule = \"5m\"\n\
             [[step]]\nname = \"Say\"\nformat = { id = \"1\" }\n",
        )
        .await;
    stage.forward(1).await;
    let standings = async || stage.store.list_schedules().await.unwrap();
    let before = standings().await;
    assert_eq!(
        before.iter().filter(|one| one.next_at.is_some()).count(),
        4,
        "{before:?}"
    );

    // A newer program has written what this one does not know.
    for kind in [Kind::Playbook, Kind::Schedule, Kind::Ingestion, Kind::Connection] {
        let definitions = stage.store.definitions().await.unwrap();
        for known in definitions.into_iter().filter(|known| known.kind == kind) {
            let wanted = Wanted {
                kind,
                name: known.name,
                body: Some(format!("{}\nfrom_the_future = 1\n", known.body)),
            };
            stage.store.apply(&[wanted], "test", stage.now()).await.unwrap();
        }
        stage.engine.take_over(stage.now()).await.unwrap();
        assert_eq!(standings().await, before, "{kind:?}");
    }
}
