//! `deskhand runs questions`, `approve` and `reject`: what runs ask, and the answers of those who may give them.

use std::io::{self, Write as _};

use clap::Args;
use deskhand_command::{Clock as _, SystemClock};
use deskhand_engine::desk::Desk;
use deskhand_engine::runs::{Question, RunFilter, RunState, RunStory, What, open_questions};
use deskhand_store::Store;
use serde_json::json;

use super::{MAKER, found, send};
use crate::dates::Dates;
use crate::desk::{OpenDesk, Person, Sight};
use crate::exit::{BadInput, Exit};
use crate::render::table;
use crate::verbs::store_trouble;
use crate::verbs::stored::StoreOptions;

#[derive(Debug, Args)]
pub(crate) struct QuestionOptions {
    #[command(flatten)]
    store: StoreOptions,
    /// One JSON array
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct AnswerOptions {
    #[command(flatten)]
    store: StoreOptions,
    /// The run's id
    run: String,
    /// The step that asks; needed when several do
    #[arg(long, value_name = "STEP")]
    step: Option<String>,
    /// Who answers: one of the desk's users, and of those who are asked [env: `DESKHAND_USER`; default: operator, on a
    /// desk without users]
    #[arg(long = "as", value_name = "NAME")]
    who: Option<String>,
    /// What is to be kept with the answer
    #[arg(long, value_name = "TEXT", default_value = "")]
    words: String,
}

pub(super) async fn questions(options: &QuestionOptions) -> anyhow::Result<Exit> {
    let (store, dates, sight) = options.store.open_for_viewer(MAKER).await?;
    let asked = asked(&*store, &sight).await?;
    let mut to = io::stdout().lock();
    if options.json {
        let each = asked.iter().map(|(run, asked)| {
            json!({
                "run": run, "step": asked.step, "question": asked.question, "by": asked.by,
                "expiresAt": asked.expires_at,
            })
        });
        writeln!(to, "{}", serde_json::Value::Array(each.collect()))?;
        return Ok(Exit::Successful);
    }
    if asked.is_empty() {
        writeln!(to, "Nothing waits for an answer")?;
        return Ok(Exit::Successful);
    }
    let rows = asked.into_iter().map(|(run, asked)| {
        let until = asked.expires_at.map(|until| dates.show(until)).unwrap_or_default();
        [run, asked.step, asked.question, asked.by.join(", "), until]
    });
    let headings = ["Run", "Step", "Question", "For", &dates.heading("Until")];
    writeln!(to, "{}", table::table(headings, rows))?;
    Ok(Exit::Successful)
}

/// Every open question that is somebody's to see, with its run: those of their sites, and those that name them.
async fn asked(store: &dyn Store, sight: &Sight) -> anyhow::Result<Vec<(String, Question)>> {
    let filter = RunFilter {
        state: Some(RunState::Waiting),
        limit: 10_000,
        ..RunFilter::default()
    };
    let mut asked = Vec::new();
    for run in store.find_runs(&filter).await.map_err(store_trouble)? {
        if let Some(story) = store.get_run(&run.id).await.map_err(store_trouble)? {
            let mut open = open_questions(&story.entries);
            open.retain(|question| sight.includes(&run.site) || sight.is_among(&question.by));
            let open = open.into_iter();
            asked.extend(open.map(|question| (run.id.clone(), question)));
        }
    }
    Ok(asked)
}

pub(super) async fn answer(options: &AnswerOptions, word: &str) -> anyhow::Result<Exit> {
    let store = options.store.open(MAKER).await?;
    let story = found(&*store, &options.run).await?;
    let question = question(options, &story)?;
    if let Some(expired) = question.expires_at.filter(|expires| *expires <= SystemClock.now()) {
        let dates = Dates::in_store(&*store).await?;
        let told = format!(
            "the question of `{}` has expired {}",
            question.step,
            dates.tell(expired)
        );
        return Err(BadInput::new(told)
            .hint("the run goes on as if nobody had answered; start it anew if it is still wanted")
            .into());
    }
    let (who, group) = who_answers(options, &*store, &story, &question).await?;
    let what = What::Answered {
        step: question.step.clone(),
        answer: word.to_owned(),
        by: who,
        group,
        words: options.words.clone(),
    };
    send(&*store, &options.run, &what, &format!("`{}` is {word}", question.step)).await
}

/// The question that is meant.
fn question(options: &AnswerOptions, story: &RunStory) -> anyhow::Result<Question> {
    let mut open = open_questions(&story.entries);
    let bad = match (&options.step, &open[..]) {
        (_, []) => BadInput::new(format!("run `{}` asks nothing", options.run))
            .hint("`deskhand runs questions` lists what is asked"),
        (None, [_]) => return Ok(open.remove(0)),
        (None, _) => BadInput::new(format!("run `{}` asks several things", options.run))
            .hint(format!("say which with `--step`: {}", steps(&open))),
        (Some(named), _) => match open.iter().position(|asked| asked.step == *named) {
            Some(at) => return Ok(open.remove(at)),
            None => BadInput::new(format!("step `{named}` of run `{}` asks nothing", options.run))
                .hint(format!("these ask: {}", steps(&open))),
        },
    };
    Err(bad.into())
}

fn steps(open: &[Question]) -> String {
    let steps: Vec<_> = open.iter().map(|asked| format!("`{}`", asked.step)).collect();
    steps.join(", ")
}

/// Who answers, if they may, and for which group.
async fn who_answers(
    options: &AnswerOptions,
    store: &dyn Store,
    story: &RunStory,
    question: &Question,
) -> anyhow::Result<(String, Option<String>)> {
    let definitions = store.definitions().await.map_err(store_trouble)?;
    let desk = Desk::read(&definitions, &OpenDesk::integration());
    let person = Person::find(options.who.as_deref(), &desk)?;
    if person.user.is_none() && !desk.users.is_empty() {
        return Err(
            BadInput::new("the desk has users, and nobody says which of them answers")
                .hint("name one with `--as`, or in DESKHAND_USER")
                .into(),
        );
    }
    let may = question.may_answer(&person.name, &story.summary.site, &desk.users);
    let group = may.map_err(BadInput::from)?;
    Ok((person.name, group))
}
