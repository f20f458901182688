//! A mail server that hangs.

use std::sync::Arc;
use std::time::Duration;

use deskhand_command::{Clock as _, SystemClock};
use deskhand_engine::runs::{Cause, NewRun, Plan, RunOutcome, StepEnding, What};
use deskhand_mail::{Security, SmtpMailer, SmtpSettings};
use jiff::SignedDuration;
use serde_json::Map;

use super::servers::MailServer;
use crate::stage::{Beside, Stage};

/// How long a letter may take.
const TIMEOUT: Duration = Duration::from_secs(12);

/// How long a test waits for what has to come.
const PATIENCE: Duration = Duration::from_secs(120);

const DESK: &str =
    "[[schedule]]\nname = \"Boards\"\ncommand = \"list-boards\"\nconnection = \"acme\"\ncron = \"* * * * * *\"\n";
const TELLS: &str = "[playbook]\nname = \"Tells\"\nsummary = \"Writes a letter.\"\n[[step]]\nname = \"Tell\"\n\
                     [step.mail]\nto = \"noc@example.com\"\nsubject = \"It is so\"\ntext = \"It is.\"\n";

fn mailer(port: u16) -> SmtpMailer {
    let settings = SmtpSettings {
        port: Some(port),
        security: Security::None,
        timeout: TIMEOUT,
        ..SmtpSettings::new("127.0.0.1", "deskhand@example.com")
    };
    SmtpMailer::new(settings, Arc::new(SystemClock)).unwrap()
}

async fn until(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    let waited = async {
        while !is_so().await {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let waited = tokio::time::timeout(PATIENCE, waited).await;
    assert!(waited.is_ok(), "{what} took too long");
}

async fn good_runs(stage: &Stage) -> usize {
    let runs = stage.runs_of("Boards").await;
    let good = runs.iter().filter(|run| run.outcome == Some(RunOutcome::Successful));
    good.count()
}

/// What was said of the attempts at the letter that failed.
async fn failures(stage: &Stage) -> Vec<String> {
    let story = stage.story("letter").await;
    let ended = story.entries.into_iter().filter_map(|entry| match entry.what {
        What::StepEnded {
            ending: StepEnding::Failed,
            failure: Some(failure),
            ..
        } => Some(failure.message),
        _ => None,
    });
    ended.collect()
}

async fn start_letter(stage: &Stage) {
    let run = NewRun {
        id: "letter".to_owned(),
        plan: Plan::Playbook {
            name: "Tells".to_owned(),
            version: 1,
        },
        cause: Cause::Person {
            name: "somebody".to_owned(),
        },
        site: "Main".to_owned(),
        given: Map::new(),
        created_at: SystemClock.now(),
    };
    assert!(stage.store.start(&run).await.unwrap());
}

async fn hangs_then_answers(stage: &Stage, server: &MailServer, port: u16) {
    start_letter(stage).await;
    until("the first attempt", async || server.connections() == 1).await;
    let before = good_runs(stage).await;
    until("what is due every second", async || {
        good_runs(stage).await >= before + 2
    })
    .await;
    assert_eq!(failures(stage).await, [""; 0], "the server hangs meanwhile");

    until("giving the attempt up", async || !failures(stage).await.is_empty()).await;
    let expected = format!("The mail server 127.0.0.1:{port} did not say hello within 12 seconds.");
    assert_eq!(failures(stage).await[0], expected);
    stage.time.move_by(SignedDuration::from_mins(1));
    until("the second attempt", async || server.connections() == 2).await;
    assert_eq!(stage.story("letter").await.summary.outcome, None);

    server.answer();
    until("giving that up, too", async || failures(stage).await.len() == 2).await;
    stage.time.move_by(SignedDuration::from_mins(2));
    until("the letter", async || {
        stage.story("letter").await.summary.outcome.is_some()
    })
    .await;
    let letter = stage.story("letter").await;
    assert_eq!(letter.summary.outcome, Some(RunOutcome::Successful), "{letter:?}");
    let letters = server.letters();
    assert_eq!(letters.len(), 1, "{letters:?}");
    assert!(letters[0].contains("Subject: It is so"), "{letters:?}");
    assert_eq!((failures(stage).await.len(), server.connections()), (2, 3));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mail_server_that_hangs_is_named_holds_nothing_else_up_and_the_letter_arrives_once() {
    let (server, port) = MailServer::hanging().await;
    let beside = Beside {
        mailer: Some(Arc::new(mailer(port))),
        patient: true,
        ..Beside::default()
    };
    let stage = Stage::set_beside(5, beside).await;
    stage.apply(DESK).await;
    stage.apply(TELLS).await;
    tokio::select! {
        () = stage.engine.serve(std::future::pending()) => unreachable!("nobody stops it"),
        () = hangs_then_answers(&stage, &server, port) => {}
    }
}
