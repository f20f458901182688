//! Any playbook ends, or waits for somebody, and begins nothing twice.

use std::collections::BTreeMap;

use deskhand_command::Failure;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Pretend, bad, good};
use crate::conformance::host::steps::{
    Steps, ask, command, condition, fail, for_each, format, nested, note, playbook, repeat, wait,
};
use crate::playbooks::Does;
use crate::runs::decide::{Next, Work};
use crate::runs::{RunOutcome, What};

/// One step of a random playbook: what it does, what comes before it, and how it bears failure.
#[derive(Debug, Clone)]
struct Random {
    does: u8,
    inside: Option<prop::sample::Index>,
    after: Vec<(prop::sample::Index, u8)>,
    any: bool,
    goes_on: bool,
    tries: u32,
}

fn random() -> impl Strategy<Value = Random> {
    let after = prop::collection::vec((any::<prop::sample::Index>(), 0..4u8), 0..3);
    let inside = prop::option::of(any::<prop::sample::Index>());
    (0..14u8, inside, after, any::<bool>(), any::<bool>(), 0..3u32).prop_map(
        |(does, inside, after, any, goes_on, tries)| Random {
            does,
            inside,
            after,
            any,
            goes_on,
            tries,
        },
    )
}

fn does(kind: u8) -> Does {
    match kind {
        0 | 1 => command("fine", json!({"at": "{{ now }}"})),
        2 => command("broken", json!({})),
        3 => command("shaky", json!({})),
        4 => command("lost", json!({})),
        5 => condition("{{ inputs.who }}", &["ada"]),
        6 => format(json!({"n": "{{ now }}"})),
        7 => for_each(json!("{{ [1, 2] }}")),
        8 => repeat("{{ turn == 2 }}", 3, 5),
        9 => wait(30),
        10 => ask(&[], Some(90)),
        11 => nested("Sub", json!({})),
        12 => note(json!([1, 2]), "x"),
        _ => fail("enough"),
    }
}

/// Steps come after those before them in the file, and only after those of their own part.
fn made(random: &[Random]) -> Steps {
    let mut steps = playbook("Random");
    let mut parts: Vec<(String, Option<usize>, u8)> = Vec::new();
    for (at, one) in random.iter().enumerate() {
        let with_parts: Vec<usize> = (0..at).filter(|known| matches!(parts[*known].2, 7 | 8)).collect();
        let inside = one
            .inside
            .filter(|_| !with_parts.is_empty())
            .map(|index| *index.get(&with_parts));
        let siblings: Vec<usize> = (0..at).filter(|known| parts[*known].1 == inside).collect();
        let mut after: Vec<String> = Vec::new();
        for (index, branch) in one.after.iter().filter(|_| !siblings.is_empty()) {
            let before = &parts[*index.get(&siblings)];
            let branches = match (branch, before.2) {
                (1, _) => ":failed",
                (2, 5) => ":ada",
                (2, 10) => ":approved",
                (3, 5) => ":others",
                _ => "",
            };
            after.push(format!("{}{branches}", before.0));
        }
        let after: Vec<&str> = after.iter().map(String::as_str).collect();
        let name = format!("S{at}");
        steps = match inside {
            Some(inside) => steps.part(&parts[inside].0.clone(), &name, &after, does(one.does)),
            None => steps.step(&name, &after, does(one.does)),
        };
        steps = if one.any { steps.any() } else { steps };
        steps = if one.goes_on { steps.goes_on() } else { steps };
        steps = steps.tries(one.tries, 7);
        parts.push((name, inside, one.does));
    }
    steps
}

/// Plays to the end; whoever is waited for comes.
fn played(run: &mut Pretend) -> RunOutcome {
    for _ in 0..1_000 {
        if let Some(outcome) = run.play() {
            return outcome;
        }
        let waiting: Vec<String> = run
            .history
            .nodes()
            .filter_map(|(path, node)| {
                let waits =
                    node.child.is_none() && matches!(node.wish, Some(crate::runs::state::Wish::Playbook { .. }));
                (waits && node.phase == crate::runs::state::Phase::Running).then(|| path.to_owned())
            })
            .collect();
        assert!(!waiting.is_empty(), "it waits for nobody: {:?}", run.story());
        for step in waiting {
            run.hear_child(&step, RunOutcome::Successful, None);
        }
    }
    panic!("it does not end");
}

fn mended(work: &Work) -> Result<Value, Failure> {
    good(work)
}

/// Each attempt of a step begins once and ends once, and attempts are counted.
fn one_story(run: &Pretend) {
    let mut open = BTreeMap::new();
    let mut attempts = BTreeMap::new();
    for entry in &run.journal {
        match &entry.what {
            What::StepBegan { step, attempt, .. } => {
                assert_eq!(open.insert(step, attempt), None, "{step} begins while it is open");
                assert_eq!(attempts.insert(step, *attempt).unwrap_or(0) + 1, *attempt, "{step}");
            }
            What::StepEnded { step, attempt, .. } => assert_eq!(open.remove(step), Some(attempt), "{step}"),
            What::StepSkipped { step } => assert!(!attempts.contains_key(step), "{step} was begun"),
            What::Ended { .. } => assert!(open.is_empty(), "{open:?} are open at the end"),
            _ => {}
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn any_playbook_ends_and_begins_nothing_twice(random in prop::collection::vec(random(), 1..9)) {
        let mut run = Pretend::new(made(&random)).ending(bad);
        let outcome = played(&mut run);
        one_story(&run);
        if outcome != RunOutcome::Successful {
            run.ends = mended;
            run.hear_retry();
            played(&mut run);
            one_story(&run);
        }
    }

    #[test]
    fn any_playbook_can_be_cancelled_anywhere(random in prop::collection::vec(random(), 1..9), after in 0..12usize) {
        let mut run = Pretend::new(made(&random)).ending(bad);
        let mut ended = Vec::new();
        for _ in 0..after {
            match run.decide(std::mem::take(&mut ended)) {
                Next::End { .. } => return Ok(()),
                Next::Work { .. } => ended = run.at_work.iter().map(|work| run.end(work)).collect(),
                Next::Sleep { wake: Some(wake) } => run.now = wake,
                _ => {}
            }
        }
        run.hear_cancel();
        run.decide(ended);
        let begun = run.story().iter().filter(|word| word.starts_with('+')).count();
        let outcome = match run.history.ended() {
            Some(outcome) => outcome,
            None => played(&mut run),
        };
        let at_the_end = run.story().iter().filter(|word| word.starts_with('+')).count();
        prop_assert_eq!(begun, at_the_end, "nothing new begins");
        prop_assert!(matches!(outcome, RunOutcome::Cancelled | RunOutcome::Failed));
        one_story(&run);
    }
}
