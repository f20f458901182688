//! Playbooks that change the ticket that has set them off.

use deskhand_engine::runs::{RunFilter, RunOutcome, RunSummary, What};
use jiff::SignedDuration;

use super::stage::Stage;

const JOB: &str =
    "[[ingestion]]\nname = \"Tickets\"\nconnection = \"acme\"\nevery = \"15m\"\nfrom = \"2000-01-01 00:00\"\n";

const TOO_OFTEN: &str = "This ticket has set off this playbook 3 times within a day; it may change what sets it off.";

/// A step that changes a ticket, differently each time.
fn changes(ticket: i64) -> String {
    format!(
        "[[step]]\nname = \"Change\"\ncommand = \"update-tickets\"\nconnection = \"acme\"\n[step.inputs]\n\
         \"Ticket IDs\" = [{ticket}]\n\"Summary\" = \"Seen at {{{{ now }}}}\"\n"
    )
}

async fn of_playbook(stage: &Stage, playbook: &str, outcome: RunOutcome) -> Vec<RunSummary> {
    stage
        .runs(RunFilter {
            playbook: Some(playbook.to_owned()),
            outcome: Some(outcome),
            ..RunFilter::default()
        })
        .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_playbook_that_changes_its_own_ticket_is_stopped() {
    let stage = Stage::set(5).await;
    stage.apply(JOB).await;
    let playbook = format!(
        "[playbook]\nname = \"Circles\"\nsummary = \"Changes its ticket.\"\n[[trigger]]\n\
         event = {{ search = '{{$.id}} = 1002' }}\nat_most = 3\n{}",
        changes(1002)
    );
    stage.apply(&playbook).await;
    stage.forward(150).await;
    let good = async || of_playbook(&stage, "Circles", RunOutcome::Successful).await.len();
    let refused = async || of_playbook(&stage, "Circles", RunOutcome::Failed).await;
    assert_eq!((good().await, refused().await.len()), (3, 1));
    let first = refused().await.remove(0);
    let reason = first.reason.clone().unwrap();
    assert!(
        reason.starts_with(TOO_OFTEN) && reason.contains("`at_most`"),
        "{reason}"
    );
    assert_eq!(stage.story(&first.id).await.entries.len(), 1, "nothing of it has begun");

    assert!(stage.sandbox.touch(1002));
    stage.forward(16).await;
    assert_eq!((good().await, refused().await.len()), (3, 2));
    // Whoever asks for it has looked at it.
    let retry = What::RetryAsked { by: "ann".to_owned() };
    stage.store.signal(&first.id, &retry, stage.now()).await.unwrap();
    stage.forward(1).await;
    assert_eq!((good().await, refused().await.len()), (4, 1));

    stage.time.move_by(SignedDuration::from_hours(25));
    stage.forward(16).await;
    assert!(good().await > 4, "the change of yesterday is the first event of today");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_failure_whose_handler_changes_the_ticket_is_stopped_and_its_handler_too() {
    let stage = Stage::set(5).await;
    stage.apply(JOB).await;
    stage
        .apply(
            "[playbook]\nname = \"Fails\"\nsummary = \"Fails.\"\n[[trigger]]\nevent = { search = '{$.id} = 1003' }\n\
             at_most = 3\n[[step]]\nname = \"Fail\"\nfail = \"No\"\n",
        )
        .await;
    let handler = format!(
        "[playbook]\nname = \"Handles\"\nsummary = \"Changes the ticket.\"\n[[trigger]]\nfailure_of = \"Fails\"\n{}",
        changes(1003)
    );
    stage.apply(&handler).await;
    stage.forward(150).await;
    let failed = of_playbook(&stage, "Fails", RunOutcome::Failed).await;
    let reasons: Vec<_> = failed.iter().map(|run| run.reason.clone().unwrap()).collect();
    assert_eq!(failed.len(), 4, "{reasons:?}");
    assert!(reasons[0].starts_with(TOO_OFTEN), "{reasons:?}");
    assert!(
        reasons[1..].iter().all(|reason| reason.contains("`Fail`")),
        "{reasons:?}"
    );
    assert_eq!(of_playbook(&stage, "Handles", RunOutcome::Successful).await.len(), 3);
}
