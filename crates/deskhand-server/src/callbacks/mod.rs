//! The receiver of callbacks: `POST /callbacks/{secret}`.
//!
//! What comes here comes from anywhere. A sender learns only whether to deliver again: 200 when it is kept or of no
//! concern, 404 for an address that is none, 401 for what is not believed, 413 for what is too long, and the product's
//! own status for "deliver again" (503 unless it has another) when it cannot be kept now.

mod deliver;
mod receiver;

use std::sync::Arc;

use axum::Router;
use axum::routing::post;
pub use deliver::{LARGEST_BODY, PATIENCE};
pub use receiver::Receiver;

/// The receiver's routes.
pub(crate) fn routes(receiver: Receiver) -> Router {
    Router::new()
        .route("/callbacks/{secret}", post(deliver::deliver))
        .with_state(Arc::new(receiver))
}
