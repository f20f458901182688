//! Asking people.

use jiff::Timestamp;
use serde_json::json;

use super::Pretend;
use crate::conformance::host::steps::{Steps, ask, command, mail, playbook};
use crate::runs::decide::Next;
use crate::runs::{Cause, Plan, RunOutcome};

fn steps(by: &[&str], expires: Option<u64>) -> Steps {
    playbook("P")
        .step("Ask", &[], ask(by, expires))
        .step(
            "Yes",
            &["Ask:approved"],
            mail("{{ PlaybookData.Ask.by }} says {{ PlaybookData.Ask.words }}"),
        )
        .step("No", &["Ask:rejected"], mail("no"))
        .step("Late", &["Ask:expired"], mail("late"))
}

#[test]
fn people_are_asked_once_and_written_to() {
    let mut run = Pretend::new(steps(&[], None));
    assert_eq!(run.decide(vec![]), Next::Sleep { wake: None });
    assert_eq!(run.decide(vec![]), Next::Sleep { wake: None });
    assert_eq!(run.starts.len(), 1);
    let letter = &run.starts[0];
    assert_eq!((letter.id.as_str(), letter.site.as_str()), ("r/Ask@letter-1", "Main"));
    assert_eq!(letter.cause, Cause::Alert { about: "r".to_owned() });
    let Plan::Letter { to, text, .. } = &letter.plan else {
        panic!("{letter:?}")
    };
    assert_eq!(to, &["ada@example.com", "bob@example.com"]);
    assert!(text.starts_with("May I, on 1970-01-01T00:16:40Z?"), "{text}");
    run.hear_answer("Ask", "approved", "bob");
    assert_eq!(run.play(), Some(RunOutcome::Successful));
    assert_eq!(run.story(), ["+Ask", "-Ask:approved", "+Yes", "~No", "~Late", "-Yes"]);
    assert_eq!(run.wish("Yes")["subject"], "bob says words");
}

#[test]
fn the_first_answer_of_somebody_who_may_give_one_counts() {
    let mut run = Pretend::new(steps(&["eve", "ada"], None));
    run.decide(vec![]);
    for (step, answer, by) in [
        ("Ask", "approved", "bob"),
        ("Ask", "expired", "ada"),
        ("Ask", "perhaps", "ada"),
        ("Yes", "approved", "ada"),
    ] {
        run.hear_answer(step, answer, by);
        assert_eq!(run.decide(vec![]), Next::Sleep { wake: None }, "{answer} by {by}");
    }
    run.hear_answer("Ask", "rejected", "ada");
    run.hear_answer("Ask", "approved", "eve");
    assert_eq!(run.play(), Some(RunOutcome::Successful));
    assert_eq!(run.yielded("Ask")["answer"], "rejected");
}

#[test]
fn an_answer_for_a_group_counts_where_the_step_names_the_group() {
    let mut run = Pretend::new(steps(&["first line"], None));
    run.decide(vec![]);
    for group in [None, Some("second line")] {
        run.hear_answer_for("Ask", "approved", "ada", group);
        assert_eq!(run.decide(vec![]), Next::Sleep { wake: None }, "{group:?}");
    }
    run.hear_answer_for("Ask", "approved", "ada", Some("first line"));
    assert_eq!(run.play(), Some(RunOutcome::Successful));
    assert_eq!(run.yielded("Ask")["by"], "ada");
}

#[test]
fn without_an_answer_it_expires() {
    let mut run = Pretend::new(steps(&[], Some(60)));
    let at = Timestamp::from_second(1_060).unwrap();
    assert_eq!(run.decide(vec![]), Next::Sleep { wake: Some(at) });
    run.now = at;
    run.hear_answer("Ask", "approved", "ada");
    assert_eq!(run.play(), Some(RunOutcome::Successful));
    assert_eq!(
        run.yielded("Ask"),
        json!({"answer": "expired"}),
        "an answer then comes too late"
    );
    assert!(run.story().contains(&"+Late".to_owned()));

    let mut in_time = Pretend::new(steps(&[], Some(60)));
    in_time.decide(vec![]);
    in_time.later(59);
    in_time.hear_answer("Ask", "approved", "ada");
    in_time.later(600);
    in_time.play();
    assert_eq!(
        in_time.yielded("Ask")["answer"],
        "approved",
        "also when the engine slept through the end"
    );
}

#[test]
fn a_question_is_withdrawn_when_the_run_stops_and_asked_again_after() {
    let steps = playbook("P")
        .step("Ask", &[], ask(&[], Some(60)))
        .step("Broken", &[], command("broken", json!({})));
    let mut run = Pretend::new(steps).ending(super::bad);
    assert_eq!(run.play(), Some(RunOutcome::Failed));
    assert_eq!(run.story(), ["+Ask", "+Broken", "!Broken", "xAsk"]);
    run.ends = super::good;
    run.hear_retry();
    assert_eq!(run.play(), Some(RunOutcome::Successful));
    assert_eq!(run.again(), ["+Ask", "+Broken", "-Broken", "-Ask:expired"]);
    assert_eq!(run.starts[1].id, "r/Ask@letter-2");
}

#[test]
fn a_question_that_is_asked_again_has_all_its_time_again() {
    let steps = playbook("P")
        .step("Ask", &[], ask(&[], Some(60)))
        .step("Broken", &[], command("broken", json!({})));
    let mut run = Pretend::new(steps).ending(super::bad);
    assert_eq!(run.play(), Some(RunOutcome::Failed));
    run.later(600);
    run.ends = super::good;
    run.hear_retry();
    run.decide(vec![]);
    let mended = run.end(&run.at_work[0]);
    let at = Timestamp::from_second(1_660).unwrap();
    assert_eq!(run.decide(vec![mended]), Next::Sleep { wake: Some(at) });
    let asked = run.wish("Ask");
    assert_eq!(
        (&asked["question"], &asked["expiresAt"]),
        (
            &json!("May I, on 1970-01-01T00:16:40Z?"),
            &json!("1970-01-01T00:27:40Z")
        )
    );
    run.later(59);
    run.hear_answer("Ask", "approved", "ada");
    assert_eq!(run.play(), Some(RunOutcome::Successful));
    assert_eq!(run.again(), ["+Ask", "+Broken", "-Broken", "-Ask:approved"]);
}
