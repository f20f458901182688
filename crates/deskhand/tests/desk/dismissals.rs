//! What dismissals set off, whoever dismisses.

use deskhand_engine::desk::{EventState, EventStory, Turned};
use deskhand_engine::events::EventFilter;
use deskhand_engine::runs::{Cause, RunFilter, RunOutcome, RunSummary};

use super::stage::Stage;

const JOB: &str =
    "[[ingestion]]\nname = \"Tickets\"\nconnection = \"acme\"\nevery = \"15m\"\nfrom = \"2000-01-01 00:00\"\n";

const RULE: &str = "[[rule]]\nname = \"Noise\"\nsearch = '{$.id} = 1001'\ndismiss = \"nothing to do\"\n";

const TRIAGE: &str = "[playbook]\nname = \"Triage\"\nsummary = \"Dismisses one.\"\n[[trigger]]\n\
                      event = { search = '{$.id} = 1002' }\n[[step]]\nname = \"Away\"\ndismiss = \"known\"\n";

/// A playbook that tells of every dismissal.
const TELLS: &str = "[playbook]\nname = \"Tells\"\nsummary = \"Tells of dismissals.\"\n[[trigger]]\ndismissal = {}\n\
                     [[step]]\nname = \"Tell\"\n[step.mail]\nto = \"noc@example.com\"\n\
                     subject = \"{{ event.recordId }} of {{ event.site }}\"\ntext = \"Dismissed.\"\n";

/// The event of a ticket.
async fn event_of(stage: &Stage, ticket: i64) -> i64 {
    let filter = EventFilter {
        record_id: Some(ticket),
        limit: 1,
        ..EventFilter::default()
    };
    stage.store.list_events(&filter).await.unwrap()[0].id
}

async fn story_of(stage: &Stage, event: i64) -> EventStory {
    stage.store.event_story(event).await.unwrap().unwrap()
}

/// The runs of a playbook, with what set each off, by their ids.
async fn set_off(stage: &Stage, playbook: &str) -> Vec<(String, Cause)> {
    let runs = stage
        .runs(RunFilter {
            playbook: Some(playbook.to_owned()),
            ..RunFilter::default()
        })
        .await;
    let good = |run: &RunSummary| run.outcome == Some(RunOutcome::Successful);
    assert!(runs.iter().all(good), "{runs:?}");
    let mut runs: Vec<_> = runs.into_iter().map(|run| (run.id, run.cause)).collect();
    runs.sort_by(|one, other| one.0.cmp(&other.0));
    runs
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_dismissal_sets_off_what_waits_for_it_once_be_it_by_a_rule_a_step_or_a_person() {
    let stage = Stage::set(5).await;
    for text in [JOB, RULE, TRIAGE, TELLS] {
        stage.apply(text).await;
    }
    stage.forward(16).await;
    let by_rule = event_of(&stage, 1001).await;
    let by_step = event_of(&stage, 1002).await;
    let by_person = event_of(&stage, 1003).await;
    for event in [by_rule, by_step] {
        assert_eq!(story_of(&stage, event).await.state, EventState::Dismissed);
    }
    let dismissal = |id: i64, run: Option<String>| Cause::Dismissal { id, run };
    let of_rule = (format!("dismissal:{by_rule}:Tells:1"), dismissal(by_rule, None));
    // The engine has opened it before the step dismissed it.
    let step = dismissal(by_step, Some(format!("event:{by_step}:Triage")));
    let of_step = (format!("dismissal:{by_step}:Tells:2"), step);
    assert_eq!(set_off(&stage, "Tells").await, [of_rule.clone(), of_step.clone()]);

    let event = by_person.to_string();
    let dismiss = ["events", "dismiss", &event, "--reason", "a test"];
    let said = stage.printed("ann", &dismiss).await;
    assert_eq!(said, format!("Event {event} is dismissed; that sets off `Tells`\n"));
    let again = stage.deskhand("ann", &dismiss).await;
    assert_eq!(again.code, 2, "{}", again.stdout);
    stage.forward(1).await;
    let of_person = |change: i64| {
        let id = format!("dismissal:{by_person}:Tells:{change}");
        (id, dismissal(by_person, None))
    };
    let so_far = [of_rule.clone(), of_step.clone(), of_person(2)];
    assert_eq!(set_off(&stage, "Tells").await, so_far);

    // Dismissed another time, it is another dismissal; killed or not, nothing that was set off starts again.
    stage.printed("ann", &["events", "reopen", &event]).await;
    stage.printed("ann", &dismiss).await;
    let stage = stage.killed().await;
    stage.forward(31).await;
    assert_eq!(
        set_off(&stage, "Tells").await,
        [of_rule, of_step, of_person(2), of_person(4)]
    );
    let mut subjects = stage.letters.subjects();
    subjects.sort();
    assert_eq!(
        subjects,
        ["1001 of Main", "1002 of Main", "1003 of Main", "1003 of Main"]
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_playbook_that_dismisses_what_set_it_off_again_does_not_go_on_for_ever() {
    let stage = Stage::set(5).await;
    // Each turn links the event to an incident of another type, so that it can be dismissed once more.
    let turns = "[[step]]\nname = \"Up\"\nescalate = { incident_type = \"{{ run.id }}\", title = \"Again\" }\n\
                 [[step]]\nname = \"Away\"\ndismiss = \"again\"\n";
    let playbook = |name: &str| {
        format!("[playbook]\nname = \"{name}\"\nsummary = \"Goes round.\"\n[[trigger]]\ndismissal = {{}}\n{turns}")
    };
    stage.apply(&playbook("Itself")).await;
    stage.apply(&playbook("Other")).await;
    stage.apply(JOB).await;
    stage.apply(RULE).await;
    stage.apply(TELLS).await;
    stage.forward(61).await;
    let event = event_of(&stage, 1001).await;
    let story = story_of(&stage, event).await;
    assert_eq!(story.state, EventState::Dismissed);
    // Of the rule's dismissal come both; of what each makes of it, the other at most once more.
    let (itself, other) = (set_off(&stage, "Itself").await, set_off(&stage, "Other").await);
    for runs in [&itself, &other] {
        assert!((1..=2).contains(&runs.len()), "{runs:?}");
    }
    let changes = story.changes.iter();
    let dismissals = changes.filter(|change| matches!(change.to, Turned::Dismissed { .. }));
    assert_eq!(set_off(&stage, "Tells").await.len(), dismissals.count());
}
