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

const INNER: [&str; 2] = [
    "[playbook]\nname = \"Inner\"\nsummary = \"Says one.\"\n[[step]]\nname = \"Say\"\nformat = { says = \"one\" }\n",
    "[playbook]\nname = \"Inner\"\nsummary = \"Says what it is given.\"\n[[input]]\nname = \"word\"\n[[step]]\n\
     name = \"Say\"\nformat = { says = \"{{ inputs.word }}\" }\n",
];

/// A playbook that runs another one after an answer.
fn outer(name: &str, of: &str, inputs: &str) -> String {
    format!(
        "[playbook]\nname = \"{name}\"\nsummary = \"Runs another.\"\n[[step]]\nname = \"Ask\"\napproval = \"Go on?\"\n\
         [[step]]\nname = \"Run\"\nafter = \"Ask: approved\"\nplaybook = \"{of}\"\n{inputs}"
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_of_an_old_version_runs_what_went_with_that_version_over_a_restart() {
    let stage = Stage::set(1).await;
    let [inner, newer_inner] = INNER;
    let middle = outer("Keeps", "Inner", "").replace("approval = \"Go on?\"", "approval = \"Run it?\"");
    let newer = outer("Keeps", "Inner", "inputs = { word = \"two\" }\n");
    stage.apply_all(&[inner, &middle]).await;
    start(&stage, "old").await;
    start(&stage, "older").await;
    stage.apply_all(&[newer_inner, &newer]).await;
    stage.forward(1).await;
    let said = async |stage: &Stage, key: &str| {
        approved(stage, key).await;
        let inner = stage.story(&format!("hand:{key}/Run")).await;
        let Plan::Playbook { version, .. } = inner.summary.plan else {
            panic!("{:?} is no playbook", inner.summary.plan);
        };
        let says = inner.entries.iter().find_map(|entry| match &entry.what {
            What::StepEnded { output, .. } => output["says"].as_str().map(str::to_owned),
            _ => None,
        });
        (version, says.unwrap())
    };
    assert_eq!(said(&stage, "old").await, (1, "one".to_owned()));
    let stage = stage.killed().await;
    start(&stage, "new").await;
    assert_eq!(said(&stage, "older").await, (1, "one".to_owned()));
    assert_eq!(said(&stage, "new").await, (2, "two".to_owned()));
}
