//! Connections, and what every answer has in common: faults, latency, headers, the log.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use http::{HeaderMap, Request, Response};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt as _, Limited, StreamBody};
use hyper::body::{Frame, Incoming as IncomingBody};
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use jiff::Timestamp;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use super::list::timed_out;
use super::respond::{Incoming, Kept, respond, version_code};
use super::{Answer, Body};
use crate::control;
use crate::fault::{Fault, FaultKind, Seen};
use crate::running::Shared;

/// Bodies that are larger than this are nobody's search.
const LARGEST_BODY: usize = 4 << 20;

/// How requests that go beyond the rate limit are counted.
const RATE_LIMIT: &str = "rate-limit";

/// Answers connections until it is aborted.
pub(crate) async fn serve(listener: TcpListener, tls: Option<TlsAcceptor>, shared: Arc<Shared>) {
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            tokio::time::sleep(Duration::from_millis(20)).await;
            continue;
        };
        let _slower_at_worst = stream.set_nodelay(true);
        let (shared, tls) = (Arc::clone(&shared), tls.clone());
        tokio::spawn(async move {
            match tls {
                None => connection(stream, shared, "http").await,
                Some(tls) => {
                    if let Ok(stream) = tls.accept(stream).await {
                        connection(stream, shared, "https").await;
                    }
                }
            }
        });
    }
}

async fn connection(stream: impl AsyncRead + AsyncWrite + Unpin, shared: Arc<Shared>, scheme: &'static str) {
    let service = service_fn(move |request| {
        let shared = Arc::clone(&shared);
        async move { handle(&shared, request, scheme).await }
    });
    let served = hyper::server::conn::http1::Builder::new()
        .serve_connection(TokioIo::new(stream), service)
        .await;
    if let Err(error) = served {
        tracing::debug!(%error, "connection ended");
    }
}

/// There is to be no answer: the connection ends.
#[derive(Debug, thiserror::Error)]
#[error("the answer is lost, as a fault demands")]
struct Lost;

async fn handle(
    shared: &Arc<Shared>,
    request: Request<IncomingBody>,
    scheme: &'static str,
) -> Result<Response<Body>, Lost> {
    let came_ms = shared.real_ms();
    let (head, body) = request.into_parts();
    let (path, query) = (head.uri.path(), head.uri.query().unwrap_or_default());
    let body = Limited::new(body, LARGEST_BODY)
        .collect()
        .await
        .map(http_body_util::Collected::to_bytes)
        .unwrap_or_default();
    perform_due(shared);
    if path.starts_with(control::PREFIX) && shared.options.control {
        return Ok(control::answer(shared, &head.method, path, &body).into_response(&[], None));
    }
    let asked = if query.is_empty() {
        path.to_owned()
    } else {
        format!("{path}?{query}")
    };
    let seen = |status: u16, fault: Option<String>| Seen {
        at_ms: shared.world.clock.now_ms(),
        came_ms,
        method: head.method.to_string(),
        path: asked.clone(),
        status,
        fault,
    };
    let common = |shared: &Shared| common_headers(shared, &head.headers);
    if let Err(left) = shared.limiter.admit(shared.world.clock.now_ms()) {
        shared.faults.count(RATE_LIMIT);
        shared.log.add(seen(429, Some(RATE_LIMIT.to_owned())));
        return Ok(too_many(left).into_response(&common(shared), None));
    }
    let latency = *shared.latency.read();
    if !latency.is_zero() {
        tokio::time::sleep(latency).await;
    }
    let fault = shared.faults.decide(head.method.as_str(), &asked);
    let incoming = Incoming {
        method: &head.method,
        path,
        query,
        headers: &head.headers,
        body: &body,
        scheme,
    };
    let answer = match fault {
        Some(fault) => faulty(shared, &incoming, fault).await,
        None => Some(respond(shared, &incoming)),
    };
    // Half of nothing would be a whole answer.
    let resets = fault.is_some_and(|fault| fault.kind == FaultKind::Reset);
    let answer = answer.filter(|answer| !(resets && answer.body.is_empty()));
    let status = answer.as_ref().map_or(0, |answer| answer.status);
    shared
        .log
        .add(seen(status, fault.map(|fault| crate::fault::name(fault.kind))));
    if let Some(fault) = fault.filter(|fault| fault.kind == FaultKind::LateAnswer) {
        tokio::time::sleep(fault.wait).await;
    }
    let answer = answer.ok_or(Lost)?;
    let cut = resets.then(|| cut_body(&answer.body));
    Ok(answer.into_response(&common(shared), cut))
}

/// Does what lost requests left to be done, once it is due.
pub(crate) fn perform_due(shared: &Shared) {
    shared.pending.perform(shared.world.clock.now_ms(), |request: Kept| {
        shared.faults.count("done-later");
        respond(shared, &request.incoming());
    });
}

/// Keeps a request until it is due, and sees to it that it is performed even when nobody asks for anything.
fn perform_later(shared: &Arc<Shared>, incoming: &Incoming<'_>, wait: Duration) {
    let wait = i64::try_from(wait.as_millis()).unwrap_or(i64::MAX);
    let due = shared.world.clock.now_ms().saturating_add(wait);
    shared.pending.add(due, incoming.kept());
    let shared = Arc::downgrade(shared);
    tokio::spawn(async move {
        // The clock can be moved at any time, so that its distance says nothing about how long to wait.
        let mut ticks = tokio::time::interval(Duration::from_millis(10));
        loop {
            ticks.tick().await;
            let Some(shared) = shared.upgrade() else { break };
            perform_due(&shared);
            if shared.pending.is_empty() {
                break;
            }
        }
    });
}

/// The answer that a fault makes of it; `None` when there is none.
async fn faulty(shared: &Arc<Shared>, incoming: &Incoming<'_>, fault: Fault) -> Option<Answer> {
    Some(match fault.kind {
        FaultKind::TooManyRequests => too_many(fault.wait),
        FaultKind::ServerError => timed_out(),
        FaultKind::Unavailable => Answer::page(503, "503 Service Unavailable"),
        FaultKind::Slow => {
            tokio::time::sleep(fault.wait).await;
            respond(shared, incoming)
        }
        FaultKind::Reset | FaultKind::LateAnswer => respond(shared, incoming),
        FaultKind::Truncate => {
            let answer = respond(shared, incoming);
            let half = answer.body.slice(..answer.body.len() / 2);
            Answer { body: half, ..answer }
        }
        FaultKind::Html => Answer::page(200, "Sign in"),
        FaultKind::Empty => Answer::json(""),
        FaultKind::Mislabel => Answer {
            content_type: "text/html",
            ..respond(shared, incoming)
        },
        FaultKind::LostAnswer => {
            respond(shared, incoming);
            return None;
        }
        FaultKind::BadGateway => {
            respond(shared, incoming);
            bad_gateway()
        }
        FaultKind::LostThenDone => {
            perform_later(shared, incoming, fault.wait);
            return None;
        }
        FaultKind::BadGatewayThenDone => {
            perform_later(shared, incoming, fault.wait);
            bad_gateway()
        }
        FaultKind::LostRequest => return None,
        FaultKind::FalseOk => respond(shared, &incoming.as_if_read()),
    })
}

fn bad_gateway() -> Answer {
    Answer::page(502, "502 Bad Gateway")
}

/// The vendor's words for it, with `error` in place of `code`.
fn too_many(wait: Duration) -> Answer {
    let seconds = wait.as_secs_f64().ceil();
    let message = format!("Too many requests. Please try again in {seconds} seconds.");
    let body = serde_json::json!({"error": "ConnectWiseAPI", "message": message});
    let answer = Answer {
        status: 429,
        ..Answer::json(body.to_string())
    };
    answer.with("retry-after", format!("{seconds}"))
}

/// Half of the body, and then the connection breaks.
fn cut_body(body: &Bytes) -> Body {
    let half = body.slice(..body.len() / 2);
    let frames = stream::iter([Ok(Frame::data(half))]).chain(stream::once(async {
        // What was written so far has to leave before the connection breaks.
        tokio::time::sleep(Duration::from_millis(10)).await;
        Err(io::Error::from(io::ErrorKind::ConnectionReset))
    }));
    BoxBody::new(StreamBody::new(Box::pin(frames)))
}

fn common_headers(shared: &Shared, request: &HeaderMap) -> Vec<(&'static str, String)> {
    let mut headers = vec![
        ("server", "Microsoft-IIS/10.0".to_owned()),
        ("cache-control", "no-cache".to_owned()),
        ("x-content-type-options", "nosniff".to_owned()),
        (
            "api-current-version",
            version_code(shared).trim_start_matches('v').to_owned(),
        ),
        ("x-cw-request-id", request_id()),
        ("date", http_date(shared.world.clock.now_ms())),
    ];
    if request.get("connection").is_some_and(|value| value == "close") {
        headers.push(("connection", "close".to_owned()));
    }
    headers
}

fn request_id() -> String {
    let (a, b) = (fastrand::u64(..), fastrand::u64(..));
    format!(
        "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
        a >> 32,
        (a >> 16) & 0xffff,
        a & 0xffff,
        b >> 48,
        b & 0xffff_ffff_ffff
    )
}

fn http_date(now_ms: i64) -> String {
    let now = Timestamp::from_millisecond(now_ms).unwrap_or_default();
    now.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}
