//! Every command, scheduled and as a step, does what it does by hand.

use deskhand_engine::runs::{Plan, RunOutcome, RunStory, What};
use serde_json::{Map, Value, json};

use super::stage::Stage;

/// Inputs that suit the sandbox's tickets 1001 to 1020, two of them each, so that what one way changes leaves the other's.
fn inputs(command: &str, ticket: i64) -> Value {
    match command {
        "add-ticket-notes" => json!({ "Ticket IDs": [ticket], "Note Text": "Seen" }),
        "create-ticket" => json!({ "Summary": "Made", "Company ID": 19047 }),
        "delete-tickets" | "get-tickets" => json!({ "Ticket IDs": [ticket] }),
        "fetch-event" => json!({ "Number of Event(s) Fetched": 5 }),
        "get-company-contacts" => json!({ "Company IDs": [19047, 19095] }),
        "list-board-statuses" | "list-board-teams" => json!({ "Board ID": 1 }),
        "merge-tickets" => json!({ "Parent Ticket ID": ticket, "Merge Ticket IDs": [ticket], "Status": 1 }),
        "update-tickets" => json!({ "Ticket IDs": [ticket], "Summary": "Other" }),
        _ => json!({}),
    }
}

fn output(story: &RunStory) -> Map<String, Value> {
    let ended = story.entries.iter().find_map(|entry| match &entry.what {
        What::StepEnded { output, .. } => Some(output.clone()),
        _ => None,
    });
    let Some(Value::Object(mut output)) = ended else {
        panic!("no step ended: {story:?}");
    };
    // When it ran, and how long that took, is different each time.
    output.remove("run");
    output
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn g1_every_command_can_be_scheduled_and_be_a_step_with_the_same_output() {
    let stage = Stage::set(40).await;
    for (number, declaration) in (0..).zip(deskhand_connectwise::declarations()) {
        let command = declaration.slug;
        // Merging a ticket with itself is refused before anything is sent, the same everywhere.
        let given = inputs(command, 1001 + number);
        let playbook = format!(
            "[playbook]\nname = \"P {command}\"\nsummary = \"One step.\"\n[[step]]\nname = \"Do\"\ncommand = \"{command}\"\n\
             connection = \"acme\"\n[step.inputs]\n{}",
            toml::to_string(&given).unwrap()
        );
        stage.apply(&playbook).await;
        let plan = Plan::Playbook {
            name: format!("P {command}"),
            version: 1,
        };
        let as_step = stage.run(&format!("step {command}"), plan, Map::new()).await;

        let other = inputs(command, 1021 + number);
        let schedule = format!(
            "[[schedule]]\nname = \"S {command}\"\ncommand = \"{command}\"\nconnection = \"acme\"\nevery = \"1h\"\n\
             [schedule.inputs]\n{}",
            toml::to_string(&other).unwrap()
        );
        stage.apply(&schedule).await;
        stage.forward(61).await;
        let runs = stage.runs_of(&format!("S {command}")).await;
        let scheduled = stage.story(&runs.last().unwrap().id).await;
        stage.engine.ticker.stop(&format!("S {command}")).await.unwrap();

        let refused = command == "merge-tickets";
        let expected = if refused {
            RunOutcome::Failed
        } else {
            RunOutcome::Successful
        };
        assert_eq!(
            as_step.summary.outcome,
            Some(expected),
            "{command}: {:?}",
            as_step.summary.reason
        );
        assert_eq!(
            scheduled.summary.outcome,
            Some(expected),
            "{command}: {:?}",
            scheduled.summary.reason
        );
        let (step, schedule) = (output(&as_step), output(&scheduled));
        let names = |output: &Map<String, Value>| output.keys().cloned().collect::<Vec<_>>();
        assert_eq!(names(&step), names(&schedule), "{command}");
        let reads = ["list", "get-company", "test"];
        if reads.iter().any(|begin| command.starts_with(begin)) {
            assert_eq!(step, schedule, "{command}");
        }
    }
}
