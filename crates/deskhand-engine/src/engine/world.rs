//! What runs of a desk can do.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use deskhand_command::{BoxFuture, Command, CommandOutput, Context, Failure, NoProgress};
use jiff::Timestamp;
use parking_lot::{Mutex, RwLock};
use serde_json::{Map, Value};
use tokio::sync::Notify;

use super::after::{failure_roots, trouble};
use super::journal::PatientJournal;
use super::{Automation, Parts};
use crate::connections::{Actor, KnownUsers, OPERATOR, find_user};
use crate::desk::{EventChange, Kind};
use crate::mail;
use crate::playbooks::{Known as KnownToPlaybooks, Playbook, read};
use crate::rules::roots_of;
use crate::runs::decide::{Known, list_inputs};
use crate::runs::state::{Letter, Wanted};
use crate::runs::world::{Done, Follows, World};
use crate::runs::{Cause, NewRun, RunSummary};
use crate::store::FeedKey;

/// The world of a desk's runs.
pub(super) struct DeskWorld {
    pub(super) parts: Parts,
    pub(super) look: Arc<Notify>,
    /// Whose turn it is with a feed: jobs that read the same do so one after the other.
    pub(super) turns: Mutex<HashMap<FeedKey, Arc<tokio::sync::Mutex<()>>>>,
    /// When feeds were last swept, as far as that is known.
    pub(super) swept: Mutex<HashMap<FeedKey, Timestamp>>,
    /// Since when callbacks of connections are received, where they are.
    pub(super) listening: Mutex<HashMap<String, Timestamp>>,
    automation: RwLock<Arc<Automation>>,
    /// Playbooks in versions that runs have.
    versions: Mutex<HashMap<(String, i64), Arc<Playbook>>>,
    /// Inputs that take lists, by command.
    lists: HashMap<&'static str, HashSet<String>>,
}

impl DeskWorld {
    pub(super) fn new(parts: Parts, look: Arc<Notify>) -> Self {
        let lists = parts.declarations.iter().map(|declared| {
            let inputs = list_inputs(declared).map(str::to_owned).collect();
            (declared.slug, inputs)
        });
        Self {
            lists: lists.collect(),
            parts,
            look,
            turns: Mutex::default(),
            swept: Mutex::default(),
            listening: Mutex::default(),
            automation: RwLock::default(),
            versions: Mutex::default(),
        }
    }

    pub(super) fn automation(&self) -> Arc<Automation> {
        Arc::clone(&self.automation.read())
    }

    pub(super) fn take_over(&self, automation: Automation) {
        *self.automation.write() = Arc::new(automation);
    }

    async fn find_playbook(&self, name: &str, version: i64) -> Result<Arc<Playbook>, Failure> {
        if let Some((newest, playbook)) = self.automation().playbooks.get(name)
            && *newest == version
        {
            return Ok(Arc::clone(playbook));
        }
        let key = (name.to_owned(), version);
        if let Some(playbook) = self.versions.lock().get(&key) {
            return Ok(Arc::clone(playbook));
        }
        let definition = self.parts.store.definition(Kind::Playbook, name, version).await;
        let definition = definition.map_err(trouble)?.ok_or_else(|| {
            Failure::new(404, format!("There is no version {version} of the playbook `{name}`."))
                .with_hint("apply the playbook, and start the run anew")
        })?;
        let playbook = read(&definition.body, &KnownToPlaybooks::commands(self.parts.declarations));
        let playbook = playbook.map_err(|problems| {
            let first = problems.first().map(ToString::to_string).unwrap_or_default();
            Failure::new(500, format!("The playbook `{name}` cannot be read: {first}."))
                .with_hint("apply it again with this version of the program, and start the run anew")
        })?;
        let playbook = Arc::new(playbook);
        self.versions.lock().insert(key, Arc::clone(&playbook));
        Ok(playbook)
    }

    async fn roots_of_cause(&self, run: &NewRun) -> Result<Map<String, Value>, Failure> {
        match &run.cause {
            Cause::Event { id } | Cause::Dismissal { id, .. } => {
                let event = self.parts.store.get_event(*id).await.map_err(trouble)?;
                let event = event.ok_or_else(|| {
                    Failure::new(404, format!("There is no event {id} any more."))
                        .with_hint("it was pruned before the playbook could begin")
                })?;
                let record = serde_json::from_slice(&event.raw).unwrap_or_default();
                Ok(roots_of(&event, &record))
            }
            Cause::Failure { run } => {
                let story = self.parts.store.get_run(run).await.map_err(trouble)?;
                Ok(story.as_ref().map(failure_roots).unwrap_or_default())
            }
            _ => Ok(Map::new()),
        }
    }

    async fn ready(&self, run: &NewRun, wanted: &Wanted) -> Result<(Arc<dyn Command>, Context), Failure> {
        let actor = acting(run, &self.automation().desk.users)?;
        let opened = self.parts.connections.open(&actor, &wanted.connection).await?;
        self.is_still_there(run, &wanted.connection).await?;
        let mut commands = opened.open.commands().iter();
        let command = commands.find(|command| command.declaration().slug == wanted.command);
        let command = command.cloned().ok_or_else(|| {
            Failure::new(404, format!("There is no command `{}` any more.", wanted.command))
                .with_hint("`deskhand commands` lists those there are")
        })?;
        let filed_under = format!("{} {}", wanted.connection, opened.open.account());
        let context = Context {
            journal: Arc::new(PatientJournal {
                journal: self.parts.store.journal(&filed_under, opened.open.place()),
                clock: Arc::clone(&self.parts.clock),
            }),
            progress: Arc::new(NoProgress),
            ..Context::new(Arc::clone(&self.parts.clock), run.id.clone())
        };
        Ok((command, context))
    }

    async fn test(&self, connection: &str, run_id: &str) -> Done {
        let wanted = Wanted {
            command: "test-connection".to_owned(),
            connection: connection.to_owned(),
            inputs: Map::new(),
            dry_run: false,
        };
        let run = NewRun {
            id: run_id.to_owned(),
            plan: crate::runs::Plan::Check {
                connection: connection.to_owned(),
            },
            cause: Cause::Alert {
                about: connection.to_owned(),
            },
            site: self.automation().site_of(connection),
            given: Map::new(),
            created_at: self.parts.clock.now(),
        };
        match self.ready(&run, &wanted).await {
            Err(failure) => failure.into(),
            Ok((command, context)) => {
                let output = command.run(&context, Map::new()).await;
                Done {
                    failure: output.errors.first().cloned(),
                    output: as_value(&output),
                }
            }
        }
    }
}

/// An output as JSON; of a test it is small.
fn as_value(output: &CommandOutput) -> Value {
    let mut json = Vec::new();
    match output.write_json(&mut json) {
        Ok(()) => serde_json::from_slice(&json).unwrap_or_default(),
        Err(_) => Value::Null,
    }
}

/// Who a run acts as: the user who asked for it; else the desk itself, for the run's site.
fn acting(run: &NewRun, users: &KnownUsers) -> Result<Actor, Failure> {
    let user = match run.cause.person() {
        None => None,
        Some(OPERATOR) => users.get(OPERATOR),
        Some(name) => find_user(users, name)?,
    };
    let Some(user) = user else {
        return Ok(actor_at(&run.site));
    };
    let name = &user.name;
    user.at(&run.site).ok_or_else(|| {
        Failure::new(
            403,
            format!(
                "`{name}`, who asked for this, does not work for the site `{}`.",
                run.site
            ),
        )
        .with_hint("let somebody ask for it who does, or add the site to the user's")
    })
}

/// Who runs act as that nobody asked for: what an operator has applied, for one site.
pub(super) fn actor_at(site: &str) -> Actor {
    Actor {
        name: "automation".to_owned(),
        groups: Vec::new(),
        site: site.to_owned(),
        operator: true,
    }
}

impl Known for DeskWorld {
    fn takes_list(&self, command: &str, input: &str) -> bool {
        self.lists.get(command).is_none_or(|inputs| inputs.contains(input))
    }

    fn newest_playbook(&self, name: &str) -> Option<i64> {
        self.automation().playbooks.get(name).map(|(version, _)| *version)
    }
}

impl World for DeskWorld {
    fn playbook<'a>(&'a self, name: &'a str, version: i64) -> BoxFuture<'a, Result<Arc<Playbook>, Failure>> {
        Box::pin(self.find_playbook(name, version))
    }

    fn roots<'a>(&'a self, run: &'a NewRun) -> BoxFuture<'a, Result<Map<String, Value>, Failure>> {
        Box::pin(self.roots_of_cause(run))
    }

    fn refuses<'a>(
        &'a self,
        run: &'a NewRun,
        playbook: &'a Playbook,
    ) -> BoxFuture<'a, Result<Option<Failure>, Failure>> {
        Box::pin(self.goes_in_circles(run, playbook))
    }

    fn versions_beside<'a>(
        &'a self,
        run: &'a NewRun,
        playbook: &'a Playbook,
    ) -> BoxFuture<'a, Result<HashMap<String, i64>, Failure>> {
        Box::pin(self.versions_beside(run, playbook))
    }

    fn command<'a>(
        &'a self,
        run: &'a NewRun,
        wanted: &'a Wanted,
    ) -> BoxFuture<'a, Result<(Arc<dyn Command>, Context), Failure>> {
        Box::pin(self.ready(run, wanted))
    }

    fn mail<'a>(&'a self, letter: &'a Letter, key: &'a str) -> BoxFuture<'a, Result<(), Failure>> {
        Box::pin(async move {
            let Some(mailer) = &self.parts.mailer else {
                return Err(Failure::new(501, "No mail server is configured.")
                    .with_hint("add `[mail]` to the program's configuration"));
            };
            let letter = mail::Letter {
                message_id: key.to_owned(),
                to: letter.to.clone(),
                subject: letter.subject.clone(),
                text: letter.text.clone(),
            };
            mailer.send(&letter).await
        })
    }

    fn ingest<'a>(&'a self, job: &'a str, pass_id: &'a str) -> BoxFuture<'a, Done> {
        Box::pin(self.pass(job, pass_id))
    }

    fn check<'a>(&'a self, connection: &'a str, run_id: &'a str) -> BoxFuture<'a, Done> {
        Box::pin(self.test(connection, run_id))
    }

    fn turned<'a>(&'a self, change: &'a EventChange, by: &'a NewRun) -> BoxFuture<'a, Result<Vec<NewRun>, Failure>> {
        Box::pin(self.set_off_by_step(change, by))
    }

    fn after<'a>(&'a self, ended: &'a RunSummary, ending: u32) -> BoxFuture<'a, Result<Follows, Failure>> {
        Box::pin(self.follows(ended, ending))
    }
}
