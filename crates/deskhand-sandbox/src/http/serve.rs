//! Connections, and what every answer has in common: faults, latency, headers, the log.

use std::convert::Infallible;
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
use super::respond::{Incoming, respond};
use super::{Answer, Body};
use crate::control;
use crate::fault::{Fault, FaultKind, Seen};
use crate::running::Shared;

/// Bodies that are larger than this are nobody's search.
const LARGEST_BODY: usize = 4 << 20;

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
        async move { Ok::<_, Infallible>(handle(&shared, request, scheme).await) }
    });
    let served = hyper::server::conn::http1::Builder::new()
        .serve_connection(TokioIo::new(stream), service)
        .await;
    if let Err(error) = served {
        tracing::debug!(%error, "connection ended");
    }
}

async fn handle(shared: &Arc<Shared>, request: Request<IncomingBody>, scheme: &'static str) -> Response<Body> {
    let (head, body) = request.into_parts();
    let (path, query) = (head.uri.path(), head.uri.query().unwrap_or_default());
    let body = Limited::new(body, LARGEST_BODY)
        .collect()
        .await
        .map(http_body_util::Collected::to_bytes)
        .unwrap_or_default();
    if path.starts_with(control::PREFIX) && shared.options.control {
        return control::answer(shared, &head.method, path, &body).into_response(&[], None);
    }
    let asked = if query.is_empty() {
        path.to_owned()
    } else {
        format!("{path}?{query}")
    };
    let latency = *shared.latency.read();
    if !latency.is_zero() {
        tokio::time::sleep(latency).await;
    }
    let fault = shared.faults.decide(&asked);
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
        None => respond(shared, &incoming),
    };
    shared.log.add(Seen {
        at_ms: shared.world.clock.now_ms(),
        method: head.method.to_string(),
        path: asked,
        status: answer.status,
        fault: fault.map(|fault| crate::fault::name(fault.kind)),
    });
    let common = common_headers(shared, &head.headers);
    let cut = fault
        .filter(|fault| fault.kind == FaultKind::Reset)
        .map(|_| cut_body(&answer.body));
    answer.into_response(&common, cut)
}

/// The answer that a fault makes of it.
async fn faulty(shared: &Shared, incoming: &Incoming<'_>, fault: Fault) -> Answer {
    match fault.kind {
        FaultKind::TooManyRequests => too_many(fault.wait),
        FaultKind::ServerError => timed_out(),
        FaultKind::Unavailable => Answer::page(503, "503 Service Unavailable"),
        FaultKind::Slow => {
            tokio::time::sleep(fault.wait).await;
            respond(shared, incoming)
        }
        FaultKind::Reset => respond(shared, incoming),
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
    }
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
        ("api-current-version", "2026.1".to_owned()),
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
