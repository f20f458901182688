//! The address at which the product reaches us.

use std::net::IpAddr;

/// The address at which the product reaches us, without a slash at its end.
///
/// ```
/// use deskhand_engine::callbacks::PublicUrl;
///
/// let url = PublicUrl::parse("https://desk.example.com/")?;
/// assert_eq!(url.as_str(), "https://desk.example.com");
/// assert!(PublicUrl::parse("http://desk.example.com").is_err());
/// # Ok::<(), &str>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicUrl(String);

const NO_ADDRESS: &str =
    "give the address at which the PSA reaches this machine and nothing behind it, such as https://desk.example.com";
const NOT_SECURE: &str = "it has to begin with https://, because whoever reads on the way would learn the secret in the \
                          address; only for this machine itself, such as http://127.0.0.1:8490, is http:// enough";

impl PublicUrl {
    /// Reads one: https, and http only to this machine itself. Otherwise what to write instead.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let base = text.trim().trim_end_matches('/');
        let (secure, rest) = match (base.strip_prefix("https://"), base.strip_prefix("http://")) {
            (Some(rest), _) => (true, rest),
            (_, Some(rest)) => (false, rest),
            _ => return Err(NO_ADDRESS),
        };
        let strange = |letter: char| "?#@\\".contains(letter) || letter.is_whitespace() || letter.is_control();
        if rest.contains(strange) {
            return Err(NO_ADDRESS);
        }
        let authority = rest.split('/').next().unwrap_or_default();
        let host = host_of(authority).ok_or(NO_ADDRESS)?;
        if secure || is_this_machine(host) {
            return Ok(Self(base.to_owned()));
        }
        Err(NOT_SECURE)
    }

    /// It as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The host, brackets taken off; `None` when there is none, or when what follows it is no port.
fn host_of(authority: &str) -> Option<&str> {
    let (host, port) = match authority.strip_prefix('[') {
        Some(rest) => {
            let (host, behind) = rest.split_once(']')?;
            let port = if behind.is_empty() {
                None
            } else {
                Some(behind.strip_prefix(':')?)
            };
            (host, port)
        }
        None => match authority.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (authority, None),
        },
    };
    let is_port = port.is_none_or(|port| port.parse::<u16>().is_ok_and(|port| port > 0));
    (is_port && !host.is_empty()).then_some(host)
}

fn is_this_machine(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost") || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn http_is_for_this_machine_only() {
        for good in [
            "https://desk.example.com",
            "https://desk.example.com:8443/deskhand",
            "https://[2001:db8::1]:443",
            "http://localhost:8490",
            "http://127.0.0.1:8490",
            "http://[::1]:8490",
        ] {
            assert_eq!(PublicUrl::parse(good).unwrap().as_str(), good);
        }
        for bad in [
            "http://desk.example.com",
            "http://10.0.0.1:8490",
            "http://localhost.example.com",
            "http://[2001:db8::1]",
            "http://127.0.0.1.example.com",
        ] {
            assert_eq!(PublicUrl::parse(bad), Err(NOT_SECURE), "{bad}");
        }
    }

    #[test]
    fn what_is_no_address_is_answered_with_what_to_write() {
        for bad in [
            "",
            "desk.example.com",
            "ftp://desk.example.com",
            "https://",
            "https://:443",
            "https://desk.example.com:",
            "https://desk.example.com:0",
            "https://desk.example.com:https",
            "https://[::1",
            "https://[::1]8490",
            "https://desk.example.com?x",
            "https://desk.example.com#x",
            "https://me@desk.example.com",
            "https://desk.example.com/a b",
        ] {
            assert_eq!(PublicUrl::parse(bad), Err(NO_ADDRESS), "{bad}");
        }
    }
}
