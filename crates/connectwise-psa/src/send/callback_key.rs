//! Where the key of an announcement's signature may be fetched.
//!
//! The address stands in the announcement itself, which proves nothing before it is checked. So only one address is
//! taken: that of callback keys, of this company, on this connection's own server. Other hosts would have us sign for
//! whoever runs them; other paths of the same server could hold what anybody uploaded; another company's key on the
//! same cloud would let that company speak for this one.

use serde::Deserialize;
use url::Url;

use super::Answer;
use crate::{Error, ErrorKind, ServerUrl};

/// The address of a signing key, checked by [`Client::callback_key_url`](crate::Client::callback_key_url).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallbackKeyUrl {
    url: Url,
    id: String,
}

/// Why the address of a signing key is not used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CallbackKeyUrlError {
    /// Not an address.
    #[error("the key's address cannot be read")]
    Malformed,
    /// Somebody else's server, another port of this one, or a connection that is not protected.
    #[error("the key's address is at `{0}`, which is not this connection's server")]
    Foreign(String),
    /// Not where the server has the keys of callbacks.
    #[error("the key's address is not that of a callback key")]
    Elsewhere,
    /// The key of another company on the same server, or of nobody.
    #[error("the key's address is not that of this company's key")]
    OtherCompany,
}

/// Ids are numbers as far as is known; this leaves room for others.
const LONGEST_ID: usize = 64;

impl CallbackKeyUrl {
    /// The id of the key on its server.
    pub fn id(&self) -> &str {
        &self.id
    }

    pub(super) fn url(&self) -> &Url {
        &self.url
    }

    pub(super) fn check(
        text: &str,
        server: &ServerUrl,
        root: &Url,
        company: &str,
    ) -> Result<Self, CallbackKeyUrlError> {
        let mut url = Url::parse(text).map_err(|_| CallbackKeyUrlError::Malformed)?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(CallbackKeyUrlError::Malformed);
        }
        if !server.owns(&url) && url.origin() != root.origin() {
            return Err(CallbackKeyUrlError::Foreign(url.origin().ascii_serialization()));
        }
        if !is_path_of_keys(&url) {
            return Err(CallbackKeyUrlError::Elsewhere);
        }
        if !only(&url, "companyName").is_some_and(|name| name.eq_ignore_ascii_case(company)) {
            return Err(CallbackKeyUrlError::OtherCompany);
        }
        let id = only(&url, "id")
            .filter(|id| is_id(id))
            .ok_or(CallbackKeyUrlError::Elsewhere)?;
        url.set_fragment(None);
        Ok(Self { url, id })
    }
}

/// `/<codebase>/system/callbackkey/index.rails`; the vendor's own addresses have two slashes in a row.
fn is_path_of_keys(url: &Url) -> bool {
    let segments: Vec<&str> = url.path().split('/').filter(|segment| !segment.is_empty()).collect();
    let [codebase, rest @ ..] = &segments[..] else {
        return false;
    };
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '.';
    let wanted = ["system", "callbackkey", "index.rails"];
    let same = |(one, other): (&&str, &str)| one.eq_ignore_ascii_case(other);
    codebase.chars().all(plain) && rest.len() == wanted.len() && rest.iter().zip(wanted).all(same)
}

/// The value of a parameter that is there once, in whatever case of letters.
fn only(url: &Url, name: &str) -> Option<String> {
    let mut values = url.query_pairs().filter(|(other, _)| other.eq_ignore_ascii_case(name));
    let (_, value) = values.next()?;
    values.next().is_none().then(|| value.into_owned())
}

fn is_id(text: &str) -> bool {
    !text.is_empty() && text.len() <= LONGEST_ID && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
}

/// The key in an answer; what is wrong with another is not quoted, because it could hold one.
pub(super) fn key_of(answer: &Answer) -> Result<String, Error> {
    #[derive(Deserialize)]
    struct Key {
        signing_key: String,
    }
    let key = serde_json::from_slice::<Key>(&answer.body)
        .ok()
        .map(|key| key.signing_key);
    key.filter(|key| !key.is_empty()).ok_or_else(|| {
        Error::new(ErrorKind::BadBody, "the server sent no signing key")
            .with_status(answer.status)
            .with_request_id(answer.request_id.clone())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEYS: &str = "v2025_1//system/callbackkey/index.rails?companyName=Acme&id=26604";

    fn check(server: &str, text: &str) -> Result<CallbackKeyUrl, CallbackKeyUrlError> {
        let server = ServerUrl::parse(server).unwrap();
        let root = server.api_root("3.0");
        CallbackKeyUrl::check(text, &server, &root, "acme")
    }

    #[test]
    fn a_key_is_fetched_from_the_connections_own_server() {
        for (server, host) in [
            ("na.myconnectwise.net", "https://na.myconnectwise.net"),
            ("na.myconnectwise.net", "https://api-na.myconnectwise.net"),
            ("na.myconnectwise.net", "https://NA.myconnectwise.net:443"),
            ("api-na.myconnectwise.net", "https://na.myconnectwise.net"),
            ("psa.example.com:8443", "https://psa.example.com:8443"),
            ("http://127.0.0.1:8900", "http://127.0.0.1:8900"),
        ] {
            let checked = check(server, &format!("{host}/{KEYS}")).unwrap();
            assert_eq!(checked.id(), "26604", "{server} {host}");
        }
        let upper = "https://na.myconnectwise.net/v4_6_release/System/CallbackKey/index.rails?CompanyName=ACME&Id=a-1";
        assert_eq!(check("na.myconnectwise.net", upper).unwrap().id(), "a-1");
    }

    #[test]
    fn no_other_server_is_asked() {
        for (server, host) in [
            ("na.myconnectwise.net", "https://evil.example.com"),
            ("na.myconnectwise.net", "https://na.myconnectwise.net.evil.example.com"),
            ("na.myconnectwise.net", "https://eu.myconnectwise.net"),
            ("na.myconnectwise.net", "http://na.myconnectwise.net"),
            ("na.myconnectwise.net", "https://na.myconnectwise.net:8443"),
            ("psa.example.com", "https://169.254.169.254"),
            ("http://127.0.0.1:8900", "http://127.0.0.1:8901"),
            ("http://127.0.0.1:8900", "http://localhost:8900"),
            ("na.myconnectwise.net", "file://na.myconnectwise.net"),
        ] {
            let refused = check(server, &format!("{host}/{KEYS}")).unwrap_err();
            assert!(
                matches!(refused, CallbackKeyUrlError::Foreign(_)),
                "{server} {host}: {refused}"
            );
        }
        for text in [
            "",
            "nonsense",
            "//na.myconnectwise.net/x",
            "https://me:x@na.myconnectwise.net/",
        ] {
            assert_eq!(
                check("na.myconnectwise.net", text),
                Err(CallbackKeyUrlError::Malformed),
                "{text}"
            );
        }
    }

    #[test]
    fn no_other_path_and_no_other_companys_key_is_taken() {
        let on =
            |rest: &str| check("na.myconnectwise.net", &format!("https://na.myconnectwise.net/{rest}")).unwrap_err();
        for rest in [
            "v2025_1/apis/3.0/system/documents/7/download?companyName=Acme&id=1",
            "system/callbackkey/index.rails?companyName=Acme&id=1",
            "a/b/system/callbackkey/index.rails?companyName=Acme&id=1",
            "x/..%2fsystem/callbackkey/index.rails?companyName=Acme&id=1",
            "v2025_1/system/callbackkey/index.rails/more?companyName=Acme&id=1",
            "v2025_1/system/callbackkey/index.rails?companyName=Acme",
            "v2025_1/system/callbackkey/index.rails?companyName=Acme&id=",
            "v2025_1/system/callbackkey/index.rails?companyName=Acme&id=1&ID=2",
            "v2025_1/system/callbackkey/index.rails?companyName=Acme&id=1%2F2",
        ] {
            assert_eq!(on(rest), CallbackKeyUrlError::Elsewhere, "{rest}");
        }
        for query in [
            "id=1",
            "companyName=Other&id=1",
            "companyName=&id=1",
            "companyName=Acme&companyname=Other&id=1",
        ] {
            let rest = format!("v2025_1/system/callbackkey/index.rails?{query}");
            assert_eq!(on(&rest), CallbackKeyUrlError::OtherCompany, "{query}");
        }
    }
}
