//! The receiver as others see it, with toys and with a sandbox.
#![expect(clippy::unwrap_used, reason = "test code")]

mod connections;
mod delivered;
mod desk;
mod receiver;
mod registered;
mod silent;
mod toys;
