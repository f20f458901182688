//! What comes after what.

use serde_json::json;

use super::{Pretend, bad, good};
use crate::conformance::host::steps::{command, condition, fail, format, mail, note, playbook, wait};
use crate::desk::Turned;
use crate::playbooks::Does;
use crate::runs::decide::{Next, Task};
use crate::runs::{Cause, NewRun, Plan, RunOutcome, What};

#[test]
fn steps_follow_each_other_and_see_what_those_before_have_yielded() {
    let mut run = Pretend::new(
        playbook("P")
            .step("A", &[], note(json!(7), "by {{ inputs.who }}"))
            .step(
                "B",
                &["A"],
                format(json!({"id": "{{ PlaybookData.A.rawData.Results[0].id }}", "run": "{{ run.id }}"})),
            )
            .step("C", &["B"], mail("{{ PlaybookData.B.id + 1 }} at {{ now }}")),
    );
    assert_eq!(run.play(), Some(RunOutcome::Successful));
    assert_eq!(run.story(), ["+A", "-A", "+B", "-B", "+C", "-C"]);
    assert_eq!(run.wish("A")["inputs"], json!({"Ticket ID": 7, "Note": "by ada"}));
    assert_eq!(run.yielded("B"), json!({"id": 7, "run": "r"}));
    let letter =
        json!({"does": "mail", "to": ["ada@example.com"], "subject": "8 at 1970-01-01T00:16:40Z", "text": "Text"});
    assert_eq!(run.wish("C"), letter);
}

#[test]
fn the_ending_of_a_step_and_the_beginning_of_the_next_are_one_decision() {
    let steps = playbook("P")
        .step("A", &[], mail("a"))
        .step("B", &["A"], mail("b"))
        .step("C", &["B"], mail("c"));
    let mut run = Pretend::new(steps);
    run.decide(vec![]);
    assert_eq!(run.journal.len(), 2, "the run and its first step");
    for length in [4, 6] {
        let ended = run.end(&run.at_work[0]);
        assert_eq!(run.decide(vec![ended]), Next::Work { wake: None });
        assert_eq!(run.journal.len(), length);
    }
    let ended = run.end(&run.at_work[0]);
    assert!(matches!(run.decide(vec![ended]), Next::End { .. }));
    assert_eq!(run.journal.len(), 8, "with the end of the run");
}

#[test]
fn what_a_work_says_twice_or_late_changes_nothing() {
    let mut run = Pretend::new(playbook("P").step("A", &[], mail("a")).step("B", &["A"], mail("b")));
    run.decide(vec![]);
    let ended = run.end(&run.at_work[0]);
    run.decide(vec![ended.clone(), ended.clone()]);
    run.decide(vec![ended]);
    assert_eq!(run.story(), ["+A", "-A", "+B"]);
}

#[test]
fn steps_side_by_side_begin_together_and_are_joined() {
    let mut run = Pretend::new(
        playbook("P")
            .step("A", &[], mail("a"))
            .step("B", &["A"], mail("b"))
            .step("C", &["A"], mail("c"))
            .step("D", &["B", "C"], mail("d")),
    );
    run.decide(vec![]);
    let a = run.end(&run.at_work[0]);
    run.decide(vec![a]);
    assert_eq!(run.at_work.len(), 2);
    let b = run.end(&run.at_work[0]);
    run.decide(vec![b]);
    assert_eq!(run.story(), ["+A", "-A", "+B", "+C", "-B"], "D waits for both");
    assert_eq!(run.play(), Some(RunOutcome::Successful));
    assert_eq!(run.story()[5..], ["-C", "+D", "-D"]);
}

#[test]
fn the_first_to_lead_to_a_step_begins_it_once() {
    let mut run = Pretend::new(
        playbook("P")
            .step("Slow", &[], wait(100))
            .step("Fast", &[], wait(10))
            .step("Any", &["Slow", "Fast"], mail("any"))
            .any(),
    );
    assert_eq!(run.play(), Some(RunOutcome::Successful));
    assert_eq!(run.story(), ["+Slow", "+Fast", "-Fast", "+Any", "-Any", "-Slow"]);
}

#[test]
fn a_condition_leads_one_way_and_the_others_are_skipped() {
    let steps = || {
        playbook("P")
            .step("Is", &[], condition("{{ inputs.who }}", &["ada", "bob"]))
            .step("Ada", &["Is:ada"], mail("ada"))
            .step("Bob", &["Is:bob"], mail("bob"))
            .step("Else", &["Is:others"], mail("else"))
            .step("Behind", &["Bob"], mail("behind"))
            .step("All", &["Ada", "Behind", "Else"], mail("all"))
            .step("None", &["Bob", "Else"], mail("none"))
            .any()
    };
    let mut run = Pretend::new(steps());
    assert_eq!(run.play(), Some(RunOutcome::Successful));
    let story = [
        "+Is", "-Is:ada", "+Ada", "~Bob", "~Else", "~Behind", "~None", "-Ada", "+All", "-All",
    ];
    assert_eq!(run.story(), story);
    let mut run = Pretend::new(steps());
    run.run.given.insert("who".to_owned(), json!("eve"));
    run.play();
    assert!(run.story().contains(&"-Is:others".to_owned()));
    assert!(run.story().contains(&"+None".to_owned()));
}

#[test]
fn conditions_compare_whatever_they_come_to_as_text() {
    for (value, branch) in [
        ("{{ 1 == 1 }}", "true"),
        ("{{ 2 + 1 }}", "3"),
        ("{{ none }}", "others"),
        ("", "others"),
    ] {
        let mut run = Pretend::new(playbook("P").step("Is", &[], condition(value, &["true", "3"])));
        run.play();
        assert_eq!(run.yielded("Is")["branch"], branch, "{value}");
    }
}

#[test]
fn a_failure_stops_the_run_and_what_is_at_work_is_let_end() {
    let mut run = Pretend::new(
        playbook("P")
            .step("Broken", &[], command("broken", json!({})))
            .step("Work", &[], mail("work"))
            .step("Wait", &[], wait(9_000))
            .step("Behind", &["Broken"], mail("never"))
            .step("Next", &["Work"], mail("never")),
    )
    .ending(bad);
    run.decide(vec![]);
    let broken = run.end(&run.at_work[0]);
    assert_eq!(run.decide(vec![broken]), Next::Work { wake: None });
    assert_eq!(run.play(), Some(RunOutcome::Failed));
    assert_eq!(run.story(), ["+Broken", "+Work", "+Wait", "!Broken", "xWait", "-Work"]);
    assert_eq!(run.reason(), "Step `Broken` failed: It is broken. Hint: mend it.");
}

#[test]
fn a_run_goes_on_after_a_failure_that_is_meant_to_be_borne() {
    let mut run = Pretend::new(
        playbook("P")
            .step("Soft", &[], command("broken", json!({})))
            .goes_on()
            .step(
                "Behind",
                &["Soft"],
                format(json!({"why": "{{ PlaybookData.Soft.error }}"})),
            ),
    )
    .ending(bad);
    assert_eq!(run.play(), Some(RunOutcome::PartiallySuccessful));
    assert_eq!(run.story(), ["+Soft", "!Soft", "+Behind", "-Behind"]);
    assert_eq!(run.yielded("Behind")["why"], "It is broken.");
}

#[test]
fn a_step_behind_the_failed_branch_takes_a_failure_over() {
    let steps = |slug: &str| {
        playbook("P")
            .step("A", &[], command(slug, json!({})))
            .step("Rescue", &["A:failed"], mail("rescue"))
            .step("Good", &["A"], mail("good"))
            .step("End", &["Rescue", "Good"], mail("end"))
    };
    let mut run = Pretend::new(steps("broken")).ending(bad);
    assert_eq!(run.play(), Some(RunOutcome::Successful));
    assert_eq!(run.story(), ["+A", "!A", "+Rescue", "~Good", "-Rescue", "+End", "-End"]);
    let mut run = Pretend::new(steps("fine")).ending(bad);
    run.play();
    assert_eq!(run.story(), ["+A", "-A", "~Rescue", "+Good", "-Good", "+End", "-End"]);
}

#[test]
fn nothing_takes_an_unknown_outcome_over() {
    let mut run = Pretend::new(
        playbook("P")
            .step("Lost", &[], command("lost", json!({})))
            .goes_on()
            .step("Rescue", &["Lost:failed"], mail("never"))
            .step("Behind", &["Lost"], mail("never")),
    )
    .ending(bad);
    assert_eq!(run.play(), Some(RunOutcome::Failed));
    assert_eq!(run.story(), ["+Lost", "?Lost"]);
    assert_eq!(run.reason(), "Step `Lost` failed: Nobody knows. Hint: mend it.");
}

#[test]
fn a_step_that_fails_the_run_does_so_wherever_it_stands() {
    let mut run = Pretend::new(
        playbook("P")
            .step("Each", &[], crate::conformance::host::steps::for_each(json!([1, 2])))
            .goes_on()
            .part("Each", "Fail", &[], fail("because of {{ item }}"))
            .goes_on()
            .step("Behind", &["Each"], mail("never")),
    );
    assert_eq!(run.play(), Some(RunOutcome::Failed));
    assert_eq!(run.reason(), "Step `Each[0]/Fail` failed: because of 1");
    assert!(!run.story().contains(&"+Behind".to_owned()));
}

#[test]
fn a_template_that_cannot_be_filled_in_fails_its_step() {
    let mut run = Pretend::new(
        playbook("P")
            .step("A", &[], mail("{{ PlaybookData.Nothing.here.there }}"))
            .step("B", &["A:failed"], mail("b")),
    );
    assert_eq!(run.play(), Some(RunOutcome::Successful));
    assert_eq!(run.story(), ["+A", "!A", "+B", "-B"]);
    assert!(!run.failure("A").message.is_empty());
    assert_eq!(run.failure("A").status_code, 400);
}

#[test]
fn a_cancelled_run_begins_nothing_and_lets_end_what_is_at_work() {
    let mut run = Pretend::new(
        playbook("P")
            .step("Work", &[], mail("work"))
            .step("Wait", &[], wait(100))
            .step("Next", &["Work"], mail("never")),
    );
    run.decide(vec![]);
    run.hear_cancel();
    assert_eq!(run.decide(vec![]), Next::Work { wake: None });
    assert_eq!(run.play(), Some(RunOutcome::Cancelled));
    assert_eq!(run.story(), ["+Work", "+Wait", "xWait", "-Work"]);
    assert_eq!(run.reason(), "It was cancelled by ada.");

    let mut early = Pretend::new(playbook("P").step("A", &[], mail("a")));
    early.hear_cancel();
    assert_eq!(early.play(), Some(RunOutcome::Cancelled));
    assert!(early.story().is_empty());
}

#[test]
fn events_are_turned_with_the_entry_that_tells_of_it() {
    let steps = || {
        playbook("P")
            .step(
                "Escalate",
                &[],
                Does::Escalate {
                    incident_type: json!("Outage"),
                    title: json!("{{ event.fields.Title }}"),
                },
            )
            .step("Dismiss", &["Escalate"], Does::Dismiss { reason: json!("seen") })
    };
    let mut run = Pretend::new(steps());
    run.roots.insert(
        "event".to_owned(),
        json!({"id": 9, "fields": {"Title": "Mail is down"}}),
    );
    assert_eq!(run.play(), Some(RunOutcome::Successful));
    let turned: Vec<_> = run
        .events
        .iter()
        .map(|change| (change.event, change.by.as_str(), change.to.clone()))
        .collect();
    let escalated = Turned::Escalated {
        incident_type: "Outage".to_owned(),
        title: "Mail is down".to_owned(),
    };
    let dismissed = Turned::Dismissed {
        reason: "seen".to_owned(),
    };
    assert_eq!(turned, [(9, "P", escalated), (9, "P", dismissed)]);

    let mut without = Pretend::new(steps());
    assert_eq!(without.play(), Some(RunOutcome::Failed));
    assert!(without.failure("Escalate").message.contains("not about an event"));
}

#[test]
fn what_is_not_a_playbook_is_one_of_one_step_and_its_texts_are_what_they_are() {
    let literal = "{{ not a template }}";
    let plan = Plan::Letter {
        to: vec!["ada@example.com".to_owned()],
        subject: literal.to_owned(),
        text: literal.to_owned(),
    };
    let mut run = Pretend::of(plan.to_playbook().unwrap());
    run.run = NewRun { plan, ..run.run };
    assert_eq!(run.play(), Some(RunOutcome::Successful));
    assert_eq!(run.wish("Letter")["subject"], literal);

    let plan = Plan::Command {
        command: "add-note".to_owned(),
        connection: "main".to_owned(),
        inputs: serde_json::Map::from_iter([("Note".to_owned(), json!(literal))]),
    };
    let mut run = Pretend::of(plan.to_playbook().unwrap());
    run.run = NewRun { plan, ..run.run };
    run.decide(vec![]);
    let Task::Command(wanted) = &run.at_work[0].task else {
        panic!("{:?}", run.at_work)
    };
    assert_eq!(
        (wanted.command.as_str(), &wanted.inputs["Note"]),
        ("add-note", &json!(literal))
    );

    for (plan, step) in [
        (
            Plan::Ingest {
                job: "Tickets".to_owned(),
            },
            "Ingest",
        ),
        (
            Plan::Check {
                connection: "main".to_owned(),
            },
            "Check",
        ),
    ] {
        let mut run = Pretend::of(plan.to_playbook().unwrap());
        run.run = NewRun { plan, ..run.run };
        assert_eq!(run.play(), Some(RunOutcome::Successful));
        assert_eq!(run.story(), [format!("+{step}"), format!("-{step}")]);
    }
    assert!(run_of_playbook().to_playbook().is_none());
}

fn run_of_playbook() -> Plan {
    Plan::Playbook {
        name: "P".to_owned(),
        version: 1,
    }
}

#[test]
fn a_run_yields_what_its_own_steps_have_yielded_to_the_one_that_waits() {
    let steps = || {
        playbook("P")
            .step("A", &[], format(json!({"n": 1})))
            .step("Each", &["A"], crate::conformance::host::steps::for_each(json!([1])))
            .part("Each", "In", &[], format(json!({"m": "{{ item }}"})))
    };
    let mut run = Pretend::new(steps()).nested().ending(good);
    run.play();
    assert_eq!(run.output, json!({"A": {"n": 1}, "Each": [{"In": {"m": 1}}]}));
    let mut alone = Pretend::new(steps());
    alone.play();
    assert_eq!(alone.output, json!(null), "nobody waits");
    assert!(matches!(alone.run.cause, Cause::Person { .. }));
    assert!(matches!(alone.journal[0].what, What::Began { .. }));
}
