//! From a request to an answer, without faults.

use http::{HeaderMap, Method};
use serde_json::json;

use super::list::{self, Asked, base_of};
use super::parameters::Parameters;
use super::route::{Target, What, below_root, target};
use super::{Answer, auth, write};
use crate::quirks::Quirk;
use crate::refusal::Refusal;
use crate::running::Shared;
use crate::world::{Document, Kind, Level};

/// A request as the rest of the sandbox sees it.
pub(super) struct Incoming<'a> {
    pub(super) method: &'a Method,
    pub(super) path: &'a str,
    pub(super) query: &'a str,
    pub(super) headers: &'a HeaderMap,
    pub(super) body: &'a [u8],
    pub(super) scheme: &'static str,
}

/// A request that is kept to be performed later.
#[derive(Debug)]
pub(crate) struct Kept {
    method: Method,
    path: String,
    query: String,
    headers: HeaderMap,
    body: Vec<u8>,
    scheme: &'static str,
}

impl Incoming<'_> {
    pub(super) fn kept(&self) -> Kept {
        Kept {
            method: self.method.clone(),
            path: self.path.to_owned(),
            query: self.query.to_owned(),
            headers: self.headers.clone(),
            body: self.body.to_owned(),
            scheme: self.scheme,
        }
    }

    /// An update as if it only looked at its record; anything else as it is.
    pub(super) fn as_if_read(&self) -> Self {
        let updates = matches!(*self.method, Method::PATCH | Method::PUT);
        Self {
            method: if updates { &Method::GET } else { self.method },
            ..*self
        }
    }
}

impl Kept {
    pub(super) fn incoming(&self) -> Incoming<'_> {
        Incoming {
            method: &self.method,
            path: &self.path,
            query: &self.query,
            headers: &self.headers,
            body: &self.body,
            scheme: self.scheme,
        }
    }
}

/// Addresses longer than this are refused; the vendor's guide speaks of about 10,000 characters.
const LONGEST_ADDRESS: usize = 10_000;

/// The version that the sandbox says it is.
const VERSION: &str = "v2026.1";

pub(super) fn respond(shared: &Shared, incoming: &Incoming<'_>) -> Answer {
    let path = percent_encoding::percent_decode_str(incoming.path).decode_utf8_lossy();
    if incoming.path.len() + incoming.query.len() > LONGEST_ADDRESS {
        return Answer::page(414, "414 - Request URI Too Long");
    }
    if let Some(company) = path.trim_end_matches('/').strip_prefix("/login/companyinfo/") {
        return company_info(shared, company);
    }
    if path.to_ascii_lowercase().ends_with("/system/callbackkey/index.rails") {
        let key = json!({"signing_key": shared.signing_key.text()});
        return Answer::json(key.to_string());
    }
    match below_root(&path) {
        Some((codebase, _)) if !shared.answers(codebase) => gone(),
        Some((_, segments)) => below(shared, incoming, &path, &segments).unwrap_or_else(|refused| *refused),
        None => gone(),
    }
}

/// Invented for a codebase that an upgrade left behind: that it is answered as any address without anything behind it.
fn gone() -> Answer {
    Answer::page(404, "404 - File or directory not found.")
}

/// Open to everybody; an unknown company is `null`.
fn company_info(shared: &Shared, company: &str) -> Answer {
    if !shared.world.knows_company(company) {
        return Answer::json("null");
    }
    let mut info = json!({
        "CompanyName": "Deskhand Sandbox",
        "Codebase": shared.codebase(),
        "VersionCode": version_code(shared),
        "VersionNumber": "v4.6.10675",
        "CompanyID": company,
        "IsCloud": true,
    });
    if let Some(site) = &shared.options.site_url {
        info["SiteUrl"] = json!(site);
    }
    Answer::json(info.to_string())
}

/// The version that belongs to a dated codebase: `v2026.2` to `v2026_2/`.
pub(super) fn version_code(shared: &Shared) -> String {
    let codebase = shared.codebase();
    let dated = codebase.trim_end_matches('/');
    if dated.starts_with("v20") {
        dated.replace('_', ".")
    } else {
        VERSION.to_owned()
    }
}

fn below(shared: &Shared, incoming: &Incoming<'_>, path: &str, segments: &[&str]) -> Result<Answer, Box<Answer>> {
    let asks_for_info = matches!(segments, ["system", "info"]);
    if asks_for_info && shared.has(Quirk::OpenSystemInfo) {
        return Ok(system_info(shared));
    }
    let member = auth::member(shared, incoming.headers)?;
    if asks_for_info {
        return Ok(system_info(shared));
    }
    let no_endpoint = || Box::new(Answer::error(404, "ConnectWiseApi", "The endpoint does not exist."));
    let target = target(segments).ok_or_else(no_endpoint)?;
    let reads = match target.what {
        What::Search => *incoming.method == Method::POST,
        What::Act(..) => false,
        _ => *incoming.method == Method::GET,
    };
    if !reads {
        let written = write::answer(shared, &member, &target, incoming);
        return written
            .unwrap_or_else(|| Err(no_such_method(incoming.method)))
            .map_err(boxed);
    }
    auth::allowed(&member, target.kind, Level::Inquire).map_err(boxed)?;
    let only_of = auth::only_of(&member);
    parent_exists(shared, &target, only_of).map_err(boxed)?;
    let mut parameters = Parameters::parse(incoming.query);
    if target.what == What::Search {
        list::take_search_body(&mut parameters, incoming.body)?;
    }
    let host = incoming
        .headers
        .get("host")
        .and_then(|host| host.to_str().ok())
        .unwrap_or("localhost");
    let forward_only = incoming
        .headers
        .get("pagination-type")
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.eq_ignore_ascii_case("forward-only"));
    let base = base_of(incoming.scheme, host, path);
    Ok(list::answer(
        shared,
        &Asked {
            target: &target,
            parameters,
            forward_only,
            base,
            only_of,
        },
    ))
}

fn boxed(refusal: Refusal) -> Box<Answer> {
    Box::new(refusal.into())
}

/// Invented: the body.
fn no_such_method(method: &Method) -> Refusal {
    Refusal::api(
        405,
        format!("The requested resource does not support http method '{method}'."),
    )
}

/// A status has a board, and a note has a ticket that is to be seen.
fn parent_exists(shared: &Shared, target: &Target, only_of: Option<&str>) -> Result<(), Refusal> {
    let Some(parent) = target.parent.as_deref() else {
        return Ok(());
    };
    let kind = match target.kind {
        Kind::Note | Kind::AllNote => Kind::Ticket,
        _ => Kind::Board,
    };
    let found = parent.parse().ok().and_then(|id| shared.world.visible(kind, id));
    let is_hidden =
        |found: &Document| kind == Kind::Ticket && only_of.is_some_and(|member| !found.is_ticket_of(member));
    match found.filter(|found| found.service && !is_hidden(found)) {
        Some(_) => Ok(()),
        None => Err(Refusal::not_found(kind.not_found(parent))),
    }
}

fn system_info(shared: &Shared) -> Answer {
    let info = json!({
        "version": format!("{}.10675", version_code(shared)),
        "isCloud": true,
        "serverTimeZone": "Eastern Standard Time",
        "licenseBits": [{"name": "Service", "activeFlag": true}],
        "cloudRegion": "sandbox",
        "maxWorkFlowRecordsAllowed": 300,
    });
    Answer::json(info.to_string())
}
