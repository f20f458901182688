//! Which version of its playbook a run goes on with when that is changed on the way.

use deskhand_engine::runs::{Plan, RunOutcome, RunState, What};

use super::stage::Stage;

const VERSION_1: &str = "
[playbook]
name = \"Keeps\"
summary = \"Asks, and does two things.\"
[[step]]
name = \"Ask\"
approval = \"Go on with version 1?\"
[[step]]
name = \"First of 1\"
after = \"Ask: approved\"
format = { says = \"one\" }
[[step]]
name = \"Second of 1\"
format = { says = \"{{ PlaybookData['First of 1'].says }}, and on\" }
";

const VERSION_2: &str = "
[playbook]
name = \"Keeps\"
summary = \"Asks, and does another thing.\"
[[step]]
name = \"Ask\"
approval = \"Go on with version 2?\"
[[step]]
name = \"Only of 2\"
after = \"Ask: approved\"
format = { says = \"two\" }
";

/// Starts a run as people do: of the newest version.
async fn start(stage: &Stage, key: &str) {
    let run = ["playbook", "run", "Keeps", "--idempotency-key", key];
    stage.printed("", &run).await;
    stage.forward(1).await;
    let state = stage.story(&format!("hand:{key}")).await.summary.state;
    assert_eq!(state, RunState::Waiting, "{key} asks");
}

/// Answers a run; returns its version, and what its steps say, in the order in which they ended.
async fn approved(stage: &Stage, key: &str) -> (i64, Vec<(String, String)>) {
    let run = format!("hand:{key}");
    stage.printed("", &["runs", "approve", &run]).await;
    stage.forward(1).await;
    let story = stage.story(&run).await;
    assert_eq!(story.summary.outcome, Some(RunOutcome::Successful), "{story:?}");
    let Plan::Playbook { version, .. } = story.summary.plan else {
        panic!("{:?} is no playbook", story.summary.plan);
    };
    let steps = story.entries.iter().filter_map(|entry| match &entry.what {
        What::StepEnded { step, output, .. } if step != "Ask" => {
            Some((step.clone(), output["says"].as_str().unwrap_or_default().to_owned()))
        }
        What::StepSkipped { step } => panic!("{step} is skipped"),
        _ => None,
    });
    (version, steps.collect())
}

fn of_version_1() -> (i64, Vec<(String, String)>) {
    let said = |step: &str, says: &str| (step.to_owned(), says.to_owned());
    (1, vec![said("First of 1", "one"), said("Second of 1", "one, and on")])
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_keeps_the_version_it_started_with_over_a_change_and_a_restart() {
    let stage = Stage::set(1).await;
    stage.apply(VERSION_1).await;
    start(&stage, "changed").await;
    start(&stage, "restarted").await;
    stage.apply(VERSION_2).await;
    stage.forward(1).await;
    assert_eq!(approved(&stage, "changed").await, of_version_1());

    // What the next process takes over is version 2: version 1 it has to find in the store.
    let stage = stage.killed().await;
    start(&stage, "new").await;
    assert_eq!(approved(&stage, "restarted").await, of_version_1());
    let of_version_2 = (2, vec![("Only of 2".to_owned(), "two".to_owned())]);
    assert_eq!(approved(&stage, "new").await, of_version_2);
}
