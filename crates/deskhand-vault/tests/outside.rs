//! Real stores: `pass` with gpg, and a server whose address is in `DESKHAND_TEST_VAULT`.
//!
//! Ignored unless `cargo xtask test`, which has what these need, asks for them.
#![expect(clippy::unwrap_used, reason = "test code")]
#![expect(clippy::disallowed_methods, reason = "the server is named by the environment")]

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use deskhand_engine::vaults::Vault as _;
use deskhand_vault::{ExecVault, HashicorpOptions, HashicorpVault, KvVersion};
use secrecy::ExposeSecret as _;

fn in_store(place: &Path, arguments: &[&str]) -> Vec<String> {
    let mut argv = vec![
        "env".to_owned(),
        format!("GNUPGHOME={}", place.join("gnupg").display()),
        format!("PASSWORD_STORE_DIR={}", place.join("store").display()),
    ];
    argv.extend(arguments.iter().map(ToString::to_string));
    argv
}

fn run(argv: &[String], input: &str) {
    let mut command = Command::new(&argv[0]);
    let mut child = command
        .args(&argv[1..])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), input.as_bytes()).unwrap();
    assert!(child.wait().unwrap().success(), "{argv:?}");
}

#[tokio::test]
#[ignore = "needs `pass`, which `cargo xtask test` installs"]
async fn pass_gives_its_secrets_and_says_what_it_does_not_have() {
    use std::os::unix::fs::DirBuilderExt as _;

    let place = tempfile::tempdir().unwrap();
    let place = place.path();
    std::fs::DirBuilder::new()
        .mode(0o700)
        .create(place.join("gnupg"))
        .unwrap();
    let key = [
        "gpg",
        "--batch",
        "--quiet",
        "--passphrase",
        "",
        "--quick-gen-key",
        "desk@example.com",
    ];
    run(&in_store(place, &key), "");
    run(&in_store(place, &["pass", "init", "desk@example.com"]), "");
    run(
        &in_store(place, &["pass", "insert", "--multiline", "psa/acme"]),
        "hunter2\nurl: https://psa.test\n",
    );
    let vault = ExecVault::new(&in_store(place, &["pass", "show", "{path}"]), Duration::from_secs(30)).unwrap();
    assert_eq!(vault.read("psa/acme", None).await.unwrap().expose_secret(), "hunter2");
    let error = vault.read("psa/other", None).await.unwrap_err();
    assert!(
        error.message.contains("is not in the password store"),
        "{}",
        error.message
    );
    run(&in_store(place, &["gpgconf", "--kill", "gpg-agent"]), "");
}

#[tokio::test]
#[ignore = "needs the server that `DESKHAND_TEST_VAULT` names"]
async fn a_real_server_gives_a_secret_of_its_kv_mount() {
    let address = std::env::var("DESKHAND_TEST_VAULT").expect("`cargo xtask test` runs this where a server is named");
    let token = std::env::var("DESKHAND_TEST_VAULT_TOKEN").expect("the server's token is in DESKHAND_TEST_VAULT_TOKEN");
    let version = match std::env::var("DESKHAND_TEST_VAULT_KV").as_deref() {
        Ok("1") => KvVersion::One,
        _ => KvVersion::Two,
    };
    let (place, body) = match version {
        KvVersion::One => ("secret/deskhand-test", serde_json::json!({"key": "hunter2"})),
        KvVersion::Two => (
            "secret/data/deskhand-test",
            serde_json::json!({"data": {"key": "hunter2"}}),
        ),
    };
    let _chosen_already = rustls::crypto::ring::default_provider().install_default();
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let put = http
        .post(format!("{address}/v1/{place}"))
        .header("x-vault-token", &token)
        .json(&body);
    assert!(put.send().await.unwrap().status().is_success());
    let vault = HashicorpVault::new(HashicorpOptions {
        address,
        mount: "secret".to_owned(),
        version,
        namespace: None,
        token: Arc::new(move || Ok(token.clone().into())),
        ca_certificate: None,
        timeout: Duration::from_secs(10),
    })
    .unwrap();
    assert_eq!(
        vault.read("deskhand-test", Some("key")).await.unwrap().expose_secret(),
        "hunter2"
    );
    let missing = vault.read("deskhand-test-gone", None).await.unwrap_err();
    assert!(missing.message.contains("there is nothing at"), "{}", missing.message);
}
