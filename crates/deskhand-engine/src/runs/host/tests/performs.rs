//! What is performed, and what becomes of it.

use std::sync::Arc;

use parking_lot::Mutex;
use serde_json::json;

use super::{Counts, Play};
use crate::conformance::host::steps::{command, for_each, format, mail, nested, note, playbook, run_of};
use crate::playbooks::Does;
use crate::runs::host::Point;
use crate::runs::{Cause, NewRun, Plan, RunOutcome, RunState, RunStore, StepEnding, What};
use crate::schedules::{Firing, Mode, ScheduleStore, Standing};

#[tokio::test]
async fn commands_run_under_the_runs_id_and_their_steps_path() {
    let play = Play::new(vec![
        playbook("P")
            .step("Note", &[], note(json!(5), "plain"))
            .step("Each", &["Note"], for_each(json!([6])))
            .part("Each", "Note it", &[], note(json!([7, 8]), "inner")),
    ]);
    play.start().await;
    play.drive().await;
    assert_eq!(play.outcome().await, Some(RunOutcome::Successful));
    let writes = play.toy.psa.journal.writes();
    let keys: Vec<_> = writes.iter().map(|write| write.intent.key.as_str()).collect();
    assert_eq!(keys, ["r/Note", "r/Each[0]/Note it[0]", "r/Each[0]/Note it[1]"]);
    assert_eq!(play.yielded("Note").await["run"]["id"], "r/Note");
}

#[tokio::test]
async fn pl6_a_list_for_one_value_runs_the_command_once_for_each() {
    let play = Play::new(vec![playbook("P").step(
        "Note",
        &[],
        note(json!("{{ [1, 2, 3] }}"), "n"),
    )]);
    play.start().await;
    play.drive().await;
    let once = ["n on 1", "n on 2", "n on 3"].map(|note| (note.to_owned(), 1));
    assert_eq!(play.toy.psa.notes(), once);
    let fields = play.yielded("Note").await["keyFields"].clone();
    assert_eq!(fields, json!({"TicketIDs": [1, 2, 3]}));
}

#[tokio::test]
async fn pl7_what_is_behind_an_unwound_list_runs_once_for_each_element() {
    let play = Play::new(vec![
        playbook("P")
            .step("Look", &[], command("get-tickets", json!({})))
            .step(
                "Each",
                &["Look"],
                for_each(json!("{{ PlaybookData | jsonpath('$.Look.rawData.Results[*]') }}")),
            )
            .part("Each", "Note", &[], note(json!("{{ item.id }}"), "each")),
    ]);
    play.start().await;
    play.drive().await;
    let once = ["each on 1", "each on 2", "each on 3"].map(|note| (note.to_owned(), 1));
    assert_eq!(play.toy.psa.notes(), once);
    let all = play.yielded("Each").await;
    assert_eq!(
        (all.as_array().unwrap().len(), &all[2]["Note"]["returnData"]),
        (3, &json!("Successful"))
    );
}

#[tokio::test]
async fn a_step_costs_one_append() {
    let play = Play::new(vec![
        playbook("P")
            .step("A", &[], mail("a"))
            .step("B", &["A"], mail("b"))
            .step("C", &["B"], mail("c")),
    ]);
    play.start().await;
    play.drive().await;
    assert_eq!(
        play.store.appends(),
        [2, 2, 2, 2],
        "began A; A, began B; B, began C; C, ended"
    );
}

#[tokio::test]
async fn everything_that_can_be_done_is_done() {
    let play = Play::new(vec![playbook("P").step("A", &[], mail("a"))]);
    for (n, plan) in [
        Plan::Ingest {
            job: "Tickets".to_owned(),
        },
        Plan::Check {
            connection: "gone".to_owned(),
        },
        Plan::Letter {
            to: vec!["ada@example.com".to_owned()],
            subject: "{{ as it is }}".to_owned(),
            text: "t".to_owned(),
        },
        Plan::Command {
            command: "add-note".to_owned(),
            connection: "main".to_owned(),
            inputs: serde_json::Map::from_iter([("Ticket ID".to_owned(), json!(9))]),
        },
    ]
    .into_iter()
    .enumerate()
    {
        let run = NewRun {
            plan,
            ..run_of(&format!("r{n}"), "P")
        };
        play.start_run(&run).await;
    }
    play.drive().await;
    assert_eq!(play.toy.psa.passes(), [("Tickets".to_owned(), "r0/Ingest".to_owned())]);
    assert_eq!(play.toy.psa.letter("r2/Letter").unwrap().subject, "{{ as it is }}");
    assert_eq!(play.toy.psa.notes(), [(" on 9".to_owned(), 1)]);
    let mut ended = play.toy.psa.ended();
    ended.sort_by(|one, other| one.0.cmp(&other.0));
    let outcomes: Vec<_> = ended.into_iter().map(|(_, outcome)| outcome).collect();
    let expected = [
        RunOutcome::Successful,
        RunOutcome::Failed,
        RunOutcome::Successful,
        RunOutcome::Successful,
    ];
    assert_eq!(outcomes, expected);
    let check = play.story("r1").await;
    let output = check.entries.iter().find_map(|entry| match &entry.what {
        What::StepEnded { output, .. } => Some(output.clone()),
        _ => None,
    });
    assert_eq!(output, Some(json!({"checked": "r1/Check"})), "also of what failed");
    assert_eq!(
        check.summary.reason.as_deref(),
        Some("Step `Check` failed: Nobody is there.")
    );
}

#[tokio::test]
async fn partial_success_goes_on_and_shows() {
    let play = Play::new(vec![
        playbook("P").step("Partly", &[], command("partly", json!({}))).step(
            "Why",
            &["Partly"],
            format(json!({"why": "{{ PlaybookData.Partly.errors[0].message }}"})),
        ),
    ]);
    play.start().await;
    play.drive().await;
    assert_eq!(play.outcome().await, Some(RunOutcome::PartiallySuccessful));
    assert_eq!(play.yielded("Why").await, json!({"why": "One of them is not there."}));
}

#[tokio::test]
async fn an_output_that_is_too_large_is_a_failure_that_says_so() {
    let mut play = Play::new(vec![playbook("P").step("Huge", &[], command("huge", json!({})))]);
    play.limits.output_bytes = 10_000;
    play.start().await;
    play.drive().await;
    assert_eq!(play.outcome().await, Some(RunOutcome::Failed));
    let reason = play.reason().await;
    assert!(
        reason.contains("larger than the 10000 bytes") && reason.contains("narrow the command"),
        "{reason}"
    );
}

#[tokio::test]
async fn an_unknown_outcome_is_shown_and_looked_at_again() {
    let play = Play::new(vec![
        playbook("P")
            .step("Lost", &[], command("lost", json!({"Ticket ID": 1, "Note": "n"})))
            .step("Next", &["Lost"], mail("next")),
    ]);
    play.toy.psa.lose(true);
    play.start().await;
    play.drive().await;
    assert_eq!(play.outcome().await, Some(RunOutcome::Failed));
    let reason = "Step `Lost` failed: It is unknown whether this took effect. Hint: look in the PSA.";
    assert_eq!(play.reason().await, reason);
    play.toy.psa.lose(false);
    play.retry().await;
    play.drive().await;
    assert_eq!(play.outcome().await, Some(RunOutcome::Successful));
    assert_eq!(play.toy.psa.notes().len(), 1);
}

#[tokio::test]
async fn a_command_that_breaks_off_leaves_an_unknown_outcome() {
    let play = Play::new(vec![playbook("P").step("Panics", &[], command("panics", json!({})))]);
    play.start().await;
    play.drive().await;
    assert_eq!(play.outcome().await, Some(RunOutcome::Failed));
    let story = play.story("r").await;
    let unknown = |what: &What| {
        matches!(
            what,
            What::StepEnded {
                ending: StepEnding::Unknown,
                ..
            }
        )
    };
    assert!(story.entries.iter().any(|entry| unknown(&entry.what)));
}

#[tokio::test]
async fn what_was_done_in_one_attempt_is_not_done_in_the_next() {
    let play = Play::new(vec![
        playbook("P")
            .step("Each", &[], for_each(json!([1, 2])))
            .part("Each", "Note", &[], note(json!("{{ item }}"), "n"))
            .step(
                "Shaky",
                &["Each"],
                command("shaky", json!({"Ticket ID": 1, "Note": "s"})),
            ),
    ]);
    play.toy.psa.fail("r/Shaky", 1);
    play.start().await;
    play.drive().await;
    assert_eq!(play.outcome().await, Some(RunOutcome::Failed));
    play.retry().await;
    play.drive().await;
    assert_eq!(play.outcome().await, Some(RunOutcome::Successful));
    assert!(play.toy.psa.notes().iter().all(|(_, times)| *times == 1));
    assert_eq!(play.toy.psa.notes().len(), 3);
}

#[tokio::test]
async fn so_many_steps_of_a_run_are_performed_at_once_and_no_more() {
    let steps = (0..6).fold(playbook("P"), |steps, n| steps.step(&format!("S{n}"), &[], mail("s")));
    let mut play = Play::new(vec![steps]);
    play.limits.works = 2;
    play.start().await;
    let counts = Arc::new(Mutex::new((0_i32, 0_i32)));
    let seen = Arc::clone(&counts);
    let mut host = play.host();
    host.observer = Arc::new(Counts(move |_, point| {
        let mut seen = seen.lock();
        match point {
            Point::BeforeWork { .. } => seen.0 += 1,
            Point::AfterWork { .. } => seen.0 -= 1,
            _ => {}
        }
        seen.1 = seen.1.max(seen.0);
    }));
    host.drive_due(play.now()).await.unwrap();
    assert_eq!(play.outcome().await, Some(RunOutcome::Successful));
    assert!(counts.lock().1 <= 2);
    assert_eq!(play.toy.psa.letters().len(), 6);
}

#[tokio::test]
async fn runs_inside_runs_are_started_waited_for_and_tried_again() {
    let sub = playbook("Sub").step("Shaky", &[], command("shaky", json!({"Ticket ID": 1, "Note": "s"})));
    let play = Play::new(vec![playbook("P").step("Sub", &[], nested("Sub", json!({}))), sub]);
    play.toy.psa.fail("r/Sub/Shaky", 2);
    play.start().await;
    play.play().await;
    assert_eq!(play.outcome().await, Some(RunOutcome::Failed));
    let reason = play.reason().await;
    assert!(
        reason.starts_with("Step `Sub` failed: Playbook `Sub` failed: Step `Shaky` failed: The toy is shaky."),
        "{reason}"
    );
    play.retry().await;
    play.play().await;
    assert_eq!(
        play.outcome().await,
        Some(RunOutcome::Failed),
        "the second time it fails, too"
    );

    // Somebody tries the inner run again by itself; then the outer one has nothing to wait for.
    let retry = What::RetryAsked { by: "bob".to_owned() };
    play.desk.signal("r/Sub", &retry, play.now()).await.unwrap();
    play.play().await;
    assert_eq!(play.story("r/Sub").await.summary.outcome, Some(RunOutcome::Successful));
    play.retry().await;
    play.play().await;
    assert_eq!(play.outcome().await, Some(RunOutcome::Successful));
    assert_eq!(play.yielded("Sub").await["Shaky"]["returnData"], "Successful");
    assert_eq!(play.toy.psa.notes().len(), 1);
}

#[tokio::test]
async fn a_cancelled_run_takes_the_runs_inside_along() {
    let sub = playbook("Sub").step("Wait", &[], crate::conformance::host::steps::wait(900));
    let play = Play::new(vec![playbook("P").step("Sub", &[], nested("Sub", json!({}))), sub]);
    play.start().await;
    play.drive().await;
    play.cancel().await;
    play.drive().await;
    assert_eq!(play.outcome().await, Some(RunOutcome::Cancelled));
    assert_eq!(play.story("r/Sub").await.summary.outcome, Some(RunOutcome::Cancelled));
}

#[tokio::test]
async fn a_deleted_inner_run_is_a_failure_that_says_so() {
    let sub = playbook("Sub").step("Broken", &[], command("broken", json!({})));
    let play = Play::new(vec![playbook("P").step("Sub", &[], nested("Sub", json!({}))), sub]);
    play.start().await;
    play.play().await;
    play.toy.clock.advance(1_000);
    play.retry().await;
    assert_eq!(play.desk.prune_runs(play.now()).await.unwrap(), 1);
    play.play().await;
    assert_eq!(play.outcome().await, Some(RunOutcome::Failed));
    let reason = play.reason().await;
    assert!(
        reason.contains("Playbook `Sub` failed: the run was deleted"),
        "{reason}"
    );
    assert_eq!(play.desk.get_run("r/Sub").await.unwrap(), None, "it is not begun anew");
}

#[tokio::test]
async fn a_schedule_learns_how_its_run_ended() {
    let play = Play::new(vec![playbook("P").step("Broken", &[], command("broken", json!({})))]);
    let standing = Standing {
        name: "S".to_owned(),
        digest: "d".to_owned(),
        next_at: Some(play.now()),
        mode: Mode::Active,
        running: None,
        failures: 0,
        alerted: false,
    };
    play.desk.put_schedules(&[standing]).await.unwrap();
    let run = NewRun {
        cause: Cause::Schedule {
            name: "S".to_owned(),
            due: play.now(),
        },
        ..run_of("r", "P")
    };
    let firing = Firing {
        schedule: "S".to_owned(),
        expected: play.now(),
        next_at: None,
        occurrences: vec![],
        run: Some(run),
    };
    play.desk.fire(&[firing]).await.unwrap();
    play.drive().await;
    let known = play.desk.get_schedule("S").await.unwrap().unwrap();
    assert_eq!((known.running, known.failures), (None, 1));
}

#[tokio::test]
async fn a_dry_run_says_so_to_the_command() {
    let dry = Does::Command {
        command: "says-mode".to_owned(),
        connection: json!("main"),
        inputs: serde_json::Map::new(),
        dry_run: true,
    };
    let wet = command("says-mode", json!({}));
    let play = Play::new(vec![playbook("P").step("Dry", &[], dry).step("Wet", &["Dry"], wet)]);
    play.start().await;
    play.drive().await;
    assert_eq!(
        play.yielded("Dry").await["rawData"]["Results"],
        json!([{"dryRun": true}])
    );
    assert_eq!(
        play.yielded("Wet").await["rawData"]["Results"],
        json!([{"dryRun": false}])
    );
    assert_eq!(play.story("r").await.summary.state, RunState::Ended);
}

#[tokio::test]
async fn what_another_run_yields_and_is_too_large_is_a_failure_of_the_step_that_waits_for_it() {
    let mut play = Play::new(vec![
        playbook("P").step("Sub", &[], nested("Sub", json!({}))),
        playbook("Sub").step("Say", &[], format(json!({"long": "x".repeat(20_000)}))),
    ]);
    play.limits.output_bytes = 10_000;
    play.start().await;
    play.drive().await;
    for _ in 0..2 {
        assert_eq!(play.outcome().await, Some(RunOutcome::Failed));
        let reason = play.reason().await;
        assert!(
            reason.contains("`Sub` has yielded is larger than a step may yield"),
            "{reason}"
        );
        // The other run ended well, and says so once more.
        play.retry().await;
        play.drive().await;
    }
}
