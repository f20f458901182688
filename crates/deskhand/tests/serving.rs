//! `deskhand serve` as a service: callbacks received by the program itself, mistakes told at its start, and its end.
#![expect(clippy::unwrap_used, reason = "test code")]

use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::{Output, Stdio};
use std::time::Duration;

use deskhand_engine::EventStore as _;
use deskhand_engine::callbacks::CallbackInbox as _;
use deskhand_engine::events::EventFilter;
use deskhand_sandbox::{Kind, Options, Running, start};
use deskhand_store::SqliteStore;
use tempfile::TempDir;
use tokio::process::{Child, Command};

const TICKET: i64 = 1_003;

/// How long a test waits for what has to come.
const PATIENCE: Duration = Duration::from_secs(30);

struct Place {
    sandbox: Running,
    folder: TempDir,
    port: u16,
}

impl Place {
    /// A desk whose job polls once in a day, and a port that is free.
    async fn set() -> Self {
        let place = Self {
            sandbox: start(Options::with_tickets(20)).await.unwrap(),
            folder: tempfile::tempdir().unwrap(),
            port: TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port(),
        };
        let key = place.write("key", &format!("{}\n", deskhand_key()));
        std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o600)).unwrap();
        let url = place.sandbox.url();
        place.write(
            "desk.toml",
            &format!(
                "[[site]]\nname = \"Main\"\nkind = \"internal\"\n[[connection]]\nname = \"acme\"\nsite = \"Main\"\n\
                 server_url = \"{url}\"\ncompany_id = \"sandbox\"\npublic_key = \"public\"\nprivate_key = \"private\"\n\
                 client_id = \"test\"\n[[ingestion]]\nname = \"Tickets\"\nconnection = \"acme\"\nevery = \"24h\"\n"
            ),
        );
        place.configure(&format!("public_url = \"http://127.0.0.1:{}\"", place.port));
        place
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    fn configure(&self, public_url: &str) {
        let (key, store) = (self.folder.path().join("key"), self.store());
        self.write(
            "deskhand.toml",
            &format!(
                "store = \"{}\"\n[seal]\nkey_file = \"{}\"\n[callbacks]\nlisten = \"127.0.0.1:{}\"\n{public_url}\n",
                store.display(),
                key.display(),
                self.port
            ),
        );
    }

    fn store(&self) -> PathBuf {
        self.folder.path().join("desk.sqlite")
    }

    fn deskhand(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_deskhand"));
        command
            .env_clear()
            .env("HOME", self.folder.path())
            .env("DESKHAND_CONFIG", self.folder.path().join("deskhand.toml"))
            .current_dir(self.folder.path())
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        command
    }

    async fn run(&self, arguments: &[&str]) -> (i32, String, String) {
        let output: Output = self.deskhand(arguments).output().await.unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        (
            output.status.code().unwrap_or(-1),
            text(output.stdout),
            text(output.stderr),
        )
    }

    async fn serve(&self) -> Child {
        let (code, _, stderr) = self.run(&["apply", "-f", "desk.toml"]).await;
        assert_eq!(code, 0, "{stderr}");
        self.deskhand(&["serve"]).spawn().unwrap()
    }

    fn registered(&self) -> usize {
        self.sandbox
            .world()
            .read(Kind::Callback, |table| table.newest_after(0).count())
    }

    async fn open(&self) -> SqliteStore {
        SqliteStore::open(&self.store()).await.unwrap()
    }
}

fn deskhand_key() -> String {
    deskhand_engine::secrets::new_key(&|to: &mut [u8]| {
        to.fill_with(|| fastrand::u8(..));
        Ok(())
    })
    .map(|key| secrecy::ExposeSecret::expose_secret(&key).to_owned())
    .ok()
    .unwrap()
}

async fn until(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    let waited = async {
        while !is_so().await {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    let waited = tokio::time::timeout(PATIENCE, waited).await;
    assert!(waited.is_ok(), "{what} took too long");
}

async fn asked_to_end(child: Child) -> (i32, String) {
    let asked = std::process::Command::new("kill")
        .arg(child.id().unwrap().to_string())
        .status();
    assert!(asked.unwrap().success());
    let ended = tokio::time::timeout(PATIENCE, child.wait_with_output())
        .await
        .unwrap()
        .unwrap();
    (
        ended.status.code().unwrap_or(-1),
        String::from_utf8(ended.stderr).unwrap(),
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ticket_that_changes_becomes_an_event_at_once_and_the_callback_can_be_taken_away() {
    let place = Place::set().await;
    let child = place.serve().await;
    until("registering", async || place.registered() == 1).await;
    assert!(place.sandbox.touch(TICKET));
    let store = place.open().await;
    let filter = EventFilter {
        record_id: Some(TICKET),
        limit: 9,
        ..EventFilter::default()
    };
    until("the event", async || {
        store.list_events(&filter).await.unwrap().len() == 1
    })
    .await;

    let (code, stdout, stderr) = place.run(&["callbacks", "list", "--json"]).await;
    assert_eq!(code, 0, "{stderr}");
    let listed: serde_json::Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!(
        (&listed[0]["connection"], &listed[0]["received"]),
        (&"acme".into(), &1.into())
    );
    assert_eq!(listed[0]["callbacks"][0]["ours"], true);
    let secret = store.secret("acme", "none was kept").await.unwrap();
    assert!(secret.len() == 64 && !stdout.contains(&secret), "{stdout}");

    let (code, stderr) = asked_to_end(child).await;
    assert_eq!(code, 0, "{stderr}");
    assert!(stderr.contains("Callbacks are received at 127.0.0.1:"), "{stderr}");
    assert!(
        stderr.contains("Callbacks are registered") && stderr.contains("Deskhand has ended"),
        "{stderr}"
    );
    assert!(!stderr.contains(&secret), "{stderr}");
    assert_eq!(place.registered(), 1, "it is there after the next start as well");

    let (code, _, stderr) = place.run(&["callbacks", "remove", "acne"]).await;
    assert!(code == 2 && stderr.contains("did you mean `acme`?"), "{stderr}");
    for expected in ["is taken away", "has no callback of ours"] {
        let (code, _, stderr) = place.run(&["callbacks", "remove", "acme"]).await;
        assert!(code == 0 && stderr.contains(expected), "{stderr}");
        assert_eq!(place.registered(), 0);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_that_is_applied_or_deactivated_meanwhile_takes_part_or_leaves() {
    let place = Place::set().await;
    let desk = std::fs::read_to_string(place.folder.path().join("desk.toml")).unwrap();
    place.write("desk.toml", "[[site]]\nname = \"Main\"\nkind = \"internal\"\n");
    let child = place.serve().await;
    place.write("desk.toml", &desk);
    let (code, _, stderr) = place.run(&["apply", "-f", "desk.toml"]).await;
    assert_eq!(code, 0, "{stderr}");
    until("registering", async || place.registered() == 1).await;
    assert!(place.sandbox.touch(TICKET));
    until("the first delivery", async || place.sandbox.deliveries().len() == 1).await;
    assert_eq!(place.sandbox.deliveries()[0].status, Some(200));

    place.write("desk.toml", &desk.replace("client_id", "active = false\nclient_id"));
    let (code, _, stderr) = place.run(&["apply", "-f", "desk.toml"]).await;
    assert_eq!(code, 0, "{stderr}");
    until("leaving", async || {
        assert!(place.sandbox.touch(TICKET));
        place.sandbox.deliveries().iter().any(|one| one.status == Some(404))
    })
    .await;
    asked_to_end(child).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_received_is_said_at_the_start() {
    let place = Place::set().await;
    let taken = TcpListener::bind(("127.0.0.1", place.port)).unwrap();
    let (code, _, stderr) = place.run(&["serve"]).await;
    assert_eq!(code, 1, "{stderr}");
    assert!(
        stderr.contains("callbacks cannot be received at 127.0.0.1:"),
        "{stderr}"
    );
    assert!(
        stderr.contains("give `listen` of `[callbacks]` another address"),
        "{stderr}"
    );
    drop(taken);
    for (public_url, expected) in [
        (
            "public_url = \"http://desk.example.com\"",
            "it has to begin with https://",
        ),
        (
            "public_url = \"https://desk.example.com\"\nmail_to = [\"noc@example.com\"]",
            "add `[mail]` to the configuration",
        ),
    ] {
        place.configure(public_url);
        let (code, _, stderr) = place.run(&["serve"]).await;
        assert!(code == 2 && stderr.contains(expected), "{stderr}");
    }
    place.configure("public_url = \"http://desk.example.com\"");
    let (_, _, stderr) = place.run(&["serve"]).await;
    assert!(stderr.contains("deskhand.toml`, line 6"), "{stderr}");
}
