//! ConnectWise PSA as an integration: what a connection takes, and how one is opened.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use connectwise_psa::{Client, Credentials, Patience, ServerUrl};
use deskhand_command::input::Inputs;
use deskhand_command::{
    Callbacks, Command, EventSource, Failure, Feed, FeedWish, Integration, IntegrationDescription, OpenConnection,
    Parameter, Settings, SystemClock, find_declaration,
};
use jiff::Timestamp;
use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};

use crate::{FeedOptions, Filters, TicketCallbacks, TicketFeed, TicketMark, catalogue, declarations};

/// ConnectWise PSA, for everybody who holds connections.
#[derive(Debug, Clone, Default)]
pub struct ConnectWise {
    /// The client id of connections that have none of their own.
    pub client_id: Option<String>,
    /// How patient its connections are with the PSA; where nobody says, as for work in the background.
    pub patience: Option<Patience>,
}

/// A connection to a PSA.
#[derive(Clone)]
pub struct OpenPsa {
    client: Client,
    place: String,
    commands: Vec<Arc<dyn Command>>,
    callbacks: TicketCallbacks,
}

/// Records a page, where nobody says otherwise: as many as the vendor gives.
pub const PAGE_SIZE: u32 = 1000;

const fn needed(key: &'static str, title: &'static str, help: &'static str) -> Parameter {
    Parameter {
        key,
        title,
        required: true,
        secret: false,
        address: false,
        default: None,
        help,
    }
}

const fn optional(
    key: &'static str,
    title: &'static str,
    default: Option<&'static str>,
    help: &'static str,
) -> Parameter {
    Parameter {
        required: false,
        default,
        ..needed(key, title, help)
    }
}

static DESCRIPTION: IntegrationDescription = IntegrationDescription {
    name: "ConnectWise PSA",
    category: "ITSM",
    deployment: &[
        "Deskhand on a machine of your own, the PSA in the vendor's cloud",
        "Deskhand on a machine of your own, the PSA on premises, directly or through an agent",
    ],
    parameters: &[
        Parameter {
            address: true,
            ..needed(
                "serverurl",
                "Server URL",
                "The address of the PSA's web pages, such as https://na.myconnectwise.net.",
            )
        },
        needed("companyid", "Company ID", "The company of the login page."),
        needed("publickey", "Public Key", "The public key of the API member."),
        Parameter {
            secret: true,
            ..needed(
                "privatekey",
                "Private Key",
                "The private key of the API member, which the PSA shows once.",
            )
        },
        optional(
            "apiversion",
            "API Version",
            Some("3.0"),
            "The version of the vendor's API.",
        ),
        optional(
            "clientid",
            "Client ID",
            None,
            "The client id of the vendor's developer site, which the vendor's cloud demands.",
        ),
        optional(
            "timeout",
            "Timeout",
            Some("60"),
            "After how many seconds a request is given up.",
        ),
        optional(
            "ceiling",
            "Ceiling",
            None,
            "How many requests may be under way at most; without it, as many as the server bears.",
        ),
        optional(
            "ticketmark",
            "Ticket Mark",
            Some("externalXRef"),
            "Where new tickets carry the mark by which they are found when an answer is lost: externalXRef, the id of a \
             text custom field, or none.",
        ),
    ],
};

impl ConnectWise {
    /// What is wrong with parameters of a connection, each by itself and with its key; what is missing is left to others.
    pub fn complaints(values: &BTreeMap<String, String>) -> Vec<(&'static str, String)> {
        let settings = Settings {
            values: values.clone(),
            ..Settings::default()
        };
        let given = Given(&settings);
        let named = |key: &str, standing_in: &'static str| given.value(key).unwrap_or(standing_in).to_owned();
        let credentials = |company: &str, public: &str, client_id: Option<String>| {
            let made = Credentials::new(company, public, "private", client_id);
            made.err().map(|error| error.to_string())
        };
        let url = given.value("serverurl").map(ServerUrl::parse);
        let found = [
            ("serverurl", url.and_then(Result::err).map(|error| error.to_string())),
            ("companyid", credentials(&named("companyid", "company"), "public", None)),
            ("publickey", credentials("company", &named("publickey", "public"), None)),
            (
                "clientid",
                credentials("company", "public", given.value("clientid").map(ToOwned::to_owned)),
            ),
            ("timeout", given.number("timeout").err().map(|failure| failure.message)),
            ("ceiling", given.number("ceiling").err().map(|failure| failure.message)),
            ("ticketmark", given.ticket_mark().err().map(|failure| failure.message)),
        ];
        let wrong = found.into_iter();
        wrong.filter_map(|(key, message)| Some((key, message?))).collect()
    }
}

impl Integration for ConnectWise {
    fn description(&self) -> &IntegrationDescription {
        &DESCRIPTION
    }

    fn place(&self, settings: &Settings) -> Result<String, Failure> {
        Given(settings).place()
    }

    fn open(&self, settings: &Settings) -> Result<Arc<dyn OpenConnection>, Failure> {
        let mut settings = settings.clone();
        let has_its_own = settings
            .values
            .get("clientid")
            .is_some_and(|own| !own.trim().is_empty());
        if let Some(client_id) = self.client_id.as_ref().filter(|_| !has_its_own) {
            settings.values.insert("clientid".to_owned(), client_id.clone());
        }
        let patience = self.patience.unwrap_or(Patience::PATIENT);
        Ok(Arc::new(OpenPsa::open_patiently(&settings, patience)?))
    }
}

impl OpenPsa {
    /// Opens a connection; nothing is sent by that.
    pub fn open(settings: &Settings) -> Result<Self, Failure> {
        Self::open_patiently(settings, Patience::PATIENT)
    }

    fn open_patiently(settings: &Settings, patience: Patience) -> Result<Self, Failure> {
        let given = Given(settings);
        let client = given.client(patience)?;
        let commands = catalogue(&client, given.ticket_mark()?);
        let callbacks = TicketCallbacks::new(&client, Arc::new(SystemClock));
        Ok(Self {
            place: given.place()?,
            client,
            commands,
            callbacks,
        })
    }

    /// The client that its commands use.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// What brings an event source's tickets in, so many a page.
    pub fn tickets(
        &self,
        source: &EventSource,
        from: Option<Timestamp>,
        page_size: u32,
    ) -> Result<TicketFeed, Failure> {
        let options = FeedOptions {
            filters: filters_of(source)?,
            hash: source.hash.clone(),
            from,
            page_size,
        };
        Ok(TicketFeed::new(&self.client, options))
    }
}

impl OpenConnection for OpenPsa {
    fn commands(&self) -> &[Arc<dyn Command>] {
        &self.commands
    }

    fn account(&self) -> &str {
        self.client.company_id()
    }

    fn place(&self) -> &str {
        &self.place
    }

    fn feed(&self, source: &EventSource, wish: FeedWish) -> Result<Arc<dyn Feed>, Failure> {
        let page_size = wish.page_size.map_or(PAGE_SIZE, u32::from);
        Ok(Arc::new(self.tickets(source, wish.from, page_size)?))
    }

    fn callbacks(&self) -> Option<&dyn Callbacks> {
        Some(&self.callbacks)
    }
}

/// The filters of an event source, read as Fetch Event would read them.
fn filters_of(source: &EventSource) -> Result<Filters, Failure> {
    let fetch_event = find_declaration(declarations(), "fetch-event").expect("the catalogue has Fetch Event");
    let filters = Inputs::new(fetch_event, source.fetch.clone()).and_then(|inputs| Filters::read(&inputs));
    filters.map_err(|failure| {
        let message = format!("event source `{}`: {}", source.name, failure.message);
        Failure { message, ..failure }
    })
}

/// Settings as this integration reads them.
struct Given<'a>(&'a Settings);

impl Given<'_> {
    /// A parameter that is set to something.
    fn value(&self, key: &str) -> Option<&str> {
        let value = self.0.values.get(key).map(|value| value.trim());
        value.filter(|value| !value.is_empty())
    }

    fn needed(&self, key: &str) -> Result<&str, Failure> {
        self.value(key).ok_or_else(|| missing(key))
    }

    fn private_key(&self) -> Result<&SecretString, Failure> {
        let key = self.0.secrets.get("privatekey");
        key.filter(|key| !key.expose_secret().trim().is_empty())
            .ok_or_else(|| missing("privatekey"))
    }

    /// A whole number above 0.
    fn number(&self, key: &str) -> Result<Option<u32>, Failure> {
        let Some(text) = self.value(key) else { return Ok(None) };
        match text.parse() {
            Ok(number) if number > 0 => Ok(Some(number)),
            _ => Err(Failure::new(
                400,
                format!("the {} is a whole number above 0, not `{text}`", title(key)),
            )),
        }
    }

    /// The API's host, which the cloud's web address stands for as well, and the company, which is told in any case.
    fn place(&self) -> Result<String, Failure> {
        let url = ServerUrl::parse(self.needed("serverurl")?).map_err(refused)?;
        let root = url.api_root("");
        let host = root.host_str().unwrap_or_default();
        let port = root.port().map(|port| format!(":{port}")).unwrap_or_default();
        Ok(format!("{host}{port} {}", self.needed("companyid")?.to_lowercase()))
    }

    fn client(&self, patience: Patience) -> Result<Client, Failure> {
        let url = ServerUrl::parse(self.needed("serverurl")?).map_err(refused)?;
        let (company, public) = (self.needed("companyid")?, self.needed("publickey")?);
        let private = self.private_key()?.expose_secret();
        let client_id = self.value("clientid").map(ToOwned::to_owned);
        let limited_as = format!("{} {company} {public}", url.host());
        let credentials = Credentials::new(company, public, private, client_id).map_err(refused)?;
        let mut builder = Client::builder(url, credentials)
            .user_agent(concat!("deskhand/", env!("CARGO_PKG_VERSION")))
            .patience(patience)
            .timeout(Duration::from_secs(self.number("timeout")?.unwrap_or(60).into()));
        if let Some(version) = self.value("apiversion") {
            builder = builder.api_version(version);
        }
        if let Some(route) = &self.0.route {
            builder = builder.proxy(route.expose_secret());
        }
        if let Some(pem) = &self.0.ca_certificate {
            builder = builder.ca_certificate(pem);
        }
        if let Some(folder) = &self.0.shared_limits {
            builder = builder.share_limits(folder.join(limits_of(&limited_as)));
        }
        if let Some(ceiling) = self.number("ceiling")? {
            builder = builder.ceiling(usize::try_from(ceiling).unwrap_or(usize::MAX));
        }
        builder.build().map_err(|error| Failure::new(400, error.message()))
    }

    fn ticket_mark(&self) -> Result<TicketMark, Failure> {
        match self.value("ticketmark") {
            None => Ok(TicketMark::default()),
            Some("externalXRef") => Ok(TicketMark::ExternalXRef),
            Some("none") => Ok(TicketMark::Nowhere),
            Some(text) => text.parse().map(TicketMark::CustomField).map_err(|_| {
                Failure::new(
                    400,
                    format!("the Ticket Mark is `externalXRef`, `none` or the id of a custom field, not `{text}`"),
                )
            }),
        }
    }
}

/// The file of those that the vendor counts together: every process with the same keys at the same place.
fn limits_of(limited_as: &str) -> impl AsRef<Path> {
    let digest = Sha256::digest(limited_as.as_bytes());
    digest
        .iter()
        .take(8)
        .fold(String::new(), |name, byte| format!("{name}{byte:02x}"))
}

fn missing(key: &str) -> Failure {
    Failure::new(400, format!("the connection has no {}", title(key)))
}

fn title(key: &str) -> &str {
    DESCRIPTION.parameter(key).map_or(key, |parameter| parameter.title)
}

fn refused(error: impl std::fmt::Display) -> Failure {
    Failure::new(400, error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings() -> Settings {
        let value = |key: &str, value: &str| (key.to_owned(), value.to_owned());
        Settings {
            values: [
                value("serverurl", "https://na.myconnectwise.net/"),
                value("companyid", "acme"),
                value("publickey", "public"),
            ]
            .into(),
            secrets: [("privatekey".to_owned(), "hunter2".into())].into(),
            ..Settings::default()
        }
    }

    fn refused_with(key: &str, value: &str) -> String {
        let mut settings = settings();
        settings.values.insert(key.to_owned(), value.to_owned());
        ConnectWise::default().open(&settings).err().unwrap().message
    }

    #[test]
    fn connections_to_one_company_of_one_server_are_at_one_place_however_its_address_is_written() {
        let place = |url: &str, company: &str| {
            let mut settings = settings();
            settings.values.insert("serverurl".to_owned(), url.to_owned());
            settings.values.insert("companyid".to_owned(), company.to_owned());
            ConnectWise::default().open(&settings).unwrap().place().to_owned()
        };
        let acme = place("https://na.myconnectwise.net/", "acme");
        assert_eq!(acme, "api-na.myconnectwise.net acme");
        for (url, company) in [
            ("NA.myconnectwise.net", "acme"),
            ("https://api-na.myconnectwise.net:443/v4_6_release", "Acme"),
        ] {
            assert_eq!(place(url, company), acme);
        }
        for (url, company) in [
            ("https://eu.myconnectwise.net", "acme"),
            ("https://na.myconnectwise.net:8443", "acme"),
            ("https://na.myconnectwise.net", "beta"),
        ] {
            assert_ne!(place(url, company), acme);
        }
    }

    #[test]
    fn c1_c15_a_missing_parameter_is_named_by_its_title() {
        assert!(ConnectWise::default().open(&settings()).is_ok());
        for (key, title) in [
            ("serverurl", "Server URL"),
            ("companyid", "Company ID"),
            ("publickey", "Public Key"),
        ] {
            assert_eq!(refused_with(key, " "), format!("the connection has no {title}"));
        }
        let without = Settings {
            secrets: [].into(),
            ..settings()
        };
        let failure = ConnectWise::default().open(&without).err().unwrap();
        assert_eq!(failure.message, "the connection has no Private Key");
    }

    #[test]
    fn c2_c3_a_parameter_that_cannot_be_is_refused_and_no_message_holds_the_key() {
        for (key, value, expected) in [
            ("serverurl", "https://a:b@psa.test", "holds a user name or password"),
            ("publickey", "a:b", "the public key holds a character"),
            ("apiversion", "3/0", "the API version `3/0` is none"),
            ("timeout", "0", "the Timeout is a whole number above 0, not `0`"),
            ("ceiling", "many", "the Ceiling is a whole number above 0"),
            ("ticketmark", "summary", "the Ticket Mark is `externalXRef`, `none` or"),
        ] {
            let message = refused_with(key, value);
            assert!(message.contains(expected) && !message.contains("hunter2"), "{message}");
        }
        for route in ["ftp://proxy", "no address"] {
            let through = Settings {
                route: Some(route.into()),
                ..settings()
            };
            assert!(
                ConnectWise::default()
                    .open(&through)
                    .err()
                    .unwrap()
                    .message
                    .contains("the proxy")
            );
        }
    }

    #[test]
    fn c2_everything_that_is_wrong_with_parameters_is_told_at_once_and_nothing_of_those_that_can_be() {
        assert_eq!(ConnectWise::complaints(&settings().values), []);
        let wrong = [
            ("serverurl", "htps://x"),
            ("companyid", "a/b"),
            ("publickey", "a:b"),
            ("timeout", "0"),
            ("ceiling", "0"),
            ("ticketmark", "summary"),
        ];
        let mut values = wrong.map(|(key, value)| (key.to_owned(), value.to_owned())).into();
        let found = ConnectWise::complaints(&values);
        assert_eq!(
            found.iter().map(|(key, _)| *key).collect::<Vec<_>>(),
            wrong.map(|(key, _)| key)
        );
        let url = "the Server URL begins with `htps:`; it must begin with https:";
        assert_eq!(found[0].1, url);
        values = [("serverurl".to_owned(), "not a url".to_owned())].into();
        assert!(
            ConnectWise::complaints(&values)[0]
                .1
                .contains("the Server URL is not an address")
        );
    }

    #[test]
    fn c21_the_integration_says_what_it_is_and_what_a_connection_takes() {
        let about = serde_json::to_value(ConnectWise::default().description()).unwrap();
        assert_eq!(
            (&about["name"], &about["category"]),
            (&"ConnectWise PSA".into(), &"ITSM".into())
        );
        assert_eq!(about["deployment"].as_array().map(Vec::len), Some(2));
        let parameters = ConnectWise::default().description().parameters;
        let required: Vec<&str> = parameters
            .iter()
            .filter(|known| known.required)
            .map(|known| known.key)
            .collect();
        assert_eq!(required, ["serverurl", "companyid", "publickey", "privatekey"]);
        let secret: Vec<&str> = parameters
            .iter()
            .filter(|known| known.secret)
            .map(|known| known.key)
            .collect();
        assert_eq!(secret, ["privatekey"]);
        let address: Vec<&str> = parameters
            .iter()
            .filter(|known| known.address)
            .map(|known| known.key)
            .collect();
        assert_eq!(address, ["serverurl"]);
        assert!(
            parameters
                .iter()
                .all(|known| known.key.chars().all(|c| c.is_ascii_lowercase()))
        );
        assert_eq!(
            DESCRIPTION.parameter("API Version").and_then(|known| known.default),
            Some("3.0")
        );
    }

    #[test]
    fn a_connection_has_all_commands_its_company_and_a_feed_with_the_sources_filters() {
        let open = ConnectWise::default().open(&settings()).unwrap();
        assert_eq!(open.commands().len(), declarations().len());
        assert_eq!(open.account(), "acme");
        let mut source = EventSource::default_source();
        source.fetch.insert("Status".to_owned(), "New".into());
        assert!(open.feed(&source, FeedWish::default()).is_ok());
        source.fetch.insert("Colour".to_owned(), "blue".into());
        let failure = open.feed(&source, FeedWish::default()).err().unwrap();
        assert!(failure.message.starts_with("event source `"), "{}", failure.message);
    }
}
