//! `deskhand playbook`: playbooks as files, tried out, and run by hand.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use deskhand_command::{Clock as _, SystemClock};
use deskhand_engine::desk::Kind;
use deskhand_engine::desk::files::{self, DeskFile};
use deskhand_engine::playbooks::{self, InputKind, KnownPlaybook, WrongInput, wrong_inputs};
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
    inputs: Vec<(String, String)>,
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

fn input(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("give it as NAME=VALUE")?;
    Ok((name.trim().to_owned(), value.to_owned()))
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
    let refused = |problems: &[files::Problem]| super::apply::told(problems, "mend this, then check again");
    let given = files::read(&read, &OpenDesk::integration()).map_err(|problems| refused(&problems))?;
    let playbooks: Vec<_> = given.into_iter().filter(|one| one.kind == Kind::Playbook).collect();
    let problems = desk::check_playbooks(&playbooks);
    if !problems.is_empty() {
        return Err(refused(&problems));
    }
    match playbooks.len() {
        1 => writeln!(io::stdout(), "1 playbook is well")?,
        number => writeln!(io::stdout(), "{number} playbooks are well")?,
    }
    Ok(Exit::Successful)
}

async fn test(options: &TestOptions) -> anyhow::Result<Exit> {
    let mut failed = 0;
    for path in &options.files {
        let expectations = Expectations::read(path)?;
        let folder = path.parent().unwrap_or(Path::new("."));
        let rehearsed = rehearse(&expectations, folder)
            .await
            .map_err(|error| of_file(path, error))?;
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

/// What is wrong with a rehearsal, and with which.
fn of_file(path: &Path, error: anyhow::Error) -> anyhow::Error {
    match error.downcast::<BadInput>() {
        Ok(bad) => BadInput {
            message: format!("`{}`: {}", path.display(), bad.message),
            hint: bad.hint,
        }
        .into(),
        Err(error) => error,
    }
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
    let given = inputs(&playbook.body, &options.inputs)?;
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

/// What is given, as the playbook takes it; anything else would fail, and later.
fn inputs(body: &str, written: &[(String, String)]) -> anyhow::Result<Map<String, Value>> {
    let sketched = playbooks::sketch(body);
    let mut given = Map::new();
    for (name, text) in written {
        let known = sketched.iter().flat_map(|playbook| &playbook.inputs);
        let kind = known.filter(|input| input.name == *name).map(|input| input.kind).next();
        if given.insert(name.clone(), value(text, kind)).is_some() {
            return Err(BadInput::new(format!("the input `{name}` is given twice"))
                .hint("take one of them out; a list is written as JSON: --input 'ids=[1, 2]'")
                .into());
        }
    }
    match sketched {
        Some(playbook) => check_inputs(&playbook, &given).map(|()| given),
        None => Ok(given),
    }
}

/// A text stays one where a text is wanted, also when it looks like JSON; `"…"` is JSON all the same.
fn value(text: &str, kind: Option<InputKind>) -> Value {
    let as_json = serde_json::from_str(text).ok();
    let fits = |value: &Value| kind.is_none_or(|kind| kind.fits(value));
    as_json.filter(fits).unwrap_or_else(|| Value::String(text.to_owned()))
}

fn check_inputs(playbook: &KnownPlaybook, given: &Map<String, Value>) -> anyhow::Result<()> {
    if let Some(need) = playbook.needs.first() {
        let hint = if need.root == "event" {
            "nobody gives one by hand: let events set it off ([[trigger]] event, or `playbook` of an ingestion or a rule)"
        } else {
            "nobody gives one by hand: let failures set it off ([[trigger]] failure_of)"
        };
        return Err(BadInput::new(need.of(&playbook.name)).hint(hint).into());
    }
    let wrong = wrong_inputs(&playbook.inputs, given);
    if wrong.is_empty() {
        return Ok(());
    }
    let lines: Vec<_> = wrong.iter().map(WrongInput::in_words).collect();
    let takes = playbook.inputs.iter().map(|input| {
        let default = match &input.default {
            Some(default) => format!(", else {default}"),
            None => String::new(),
        };
        let help = if input.help.is_empty() {
            String::new()
        } else {
            format!(": {}", input.help)
        };
        format!("--input '{}=…', a {}{default}{help}", input.name, input.kind.in_words())
    });
    let takes: Vec<_> = takes.collect();
    let bad = BadInput::new(lines.join("\n"));
    Err(match &takes[..] {
        [] => bad.hint("leave it out"),
        takes => bad.hint(format!("it takes {}", takes.join("; "))),
    }
    .into())
}
