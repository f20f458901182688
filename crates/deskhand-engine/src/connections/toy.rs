//! Sites and a connection for tests, and an integration that opens anything.

use std::collections::BTreeMap;
use std::sync::Arc;

use deskhand_command::{
    BoxFuture, Command, CommandOutput, Context, Declaration, Effect, EventSource, Failure, Feed, FeedWish, Integration,
    IntegrationDescription, OpenConnection, Outcome, Parameter, Results, Rows, Settings, States, Table,
};
use parking_lot::Mutex;
use secrecy::ExposeSecret;
use serde_json::{Map, Value};

use super::{Connection, SecretPlace, Site, SiteKind, SiteRole, SiteScope, Sites, Users};

const fn parameter(key: &'static str, title: &'static str) -> Parameter {
    Parameter {
        key,
        title,
        required: true,
        secret: false,
        address: false,
        default: None,
        help: "It is needed.",
    }
}

pub(crate) static TOY: IntegrationDescription = IntegrationDescription {
    name: "Toy",
    category: "ITSM",
    deployment: &[],
    parameters: &[
        Parameter {
            address: true,
            ..parameter("serverurl", "Server URL")
        },
        parameter("companyid", "Company ID"),
        Parameter {
            secret: true,
            ..parameter("privatekey", "Private Key")
        },
        Parameter {
            required: false,
            default: Some("3.0"),
            ..parameter("apiversion", "API Version")
        },
        Parameter {
            required: false,
            secret: true,
            ..parameter("pin", "Pin")
        },
    ],
};

/// North is a master, South another internal site, Client a client's; Acme and Other tenant are tenants.
pub(crate) fn sites() -> Sites {
    let site = |name: &str, kind, role| Site {
        kind,
        role,
        ..Site::new(name)
    };
    let all = [
        site("North", SiteKind::Internal, SiteRole::Master),
        site("South", SiteKind::Internal, SiteRole::Alone),
        site("Client", SiteKind::Client, SiteRole::Alone),
        site("Acme", SiteKind::Internal, SiteRole::Tenant),
        site("Other tenant", SiteKind::Internal, SiteRole::Tenant),
    ];
    all.into_iter().map(|site| (site.name.clone(), site)).collect()
}

/// A connection of North's with a sealed key.
pub(crate) fn connection(name: &str) -> Connection {
    let value = |key: &str, value: &str| (key.to_owned(), value.to_owned());
    Connection {
        name: name.to_owned(),
        site: SiteScope::One("North".to_owned()),
        tenants: Vec::new(),
        users: Users::Everybody,
        active: true,
        description: String::new(),
        agent: None,
        values: [value("serverurl", "https://psa.test"), value("companyid", "acme")].into(),
        secrets: BTreeMap::from([("privatekey".to_owned(), SecretPlace::Sealed)]),
        health_check: None,
        ca_certificate: None,
    }
}

/// Remembers what it was opened with; its only command is Test Connection, which passes.
#[derive(Default)]
pub(crate) struct ToyIntegration {
    pub(crate) opened: Mutex<Vec<Settings>>,
}

struct ToyConnection(Vec<Arc<dyn Command>>);

impl Integration for ToyIntegration {
    fn description(&self) -> &IntegrationDescription {
        &TOY
    }

    fn place(&self, settings: &Settings) -> Result<String, Failure> {
        let value = |key: &str| settings.values.get(key).cloned().unwrap_or_default();
        Ok(format!("{} {}", value("serverurl"), value("companyid")))
    }

    fn open(&self, settings: &Settings) -> Result<Arc<dyn OpenConnection>, Failure> {
        self.opened.lock().push(settings.clone());
        Ok(Arc::new(ToyConnection(vec![Arc::new(TestConnection::of(settings))])))
    }
}

impl OpenConnection for ToyConnection {
    fn commands(&self) -> &[Arc<dyn Command>] {
        &self.0
    }

    fn account(&self) -> &'static str {
        "acme"
    }

    fn place(&self) -> &'static str {
        "psa.test acme"
    }

    fn feed(&self, _source: &EventSource, _wish: FeedWish) -> Result<Arc<dyn Feed>, Failure> {
        Err(Failure::new(502, "The toy has no feed."))
    }
}

/// Passes with the key `right`, unless it goes through an agent: those of the toy are away.
struct TestConnection {
    declaration: Declaration,
    key_is_right: bool,
    routed: bool,
}

impl TestConnection {
    fn of(settings: &Settings) -> Self {
        let key = settings.secrets.get("privatekey").map(ExposeSecret::expose_secret);
        Self {
            declaration: Declaration {
                title: "Test Connection",
                slug: "test-connection",
                summary: "Check that the connection works",
                effect: Effect::Reads,
                rights: &[],
                states: States::Two,
                table: Table {
                    rows: Rows::Items,
                    columns: &[],
                },
                key_fields: &[],
                inputs: Declaration::inputs_of::<()>(),
            },
            key_is_right: key == Some("right"),
            routed: settings.route.is_some(),
        }
    }

    fn outcome(&self) -> Outcome {
        if self.routed {
            Outcome::failed(Failure::new(502, "Cannot reach psa.test: Connection refused."), 1)
        } else if self.key_is_right {
            Outcome::succeeded(Results::none(), 1)
        } else {
            Outcome::failed(Failure::new(401, "Unauthorized."), 1)
        }
    }
}

impl Command for TestConnection {
    fn declaration(&self) -> &Declaration {
        &self.declaration
    }

    fn run<'a>(&'a self, context: &'a Context, _inputs: Map<String, Value>) -> BoxFuture<'a, CommandOutput> {
        let output = self.outcome().finish(&self.declaration, context, context.clock.now());
        Box::pin(std::future::ready(output))
    }
}
