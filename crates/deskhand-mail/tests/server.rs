//! A real mail server: STARTTLS, TLS, passwords, and what arrives. `cargo xtask test` starts one and runs these.
#![expect(clippy::unwrap_used, reason = "test code")]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use deskhand_command::{Retry, SystemClock};
use deskhand_engine::mail::{Letter, Mailer as _};
use deskhand_mail::{Security, SmtpMailer, SmtpSettings};
use serde_json::Value;

const IGNORED: &str = "needs the mail server that `cargo xtask test` starts";

/// The mail server, as xtask left it for us.
struct Server {
    folder: PathBuf,
    ports: Value,
}

impl Server {
    fn find() -> Self {
        #[expect(clippy::disallowed_methods, reason = "xtask says where the server is")]
        let folder = std::env::var("DESKHAND_TEST_SMTP").expect(IGNORED);
        let folder = PathBuf::from(folder);
        let ports = fs::read(folder.join("ports.json")).unwrap();
        let ports = serde_json::from_slice(&ports).unwrap();
        Self { folder, ports }
    }

    fn settings(&self, which: &str, security: Security) -> SmtpSettings {
        let mut settings = SmtpSettings::new("localhost", "Deskhand <deskhand@example.com>");
        settings.port = Some(u16::try_from(self.ports[which].as_u64().unwrap()).unwrap());
        settings.security = security;
        settings.user = Some("someone".to_owned());
        settings.password = Some("secret".into());
        settings.ca_certificate = Some(fs::read(self.folder.join("ca.pem")).unwrap());
        settings
    }

    /// The letters that arrived with this id: what the server was told, and the letter itself.
    fn arrived(&self, message_id: &str) -> Vec<Value> {
        let files = fs::read_dir(self.folder.join("letters")).unwrap();
        let letters = files.map(|file| serde_json::from_slice(&fs::read(file.unwrap().path()).unwrap()).unwrap());
        letters
            .filter(|letter: &Value| letter["message_id"] == message_id)
            .collect()
    }
}

fn mailer(settings: SmtpSettings) -> SmtpMailer {
    SmtpMailer::new(settings, Arc::new(SystemClock)).unwrap()
}

fn letter(id: &str) -> Letter {
    Letter {
        message_id: id.to_owned(),
        to: vec!["noc@example.com".to_owned(), "Jo Doe <jo@example.com>".to_owned()],
        subject: "Störung of “Main”\r\nBcc: all@example.com".to_owned(),
        text: "It does not answer.\n.\nÄrgerlich.\n".to_owned(),
    }
}

#[tokio::test]
#[ignore = "needs the mail server that `cargo xtask test` starts"]
async fn a_letter_arrives_through_starttls_and_a_password_as_it_was_written() {
    let server = Server::find();
    let mailer = mailer(server.settings("starttls", Security::StartTls));
    mailer.send(&letter("starttls-1")).await.unwrap();
    mailer.send(&letter("starttls-1")).await.unwrap();
    let arrived = server.arrived("<starttls-1@example.com>");
    assert_eq!(arrived.len(), 2, "a letter that is sent again has the same id");
    let letter = &arrived[0];
    assert_eq!(
        (&letter["tls"], &letter["user"]),
        (&Value::from(true), &Value::from("someone"))
    );
    assert_eq!(letter["from"], "deskhand@example.com");
    assert_eq!(letter["to"], serde_json::json!(["noc@example.com", "jo@example.com"]));
    assert_eq!(letter["subject"], "Störung of “Main” Bcc: all@example.com");
    assert_eq!(letter["bcc"], Value::Null);
    assert_eq!(letter["text"], "It does not answer.\n.\nÄrgerlich.\n");
}

#[tokio::test]
#[ignore = "needs the mail server that `cargo xtask test` starts"]
async fn a_letter_arrives_through_tls_from_the_first_byte() {
    let server = Server::find();
    let mailer = mailer(server.settings("tls", Security::Tls));
    mailer.send(&letter("tls-1")).await.unwrap();
    assert_eq!(server.arrived("<tls-1@example.com>").len(), 1);
}

#[tokio::test]
#[ignore = "needs the mail server that `cargo xtask test` starts"]
async fn a_letter_arrives_without_either_where_the_server_allows_it() {
    let server = Server::find();
    let mut settings = server.settings("open", Security::None);
    (settings.user, settings.password) = (None, None);
    mailer(settings).send(&letter("open-1")).await.unwrap();
    let arrived = server.arrived("<open-1@example.com>");
    assert_eq!(
        (&arrived[0]["tls"], &arrived[0]["user"]),
        (&Value::from(false), &Value::Null)
    );
}

#[tokio::test]
#[ignore = "needs the mail server that `cargo xtask test` starts"]
async fn a_wrong_password_is_refused_and_nothing_arrives() {
    let server = Server::find();
    let mut settings = server.settings("starttls", Security::StartTls);
    settings.password = Some("wrong-password".into());
    let failure = mailer(settings).send(&letter("wrong-1")).await.unwrap_err();
    assert_eq!((failure.status_code, failure.retry), (401, Retry::Never));
    assert!(!format!("{failure:?}").contains("wrong-password"));
    let mut settings = server.settings("starttls", Security::StartTls);
    (settings.user, settings.password) = (None, None);
    let failure = mailer(settings).send(&letter("wrong-1")).await.unwrap_err();
    assert!(
        failure.message.contains("wants to know who sends"),
        "{}",
        failure.message
    );
    assert!(server.arrived("<wrong-1@example.com>").is_empty());
}

#[tokio::test]
#[ignore = "needs the mail server that `cargo xtask test` starts"]
async fn a_certificate_that_nobody_vouches_for_is_refused() {
    let server = Server::find();
    for (which, security) in [("starttls", Security::StartTls), ("tls", Security::Tls)] {
        let mut settings = server.settings(which, security);
        settings.ca_certificate = None;
        let failure = mailer(settings).send(&letter("untrusted-1")).await.unwrap_err();
        assert!(failure.message.contains("is not trusted"), "{}", failure.message);
        assert!(failure.hint.unwrap().contains("certificate authority"));
        let mut settings = server.settings(which, security);
        settings.host = "127.0.0.1".to_owned();
        let failure = mailer(settings).send(&letter("untrusted-1")).await.unwrap_err();
        assert!(failure.message.contains("is not trusted"), "{}", failure.message);
    }
    assert!(server.arrived("<untrusted-1@example.com>").is_empty());
}

#[tokio::test]
#[ignore = "needs the mail server that `cargo xtask test` starts"]
async fn the_wrong_kind_of_port_is_told_with_the_right_one() {
    let server = Server::find();
    let failure = mailer(server.settings("starttls", Security::Tls))
        .send(&letter("port-1"))
        .await
        .unwrap_err();
    assert!(
        failure.hint.unwrap().contains("ports 587 and 25 are for `starttls`"),
        "{}",
        failure.message
    );
    let failure = mailer(server.settings("open", Security::StartTls))
        .send(&letter("port-1"))
        .await
        .unwrap_err();
    assert!(
        failure.message.contains("does not offer STARTTLS"),
        "{}",
        failure.message
    );
    assert!(server.arrived("<port-1@example.com>").is_empty());
}

#[test]
fn the_folder_of_letters_is_named_by_xtask() {
    // The tests above only run where this is said; the name is the contract between them and xtask.
    let xtask = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../xtask/src/outside/smtp.rs");
    assert!(fs::read_to_string(xtask).unwrap().contains("\"DESKHAND_TEST_SMTP\""));
}
