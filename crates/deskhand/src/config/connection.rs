//! The connection that a verb works on: options first, then the environment, then the profile.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::Args;
use connectwise_psa::ServerUrl;
use deskhand_command::Settings as Parameters;
use deskhand_connectwise::OpenPsa;

use super::paths::{limits_folder, profiles_path, variable_of};
use super::profile::{self, Profile};
use crate::exit::BadInput;

/// Options that name a connection. The private key is no option: arguments can be read by every user of a machine.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Connection")]
pub(crate) struct ConnectionOptions {
    /// The PSA's address, as in a browser [env: `DESKHAND_URL`]
    #[arg(long, global = true, value_name = "URL")]
    pub(crate) url: Option<String>,
    /// The company id of the login page [env: `DESKHAND_COMPANY_ID`]
    ///
    /// Not `--company-id`, which is an input of commands: the company of a ticket.
    #[arg(long, global = true, value_name = "ID")]
    pub(crate) login_company: Option<String>,
    /// The API member's public key [env: `DESKHAND_PUBLIC_KEY`; the private key only from `DESKHAND_PRIVATE_KEY`]
    #[arg(long, global = true, value_name = "KEY")]
    pub(crate) public_key: Option<String>,
    /// The client id of the vendor's developer site [env: `DESKHAND_CLIENT_ID`]
    #[arg(long, global = true, value_name = "GUID")]
    pub(crate) client_id: Option<String>,
    /// Take the connection from this profile of the profile file [env: `DESKHAND_PROFILE`]
    #[arg(long, global = true, value_name = "NAME")]
    pub(crate) profile: Option<String>,
    /// The profile file [env: `DESKHAND_PROFILES`; default: deskhand/profiles.toml below the configuration folder]
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) profiles: Option<PathBuf>,
    /// Go through this proxy: http://…, socks5://… or socks5h://… [env: `DESKHAND_PROXY`]
    #[arg(long, global = true, value_name = "URL")]
    pub(crate) proxy: Option<String>,
    /// Trust this certificate authority as well, a PEM file [env: `DESKHAND_CA_CERTIFICATE`]
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) ca_certificate: Option<PathBuf>,
    /// Give up on a request after this many seconds [env: `DESKHAND_TIMEOUT`; default: 60]
    #[arg(long, global = true, value_name = "SECONDS")]
    pub(crate) timeout: Option<u64>,
    /// Never have more requests than this under way [env: `DESKHAND_CEILING`]
    #[arg(long, global = true, value_name = "N")]
    pub(crate) ceiling: Option<usize>,
}

/// A connection's parameters, complete.
pub(crate) struct Settings {
    /// The company id, which is part of what ingested events are filed under.
    pub(crate) company_id: String,
    /// What events are filed under: the profile's name, else the address.
    pub(crate) name: String,
    parameters: Parameters,
}

/// The connection that options, environment and profile describe; nothing is sent yet.
pub(crate) fn connect(options: &ConnectionOptions) -> anyhow::Result<(OpenPsa, Settings)> {
    let settings = Settings::gather(options)?;
    let psa = OpenPsa::open(&settings.parameters).map_err(BadInput::from)?;
    Ok((psa, settings))
}

impl Settings {
    /// Puts the parameters together; what is missing is named with every place it could come from.
    pub(crate) fn gather(options: &ConnectionOptions) -> anyhow::Result<Self> {
        let name = options.profile.clone().or_else(|| variable_of("DESKHAND_PROFILE"));
        let profile = match &name {
            Some(name) => profile::read(&profiles_file(options)?, name)?,
            None => Profile::default(),
        };
        let profile = overridden(profile, options)?;
        let required =
            |value: &Option<String>, what: &str, variable: &str| value.clone().ok_or_else(|| missing(what, variable));
        let url = required(&profile.url, "address", "DESKHAND_URL")?;
        let company_id = required(&profile.company_id, "company id", "DESKHAND_COMPANY_ID")?;
        let public_key = required(&profile.public_key, "public key", "DESKHAND_PUBLIC_KEY")?;
        let private_key = required(&profile.private_key, "private key", "DESKHAND_PRIVATE_KEY")?;
        let name = if let Some(name) = name {
            name
        } else {
            let url = ServerUrl::parse(&url).map_err(|error| BadInput::new(error.to_string()))?;
            url.host().to_owned()
        };
        let optional = [
            ("apiversion", profile.api_version.clone()),
            ("clientid", profile.client_id.clone()),
            ("timeout", profile.timeout_seconds.map(|number| number.to_string())),
            ("ceiling", profile.ceiling.map(|number| number.to_string())),
            ("ticketmark", profile.ticket_mark.map(|mark| mark.to_string())),
        ];
        let required = [
            ("serverurl", url),
            ("companyid", company_id.clone()),
            ("publickey", public_key),
        ];
        let optional = optional.into_iter().filter_map(|(key, value)| Some((key, value?)));
        let values = required.into_iter().chain(optional);
        let parameters = Parameters {
            values: values.map(|(key, value)| (key.to_owned(), value)).collect(),
            secrets: BTreeMap::from([("privatekey".to_owned(), private_key.into())]),
            route: profile.proxy.clone().map(Into::into),
            ca_certificate: profile.authority()?,
            shared_limits: limits_folder(),
        };
        Ok(Self {
            company_id,
            name,
            parameters,
        })
    }

    /// What the connection's writes are noted under: profile or address, and company.
    pub(crate) fn filed_under(&self) -> String {
        format!("{} {}", self.name, self.company_id)
    }
}

impl Profile {
    /// The certificate authority's file.
    fn authority(&self) -> anyhow::Result<Option<Vec<u8>>> {
        let Some(path) = &self.ca_certificate else {
            return Ok(None);
        };
        let pem = std::fs::read(path).map_err(|error| BadInput::unreadable("certificate authority", path, &error))?;
        Ok(Some(pem))
    }
}

fn profiles_file(options: &ConnectionOptions) -> anyhow::Result<PathBuf> {
    let named = options
        .profiles
        .clone()
        .or_else(|| variable_of("DESKHAND_PROFILES").map(PathBuf::from));
    named.or_else(profiles_path).ok_or_else(|| {
        BadInput::new("there is no home folder to look for profiles in")
            .hint("name the file with `--profiles`")
            .into()
    })
}

/// Options win over the environment, the environment over the profile.
fn overridden(profile: Profile, options: &ConnectionOptions) -> anyhow::Result<Profile> {
    let pick = |option: &Option<String>, variable: &str, kept: Option<String>| {
        option.clone().or_else(|| variable_of(variable)).or(kept)
    };
    Ok(Profile {
        url: pick(&options.url, "DESKHAND_URL", profile.url),
        company_id: pick(&options.login_company, "DESKHAND_COMPANY_ID", profile.company_id),
        public_key: pick(&options.public_key, "DESKHAND_PUBLIC_KEY", profile.public_key),
        private_key: pick(&None, "DESKHAND_PRIVATE_KEY", profile.private_key),
        client_id: pick(&options.client_id, "DESKHAND_CLIENT_ID", profile.client_id),
        api_version: pick(&None, "DESKHAND_API_VERSION", profile.api_version),
        proxy: pick(&options.proxy, "DESKHAND_PROXY", profile.proxy),
        ca_certificate: options
            .ca_certificate
            .clone()
            .or_else(|| variable_of("DESKHAND_CA_CERTIFICATE").map(PathBuf::from))
            .or(profile.ca_certificate),
        timeout_seconds: options
            .timeout
            .map_or_else(|| number("DESKHAND_TIMEOUT"), |n| Ok(Some(n)))?
            .or(profile.timeout_seconds),
        ceiling: options
            .ceiling
            .map_or_else(|| number("DESKHAND_CEILING"), |n| Ok(Some(n)))?
            .or(profile.ceiling),
        ticket_mark: profile.ticket_mark,
    })
}

fn number<T: std::str::FromStr>(variable: &str) -> anyhow::Result<Option<T>> {
    let Some(text) = variable_of(variable) else {
        return Ok(None);
    };
    let number = text
        .parse()
        .map_err(|_| BadInput::new(format!("`{variable}` is not a whole number: {text}")))?;
    Ok(Some(number))
}

fn missing(what: &str, variable: &str) -> anyhow::Error {
    BadInput::new(format!("the connection has no {what}"))
        .hint(format!(
            "set `{variable}`, or put it into a profile and name that with `--profile`; `deskhand demo` needs neither"
        ))
        .into()
}
