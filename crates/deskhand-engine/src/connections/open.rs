//! Opening connections: for whom, with which secrets, by which way.

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::sync::Arc;

use deskhand_command::{
    CommandOutput, Context, Failure, Integration, IntegrationDescription, OpenConnection, Settings,
};
use parking_lot::Mutex;
use secrecy::SecretString;
use serde_json::Map;

use super::guard::wrong_secrets;
use super::moved::Moved;
use super::near::sentence;
use super::settings::{Sources, agent_of, digest, settle};
use super::through::ThroughAgent;
use super::{Actor, Agents, Connection, Sites, Surroundings, VaultReference, authorize, complaints, unknown};
use crate::desk::{Definition, Desk, DeskStore, Kind};
use crate::secrets::{Keyring, Keys, ReadKeys, SecretError};
use crate::vaults::Vaults;

/// Opens connections. Everybody who uses the same settings shares one open connection, and with it its limits.
pub struct Connections {
    pub(super) integration: Arc<dyn Integration>,
    pub(super) store: Arc<dyn DeskStore>,
    vaults: Vaults,
    agents: Agents,
    shared_limits: Option<PathBuf>,
    keys: Keys,
    desk: Mutex<Option<(i64, Arc<Desk>)>>,
    pub(super) moved: Moved,
    open: Mutex<Open>,
}

/// What is open: by what its settings come to, and which of those each connection has.
#[derive(Default)]
struct Open {
    by_digest: HashMap<[u8; 32], Arc<dyn OpenConnection>>,
    in_use: HashMap<String, [u8; 32]>,
}

/// An open connection with its definition.
pub struct Opened {
    /// The definition.
    pub definition: Arc<Connection>,
    /// What can be worked on.
    pub open: Arc<dyn OpenConnection>,
}

/// A connection that is not saved, with the secrets that were typed for it, by key.
pub struct Unsaved {
    /// The definition.
    pub connection: Connection,
    /// What was typed; a sealed secret that is not among it is taken from the store.
    pub secrets: BTreeMap<String, SecretString>,
    /// Sites that are not saved either, by name; who may change a connection that is saved does not depend on them.
    pub sites: Sites,
}

const TEST_CONNECTION: &str = "test-connection";

impl Connections {
    /// Connections of an integration, as a store defines them.
    pub fn new(integration: Arc<dyn Integration>, store: Arc<dyn DeskStore>, vaults: Vaults, agents: Agents) -> Self {
        Self {
            integration,
            store,
            vaults,
            agents,
            shared_limits: None,
            keys: Keys::default(),
            desk: Mutex::default(),
            moved: Moved::default(),
            open: Mutex::default(),
        }
    }

    /// Names the folder where processes share what servers asked them to wait for.
    #[must_use]
    pub fn with_shared_limits(mut self, folder: PathBuf) -> Self {
        self.shared_limits = Some(folder);
        self
    }

    /// Names where keys are read anew when a secret was sealed with one that is not known.
    #[must_use]
    pub fn with_keys_read_by(mut self, again: Box<ReadKeys>) -> Self {
        self.keys = Keys::read_by(again);
        self
    }

    /// What a connection takes.
    pub fn integration(&self) -> &IntegrationDescription {
        self.integration.description()
    }

    /// Why there can never be a secret in this place of a vault, as far as that can be told without asking it.
    pub fn vault_refusal(&self, reference: &VaultReference) -> Option<String> {
        self.vaults.refusal(reference)
    }

    /// The names of the agents and vaults that definitions can name.
    pub fn declared(&self) -> (Vec<String>, Vec<String>) {
        (self.agents.keys().cloned().collect(), self.vaults.names())
    }

    /// Takes these keys from now on.
    pub fn use_keyring(&self, keyring: Arc<Keyring>) {
        self.keys.put(keyring);
    }

    /// The desk as the store has it now; read again only when something changed.
    pub async fn desk(&self) -> Result<Arc<Desk>, Failure> {
        let trouble = |error| SecretError::Store(error).failure();
        let revision = self.store.revision().await.map_err(trouble)?;
        if let Some((known, desk)) = &*self.desk.lock()
            && *known == revision
        {
            return Ok(Arc::clone(desk));
        }
        let definitions = self.store.definitions().await.map_err(trouble)?;
        let desk = Arc::new(Desk::read(&definitions, self.integration.description()));
        self.open.lock().keep(&desk);
        *self.desk.lock() = Some((revision, Arc::clone(&desk)));
        Ok(desk)
    }

    /// The desk that these definitions make.
    pub fn desk_of(&self, definitions: &[Definition]) -> Arc<Desk> {
        Arc::new(Desk::read(definitions, self.integration.description()))
    }

    /// Opens a connection for somebody to run commands on.
    ///
    /// Secrets are fetched each time; when one of them, or the definition, is another one than before, the connection is
    /// opened anew.
    pub async fn open(&self, actor: &Actor, name: &str) -> Result<Opened, Failure> {
        let desk = self.desk().await?;
        let Some(definition) = desk.connections.get(name) else {
            return Err(missing(&desk, actor, name));
        };
        let access = authorize(actor, definition, &desk.sites);
        access.run.map_err(|denied| denied.failure(name, actor))?;
        let settings = self.settle(definition, &BTreeMap::new()).await.map_err(|failure| {
            if access.copy {
                told_of_a_copy(name, &failure)
            } else {
                failure
            }
        })?;
        let open = self.keep(definition, &settings)?;
        Ok(Opened {
            definition: Arc::clone(definition),
            open,
        })
    }

    /// Runs Test Connection on values that are not saved, and are not saved by that either.
    ///
    /// It can be tested before it is active. Whoever tests has to be allowed to change the connection, and what decides
    /// where secrets are sent is tested with the secrets typed again.
    pub async fn test(&self, actor: &Actor, unsaved: &Unsaved, context: &Context) -> Result<CommandOutput, Failure> {
        let desk = self.desk().await?;
        let connection = &unsaved.connection;
        may_change(&desk, actor, connection)?;
        let wrong = self.wrong(&desk, actor, unsaved);
        if !wrong.is_empty() {
            return Err(Failure::new(
                400,
                format!("The connection cannot be: {}.", wrong.join("; ")),
            ));
        }
        let settings = self.settle(connection, &unsaved.secrets).await?;
        let open = self.route(connection, &settings, self.integration.open(&settings)?)?;
        let mut commands = open.commands().iter();
        let Some(test) = commands.find(|command| command.declaration().slug == TEST_CONNECTION) else {
            return Err(Failure::new(501, "The integration has no Test Connection."));
        };
        Ok(test.run(context, Map::new()).await)
    }

    fn wrong(&self, desk: &Desk, actor: &Actor, unsaved: &Unsaved) -> Vec<String> {
        let (agents, vaults) = self.declared();
        let integration = self.integration.description();
        let connection = &unsaved.connection;
        let mut sites = desk.sites.clone();
        sites.extend(unsaved.sites.clone());
        let mut wrong = complaints(
            connection,
            &Surroundings {
                integration,
                sites: &sites,
                agents: &agents,
                vaults: &vaults,
            },
        );
        wrong.extend(wrong_secrets(desk, actor, unsaved, integration));
        wrong
    }

    async fn settle(
        &self,
        connection: &Connection,
        given: &BTreeMap<String, SecretString>,
    ) -> Result<Settings, Failure> {
        let sources = Sources {
            integration: self.integration.description(),
            store: &*self.store,
            keys: &self.keys,
            vaults: &self.vaults,
            agents: &self.agents,
            shared_limits: self.shared_limits.as_ref(),
        };
        settle(connection, given, &sources).await
    }

    /// The connection that is open with these settings, or a new one; nothing is sent by that.
    fn keep(&self, definition: &Connection, settings: &Settings) -> Result<Arc<dyn OpenConnection>, Failure> {
        let digest = digest(settings);
        let mut open = self.open.lock();
        let connection = match open.by_digest.get(&digest) {
            Some(connection) => Arc::clone(connection),
            None => self.route(definition, settings, self.integration.open(settings)?)?,
        };
        open.by_digest.insert(digest, Arc::clone(&connection));
        open.in_use.insert(definition.name.clone(), digest);
        open.drop_unused();
        Ok(connection)
    }

    fn route(
        &self,
        definition: &Connection,
        settings: &Settings,
        open: Arc<dyn OpenConnection>,
    ) -> Result<Arc<dyn OpenConnection>, Failure> {
        let agent = agent_of(definition, &self.agents)?;
        Ok(match agent {
            Some(agent) => Arc::new(ThroughAgent::new(open, agent, self.in_the_open(settings))),
            None => open,
        })
    }

    /// Whether the product is asked without TLS, so that a proxy could answer in its place.
    fn in_the_open(&self, settings: &Settings) -> bool {
        let parameters = self.integration.description().parameters.iter();
        let mut addresses = parameters.filter(|parameter| parameter.address);
        addresses.any(|parameter| {
            let address = settings.values.get(parameter.key);
            address.is_some_and(|address| address.starts_with("http:"))
        })
    }
}

impl Open {
    /// Forgets what belongs to connections that are no more.
    fn keep(&mut self, desk: &Desk) {
        self.in_use.retain(|name, _| desk.connections.contains_key(name));
        self.drop_unused();
    }

    fn drop_unused(&mut self) {
        let in_use: Vec<&[u8; 32]> = self.in_use.values().collect();
        self.by_digest.retain(|digest, _| in_use.contains(&digest));
    }
}

/// Whoever tests what is not saved changes it, or makes it.
fn may_change(desk: &Desk, actor: &Actor, connection: &Connection) -> Result<(), Failure> {
    let name = connection.name.as_str();
    let refused = || {
        Failure::new(
            403,
            format!("The connection `{name}` is not for `{}` to change.", actor.name),
        )
        .with_hint("act for the site that the connection is at home in, as one of its users")
    };
    if let Some(before) = desk.connections.get(name) {
        let allowed = authorize(actor, before, &desk.sites).edit;
        return if allowed { Ok(()) } else { Err(refused()) };
    }
    let at_home = actor.operator || actor.site == connection.site.home();
    if at_home { Ok(()) } else { Err(refused()) }
}

/// Why a secret is not there, for whoever has a copy: not where it should be.
fn told_of_a_copy(name: &str, failure: &Failure) -> Failure {
    let told = Failure::new(
        failure.status_code,
        format!("A secret of the connection `{name}` cannot be had now."),
    );
    Failure {
        retry: failure.retry,
        ..told.with_hint("tell those who share the connection with this site")
    }
}

/// Only names that the actor may see are suggested.
fn missing(desk: &Desk, actor: &Actor, name: &str) -> Failure {
    let mut unreadable = desk.unreadable.iter();
    if let Some((_, _, why)) = unreadable.find(|(kind, known, _)| *kind == Kind::Connection && known == name) {
        // Nobody knows any more whose it is; only operators hear what is in it.
        let why = if actor.operator {
            format!(": {why}")
        } else {
            String::new()
        };
        let message = format!("The definition of the connection `{name}` cannot be read{why}.");
        return Failure::new(500, message).with_hint("apply the connection again, with this version of the program");
    }
    let seen = desk
        .connections
        .values()
        .filter(|known| authorize(actor, known, &desk.sites).see);
    let words = unknown("connection", name, seen.map(|known| known.name.as_str()));
    Failure::new(404, sentence(&words)).with_hint("choose one of the site's connections by its name")
}

#[cfg(test)]
#[path = "open_tests.rs"]
mod tests;
