//! Opening a desk.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use deskhand_command::{Integration as _, SystemClock};
use deskhand_connectwise::ConnectWise;
use deskhand_engine::connections::{Agents, Connections};
use deskhand_engine::desk::DeskStore;
use deskhand_engine::engine::{Engine, EngineStore, Parts};
use deskhand_engine::mail::Mailer;
use deskhand_engine::secrets::Keyring;
use deskhand_mail::{Security, SmtpMailer, SmtpSettings};
use deskhand_store::Store;

use super::keys::keyring;
use super::vaults::{agents, certificate, vaults};
use crate::config::{self, Mail, MailSecurity, Operator, variable_of};
use crate::exit::BadInput;

/// Options that name a desk.
#[derive(Debug, Clone, Args)]
pub(crate) struct DeskOptions {
    /// The operator's configuration [env: `DESKHAND_CONFIG`; default: deskhand/deskhand.toml below the configuration folder]
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// The store, a `SQLite` file or postgres://… [env: `DESKHAND_STORE`; default: the configuration's, else deskhand/deskhand.sqlite below the data folder]
    #[arg(long, value_name = "FILE or URL")]
    pub(crate) store: Option<PathBuf>,
}

/// A desk that is open.
pub(crate) struct OpenDesk {
    /// The configuration.
    pub(crate) operator: Operator,
    /// What it keeps.
    pub(crate) store: Arc<dyn Store>,
    /// What it works on.
    pub(crate) connections: Arc<Connections>,
    /// What its secrets are sealed with.
    pub(crate) keyring: Option<Arc<Keyring>>,
    /// The names of its agents and vaults.
    pub(crate) names: (Vec<String>, Vec<String>),
}

impl DeskOptions {
    /// Opens the desk; a store that is not there is made.
    pub(crate) async fn open(&self) -> anyhow::Result<OpenDesk> {
        let operator = Operator::read(self.config.as_deref())?;
        let store = crate::verbs::open_store(&config::store_of(self.store.as_deref(), &operator)?).await?;
        let keyring = keyring(&operator.seal)?;
        let (vaults, agents) = (vaults(&operator)?, agents(&operator)?);
        let names = (agents.keys().cloned().collect(), vaults.names());
        let definitions: Arc<dyn DeskStore> = store.clone();
        let config = self.config.clone();
        let connections = connections(definitions, vaults, agents, &operator)
            .with_keys_read_by(Box::new(move || keys_now(config.as_deref())));
        if let Some(keyring) = &keyring {
            connections.use_keyring(Arc::clone(keyring));
        }
        Ok(OpenDesk {
            operator,
            store,
            connections: Arc::new(connections),
            keyring,
            names,
        })
    }
}

/// The keys as the configuration names them now: it may have got another one since the start.
fn keys_now(config: Option<&Path>) -> Result<Option<Arc<Keyring>>, String> {
    let keys = Operator::read(config).and_then(|operator| keyring(&operator.seal));
    keys.map_err(|error| format!("{error:#}"))
}

fn connections(
    store: Arc<dyn DeskStore>,
    vaults: deskhand_engine::vaults::Vaults,
    agents: Agents,
    operator: &Operator,
) -> Connections {
    let integration = ConnectWise {
        client_id: operator.client_id.clone(),
        ..ConnectWise::default()
    };
    let connections = Connections::new(Arc::new(integration), store, vaults, agents);
    match config::limits_folder() {
        Some(folder) => connections.with_shared_limits(folder),
        None => connections,
    }
}

impl OpenDesk {
    /// The engine that works this desk off.
    pub(crate) fn engine(&self) -> anyhow::Result<Engine> {
        let store: Arc<dyn EngineStore> = self.store.clone();
        Ok(Engine::new(Parts {
            store,
            connections: Arc::clone(&self.connections),
            declarations: deskhand_connectwise::declarations(),
            mailer: self.operator.mail.as_ref().map(mailer).transpose()?,
            clock: Arc::new(SystemClock),
            dates: self.operator.dates.form()?,
            holder: format!("process {} {}", std::process::id(), crate::verbs::run_id()),
        }))
    }

    /// What the integration says of itself.
    pub(crate) fn integration() -> deskhand_command::IntegrationDescription {
        ConnectWise::default().description().clone()
    }
}

fn mailer(mail: &Mail) -> anyhow::Result<Arc<dyn Mailer>> {
    let password = match &mail.password_file {
        Some(file) => {
            let text = std::fs::read_to_string(file)
                .map_err(|error| BadInput::unreadable("password of the mail server", file, &error))?;
            Some(text.trim_end_matches(['\r', '\n']).to_owned())
        }
        None => variable_of("DESKHAND_MAIL_PASSWORD"),
    };
    let settings = SmtpSettings {
        port: mail.port,
        security: match mail.security {
            MailSecurity::Starttls => Security::StartTls,
            MailSecurity::Tls => Security::Tls,
            MailSecurity::None => Security::None,
        },
        user: mail.user.clone(),
        password: password.map(Into::into),
        timeout: Duration::from_secs(30),
        ca_certificate: mail.ca_certificate.as_deref().map(certificate).transpose()?,
        ..SmtpSettings::new(&mail.host, &mail.from)
    };
    let mailer = SmtpMailer::new(settings, Arc::new(SystemClock)).map_err(|failure| {
        let bad = BadInput::new(format!("`[mail]`: {}", failure.message));
        match failure.hint {
            Some(hint) => bad.hint(hint),
            None => bad,
        }
    })?;
    Ok(Arc::new(mailer))
}
