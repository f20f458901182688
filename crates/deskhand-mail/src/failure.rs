//! What went wrong with a letter, and what to do about it.

use std::error::Error as _;

use deskhand_command::{Failure, Retry};
use lettre::transport::smtp::Error;

use crate::settings::{Security, SmtpSettings};

/// How far a letter has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    Connect,
    StartTls,
    LogIn,
    Send,
}

/// The failure that an error means at a stage.
pub(crate) fn failed(stage: Stage, settings: &SmtpSettings, error: &Error) -> Failure {
    let server = named(settings);
    if error.is_timeout() {
        return timed_out(stage, settings);
    }
    if let Some(code) = error.status() {
        let code = u16::from(code);
        return refused(stage, settings, code, &words(error));
    }
    if is_about_certificates(error) {
        let hint = "use the name that the certificate is for, or give the certificate authority that signed it";
        let message = format!("The certificate of {server} is not trusted: {}.", words(error));
        return Failure::new(502, message).with_hint(hint);
    }
    let why = words(error);
    match stage {
        Stage::Connect => {
            let message = format!("{server} cannot be reached: {why}.");
            Failure::new(502, message)
                .with_hint(where_to(settings.security))
                .with_retry(Retry::Away)
        }
        Stage::StartTls => {
            let message = format!("{server} offers STARTTLS and fails at it: {why}.");
            Failure::new(502, message)
                .with_hint("look at the server's own log")
                .with_retry(Retry::Away)
        }
        Stage::LogIn if error.is_client() => {
            let hint = "it may offer that after STARTTLS only, or not at all: then leave user and password out";
            Failure::new(502, format!("{server} has no way to log in with a password.")).with_hint(hint)
        }
        Stage::LogIn | Stage::Send => {
            let message = format!("{server} broke off: {why}.");
            Failure::new(502, message)
                .with_hint("the letter is written again later")
                .with_retry(broken_off(stage))
        }
    }
}

/// The server does not offer what the settings insist on.
pub(crate) fn not_offered(settings: &SmtpSettings) -> Failure {
    let hint =
        "use `tls` with its port (usually 465), or `none` for a relay in your own network that needs no password";
    Failure::new(502, format!("{} does not offer STARTTLS.", named(settings))).with_hint(hint)
}

/// The server did not answer in time. A letter that it had all of may have arrived; the same letter again has the same id.
pub(crate) fn timed_out(stage: Stage, settings: &SmtpSettings) -> Failure {
    let doing = match stage {
        Stage::Connect => "did not say hello",
        Stage::StartTls => "did not finish STARTTLS",
        Stage::LogIn => "did not answer to user and password",
        Stage::Send => "did not take the letter",
    };
    let hint = match stage {
        Stage::Connect => where_to(settings.security),
        _ => "the server is slow or stuck; the letter is written again later",
    };
    let patience = match stage {
        Stage::Send => settings.taking,
        _ => settings.timeout,
    };
    let message = format!("{} {doing} within {} seconds.", named(settings), patience.as_secs_f32());
    Failure::new(504, message).with_hint(hint).with_retry(broken_off(stage))
}

/// Whether to try again after a conversation without an end: before the letter's turn came, nothing of it was sent.
fn broken_off(stage: Stage) -> Retry {
    match stage {
        Stage::Connect | Stage::StartTls | Stage::LogIn => Retry::Away,
        Stage::Send => Retry::Later,
    }
}

/// The server answered with a code that means no.
fn refused(stage: Stage, settings: &SmtpSettings, code: u16, words: &str) -> Failure {
    let server = named(settings);
    let for_now = (400..500).contains(&code);
    // Whatever it says no to, it has not taken.
    let retry = if for_now { Retry::Away } else { Retry::Never };
    let (status, message, hint) = match (stage, code) {
        (Stage::LogIn, 535 | 534 | 530) => (
            401,
            format!("{server} does not accept user and password: {code} {words}."),
            "check both; some servers want a password for programs, or allow logging in only where an administrator has",
        ),
        (_, 530) => (
            401,
            format!("{server} wants to know who sends: {code} {words}."),
            "give user and password, or use `starttls` if that is what it says",
        ),
        (Stage::Send, 550..=554) if is_about_relaying(words) => (
            403,
            format!(
                "{server} does not send letters of {} on: {code} {words}.",
                settings.from
            ),
            "give user and password, send from an address of its own, or allow this machine to relay",
        ),
        (Stage::Send, 550..=553) => (
            403,
            format!("{server} refuses an address: {code} {words}."),
            "check to whom and from whom the letter is",
        ),
        _ if for_now => (
            503,
            format!("{server} does not take letters now: {code} {words}."),
            "it is tried again later",
        ),
        _ => (
            502,
            format!("{server} refuses: {code} {words}."),
            "ask who runs the mail server",
        ),
    };
    Failure::new(status, message).with_hint(hint).with_retry(retry)
}

fn named(settings: &SmtpSettings) -> String {
    format!("The mail server {}:{}", settings.host, settings.port())
}

fn where_to(security: Security) -> &'static str {
    match security {
        Security::None => "check host, port (usually 25) and firewall; a port for TLS stays silent without it",
        Security::StartTls => "check host, port (usually 587) and firewall; port 465 is for `tls`",
        Security::Tls => "check host, port (usually 465) and firewall; ports 587 and 25 are for `starttls`",
    }
}

/// What the server, or the machine, says of it, on one line.
fn words(error: &Error) -> String {
    let mut cause = error.source();
    while let Some(deeper) = cause.and_then(std::error::Error::source) {
        cause = Some(deeper);
    }
    let text = cause.map_or_else(|| error.to_string(), ToString::to_string);
    let line = text
        .split(char::is_control)
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(" ");
    line.trim_end_matches('.').to_owned()
}

fn is_about_relaying(words: &str) -> bool {
    let words = words.to_ascii_lowercase();
    ["relay", "not permitted", "5.7.1", "5.7.60"]
        .iter()
        .any(|word| words.contains(word))
}

fn is_about_certificates(error: &Error) -> bool {
    let mut cause = error.source();
    while let Some(one) = cause {
        if one.to_string().contains("invalid peer certificate") {
            return true;
        }
        cause = one.source();
    }
    false
}
