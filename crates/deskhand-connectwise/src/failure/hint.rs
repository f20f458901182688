//! What to do about an error.

use connectwise_psa::{Error, ErrorKind};

pub(super) fn hint(error: &Error, rights: &[&str]) -> Option<String> {
    let said = error.message();
    let hint = match error.kind() {
        ErrorKind::Unauthorized => unauthorized(&said),
        _ if mentions_client_id(&said) => {
            "the PSA asks for a client id: make one on the vendor's developer site and set it (`DESKHAND_CLIENT_ID`)".to_owned()
        }
        ErrorKind::Forbidden if error.vendor().is_some() => grant(rights),
        ErrorKind::Forbidden => {
            "something before the PSA refused (a firewall, a proxy), or it asks for a client id: check the Server URL and \
             `DESKHAND_CLIENT_ID`"
                .to_owned()
        }
        ErrorKind::Rejected if said.contains("Cannot route") => {
            "the cloud knows no such company: check the Company ID and the region in the Server URL".to_owned()
        }
        ErrorKind::NotFound if error.vendor().is_none() => {
            "there is no API at this address: check the Server URL; on the vendor's cloud this can also mean a wrong company or \
             wrong keys"
                .to_owned()
        }
        ErrorKind::RateLimited => "the PSA keeps asking to slow down: try again later, or set a lower `--ceiling`".to_owned(),
        ErrorKind::TimedOut => "try again, with a narrower search or a longer `--timeout`".to_owned(),
        ErrorKind::Connect => "check the Server URL, the network and, if there is one, the proxy (`--proxy`)".to_owned(),
        ErrorKind::Tls => "if the server's certificate is your own authority's, name that with `--ca-certificate`".to_owned(),
        ErrorKind::Redirected => "the Server URL is not the PSA's own: use the address that it points to, if you trust it".to_owned(),
        ErrorKind::BadBody => "what answered is probably not the PSA's API: check the Server URL, and any proxy before it".to_owned(),
        ErrorKind::Server if error.status() == Some(503) => "the PSA is not available just now: try again later".to_owned(),
        _ => return with_request_id(None, error),
    };
    with_request_id(Some(hint), error)
}

/// The vendor's own words are kept here, because the message of a 401 is fixed.
fn unauthorized(said: &str) -> String {
    format!(
        "check Company ID, Public Key and Private Key of the API member, and that it is active; the PSA said: {said}"
    )
}

fn grant(rights: &[&str]) -> String {
    format!("the API member's security role needs:\n  {}", rights.join("\n  "))
}

fn mentions_client_id(said: &str) -> bool {
    said.to_ascii_lowercase().contains("clientid")
}

/// The vendor's support asks for the request's id; it helps with what nobody else can explain.
fn with_request_id(hint: Option<String>, error: &Error) -> Option<String> {
    let unexplained = matches!(error.kind(), ErrorKind::Server | ErrorKind::BadBody);
    let id = error
        .request_id()
        .filter(|_| unexplained)
        .map(|id| format!("the request's id for the vendor's support: {id}"));
    match (hint, id) {
        (Some(hint), Some(id)) => Some(format!("{hint}; {id}")),
        (hint, id) => hint.or(id),
    }
}
