//! The PSA's address, as people have it, and the API root that follows from it.

use std::net::IpAddr;

use url::{Host, Url};

/// A Server URL: the address of the web pages, of the API, or of an on-premises server.
///
/// ```
/// use connectwise_psa::ServerUrl;
///
/// let url = ServerUrl::parse("na.myconnectwise.net/")?;
/// assert_eq!(url.api_root("3.0").as_str(), "https://api-na.myconnectwise.net/v4_6_release/apis/3.0/");
/// # Ok::<(), connectwise_psa::ServerUrlError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerUrl {
    origin: Url,
}

/// Why an address is refused, and what to write instead.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ServerUrlError {
    /// Nothing there.
    #[error("the Server URL is empty; give the address of the PSA's login page, such as https://na.myconnectwise.net")]
    Empty,
    /// Not an address.
    #[error("the Server URL is not an address ({0}); give something like https://na.myconnectwise.net")]
    Malformed(url::ParseError),
    /// A user name or password in it.
    #[error("the Server URL holds a user name or password; take it out, the keys have settings of their own")]
    Credentials,
    /// Neither https nor http.
    #[error("the Server URL begins with `{0}:`; it must begin with https:")]
    Scheme(String),
    /// Keys would travel in clear.
    #[error(
        "the Server URL begins with http:, so keys would travel unprotected; write https: (http: is only for this machine)"
    )]
    Insecure,
}

/// Where the vendor's cloud has its API for each web host, as the vendor's guide and long-used clients have it.
const API_TWINS: [(&str, &str); 6] = [
    ("na.myconnectwise.net", "api-na.myconnectwise.net"),
    ("eu.myconnectwise.net", "api-eu.myconnectwise.net"),
    ("au.myconnectwise.net", "api-au.myconnectwise.net"),
    ("aus.myconnectwise.net", "api-aus.myconnectwise.net"),
    ("za.myconnectwise.net", "api-za.myconnectwise.net"),
    ("staging.connectwisedev.com", "api-staging.connectwisedev.com"),
];

impl ServerUrl {
    /// Reads an address with or without scheme, path, query and slash; only host and port are kept.
    pub fn parse(text: &str) -> Result<Self, ServerUrlError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(ServerUrlError::Empty);
        }
        let mut url = Url::parse(&with_scheme(text)).map_err(ServerUrlError::Malformed)?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(ServerUrlError::Credentials);
        }
        match url.scheme() {
            "https" => {}
            "http" if is_loopback(&url) => {}
            "http" => return Err(ServerUrlError::Insecure),
            other => return Err(ServerUrlError::Scheme(other.to_owned())),
        }
        if url.host().is_none() {
            return Err(ServerUrlError::Malformed(url::ParseError::EmptyHost));
        }
        url.set_path("/");
        url.set_query(None);
        url.set_fragment(None);
        Ok(Self { origin: url })
    }

    /// The host as it was given, in lower case.
    pub fn host(&self) -> &str {
        self.origin.host_str().unwrap_or_default()
    }

    /// The API root by rule: the cloud's API host, and the codebase that always routes to the current version.
    pub fn api_root(&self, version: &str) -> Url {
        let mut root = self.origin.clone();
        if let Some(twin) = api_twin(self.host()) {
            root.set_host(Some(twin)).expect("the table has only valid hosts");
        }
        root.set_path(&format!("/v4_6_release/apis/{version}/"));
        root
    }

    /// The API root by what company info said; another site than this one or its API twin is not trusted.
    pub(crate) fn api_root_at(&self, site: Option<&str>, codebase: &str, version: &str) -> Option<Url> {
        let mut root = self.api_root(version);
        if let Some(site) = site {
            let site = Self::parse(site).ok()?;
            let known = site.host() == self.host() || Some(site.host()) == root.host_str();
            if !known {
                return None;
            }
            root.set_host(Some(api_twin(site.host()).unwrap_or(site.host()))).ok()?;
        }
        let codebase = codebase.trim_matches('/');
        let plain = !codebase.is_empty()
            && codebase
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '.');
        root.set_path(&format!(
            "/{}/apis/{version}/",
            if plain { codebase } else { "v4_6_release" }
        ));
        Some(root)
    }

    /// Whether an address is this server's: the same scheme and port, and its host or the cloud's other name for it.
    pub(crate) fn owns(&self, other: &Url) -> bool {
        let own = self.host();
        let same_place = other.scheme() == self.origin.scheme()
            && other.port_or_known_default() == self.origin.port_or_known_default();
        let twin = |host: &str| api_twin(own) == Some(host) || api_twin(host) == Some(own);
        same_place && other.host_str().is_some_and(|host| host == own || twin(host))
    }

    /// Where company info is asked for; no credentials go there.
    pub(crate) fn company_info(&self, company_id: &str) -> Url {
        let mut url = self.origin.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.clear().extend(["login", "companyinfo", company_id]);
        }
        url
    }
}

fn with_scheme(text: &str) -> String {
    if text.contains("://") {
        text.to_owned()
    } else {
        format!("https://{text}")
    }
}

fn api_twin(host: &str) -> Option<&'static str> {
    API_TWINS.iter().find(|(web, _)| *web == host).map(|(_, api)| *api)
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => IpAddr::V4(address).is_loopback(),
        Some(Host::Ipv6(address)) => IpAddr::V6(address).is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c2_every_form_of_an_address_has_the_same_root() {
        for form in [
            "https://na.myconnectwise.net",
            "https://na.myconnectwise.net/",
            "https://NA.myconnectwise.net/v4_6_release/ConnectWise.aspx?fullscreen=false",
            "na.myconnectwise.net",
            "api-na.myconnectwise.net",
            "https://api-na.myconnectwise.net/v4_6_release/apis/3.0/",
        ] {
            let root = ServerUrl::parse(form).unwrap().api_root("3.0");
            assert_eq!(
                root.as_str(),
                "https://api-na.myconnectwise.net/v4_6_release/apis/3.0/",
                "{form}"
            );
        }
        let own = ServerUrl::parse("https://psa.example.com:8443/anything").unwrap();
        assert_eq!(
            own.api_root("3.0").as_str(),
            "https://psa.example.com:8443/v4_6_release/apis/3.0/"
        );
    }

    #[test]
    fn c3_the_api_version_is_part_of_the_path() {
        assert!(
            ServerUrl::parse("psa.example.com")
                .unwrap()
                .api_root("3.1")
                .path()
                .ends_with("/apis/3.1/")
        );
    }

    #[test]
    fn refusals_say_what_to_write_instead() {
        let refused = |text: &str| ServerUrl::parse(text).unwrap_err();
        assert_eq!(refused(" "), ServerUrlError::Empty);
        assert_eq!(
            refused("https://user:password@psa.example.com"),
            ServerUrlError::Credentials
        );
        assert_eq!(refused("http://psa.example.com"), ServerUrlError::Insecure);
        assert_eq!(
            refused("ftp://psa.example.com"),
            ServerUrlError::Scheme("ftp".to_owned())
        );
        assert!(ServerUrl::parse("http://127.0.0.1:8900").is_ok());
        assert!(
            !refused("https://user:hunter2@psa.example.com")
                .to_string()
                .contains("hunter2")
        );
    }

    #[test]
    fn a_site_that_company_info_names_is_used_only_when_it_is_known() {
        let url = ServerUrl::parse("na.myconnectwise.net").unwrap();
        let root = |site| url.api_root_at(site, "v2026_1/", "3.0").map(String::from);
        let dated = Some("https://api-na.myconnectwise.net/v2026_1/apis/3.0/".to_owned());
        assert_eq!(root(None), dated);
        assert_eq!(root(Some("api-na.myconnectwise.net")), dated);
        assert_eq!(root(Some("evil.example.com")), None);
    }
}
