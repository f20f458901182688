//! The desk of the week: a store, what it is defined to do, and processes that come and go.

use std::sync::Arc;
use std::time::Duration;

use connectwise_psa::Patience;
use deskhand_command::{BoxFuture, Clock as _, Failure, Integration as _};
use deskhand_connectwise::ConnectWise;
use deskhand_engine::connections::{Agents, Connections};
use deskhand_engine::dates::DateForm;
use deskhand_engine::desk::DeskStore;
use deskhand_engine::desk::files::{self, DeskFile};
use deskhand_engine::engine::{Engine, EngineStore, Parts};
use deskhand_engine::mail::{Letter, Mailer};
use deskhand_engine::secrets::Keyring;
use deskhand_engine::vaults::Vaults;
use deskhand_sandbox::{Options, Running, Seed, start};
use deskhand_store::{SqliteStore, Store};
use jiff::Timestamp;
use tempfile::TempDir;

use super::time::MovedTime;

/// The client waits by the real clock.
const IN_A_HURRY: Patience = Patience {
    first_delay: Duration::from_millis(2),
    longest_delay: Duration::from_millis(20),
    ..Patience::PATIENT
};

/// A store, the sandboxes of its connections, and the time.
pub(crate) struct Desk {
    pub(crate) sandboxes: Vec<Arc<Running>>,
    pub(crate) time: MovedTime,
    pub(crate) store: Arc<dyn Store>,
    keyring: Arc<Keyring>,
    _folder: TempDir,
}

/// Letters that nobody reads.
struct Unread;

impl Mailer for Unread {
    fn send<'a>(&'a self, _letter: &'a Letter) -> BoxFuture<'a, Result<(), Failure>> {
        Box::pin(std::future::ready(Ok(())))
    }
}

impl Desk {
    pub(crate) async fn open(connections: usize, at: Timestamp) -> Self {
        let mut sandboxes = Vec::new();
        for number in 0..connections {
            let mut options = Options::with_tickets(15);
            options.seed = Seed {
                number: number as u64,
                ..options.seed
            };
            let sandbox = start(options).await.unwrap();
            sandbox.log().keep(0);
            sandboxes.push(Arc::new(sandbox));
        }
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(&folder.path().join("desk.sqlite")).await.unwrap();
        Self {
            time: MovedTime::beginning(at, sandboxes.clone()),
            sandboxes,
            store: Arc::new(store),
            keyring: Arc::new(Keyring::from_bytes(&[7; 32], &[])),
            _folder: folder,
        }
    }

    /// A process that has just started.
    pub(crate) fn process(&self, number: usize) -> Engine {
        let definitions: Arc<dyn DeskStore> = self.store.clone();
        let vaults = Vaults::new(Arc::new(self.time.clone()));
        let integration = ConnectWise {
            patience: Some(IN_A_HURRY),
            ..ConnectWise::default()
        };
        let connections = Connections::new(Arc::new(integration), definitions, vaults, Agents::new());
        connections.use_keyring(Arc::clone(&self.keyring));
        let store: Arc<dyn EngineStore> = self.store.clone();
        Engine::new(Parts {
            store,
            connections: Arc::new(connections),
            declarations: deskhand_connectwise::declarations(),
            mailer: Some(Arc::new(Unread)),
            clock: Arc::new(self.time.clone()),
            dates: DateForm::default(),
            holder: format!("process {number}"),
        })
    }

    /// Defines what the desk is to do.
    pub(crate) async fn apply(&self, files: &[DeskFile]) {
        let integration = ConnectWise::default();
        let given = files::read(files, integration.description());
        let given = given.unwrap_or_else(|problems| panic!("{problems:?}"));
        let known = files::look(&*self.store, Some(&self.keyring)).await.unwrap();
        let plan = files::plan(&given, &known, integration.description(), (&[], &[]), false);
        let plan = plan.unwrap_or_else(|problems| panic!("{problems:?}"));
        let random = |to: &mut [u8]| {
            fastrand::fill(to);
            Ok(())
        };
        let made = ("test", self.time.now());
        let applied = files::apply(&plan, &*self.store, Some(&self.keyring), &random, made);
        applied.await.unwrap();
    }
}
