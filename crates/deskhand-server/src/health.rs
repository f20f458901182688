//! Whether the program answers at all.

use axum::Router;
use axum::routing::get;

/// `GET /healthz`, for whoever restarts what does not answer; it looks at nothing, so that it tells of nothing else.
pub(crate) fn routes() -> Router {
    Router::new().route("/healthz", get(async || "ok"))
}
