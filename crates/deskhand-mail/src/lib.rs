//! Letters by SMTP: with STARTTLS, with TLS from the first byte, or without either, with and without a password.
//!
//! [`SmtpMailer`] is a [`Mailer`](deskhand_engine::mail::Mailer). Each letter has a connection of its own: letters are few,
//! and one that was given up half-way can leave nothing behind for the next.

mod failure;
mod mailer;
mod message;
mod settings;

pub use mailer::SmtpMailer;
pub use settings::{Security, SmtpSettings};
