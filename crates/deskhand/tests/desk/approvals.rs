//! Who may answer what a run asks.

use deskhand_engine::runs::{Plan, RunOutcome, RunState, What};
use serde_json::{Map, Value};

use super::stage::Stage;

const PEOPLE: &str = "
[[site]]
name = \"Branch\"
[[user]]
name = \"ann\"
sites = [\"Main\"]
groups = [\"first line\"]
[[user]]
name = \"bob\"
sites = [\"Main\"]
[[user]]
name = \"eve\"
sites = [\"Branch\"]
";

/// A run that waits for an answer of those named.
async fn asked(stage: &Stage, run: &str, by: &str) {
    let playbook = format!(
        "[playbook]\nname = \"{run}\"\nsummary = \"Asks.\"\n[[step]]\nname = \"Ask\"\napproval = \"Go on?\"\n{by}\
         [[step]]\nname = \"Go\"\nafter = \"Ask: approved\"\nformat = {{ gone = \"yes\" }}\n"
    );
    stage.apply(&playbook).await;
    let plan = Plan::Playbook {
        name: run.to_owned(),
        version: 1,
    };
    let story = stage.run(run, plan, Map::new()).await;
    assert_eq!(story.summary.state, RunState::Waiting, "{story:?}");
}

async fn refused(stage: &Stage, user: &str, arguments: &[&str], words: &str) {
    let ended = stage.deskhand(user, arguments).await;
    assert_eq!(ended.code, 2, "{arguments:?}: {}", ended.stdout);
    assert!(
        ended.stderr.contains(words) && ended.stderr.contains("\nhint: "),
        "{arguments:?}: {}",
        ended.stderr
    );
}

/// Who answered, in the run's journal, and how the run ended.
async fn ending(stage: &Stage, run: &str) -> (Vec<String>, Option<RunOutcome>) {
    stage.forward(1).await;
    let story = stage.story(run).await;
    let answers = story.entries.iter().filter_map(|entry| match &entry.what {
        What::Answered { by, .. } => Some(by.clone()),
        _ => None,
    });
    (answers.collect(), story.summary.outcome)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_approval_is_answered_by_those_whom_it_names_and_by_nobody_else() {
    let stage = Stage::set(1).await;
    stage.apply(PEOPLE).await;
    asked(&stage, "Named", "by = [\"bob\", \"first line\"]\n").await;
    let questions = stage.printed("bob", &["runs", "questions", "--json"]).await;
    let questions: Value = serde_json::from_str(&questions).unwrap();
    assert_eq!(questions[0]["by"], serde_json::json!(["bob", "first line"]));

    let approve = ["runs", "approve", "Named"];
    refused(
        &stage,
        "",
        &approve,
        "the desk has users, and nobody says which of them answers",
    )
    .await;
    refused(
        &stage,
        "eve",
        &approve,
        "`eve` may not answer `Ask`: `bob`, the group `first line` may.",
    )
    .await;
    refused(&stage, "anne", &approve, "There is no user `anne`; did you mean `ann`?").await;
    // What an option says counts more than the environment.
    let as_eve = ["runs", "reject", "Named", "--as", "eve"];
    refused(&stage, "bob", &as_eve, "`eve` may not answer").await;
    assert_eq!(ending(&stage, "Named").await, (vec![], None));

    stage.printed("eve", &["runs", "approve", "Named", "--as", "ann"]).await;
    let done = (vec!["ann".to_owned()], Some(RunOutcome::Successful));
    assert_eq!(ending(&stage, "Named").await, done);
    let story = stage.printed("ann", &["runs", "show", "Named"]).await;
    assert!(story.contains("Ask was approved by ann for first line"), "{story}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_approval_that_names_nobody_is_for_the_users_of_the_runs_site() {
    let stage = Stage::set(1).await;
    stage.apply(PEOPLE).await;
    asked(&stage, "Open", "").await;
    let approve = ["runs", "approve", "Open"];
    refused(&stage, "eve", &approve, "it is for those who work for the site `Main`").await;
    stage.printed("bob", &approve).await;
    let done = (vec!["bob".to_owned()], Some(RunOutcome::Successful));
    assert_eq!(ending(&stage, "Open").await, done);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_a_desk_without_users_anybody_answers_but_for_what_names_somebody() {
    let stage = Stage::set(1).await;
    asked(&stage, "Open", "").await;
    stage.printed("", &["runs", "approve", "Open"]).await;
    let done = (vec!["operator".to_owned()], Some(RunOutcome::Successful));
    assert_eq!(ending(&stage, "Open").await, done);

    asked(&stage, "Named", "by = [\"bob\"]\n").await;
    refused(
        &stage,
        "",
        &["runs", "approve", "Named"],
        "`operator` may not answer `Ask`: `bob` may.",
    )
    .await;
    stage.printed("bob", &["runs", "reject", "Named"]).await;
    assert_eq!(ending(&stage, "Named").await.0, ["bob"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_comes_too_late_is_told_so_also_before_the_engine_has_noticed() {
    let stage = Stage::set(5).await;
    // The engine is four hours behind, so that it has not ended what has expired an hour ago.
    stage.time.put_back(4 * 3_600);
    asked(&stage, "late", "expires = \"1h\"\n").await;
    refused(
        &stage,
        "",
        &["runs", "approve", "late"],
        "the question of `Ask` has expired",
    )
    .await;
    assert_eq!(stage.story("late").await.summary.state, RunState::Waiting);
}
