//! HashiCorp Vault and OpenBao by their documented answers.
#![expect(clippy::unwrap_used, reason = "test code")]

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use deskhand_command::Retry;
use deskhand_engine::vaults::{Vault as _, VaultError};
use deskhand_vault::KvVersion::{self, One, Two};
use deskhand_vault::{HashicorpOptions, HashicorpVault};
use secrecy::{ExposeSecret as _, SecretString};
use wiremock::matchers::{header, header_exists, method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

fn options(address: String, version: KvVersion) -> HashicorpOptions {
    HashicorpOptions {
        address,
        mount: "secret".to_owned(),
        version,
        namespace: None,
        token: Arc::new(|| Ok("s.token\n".into())),
        ca_certificate: None,
        timeout: Duration::from_secs(10),
    }
}

async fn server(at: &str, status: u16, body: &str) -> MockServer {
    let server = MockServer::start().await;
    Mock::given(method("GET"))
        .and(path(at))
        .and(header("x-vault-token", "s.token"))
        .and(header_exists("x-vault-request"))
        .respond_with(ResponseTemplate::new(status).set_body_string(body))
        .mount(&server)
        .await;
    server
}

async fn read(version: KvVersion, status: u16, body: &str, field: Option<&str>) -> Result<SecretString, VaultError> {
    let at = match version {
        One => "/v1/secret/psa/acme",
        Two => "/v1/secret/data/psa/acme",
    };
    let server = server(at, status, body).await;
    let vault = HashicorpVault::new(options(server.uri(), version)).unwrap();
    vault.read("psa/acme", field).await
}

#[tokio::test]
async fn c17_a_secret_of_either_version_is_read_by_its_field() {
    let v2 = include_str!("answers/v2.json");
    let read_v2 = read(Two, 200, v2, Some("private_key")).await.unwrap();
    assert_eq!(read_v2.expose_secret(), "hunter2");
    let v1 = include_str!("answers/v1.json");
    for field in [Some("value"), None] {
        assert_eq!(read(One, 200, v1, field).await.unwrap().expose_secret(), "hunter2");
    }
    // A server that leaves members out, and a secret with one field that is a number.
    let spare = include_str!("answers/v1_spare.json");
    assert_eq!(read(One, 200, spare, None).await.unwrap().expose_secret(), "1234");
}

#[tokio::test]
async fn every_refusal_says_what_to_do_and_shows_no_secret() {
    let (v1, v2) = (include_str!("answers/v1.json"), include_str!("answers/v2.json"));
    let (denied, missing) = (
        include_str!("answers/denied.json"),
        include_str!("answers/missing.json"),
    );
    let (sealed, deleted) = (
        include_str!("answers/sealed.json"),
        include_str!("answers/v2_deleted.json"),
    );
    let versioned = include_str!("answers/v1_of_a_versioned_mount.json");
    for (version, status, body, field, message, hint) in [
        (
            Two,
            403,
            denied,
            None,
            "does not let the desk read `secret/data/psa/acme`",
            "path \"secret/data/psa/acme\" { capabilities = [\"read\"] }",
        ),
        (
            One,
            400,
            denied,
            None,
            "does not let the desk read `secret/psa/acme`",
            "path \"secret/psa/acme\"",
        ),
        (
            Two,
            404,
            missing,
            None,
            "there is nothing at `secret/data/psa/acme`",
            "without `data/`",
        ),
        (
            One,
            404,
            missing,
            None,
            "there is nothing at `secret/psa/acme`",
            "KV version 2",
        ),
        (One, 404, versioned, None, "is of KV version 2, not 1", "declaration"),
        (Two, 404, deleted, None, "was deleted", "undelete it"),
        (Two, 200, deleted, None, "was deleted", "undelete it"),
        (Two, 200, v1, None, "is of KV version 1, not 2", "declaration"),
        (Two, 200, v2, None, "has several fields", "`private_key`, `public_key`"),
        (
            Two,
            200,
            v2,
            Some("key"),
            "has no field `key`",
            "`private_key`, `public_key`",
        ),
        (One, 200, v2, Some("data"), "is no text", "a text of its own"),
        (Two, 200, "<html>", None, "is no KV secret", "HashiCorp Vault"),
        (
            Two,
            307,
            "",
            None,
            "it points elsewhere",
            "not sent where somebody points",
        ),
        (Two, 405, "", None, "it refused", "log"),
    ] {
        let error = read(version, status, body, field).await.unwrap_err();
        assert!(error.message.contains(message), "{}", error.message);
        assert!(error.hint.as_deref().unwrap().contains(hint), "{:?}", error.hint);
        assert_eq!(error.retry, Retry::Never);
        assert!(!format!("{error:?}").contains("hunter2"));
    }
    for (status, body, message) in [
        (
            503,
            sealed,
            "it is sealed, or not available (status 503, Vault is sealed)",
        ),
        (473, "", "it is a standby"),
        (500, "oops", "it is not well (status 500)"),
    ] {
        let error = read(Two, status, body, None).await.unwrap_err();
        assert!(error.message.contains(message), "{}", error.message);
        assert_eq!(error.retry, Retry::Away);
    }
}

#[tokio::test]
async fn the_token_is_asked_for_each_time_and_the_namespace_is_sent() {
    let server = MockServer::start().await;
    for token in ["first", "second"] {
        Mock::given(header("x-vault-token", token))
            .and(header("x-vault-namespace", "msp/desk"))
            .respond_with(ResponseTemplate::new(200).set_body_string(format!("{{\"data\":{{\"value\":\"{token}\"}}}}")))
            .mount(&server)
            .await;
    }
    let count = AtomicU32::new(0);
    let vault = HashicorpVault::new(HashicorpOptions {
        namespace: Some("msp/desk".to_owned()),
        token: Arc::new(move || match count.fetch_add(1, Ordering::Relaxed) {
            0 => Ok("first".into()),
            1 => Ok("second".into()),
            _ => Err("the file is gone".to_owned()),
        }),
        ..options(server.uri(), One)
    })
    .unwrap();
    for expected in ["first", "second"] {
        assert_eq!(vault.read("psa", None).await.unwrap().expose_secret(), expected);
    }
    let error = vault.read("psa", None).await.unwrap_err();
    assert_eq!(error.message, "there is no token: the file is gone");
}

#[tokio::test]
async fn c17_a_server_that_does_not_answer_is_away() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let silent = HashicorpVault::new(HashicorpOptions {
        timeout: Duration::from_millis(100),
        ..options(address.clone(), Two)
    })
    .unwrap();
    let error = silent.read("psa", None).await.unwrap_err();
    assert!(
        error.message.starts_with("no answer from 127.0.0.1:"),
        "{}",
        error.message
    );
    drop(listener);
    let gone = HashicorpVault::new(options(address, Two)).unwrap();
    let error = gone.read("psa", None).await.unwrap_err();
    assert!(error.message.contains("cannot be reached"), "{}", error.message);
    assert_eq!(error.retry, Retry::Away);
}
