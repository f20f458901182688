//! `deskhand apply` and `deskhand export`: a desk as files, and back.

use std::io::{self, Write as _};
use std::path::PathBuf;

use clap::Args;
use deskhand_command::{Clock as _, SystemClock};
use deskhand_engine::desk::files::{self, Becomes, DeskFile, Plan, Problem};
use deskhand_engine::desk::{Desk, Kind};

use crate::desk::{self, Against, DeskOptions, OpenDesk, Person};
use crate::exit::{BadInput, Exit};
use crate::render::text;

#[derive(Debug, Args)]
pub(crate) struct ApplyOptions {
    #[command(flatten)]
    desk: DeskOptions,
    /// The desk's folder, or one file of it
    #[arg(short, long, value_name = "PATH")]
    file: PathBuf,
    /// Take away what is there and not in the files
    #[arg(long)]
    prune: bool,
    /// Say what would change, and change nothing
    #[arg(long)]
    dry_run: bool,
    /// Who applies it: an operator of the desk [env: `DESKHAND_USER`; default: operator]
    #[arg(long = "as", value_name = "NAME")]
    who: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct ExportOptions {
    #[command(flatten)]
    desk: DeskOptions,
    /// A folder that is empty or not there yet
    #[arg(short, long, value_name = "FOLDER")]
    folder: PathBuf,
}

/// Applies files: everything that is wrong is told, and then nothing is changed.
pub(super) async fn apply(options: &ApplyOptions) -> anyhow::Result<Exit> {
    let files = desk::read_folder(&options.file)?;
    let desk = options.desk.open().await?;
    // A dry run tells whether a secret is another one: not to everybody.
    operator(&desk, options.who.as_deref()).await?;
    let plan = planned(&desk, &files, options.prune).await?;
    if options.dry_run {
        plan.can_be_sealed(desk.keyring.as_deref()).map_err(secret_trouble)?;
    } else {
        carry_out(&desk, &plan, options.who.as_deref()).await?;
    }
    tell(&plan, options.dry_run)?;
    Ok(Exit::Successful)
}

/// What applying these files would change; everything that is wrong with them is told at once.
pub(super) async fn planned(desk: &OpenDesk, files: &[DeskFile], prune: bool) -> anyhow::Result<Plan> {
    let integration = OpenDesk::integration();
    let reading = files::read_all(files, &integration);
    let known = files::look(&*desk.store, desk.keyring.as_deref())
        .await
        .map_err(secret_trouble)?;
    let against = Against {
        // What is pruned cannot be referred to any more.
        definitions: if prune { &[] } else { &known.definitions },
        vault_refusal: &|reference| desk.connections.vault_refusal(reference),
    };
    let mut problems = desk::check(&reading, &against);
    let names = (&desk.names.0[..], &desk.names.1[..]);
    let planned = files::plan(&reading.given, &known, &integration, names, prune);
    problems.extend(reading.problems);
    // Without all sites nobody knows which of them are missing.
    let has_sites = !reading.has_gaps && reading.unread.iter().all(|(kind, _)| *kind != Kind::Site);
    match planned {
        Ok(plan) if problems.is_empty() => return Ok(plan),
        Err(more) if has_sites || problems.is_empty() => problems.extend(more),
        Ok(_) | Err(_) => {}
    }
    problems.sort();
    problems.dedup();
    Err(refused(&problems))
}

/// Changes the desk, as one of its operators.
pub(super) async fn carry_out(desk: &OpenDesk, plan: &Plan, named: Option<&str>) -> anyhow::Result<()> {
    let who = operator(desk, named).await?;
    let made = (who.as_str(), SystemClock.now());
    files::apply(plan, &*desk.store, desk.keyring.as_deref(), &desk::random, made)
        .await
        .map_err(secret_trouble)?;
    Ok(())
}

/// The name of whoever acts, if that is an operator of the desk as it is now.
async fn operator(desk: &OpenDesk, named: Option<&str>) -> anyhow::Result<String> {
    let definitions = desk.store.definitions().await.map_err(super::store_trouble)?;
    let now = Desk::read(&definitions, &OpenDesk::integration());
    Person::find(named, &now)?.defining()
}

/// Writes the desk's definitions into files; secrets are in none of them.
pub(super) async fn export(options: &ExportOptions) -> anyhow::Result<Exit> {
    let desk = options.desk.open().await?;
    operator(&desk, None).await?;
    let definitions = desk.store.definitions().await.map_err(super::store_trouble)?;
    let files = files::export(&definitions);
    desk::write_folder(&options.folder, &files)?;
    writeln!(
        io::stdout(),
        "{} definitions are in {} files below {}",
        definitions.len(),
        files.len(),
        options.folder.display()
    )?;
    Ok(Exit::Successful)
}

fn tell(plan: &Plan, dry_run: bool) -> io::Result<()> {
    let mut to = io::stdout().lock();
    if plan.changes.is_empty() {
        return writeln!(to, "Nothing changes: all of it is there already");
    }
    for change in &plan.changes {
        let what = match (change.what, dry_run) {
            (Becomes::Created, false) => "created",
            (Becomes::Changed, false) => "changed",
            (Becomes::Secret, false) => "has another secret",
            (Becomes::Removed, false) => "taken away",
            (Becomes::Created, true) => "would be created",
            (Becomes::Changed, true) => "would be changed",
            (Becomes::Secret, true) => "would have another secret",
            (Becomes::Removed, true) => "would be taken away",
        };
        writeln!(to, "{} `{}` {what}", change.kind.table(), text::printable(&change.name))?;
    }
    Ok(())
}

/// Everything that is wrong, one line each.
pub(crate) fn refused(problems: &[Problem]) -> anyhow::Error {
    let hint = if problems.iter().any(|problem| problem.line == 0) {
        "nothing was changed; what is on the desk already would not fit any more: apply it together with this, changed so \
         that it does (`deskhand export` writes it out), or leave this as it was"
    } else {
        "nothing was changed; mend this, then apply again"
    };
    told(problems, hint)
}

/// The same of files that nobody wanted to apply.
pub(crate) fn told(problems: &[Problem], hint: &str) -> anyhow::Error {
    let lines: Vec<_> = problems.iter().map(ToString::to_string).collect();
    BadInput::new(lines.join("\n")).hint(hint).into()
}

pub(crate) fn secret_trouble(error: deskhand_engine::secrets::SecretError) -> anyhow::Error {
    let failure = error.failure();
    let bad = BadInput::new(failure.message);
    if matches!(error, deskhand_engine::secrets::SecretError::NoKey) {
        let hint = "`deskhand key new` prints one: keep it in a file, and name that as `key_file` below `[seal]` in the configuration; or keep secrets in a vault";
        return bad.hint(hint).into();
    }
    match failure.hint {
        Some(hint) => bad.hint(hint).into(),
        None => bad.into(),
    }
}
