//! `deskhand playbook`: playbooks as files, tried out, and run by hand.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use deskhand_command::{Clock as _, SystemClock};
use deskhand_engine::desk::Kind;
use deskhand_engine::desk::files::{self, DeskFile};
use deskhand_engine::playbooks;
use deskhand_engine::runs::{Cause, NewRun, Plan};
use serde_json::{Map, Value};

use crate::desk::{self, DeskOptions, OpenDesk, Person};
use crate::exit::{BadInput, Exit};
use crate::rehearsal::{Expectations, rehearse};
use crate::render::text;

#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Say everything that is wrong with playbook files, without a store or a PSA
    Check(CheckOptions),
    /// Rehearse a playbook on a sandbox inside this process, and say what came differently than expected
    Test(TestOptions),
    /// Start a run of a playbook of the desk; `deskhand serve` works it off
    Run(RunOptions),
    /// Print the JSON Schema of playbook files, for editors
    Schema,
}

#[derive(Debug, Args)]
pub(crate) struct CheckOptions {
    /// Playbook files, or folders of them; those that run each other together
    #[arg(required = true, value_name = "PATH")]
    files: Vec<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct TestOptions {
    /// Files of expectations
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Say how each step ended as well
    #[arg(long)]
    steps: bool,
}

#[derive(Debug, Args)]
pub(crate) struct RunOptions {
    #[command(flatten)]
    desk: DeskOptions,
    /// The playbook's name
    playbook: String,
    /// What it is given, as JSON or as text: --input company=42
    #[arg(long = "input", value_name = "NAME=VALUE", value_parser = input)]
    inputs: Vec<(String, Value)>,
    /// The site that it works for [default: the first of whoever starts it]
    #[arg(long, value_name = "NAME")]
    site: Option<String>,
    /// A key of your own: the same key again starts nothing
    #[arg(long, value_name = "KEY")]
    idempotency_key: Option<String>,
    /// Who starts it, and as whom it acts [env: `DESKHAND_USER`; default: operator]
    #[arg(long = "as", value_name = "NAME")]
    who: Option<String>,
}

fn input(text: &str) -> Result<(String, Value), String> {
    let (name, value) = text.split_once('=').ok_or("give it as NAME=VALUE")?;
    let value = serde_json::from_str(value).unwrap_or_else(|_| Value::String(value.to_owned()));
    Ok((name.trim().to_owned(), value))
}

pub(super) async fn run(verb: &Verb) -> anyhow::Result<Exit> {
    match verb {
        Verb::Check(options) => check(options),
        Verb::Test(options) => test(options).await,
        Verb::Run(options) => start(options).await,
        Verb::Schema => {
            writeln!(io::stdout(), "{:#}", playbooks::json_schema())?;
            Ok(Exit::Successful)
        }
    }
}

fn check(options: &CheckOptions) -> anyhow::Result<Exit> {
    let mut read: Vec<DeskFile> = Vec::new();
    for path in &options.files {
        for mut file in desk::read_folder(path)? {
            if path.is_dir() {
                file.name = path.join(&file.name).display().to_string();
            }
            read.push(file);
        }
    }
    let given = files::read(&read, &OpenDesk::integration()).map_err(|problems| super::apply::refused(&problems))?;
    let playbooks: Vec<_> = given.into_iter().filter(|one| one.kind == Kind::Playbook).collect();
    let problems = desk::check_playbooks(&playbooks);
    if !problems.is_empty() {
        return Err(super::apply::refused(&problems));
    }
    writeln!(io::stdout(), "{} playbooks are well", playbooks.len())?;
    Ok(Exit::Successful)
}

async fn test(options: &TestOptions) -> anyhow::Result<Exit> {
    let mut failed = 0;
    for path in &options.files {
        let expectations = Expectations::read(path)?;
        let folder = path.parent().unwrap_or(Path::new("."));
        let rehearsed = rehearse(&expectations, folder).await?;
        let mut to = io::stdout().lock();
        let verdict = if rehearsed.differences.is_empty() {
            "as expected"
        } else {
            "differs"
        };
        writeln!(to, "{}: {verdict}", path.display())?;
        for difference in &rehearsed.differences {
            writeln!(to, "  {}", text::printable(difference))?;
        }
        if options.steps {
            for (step, ending) in &rehearsed.steps {
                writeln!(to, "  {}: {ending}", text::printable(step))?;
            }
        }
        failed += usize::from(!rehearsed.differences.is_empty());
    }
    Ok(match failed {
        0 => Exit::Successful,
        some if some == options.files.len() => Exit::Failed,
        _ => Exit::Partial,
    })
}

async fn start(options: &RunOptions) -> anyhow::Result<Exit> {
    let desk = options.desk.open().await?;
    let definitions = desk.store.definitions().await.map_err(super::store_trouble)?;
    let mut playbooks = definitions.iter().filter(|known| known.kind == Kind::Playbook);
    let playbook = playbooks.find(|known| known.name == options.playbook).ok_or_else(|| {
        let known: Vec<_> = definitions
            .iter()
            .filter(|known| known.kind == Kind::Playbook)
            .map(|known| format!("`{}`", known.name))
            .collect();
        BadInput::new(format!("there is no playbook `{}`", options.playbook)).hint(match &known[..] {
            [] => "the desk has none; `deskhand apply` brings some in".to_owned(),
            known => format!("there are: {}", known.join(", ")),
        })
    })?;
    let given: Map<String, Value> = options.inputs.iter().cloned().collect();
    check_inputs(&playbook.body, &given)?;
    let sites = desk
        .connections
        .desk()
        .await
        .map_err(|failure| anyhow::anyhow!(failure.message))?;
    let person = Person::find(options.who.as_deref(), &sites)?;
    let theirs = person.user.as_ref().and_then(|user| user.sites.first());
    let acting = person.acting(&sites, options.site.as_ref().or(theirs).map(String::as_str))?;
    let Some(acting) = acting.first() else {
        let bad = BadInput::new(format!("`{}` works for no site", person.name));
        return Err(bad.hint("an operator adds one to the user's sites").into());
    };
    let id = match &options.idempotency_key {
        Some(key) => format!("hand:{key}"),
        None => format!("hand:{}", super::run_id()),
    };
    let run = NewRun {
        id: id.clone(),
        plan: Plan::Playbook {
            name: playbook.name.clone(),
            version: playbook.version,
        },
        cause: Cause::Person {
            name: person.name.clone(),
        },
        site: acting.site.clone(),
        given,
        created_at: SystemClock.now(),
    };
    let started = desk.store.start(&run).await.map_err(super::store_trouble)?;
    if started {
        writeln!(
            io::stdout(),
            "Run {id} waits for `deskhand serve`; `deskhand runs show {id}` tells how it goes"
        )?;
    } else {
        writeln!(io::stdout(), "Run {id} was started before, and is left as it is")?;
    }
    Ok(Exit::Successful)
}

/// What is given is what the playbook takes; it would fail otherwise, and later.
fn check_inputs(body: &str, given: &Map<String, Value>) -> anyhow::Result<()> {
    let Some(sketched) = playbooks::sketch(body) else {
        return Ok(());
    };
    for name in given.keys() {
        if sketched.inputs.iter().all(|input| input.name != *name) {
            let known: Vec<_> = sketched
                .inputs
                .iter()
                .map(|input| format!("`{}`", input.name))
                .collect();
            return Err(BadInput::new(format!("the playbook takes no input `{name}`"))
                .hint(format!("it takes: {}", known.join(", ")))
                .into());
        }
    }
    let missing = sketched
        .inputs
        .iter()
        .find(|input| input.default.is_none() && !given.contains_key(&input.name));
    match missing {
        Some(input) => Err(BadInput::new(format!("the playbook needs the input `{}`", input.name))
            .hint(format!("--input '{}=…': {}", input.name, input.help))
            .into()),
        None => Ok(()),
    }
}
