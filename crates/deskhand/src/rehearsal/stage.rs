//! The desk of a rehearsal: a sandbox, a store, the playbooks; and the process that works it off.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use deskhand_command::Clock as _;
use deskhand_connectwise::ConnectWise;
use deskhand_engine::connections::{Agents, Connections};
use deskhand_engine::dates::DateForm;
use deskhand_engine::desk::DeskStore;
use deskhand_engine::desk::files::{self, DeskFile};
use deskhand_engine::engine::{Engine, EngineStore, Parts};
use deskhand_engine::secrets::{Keyring, new_key};
use deskhand_engine::vaults::Vaults;
use deskhand_sandbox::{Kind, Options, Running, Seed, Table, start};
use deskhand_store::Store;

use super::clock::SandboxTime;
use super::expectations::{Expectations, StartedBy};
use super::letters::KeptLetters;
use crate::desk::{Against, OpenDesk, check, random};
use crate::exit::BadInput;
use crate::verbs;

/// What to do about files that are wrong.
const MEND: &str = "mend this, then test again";

/// The ingestion job of a rehearsal.
const JOB: &str = "Rehearsal";

/// Everything that a rehearsal needs.
pub(super) struct Stage {
    pub(super) sandbox: Arc<Running>,
    pub(super) time: SandboxTime,
    pub(super) store: Arc<dyn Store>,
    keyring: Arc<Keyring>,
    pub(super) letters: Arc<KeptLetters>,
    /// The playbook that is rehearsed.
    pub(super) playbook: String,
    /// How many notes there were before.
    pub(super) notes_before: i64,
    /// The tickets as they were before.
    pub(super) tickets_before: BTreeMap<i64, Vec<u8>>,
}

/// What works the desk off. It can end at any time; what it knows is in the store.
pub(super) struct Process {
    pub(super) engine: Engine,
    pub(super) connections: Arc<Connections>,
}

impl Stage {
    /// Starts the sandbox, defines the desk, and lets happen what happens before.
    pub(super) async fn set(expectations: &Expectations, folder: &Path, store: Arc<dyn Store>) -> anyhow::Result<Self> {
        let playbooks = read_playbooks(expectations, folder)?;
        super::check::check(expectations, &playbooks)?;
        let sandbox = Arc::new(start(options(expectations)).await?);
        let time = SandboxTime {
            sandbox: Arc::clone(&sandbox),
        };
        if let Some(now) = expectations.sandbox.now {
            sandbox
                .world()
                .set_clock(now.duration_since(deskhand_command::SystemClock.now()).as_secs());
        }
        let key = new_key(&random).map_err(|error| anyhow::anyhow!(error.failure().message))?;
        let keyring = Arc::new(Keyring::from_text(&key).map_err(|error| anyhow::anyhow!(error.failure().message))?);
        let mut stage = Self {
            sandbox,
            time,
            store,
            keyring,
            letters: Arc::new(KeptLetters::default()),
            playbook: String::new(),
            notes_before: 0,
            tickets_before: BTreeMap::new(),
        };
        stage.define(&[stage.desk(expectations)]).await?;
        let before = stage.process("before");
        if expectations.start.by == StartedBy::Event {
            // What is there already is read before the playbooks are there, and sets nothing off.
            before.engine.turn().await?;
            if let Some(first_pass) = before.engine.next_due().await? {
                stage.time.move_to(first_pass);
            }
            before.engine.turn().await?;
        }
        super::act::change(&stage, &before, expectations).await?;
        stage.notes_before = stage.sandbox.world().read(Kind::Note, Table::last_id);
        stage.tickets_before = stage.tickets();
        stage.playbook = name_of(&playbooks[0])?;
        stage.define(&playbooks).await?;
        Ok(stage)
    }

    /// Every ticket as the sandbox has it now.
    pub(super) fn tickets(&self) -> BTreeMap<i64, Vec<u8>> {
        self.sandbox.world().read(Kind::Ticket, |tickets| {
            let all = tickets.newest_after(0);
            all.map(|ticket| (ticket.id, ticket.raw.to_vec())).collect()
        })
    }

    /// A process that has just started; no two have one name.
    pub(super) fn process(&self, name: &str) -> Process {
        let definitions: Arc<dyn DeskStore> = self.store.clone();
        let vaults = Vaults::new(Arc::new(self.time.clone()));
        let connections = Connections::new(Arc::new(ConnectWise::default()), definitions, vaults, Agents::new());
        connections.use_keyring(Arc::clone(&self.keyring));
        let connections = Arc::new(connections);
        let kept: Arc<dyn EngineStore> = self.store.clone();
        let engine = Engine::new(Parts {
            store: kept,
            connections: Arc::clone(&connections),
            declarations: deskhand_connectwise::declarations(),
            mailer: Some(self.letters.clone()),
            clock: Arc::new(self.time.clone()),
            dates: DateForm::default(),
            holder: name.to_owned(),
        });
        Process { engine, connections }
    }

    /// A site, a connection to the sandbox, and an ingestion job where events set the playbook off.
    fn desk(&self, expectations: &Expectations) -> DeskFile {
        let name = toml::Value::String(expectations.connection.clone());
        let url = toml::Value::String(self.sandbox.url());
        let mut text = format!(
            "[[site]]\nname = \"Main\"\nkind = \"internal\"\n[[connection]]\nname = {name}\nsite = \"Main\"\n\
             server_url = {url}\ncompany_id = \"sandbox\"\npublic_key = \"public\"\nprivate_key = \"private\"\n\
             client_id = \"rehearsal\"\n"
        );
        if expectations.start.by == StartedBy::Event {
            let job = format!("[[ingestion]]\nname = \"{JOB}\"\nconnection = {name}\nevery = \"1m\"\nsweep = false\n");
            text.push_str(&job);
            text.push_str("from = \"2000-01-01 00:00\"\n");
        }
        DeskFile {
            name: "the rehearsal's desk".to_owned(),
            text,
        }
    }

    async fn define(&self, given: &[DeskFile]) -> anyhow::Result<()> {
        let keyring = &*self.keyring;
        let integration = OpenDesk::integration();
        let reading = files::read_all(given, &integration);
        if !reading.problems.is_empty() {
            return Err(verbs::apply::told(&reading.problems, MEND));
        }
        let known = files::look(&*self.store, Some(keyring))
            .await
            .map_err(verbs::apply::secret_trouble)?;
        let against = Against {
            definitions: &known.definitions,
            vault_refusal: &|_| None,
        };
        let problems = check(&reading, &against);
        if !problems.is_empty() {
            return Err(verbs::apply::told(&problems, MEND));
        }
        let plan = files::plan(&reading.given, &known, &integration, (&[], &[]), false)
            .map_err(|problems| verbs::apply::told(&problems, MEND))?;
        let made = ("rehearsal", self.time.now());
        files::apply(&plan, &*self.store, Some(keyring), &random, made)
            .await
            .map_err(verbs::apply::secret_trouble)?;
        Ok(())
    }
}

fn options(expectations: &Expectations) -> Options {
    let mut options = Options::with_tickets(expectations.sandbox.tickets);
    if let Some(seed) = expectations.sandbox.seed {
        options.seed = Seed {
            number: seed,
            ..options.seed
        };
    }
    options
}

fn read_playbooks(expectations: &Expectations, folder: &Path) -> anyhow::Result<Vec<DeskFile>> {
    let read = |path: &std::path::PathBuf| {
        let path = folder.join(path);
        let text = std::fs::read_to_string(&path).map_err(|error| BadInput::unreadable("playbook", &path, &error))?;
        Ok(DeskFile {
            name: path.display().to_string(),
            text,
        })
    };
    expectations.playbooks.iter().map(read).collect()
}

fn name_of(playbook: &DeskFile) -> anyhow::Result<String> {
    let sketched = deskhand_engine::playbooks::sketch(&playbook.text);
    let sketched = sketched.ok_or_else(|| BadInput::new(format!("`{}` is no playbook", playbook.name)))?;
    Ok(sketched.name)
}
