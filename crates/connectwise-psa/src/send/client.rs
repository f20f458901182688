//! The client: sends requests under the governor, and repeats reads that may succeed later.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use jiff::{SignedDuration, Timestamp};
use parking_lot::{Mutex, RwLock};
use url::Url;

use super::buffers::Buffers;
use super::builder::misconfigured;
use super::transport::attempt;
use super::{
    Answer, CallbackKeyUrl, CallbackKeyUrlError, ClientBuilder, CompanyInfo, Patience, Request, SystemInfo,
    callback_key, discover,
};
use crate::governor::{Permit, Seen, Urgency};
use crate::list::{self, ListRequest, Page, Scan, ScanRequest};
use crate::records::RawRecord;
use crate::{BoxFuture, Credentials, Error, ErrorKind, Governor, ServerUrl};

/// A connection to one PSA; clones share the governor and the connections.
#[derive(Clone, Debug)]
pub struct Client {
    shared: Arc<Shared>,
    urgency: Urgency,
    patience: Patience,
    calls: Arc<AtomicU64>,
}

#[derive(Debug)]
struct Shared {
    http: reqwest::Client,
    buffers: Buffers,
    url: ServerUrl,
    credentials: Credentials,
    version: String,
    root: RwLock<Url>,
    /// Held while the codebase is asked for again.
    moving: tokio::sync::Mutex<()>,
    governor: Governor,
    timeout: Duration,
    server_clock: Mutex<Option<(Timestamp, Instant)>>,
}

/// Whether a write is still wanted.
pub type Wanted<'a> = &'a (dyn Fn() -> BoxFuture<'a, bool> + Send + Sync);

impl Client {
    /// Begins a client for this PSA and these credentials.
    pub fn builder(url: ServerUrl, credentials: Credentials) -> ClientBuilder {
        ClientBuilder::new(url, credentials)
    }

    pub(super) fn new(from: ClientBuilder, http: reqwest::Client, governor: Governor) -> Self {
        let root = RwLock::new(from.url.api_root(&from.version));
        let (patience, timeout) = (from.patience, from.timeout);
        let ClientBuilder {
            url,
            credentials,
            version,
            ..
        } = from;
        let shared = Shared {
            http,
            buffers: Buffers::default(),
            url,
            credentials,
            version,
            root,
            moving: tokio::sync::Mutex::default(),
            governor,
            timeout,
            server_clock: Mutex::default(),
        };
        Self {
            shared: Arc::new(shared),
            urgency: Urgency::Interactive,
            patience,
            calls: Arc::default(),
        }
    }

    /// The same connection for work that gives way to people.
    #[must_use]
    pub fn bulk(&self) -> Self {
        Self {
            urgency: Urgency::Bulk,
            ..self.clone()
        }
    }

    /// The same connection with another patience.
    #[must_use]
    pub fn with_patience(&self, patience: Patience) -> Self {
        Self {
            patience,
            ..self.clone()
        }
    }

    /// What decides how many requests are under way, and has measured the server.
    pub fn governor(&self) -> &Governor {
        &self.shared.governor
    }

    /// The same connection, with a count of its own.
    #[must_use]
    pub fn counted(&self) -> Self {
        Self {
            calls: Arc::default(),
            ..self.clone()
        }
    }

    /// How many requests were sent by this client and its clones, repeats included, since [`Client::counted`].
    pub fn calls(&self) -> u64 {
        self.calls.load(Ordering::Relaxed)
    }

    /// The longest that an answer may take, or has taken: what was lost may be worked on for that long.
    pub fn longest_answer(&self) -> Duration {
        let slowest = self.shared.governor.measured().slowest;
        self.shared.timeout.max(slowest.unwrap_or_default())
    }

    /// The server's time now, by the newest answer's `Date` and up to a second early; `None` before the first answer.
    pub fn server_time(&self) -> Option<Timestamp> {
        let (then, at) = (*self.shared.server_clock.lock())?;
        let since = SignedDuration::try_from(at.elapsed()).ok()?;
        then.checked_add(since).ok()
    }

    /// The login company.
    pub fn company_id(&self) -> &str {
        self.shared.credentials.company_id()
    }

    /// Sends a request; reads are repeated while that may help, anything else is sent once.
    pub fn send<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Result<Answer, Error>> {
        Box::pin(self.send_patiently(request))
    }

    /// Sends a write, once, if it is still wanted when its turn has come; `None` when it is not.
    ///
    /// It may wait for long: for other requests, or because the PSA asked for a pause. `wanted` is asked after each such wait,
    /// and what it says holds for the sending at once.
    pub fn send_if<'a>(
        &'a self,
        request: &'a Request,
        wanted: Wanted<'a>,
    ) -> BoxFuture<'a, Result<Option<Answer>, Error>> {
        Box::pin(self.send_while(request, wanted))
    }

    /// One page of a list.
    pub fn list<'a>(&'a self, request: &'a ListRequest) -> BoxFuture<'a, Result<Page, Error>> {
        Box::pin(async move {
            let request = request.to_request(self.root_length());
            self.read(&request, Page::of).await
        })
    }

    /// How many records match.
    pub fn count<'a>(&'a self, request: &'a ListRequest) -> BoxFuture<'a, Result<u64, Error>> {
        Box::pin(async move { Ok(self.timed_count(request).await?.0) })
    }

    /// One record by its path, `service/tickets/7`.
    pub fn get(&self, path: String) -> BoxFuture<'_, Result<RawRecord, Error>> {
        Box::pin(async move { self.read(&Request::get(path), |answer| answer.record()).await })
    }

    /// Reads everything that matches, by id, several ranges at once; see [`ScanRequest`].
    pub fn scan(&self, request: ScanRequest) -> Scan {
        Scan::new(self.clone(), request)
    }

    /// What the PSA says of this company before anybody signs in.
    pub fn company_info(&self) -> BoxFuture<'_, Result<CompanyInfo, Error>> {
        Box::pin(async move {
            let url = self.shared.url.company_info(self.company_id());
            let request = self.shared.http.get(url).header(ACCEPT, "application/json");
            let answer = self.attempt(request.build()).await?;
            discover::company_info_of(&answer, self.company_id())
        })
    }

    /// Version and time zone of the PSA; needs valid keys.
    pub fn system_info(&self) -> BoxFuture<'_, Result<SystemInfo, Error>> {
        Box::pin(async move { self.read(&Request::get("system/info"), discover::system_info_of).await })
    }

    /// Asks the PSA for its site and codebase, and uses them from now on as far as they can be trusted.
    ///
    /// A codebase with a version in it ends with that version; a read that then finds nothing asks once more by itself.
    pub fn discover(&self) -> BoxFuture<'_, Result<CompanyInfo, Error>> {
        Box::pin(async move {
            let info = self.company_info().await?;
            let root = self
                .shared
                .url
                .api_root_at(info.site_url.as_deref(), &info.codebase, &self.shared.version);
            if let Some(root) = root {
                *self.shared.root.write() = root;
            }
            Ok(info)
        })
    }

    /// Checks where an announcement says that its signing key is: anybody can write that into one.
    pub fn callback_key_url(&self, text: &str) -> Result<CallbackKeyUrl, CallbackKeyUrlError> {
        let root = self.shared.root.read().clone();
        CallbackKeyUrl::check(text, &self.shared.url, &root, self.company_id())
    }

    /// Fetches a signing key, once; without credentials, and with them only when the server wants them.
    pub fn callback_key<'a>(&'a self, at: &'a CallbackKeyUrl) -> BoxFuture<'a, Result<String, Error>> {
        Box::pin(async move {
            let plain = self.shared.http.get(at.url().clone());
            let plain = plain.header(ACCEPT, "application/json");
            let answer = match self.attempt(plain.build()).await {
                Err(error) if matches!(error.kind(), ErrorKind::Unauthorized | ErrorKind::Forbidden) => {
                    let mut signed_in = self
                        .shared
                        .http
                        .get(at.url().clone())
                        .header(AUTHORIZATION, self.shared.credentials.authorization())
                        .header(ACCEPT, "application/json");
                    if let Some(client_id) = self.shared.credentials.client_id() {
                        signed_in = signed_in.header("clientId", client_id);
                    }
                    self.attempt(signed_in.build()).await?
                }
                answered => answered?,
            };
            callback_key::key_of(&answer)
        })
    }

    /// Sends a read and decodes its answer; an answer that cannot be decoded is tried again like a broken one.
    async fn read<T>(&self, request: &Request, decode: impl Fn(Answer) -> Result<T, Error>) -> Result<T, Error> {
        let mut delays = self.patience.delays();
        loop {
            let error = match self.send_within(request, &mut delays).await.and_then(&decode) {
                Ok(decoded) => return Ok(decoded),
                // What cannot be decoded is shown as it begins.
                Err(error) => error.scrubbed(&self.shared.credentials),
            };
            match (error.kind(), error.is_retryable()) {
                (ErrorKind::BadBody, true) => {}
                _ => return Err(error),
            }
            let Some(delay) = delays.next() else { return Err(error) };
            tokio::time::sleep(delay).await;
        }
    }

    async fn send_patiently(&self, request: &Request) -> Result<Answer, Error> {
        self.send_within(request, &mut self.patience.delays()).await
    }

    /// Sends until it works, cannot work, or the delays are used up.
    async fn send_within(
        &self,
        request: &Request,
        delays: &mut impl Iterator<Item = Duration>,
    ) -> Result<Answer, Error> {
        let (mut refusals, mut moved) = (0, false);
        loop {
            let root = self.shared.root.read().clone();
            let error = match self.attempt(self.to_http(request, &root)).await {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            tracing::debug!(request = %request.path, status = error.status(), error = %error, "request failed");
            if error.kind() == ErrorKind::RateLimited && refusals < self.patience.refusals {
                refusals += 1;
                continue;
            }
            if request.is_read() && !moved && error.may_be_another_root() && self.has_moved(&root).await {
                moved = true;
                continue;
            }
            if !request.is_read() || !error.is_retryable() || error.kind() == ErrorKind::RateLimited {
                return Err(error);
            }
            let Some(delay) = delays.next() else { return Err(error) };
            tokio::time::sleep(delay).await;
        }
    }

    async fn send_while(&self, request: &Request, wanted: Wanted<'_>) -> Result<Option<Answer>, Error> {
        let mut refusals = 0;
        loop {
            let root = self.shared.root.read().clone();
            let http = self.to_http(request, &root).map_err(unbuilt)?;
            let permit = self.shared.governor.acquire(self.urgency).await;
            if !wanted().await {
                return Ok(None);
            }
            match self.attempt_with(permit, http).await {
                Err(error) if error.kind() == ErrorKind::RateLimited && refusals < self.patience.refusals => {
                    refusals += 1;
                }
                outcome => return outcome.map(Some),
            }
        }
    }

    /// Whether the API is elsewhere than it was; a dated codebase ends with the vendor's next version.
    ///
    /// The root by rule never moves. Of several requests that find out at once, one asks and the others wait for it.
    async fn has_moved(&self, from: &Url) -> bool {
        if *from == self.shared.url.api_root(&self.shared.version) {
            return false;
        }
        let _only_one_asks = self.shared.moving.lock().await;
        let is_current = *self.shared.root.read() == *from;
        if is_current && let Err(error) = self.discover().await {
            tracing::debug!(error = %error, "the codebase cannot be asked for again");
        }
        *self.shared.root.read() != *from
    }

    /// One attempt, when the governor allows it.
    async fn attempt(&self, request: reqwest::Result<reqwest::Request>) -> Result<Answer, Error> {
        let request = request.map_err(unbuilt)?;
        let permit = self.shared.governor.acquire(self.urgency).await;
        self.attempt_with(permit, request).await
    }

    /// One attempt that the governor has allowed; tells it how that ended.
    async fn attempt_with(&self, permit: Permit, request: reqwest::Request) -> Result<Answer, Error> {
        let begun = Instant::now();
        self.calls.fetch_add(1, Ordering::Relaxed);
        let outcome = attempt(&self.shared.http, &self.shared.buffers, request).await;
        permit.complete(seen(&outcome, begun));
        self.set_server_clock(&outcome);
        outcome.map_err(|error| error.scrubbed(&self.shared.credentials))
    }

    /// A `Date` names a second that may have begun long ago: what was sent at that time was not sent before it.
    fn set_server_clock(&self, outcome: &Result<Answer, Error>) {
        let time = match outcome {
            Ok(answer) => answer.server_time,
            Err(error) => error.server_time(),
        };
        if let Some(time) = time {
            *self.shared.server_clock.lock() = Some((time, Instant::now()));
        }
    }

    fn to_http(&self, request: &Request, root: &Url) -> reqwest::Result<reqwest::Request> {
        let url = format!("{root}{}", request.path_and_query());
        let mut http = self
            .shared
            .http
            .request(request.method.clone(), url)
            .header(AUTHORIZATION, self.shared.credentials.authorization())
            .header(ACCEPT, "application/json");
        if let Some(client_id) = self.shared.credentials.client_id() {
            http = http.header("clientId", client_id);
        }
        if request.forward_only {
            http = http.header("pagination-type", "forward-only");
        }
        if let Some(body) = &request.body {
            http = http
                .header(CONTENT_TYPE, "application/json; charset=utf-8")
                .body(body.clone());
        }
        http.build()
    }

    /// How many records match, and the server's time when it said so.
    pub(crate) async fn timed_count(&self, request: &ListRequest) -> Result<(u64, Option<Timestamp>), Error> {
        let decode = |answer: Answer| Ok((list::count_of(&answer)?, answer.read_at()));
        self.read(&request.to_count_request(), decode).await
    }

    pub(crate) fn root_length(&self) -> usize {
        self.shared.root.read().as_str().len()
    }
}

/// An answer that is not what was asked for.
pub(crate) fn bad_body(answer: &Answer, error: &dyn std::error::Error) -> Error {
    let shown = crate::error::describe(&answer.body);
    let message = if shown.starts_with("a web page") || shown.starts_with("an empty") {
        format!("the server sent {shown}")
    } else {
        format!("the server sent something that cannot be read ({error}): {shown}")
    };
    Error::new(ErrorKind::BadBody, message)
        .with_status(200)
        .with_request_id(answer.request_id.clone())
}

fn unbuilt(error: reqwest::Error) -> Error {
    misconfigured("the request cannot be built").with_source(error)
}

fn seen(outcome: &Result<Answer, Error>, begun: Instant) -> Seen {
    let Err(error) = outcome else {
        return Seen::Answered(begun.elapsed());
    };
    match error.kind() {
        ErrorKind::RateLimited => Seen::Refused(error.retry_after().unwrap_or_default()),
        ErrorKind::TimedOut | ErrorKind::Protocol | ErrorKind::Connect => Seen::Strained,
        ErrorKind::Server if error.status() == Some(503) => Seen::Strained,
        _ => Seen::Answered(begun.elapsed()),
    }
}
