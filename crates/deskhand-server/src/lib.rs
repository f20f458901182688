//! What Deskhand serves over HTTP: for now the receiver of callbacks, and `GET /healthz`.
//!
//! `callbacks/` receives, `serve.rs` keeps connections within bounds. Encryption and the public name are a reverse
//! proxy's in front of it.

mod callbacks;
mod health;
mod serve;

use axum::Router;
pub use callbacks::{LARGEST_BODY, PATIENCE, Receiver};
pub use serve::{Limits, serve};

/// Everything that is served.
pub fn router(receiver: Receiver) -> Router {
    callbacks::routes(receiver).merge(health::routes())
}
