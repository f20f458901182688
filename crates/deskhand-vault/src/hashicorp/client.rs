//! Asking the server.

use std::sync::Arc;
use std::time::Duration;

use deskhand_command::BoxFuture;
use deskhand_engine::vaults::{Vault, VaultError};
use reqwest::Url;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::redirect::Policy;
use secrecy::{ExposeSecret as _, SecretString};

use super::answer::{Asked, secret_in};

/// Gives the token, each time that it is needed, so that one that was renewed counts; or says why it cannot.
pub type Token = Arc<dyn Fn() -> Result<SecretString, String> + Send + Sync>;

/// Which version of the KV secrets engine a mount is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum KvVersion {
    /// Without versions of secrets.
    One,
    /// With versions; the newest is read.
    #[default]
    Two,
}

/// Which server, and how to sign in.
pub struct HashicorpOptions {
    /// The server: `https://vault.example.com:8200`.
    pub address: String,
    /// The mount: `secret`.
    pub mount: String,
    /// The mount's version.
    pub version: KvVersion,
    /// The namespace, where the server has some.
    pub namespace: Option<String>,
    /// Gives the token.
    pub token: Token,
    /// A certificate authority to trust as well, as PEM.
    pub ca_certificate: Option<Vec<u8>>,
    /// How long to wait for an answer.
    pub timeout: Duration,
}

/// A KV mount of a server as a vault; a path is the secret's, below the mount.
pub struct HashicorpVault {
    http: reqwest::Client,
    address: Url,
    mount: String,
    version: KvVersion,
    namespace: Option<HeaderValue>,
    token: Token,
}

const TOKEN: HeaderName = HeaderName::from_static("x-vault-token");
const NAMESPACE: HeaderName = HeaderName::from_static("x-vault-namespace");
/// The server refuses what does not carry it when somebody has been able to make it ask by itself.
const REQUEST: HeaderName = HeaderName::from_static("x-vault-request");

impl HashicorpVault {
    /// Checks the options; nothing is sent.
    pub fn new(options: HashicorpOptions) -> Result<Self, String> {
        let address = address(&options.address)?;
        let namespace = options.namespace.as_deref().map(HeaderValue::from_str).transpose();
        let namespace = namespace.map_err(|_| "the namespace has letters that it cannot have".to_owned())?;
        let mount = options.mount.trim_matches('/').to_owned();
        if !is_plain(&mount) {
            return Err("the mount is the name of a KV secrets engine, such as `secret`".to_owned());
        }
        Ok(Self {
            http: http(options.ca_certificate.as_deref(), options.timeout)?,
            address,
            mount,
            version: options.version,
            namespace,
            token: options.token,
        })
    }

    /// Where a secret is, as a policy would name it: `secret/data/psa`.
    fn place(&self, path: &str) -> Result<String, VaultError> {
        let path = path.trim_matches('/');
        if !is_plain(path) {
            return Err(VaultError::refused(
                format!("`{path}` is no path below the mount `{}`", self.mount),
                "give the path as `vault kv get` takes it, without `.` and `..`",
            ));
        }
        let mount = &self.mount;
        Ok(match self.version {
            KvVersion::One => format!("{mount}/{path}"),
            KvVersion::Two => format!("{mount}/data/{path}"),
        })
    }

    fn url(&self, place: &str) -> Url {
        let mut url = self.address.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().push("v1").extend(place.split('/'));
        }
        url
    }

    fn headers(&self) -> Result<HeaderMap, VaultError> {
        let hint = "see whether the token is where the vault's declaration says, and is one";
        let token = (self.token)().map_err(|why| VaultError::refused(format!("there is no token: {why}"), hint))?;
        let value = HeaderValue::from_str(token.expose_secret().trim());
        let mut value = value.map_err(|_| VaultError::refused("the token has letters that it cannot have", hint))?;
        value.set_sensitive(true);
        let mut headers = HeaderMap::from_iter([(TOKEN, value), (REQUEST, HeaderValue::from_static("true"))]);
        headers.extend(self.namespace.clone().map(|namespace| (NAMESPACE, namespace)));
        Ok(headers)
    }

    async fn find(&self, path: &str, field: Option<&str>) -> Result<SecretString, VaultError> {
        let place = self.place(path)?;
        let request = self.http.get(self.url(&place)).headers(self.headers()?);
        let answer = request.send().await.map_err(|error| self.unsent(&error))?;
        let status = answer.status().as_u16();
        let body = answer.bytes().await.map_err(|error| self.unsent(&error))?;
        let asked = Asked {
            place: &place,
            version: self.version,
            field,
        };
        secret_in(&asked, status, &body)
    }

    fn unsent(&self, error: &reqwest::Error) -> VaultError {
        let mut deepest: &dyn std::error::Error = error;
        while let Some(source) = deepest.source() {
            deepest = source;
        }
        let server = format!(
            "{}:{}",
            self.address.host_str().unwrap_or_default(),
            self.address.port_or_known_default().unwrap_or(0)
        );
        if error.is_timeout() {
            return VaultError::away(
                format!("no answer from {server} in time"),
                "see whether the server is well",
            );
        }
        let deepest = deepest.to_string();
        if deepest.contains("certificate") || deepest.contains("UnknownIssuer") {
            return VaultError::refused(
                format!("the certificate of {server} is not trusted: {deepest}"),
                "if it is of an authority of your own, name that in the vault's declaration",
            );
        }
        VaultError::away(
            format!("{server} cannot be reached: {deepest}"),
            "see whether the server runs, and whether its address is right",
        )
    }
}

impl Vault for HashicorpVault {
    fn read<'a>(&'a self, path: &'a str, field: Option<&'a str>) -> BoxFuture<'a, Result<SecretString, VaultError>> {
        Box::pin(self.find(path, field))
    }
}

/// Parts with something in them, none of which leads elsewhere.
fn is_plain(path: &str) -> bool {
    path.split('/')
        .all(|part| !matches!(part, "" | "." | "..") && !part.chars().any(char::is_control))
}

fn address(text: &str) -> Result<Url, String> {
    let url = Url::parse(text.trim()).map_err(|error| format!("the vault's address is none ({error})"))?;
    let here = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
    match url.scheme() {
        "https" => {}
        "http" if here => {}
        "http" => {
            return Err(
                "the vault's address begins with http:, so that the token would travel unprotected; write https:"
                    .to_owned(),
            );
        }
        other => {
            return Err(format!(
                "the vault's address begins with `{other}:`; it must begin with https:"
            ));
        }
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("the vault's address holds a user name or password; take it out".to_owned());
    }
    Ok(url)
}

fn http(authority: Option<&[u8]>, timeout: Duration) -> Result<reqwest::Client, String> {
    // One cryptography for the whole process; that another part chose one already is as good.
    let _chosen_already = rustls::crypto::ring::default_provider().install_default();
    let certificates = match authority {
        Some(pem) => reqwest::Certificate::from_pem_bundle(pem)
            .ok()
            .filter(|bundle| !bundle.is_empty())
            .ok_or("the certificate authority is no PEM file with a certificate in it")?,
        None => Vec::new(),
    };
    // A token is not sent where a redirection points, and not through a proxy that nobody named.
    let builder = reqwest::Client::builder()
        .user_agent(concat!("deskhand/", env!("CARGO_PKG_VERSION")))
        .redirect(Policy::none())
        .no_proxy()
        .timeout(timeout)
        .tls_certs_merge(certificates);
    builder
        .build()
        .map_err(|error| format!("the HTTP client cannot be built: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vault(address: &str, version: KvVersion) -> Result<HashicorpVault, String> {
        HashicorpVault::new(HashicorpOptions {
            address: address.to_owned(),
            mount: "/kv/desk/".to_owned(),
            version,
            namespace: None,
            token: Arc::new(|| Ok("token".into())),
            ca_certificate: None,
            timeout: Duration::from_secs(5),
        })
    }

    #[test]
    fn a_path_is_below_the_mount_and_escaped() {
        let address = "https://vault.test:8200/base/";
        let two = vault(address, KvVersion::Two).unwrap();
        let place = two.place("/psa/main key?").unwrap();
        assert_eq!(place, "kv/desk/data/psa/main key?");
        assert_eq!(
            two.url(&place).as_str(),
            "https://vault.test:8200/base/v1/kv/desk/data/psa/main%20key%3F"
        );
        let one = vault(address, KvVersion::One).unwrap();
        assert_eq!(one.place("psa").unwrap(), "kv/desk/psa");
        for path in ["", "/", "../sys/mounts", "a/../b", "a//b", "./a"] {
            assert!(two.place(path).is_err(), "{path}");
        }
    }

    #[test]
    fn an_address_over_which_the_token_would_travel_unprotected_is_refused() {
        for (address, expected) in [
            ("http://vault.test:8200", "would travel unprotected"),
            ("ftp://vault.test", "must begin with https:"),
            ("vault", "is none"),
            ("https://user:pass@vault.test", "user name or password"),
        ] {
            let error = vault(address, KvVersion::Two).err().unwrap();
            assert!(error.contains(expected), "{error}");
        }
        assert!(vault("http://127.0.0.1:8200", KvVersion::Two).is_ok());
    }
}
