//! A desk in a file, with an engine and the real time.

use std::path::Path;
use std::sync::Arc;

use anyhow::anyhow;
use deskhand_command::{BoxFuture, Clock as _, Failure, Integration as _, SystemClock};
use deskhand_connectwise::ConnectWise;
use deskhand_engine::connections::{Agents, Connections};
use deskhand_engine::dates::DateForm;
use deskhand_engine::desk::DeskStore;
use deskhand_engine::desk::files::{self, DeskFile};
use deskhand_engine::engine::{Engine, EngineStore, Parts};
use deskhand_engine::mail::{Letter, Mailer};
use deskhand_engine::runs::host::Observer;
use deskhand_engine::secrets::Keyring;
use deskhand_engine::vaults::Vaults;
use deskhand_store::SqliteStore;

/// A desk.
pub(super) struct Desk {
    pub(super) store: Arc<SqliteStore>,
    pub(super) engine: Engine,
    keyring: Keyring,
}

/// Whoever gets these letters is there at once.
struct Nobody;

impl Mailer for Nobody {
    fn send<'a>(&'a self, _letter: &'a Letter) -> BoxFuture<'a, Result<(), Failure>> {
        Box::pin(std::future::ready(Ok(())))
    }
}

impl Desk {
    /// A new desk in a folder, its runs watched by an observer.
    pub(super) async fn new(folder: &Path, observer: Arc<dyn Observer>) -> anyhow::Result<Self> {
        let path = folder.join("desk.sqlite");
        for ending in ["", "-wal", "-shm"] {
            let _there_may_be_none = std::fs::remove_file(format!("{}{ending}", path.display()));
        }
        let store = Arc::new(SqliteStore::open(&path).await?);
        let definitions: Arc<dyn DeskStore> = store.clone();
        let vaults = Vaults::new(Arc::new(SystemClock));
        let connections = Connections::new(Arc::new(ConnectWise::default()), definitions, vaults, Agents::new());
        connections.use_keyring(Arc::new(keyring()));
        let kept: Arc<dyn EngineStore> = store.clone();
        let mut engine = Engine::new(Parts {
            store: kept,
            connections: Arc::new(connections),
            declarations: deskhand_connectwise::declarations(),
            mailer: Some(Arc::new(Nobody)),
            clock: Arc::new(SystemClock),
            dates: DateForm::default(),
            holder: format!("bench {}", std::process::id()),
        });
        engine.host.observer = observer;
        Ok(Self {
            store,
            engine,
            keyring: keyring(),
        })
    }

    /// Applies a file of the desk, and takes it over.
    pub(super) async fn apply(&self, text: &str) -> anyhow::Result<()> {
        let file = DeskFile {
            name: "desk.toml".to_owned(),
            text: text.to_owned(),
        };
        let integration = ConnectWise::default();
        let given = files::read(&[file], integration.description()).map_err(|wrong| anyhow!("{wrong:?}"))?;
        let known = files::look(&*self.store, Some(&self.keyring)).await;
        let known = known.map_err(|error| anyhow!("{error:?}"))?;
        let plan = files::plan(&given, &known, integration.description(), (&[], &[]), false);
        let plan = plan.map_err(|wrong| anyhow!("{wrong:?}"))?;
        let random = |to: &mut [u8]| {
            to.fill_with(|| fastrand::u8(..));
            Ok(())
        };
        let made = ("bench", SystemClock.now());
        let applied = files::apply(&plan, &*self.store, Some(&self.keyring), &random, made).await;
        applied.map_err(|error| anyhow!("{error:?}"))?;
        self.engine.take_over(SystemClock.now()).await?;
        Ok(())
    }
}

fn keyring() -> Keyring {
    Keyring::from_bytes(&[7; 32], &[])
}
