//! One delivery: read within bounds, handed on byte for byte, and answered without a reason.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::extract::{Path, State};
use axum::http::header::{CONTENT_LENGTH, RETRY_AFTER};
use axum::http::{HeaderMap, Request, StatusCode};
use axum::response::{IntoResponse, Response};
use deskhand_command::{Callbacks, Delivery};
use deskhand_engine::callbacks::{Answer, Door, receive};

use super::Receiver;

/// A longer body is refused; real ones have a few thousand bytes.
pub const LARGEST_BODY: usize = 1 << 20;

/// A delivery is answered within this time, which is less than the five seconds that the PSA waits.
pub const PATIENCE: Duration = Duration::from_secs(4);

/// Seconds until a delivery that could not be kept may come again.
const COME_AGAIN: &str = "2";

/// What a body is refused with.
struct Refused(StatusCode);

pub(super) async fn deliver(
    State(receiver): State<Arc<Receiver>>,
    Path(secret): Path<String>,
    request: Request<Body>,
) -> Response {
    let Some(door) = receiver.doors.find(&secret) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let busy = door.opened.callbacks().map_or(503, Callbacks::busy_status);
    let Ok(_turn) = receiver.turns.try_acquire() else {
        return come_again(busy);
    };
    match tokio::time::timeout(PATIENCE, received(&receiver, &door, request)).await {
        Ok(Ok(Answer::Kept | Answer::PassedOver)) => StatusCode::OK.into_response(),
        Ok(Ok(Answer::Refused)) => StatusCode::UNAUTHORIZED.into_response(),
        Ok(Ok(Answer::Busy(status))) => come_again(status),
        Ok(Err(Refused(status))) => status.into_response(),
        Err(_) => come_again(busy),
    }
}

async fn received(receiver: &Receiver, door: &Door, request: Request<Body>) -> Result<Answer, Refused> {
    let (head, body) = request.into_parts();
    if declared(&head.headers).is_some_and(|length| length > LARGEST_BODY) {
        return Err(Refused(StatusCode::PAYLOAD_TOO_LARGE));
    }
    let body = to_bytes(body, LARGEST_BODY).await.map_err(|error| {
        tracing::debug!(connection = door.connection, %error, "A callback's body cannot be read");
        Refused(StatusCode::BAD_REQUEST)
    })?;
    let delivery = Delivery {
        body,
        headers: texts(&head.headers),
    };
    Ok(receive(door, &*receiver.inbox, &*receiver.clock, &delivery).await)
}

fn declared(headers: &HeaderMap) -> Option<usize> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// Headers that are text. Of one that is there twice neither is taken, so that nobody reads another than was checked.
fn texts(headers: &HeaderMap) -> BTreeMap<String, String> {
    let once = headers.keys().filter(|name| headers.get_all(*name).iter().count() == 1);
    let texts = once.filter_map(|name| Some((name.as_str().to_owned(), headers.get(name)?.to_str().ok()?.to_owned())));
    texts.collect()
}

fn come_again(status: u16) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::SERVICE_UNAVAILABLE);
    (status, [(RETRY_AFTER, COME_AGAIN)]).into_response()
}
