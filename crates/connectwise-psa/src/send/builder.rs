//! How a client is put together.

use std::path::PathBuf;
use std::time::Duration;

use reqwest::redirect::Policy;
use url::Url;

use super::{Client, Patience};
use crate::{Credentials, Error, ErrorKind, Governor, ServerUrl};

/// Collects what a [`Client`] needs; see [`Client::builder`].
#[derive(Debug)]
pub struct ClientBuilder {
    pub(super) url: ServerUrl,
    pub(super) credentials: Credentials,
    pub(super) version: String,
    user_agent: String,
    proxy: Option<String>,
    authorities: Vec<Vec<u8>>,
    pub(super) timeout: Duration,
    pub(super) ceiling: usize,
    pub(super) shared_limits: Option<PathBuf>,
    pub(super) patience: Patience,
}

impl ClientBuilder {
    pub(super) fn new(url: ServerUrl, credentials: Credentials) -> Self {
        Self {
            url,
            credentials,
            version: "3.0".to_owned(),
            user_agent: concat!("connectwise-psa/", env!("CARGO_PKG_VERSION")).to_owned(),
            proxy: None,
            authorities: Vec::new(),
            timeout: Duration::from_secs(60),
            ceiling: Governor::DEFAULT_CEILING,
            shared_limits: None,
            patience: Patience::PATIENT,
        }
    }

    /// The version in the path; 3.0 unless set.
    #[must_use]
    pub fn api_version(mut self, version: &str) -> Self {
        version.clone_into(&mut self.version);
        self
    }

    /// How this client introduces itself.
    #[must_use]
    pub fn user_agent(mut self, agent: &str) -> Self {
        agent.clone_into(&mut self.user_agent);
        self
    }

    /// Goes through `http://…`, `socks5://…` or `socks5h://…`, with a user and password in it where needed.
    #[must_use]
    pub fn proxy(mut self, url: &str) -> Self {
        self.proxy = Some(url.to_owned());
        self
    }

    /// Trusts these certificate authorities (PEM) beside the system's.
    #[must_use]
    pub fn ca_certificate(mut self, pem: &[u8]) -> Self {
        self.authorities.push(pem.to_owned());
        self
    }

    /// How long one request may take, its answer's body included; 60 s unless set.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// The most requests that may be under way at once.
    #[must_use]
    pub fn ceiling(mut self, ceiling: usize) -> Self {
        self.ceiling = ceiling.max(1);
        self
    }

    /// Shares through this file, with other processes on the same connection, what the server asked to wait for.
    #[must_use]
    pub fn share_limits(mut self, file: impl Into<PathBuf>) -> Self {
        self.shared_limits = Some(file.into());
        self
    }

    /// How often reads are tried again.
    #[must_use]
    pub fn patience(mut self, patience: Patience) -> Self {
        self.patience = patience;
        self
    }

    /// Builds the client; nothing is sent yet.
    pub fn build(self) -> Result<Client, Error> {
        let plain = self.version.chars().all(|c| c.is_ascii_alphanumeric() || c == '.') && !self.version.is_empty();
        if !plain {
            return Err(misconfigured(format!(
                "the API version `{}` is none; the vendor's is 3.0",
                self.version
            )));
        }
        let http = self.http()?;
        let mut governor = Governor::new(self.ceiling);
        if let Some(path) = &self.shared_limits {
            let shared = governor.share(path);
            shared.map_err(|error| misconfigured("the file of shared limits cannot be opened").with_source(error))?;
        }
        Ok(Client::new(self, http, governor))
    }

    fn http(&self) -> Result<reqwest::Client, Error> {
        // One cryptography for the whole process; that another part chose one already is as good.
        let _chosen_already = rustls::crypto::ring::default_provider().install_default();
        let mut builder = reqwest::Client::builder()
            .user_agent(&self.user_agent)
            .redirect(Policy::none())
            .connect_timeout(self.timeout.min(Duration::from_secs(15)))
            .timeout(self.timeout)
            .tls_certs_merge(self.certificates()?);
        builder = match &self.proxy {
            Some(proxy) => builder.proxy(proxy_of(proxy)?),
            None => builder.no_proxy(),
        };
        builder
            .build()
            .map_err(|error| misconfigured("the HTTP client cannot be built").with_source(error))
    }

    fn certificates(&self) -> Result<Vec<reqwest::Certificate>, Error> {
        let mut certificates = Vec::new();
        for pem in &self.authorities {
            let bundle = reqwest::Certificate::from_pem_bundle(pem)
                .map_err(|error| misconfigured("the certificate authority is no PEM file").with_source(error))?;
            if bundle.is_empty() {
                return Err(misconfigured(
                    "the certificate authority's file has no certificate in it (PEM is needed)",
                ));
            }
            certificates.extend(bundle);
        }
        Ok(certificates)
    }
}

/// The proxy's own words could quote its password, so they are left out.
fn proxy_of(text: &str) -> Result<reqwest::Proxy, Error> {
    let url = Url::parse(text).map_err(|error| misconfigured(format!("the proxy is no address ({error})")))?;
    if !matches!(url.scheme(), "http" | "https" | "socks5" | "socks5h") {
        return Err(misconfigured(format!(
            "the proxy begins with `{}:`; it must begin with http:, https:, socks5: or socks5h:",
            url.scheme()
        )));
    }
    reqwest::Proxy::all(url).map_err(|_| misconfigured("the proxy's address cannot be used"))
}

pub(super) fn misconfigured(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::Configuration, message)
}
