//! A desk with a connection to a sandbox, and agents to go through.

use std::sync::Arc;
use std::time::Duration;

use deskhand_command::{CommandOutput, Context, Integration as _, SystemClock};
use deskhand_connectwise::ConnectWise;
use deskhand_engine::connections::{Actor, Agent, Connections, SecretPlace, VaultReference};
use deskhand_engine::desk::files::{self, DeskFile};
use deskhand_engine::desk::toy::ToyStore;
use deskhand_engine::secrets::{Keyring, SecretError};
use deskhand_engine::vaults::Vaults;
use deskhand_vault::EnvironmentVault;
use jiff::Timestamp;
use serde_json::Map;

/// Opens the sandbox through an agent at this address, and tests the connection.
pub(crate) async fn test_through(agent: &str, password: &str, sandbox: &str) -> CommandOutput {
    let password = password.to_owned();
    let vault = EnvironmentVault::new(
        Arc::new(move |_| Some(password.clone().into())),
        vec!["AGENT_PASSWORD".to_owned()],
    );
    let vaults = Vaults::new(Arc::new(SystemClock)).with("env", Arc::new(vault), Duration::ZERO);
    let place = SecretPlace::Vault(VaultReference {
        vault: "env".to_owned(),
        path: "AGENT_PASSWORD".to_owned(),
        field: None,
    });
    let agent = Agent::new("branch", agent, Some(place)).unwrap();
    let store = Arc::new(ToyStore::default());
    let keyring = Keyring::from_bytes(&[7; 32], &[]);
    apply(&store, &keyring, sandbox).await;
    let agents = [("branch".to_owned(), agent)].into();
    let connections = Connections::new(Arc::new(ConnectWise), store, vaults, agents);
    connections.use_keyring(Arc::new(keyring));
    let opened = connections.open(&Actor::desk("Main"), "PSA").await.unwrap();
    let mut commands = opened.open.commands().iter();
    let test = commands
        .find(|command| command.declaration().slug == "test-connection")
        .unwrap();
    let context = Context::new(Arc::new(SystemClock), "a run");
    test.run(&context, Map::new()).await
}

async fn apply(store: &Arc<ToyStore>, keyring: &Keyring, sandbox: &str) {
    let text = format!(
        "[[site]]\nname = \"Main\"\n[[connection]]\nname = \"PSA\"\nsite = \"Main\"\nagent = \"branch\"\nserver_url = \"{sandbox}\"\n\
         company_id = \"sandbox\"\npublic_key = \"public\"\nprivate_key = \"private\"\nclient_id = \"test\"\ntimeout = 10\n"
    );
    let file = DeskFile {
        name: "desk.toml".to_owned(),
        text,
    };
    let integration = ConnectWise;
    let given = files::read(&[file], integration.description()).ok().unwrap();
    let known = files::look(&**store, Some(keyring)).await.unwrap();
    let names: (&[String], &[String]) = (&["branch".to_owned()], &[]);
    let plan = files::plan(&given, &known, integration.description(), names, false);
    let plan = plan.unwrap_or_else(|problems| panic!("{problems:?}"));
    let random = |bytes: &mut [u8]| -> Result<(), SecretError> {
        fastrand::fill(bytes);
        Ok(())
    };
    let by = ("test", Timestamp::UNIX_EPOCH);
    files::apply(&plan, &**store, Some(keyring), &random, by).await.unwrap();
}
