//! Lets it happen: changes before, the start, answers, and time.

use std::sync::Arc;

use deskhand_command::{Clock as _, Context, ReturnData};
use deskhand_engine::connections::Actor;
use deskhand_engine::runs::{Cause, NewRun, Plan, RunFilter, RunState, RunStory, What};
use jiff::{SignedDuration, Timestamp};

use super::expectations::{Expectations, StartedBy, Word};
use super::stage::{Process, Stage};
use crate::exit::BadInput;

/// Time is moved no more often; a playbook that goes round every second would be at it for long.
const MOST_MOVES: usize = 20_000;

/// After so long, every event of what was changed before has been fetched; a pass is due each minute.
const FETCHED: SignedDuration = SignedDuration::from_mins(10);

/// The commands that somebody else runs on the PSA before.
pub(super) async fn change(stage: &Stage, process: &Process, expectations: &Expectations) -> anyhow::Result<()> {
    let actor = Actor {
        name: "somebody else".to_owned(),
        groups: Vec::new(),
        site: "Main".to_owned(),
        operator: true,
    };
    for (number, change) in expectations.changes.iter().enumerate() {
        let opened = process.connections.open(&actor, &expectations.connection).await;
        let opened = opened.map_err(|failure| anyhow::anyhow!(failure.message))?;
        let mut commands = opened.open.commands().iter();
        let command = commands.find(|command| command.declaration().slug == change.command);
        let command = command.ok_or_else(|| {
            BadInput::new(format!("there is no command `{}`", change.command)).hint("`deskhand commands` lists them")
        })?;
        let context = Context::new(Arc::new(stage.time.clone()), format!("before {number}"));
        let output = command.run(&context, change.inputs.clone()).await;
        if output.return_data != ReturnData::Successful {
            let texts: Vec<_> = output.errors.iter().map(deskhand_command::Failure::to_text).collect();
            return Err(BadInput::new(format!("what was to happen before did not: {}", texts.join("\n"))).into());
        }
    }
    Ok(())
}

/// Lets the playbook run to its end, or time to its; returns its first run's story.
pub(super) async fn act(
    stage: &Stage,
    process: &Process,
    expectations: &Expectations,
) -> anyhow::Result<Option<RunStory>> {
    let began = stage.time.now();
    let end = began.saturating_add(expectations.within()?)?;
    for _ in 0..MOST_MOVES {
        process.engine.turn().await?;
        let story = story(stage).await?;
        let next = match &story {
            Some(story) if story.summary.state == RunState::Ended => return Ok(Some(story.clone())),
            Some(story) => answer(stage, expectations, story).await?,
            None => None,
        };
        let run_due = process.engine.next_run_due().await?;
        let due = match &story {
            // What comes by schedules is fetched whenever the run goes on, and not for days of waiting in between.
            Some(_) => run_due,
            None => process.engine.next_due().await?,
        };
        let Some(next) = next.into_iter().chain(due).min() else {
            return Ok(story);
        };
        let is_over = story.is_none()
            && run_due.is_none()
            && expectations.start.by == StartedBy::Event
            && next > began.saturating_add(FETCHED)?;
        if is_over || next > end {
            return Ok(story);
        }
        stage.time.move_to(next);
    }
    story(stage).await
}

/// Starts the playbook, if it is one that is started by hand.
pub(super) async fn start(stage: &Stage, expectations: &Expectations) -> anyhow::Result<()> {
    if expectations.start.by != StartedBy::Hand {
        return Ok(());
    }
    let definitions = stage.store.definitions().await?;
    let version = definitions
        .iter()
        .find(|known| known.name == stage.playbook)
        .map_or(1, |known| known.version);
    let run = NewRun {
        id: "rehearsal".to_owned(),
        plan: Plan::Playbook {
            name: stage.playbook.clone(),
            version,
        },
        cause: Cause::Person {
            name: "somebody".to_owned(),
        },
        site: "Main".to_owned(),
        given: expectations.start.inputs.clone(),
        created_at: stage.time.now(),
    };
    stage.store.start(&run).await?;
    Ok(())
}

/// The story of the playbook's first run.
async fn story(stage: &Stage) -> anyhow::Result<Option<RunStory>> {
    let filter = RunFilter {
        playbook: Some(stage.playbook.clone()),
        limit: 100,
        ..RunFilter::default()
    };
    let runs = stage.store.find_runs(&filter).await?;
    match runs.last() {
        Some(run) => Ok(stage.store.get_run(&run.id).await?),
        None => Ok(None),
    }
}

/// Gives the answers whose time has come; returns when the next one's will.
async fn answer(stage: &Stage, expectations: &Expectations, story: &RunStory) -> anyhow::Result<Option<Timestamp>> {
    let now = stage.time.now();
    let mut next: Option<Timestamp> = None;
    for answer in &expectations.answers {
        let Some(asked) = asked(story, &answer.step) else {
            continue;
        };
        let due = asked.saturating_add(answer.after()?)?;
        if due > now {
            next = Some(next.map_or(due, |next| next.min(due)));
            continue;
        }
        let what = What::Answered {
            step: answer.step.clone(),
            answer: match answer.word {
                Word::Approved => "approved".to_owned(),
                Word::Rejected => "rejected".to_owned(),
            },
            by: answer.by.clone(),
            group: None,
            words: String::new(),
        };
        stage.store.signal(&story.summary.id, &what, now).await?;
        next = Some(now);
    }
    Ok(next)
}

/// When a step asked, if nobody has answered it.
fn asked(story: &RunStory, step: &str) -> Option<Timestamp> {
    let mut asked = None;
    for entry in &story.entries {
        match &entry.what {
            What::StepBegan { step: began, .. } if began == step => asked = Some(entry.at),
            What::StepEnded { step: over, .. } | What::Answered { step: over, .. } if over == step => asked = None,
            _ => {}
        }
    }
    asked
}
