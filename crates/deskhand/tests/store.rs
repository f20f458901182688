//! Stores as the program holds them: files and databases alike, and copies of them.
#![expect(clippy::unwrap_used, reason = "test code")]

mod database;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use deskhand_sandbox::{Options, Running, start};

use self::database::Database;

struct Place {
    sandbox: Running,
    folder: tempfile::TempDir,
}

impl Place {
    async fn new() -> Self {
        Self {
            sandbox: start(Options::with_tickets(30)).await.unwrap(),
            folder: tempfile::tempdir().unwrap(),
        }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs the program with this store in its environment.
    async fn run(&self, store: &str, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_deskhand"));
        command
            .env_clear()
            .env("HOME", self.folder.path())
            .env("DESKHAND_STORE", store);
        command
            .env("DESKHAND_URL", self.sandbox.url())
            .env("DESKHAND_COMPANY_ID", "sandbox")
            .env("DESKHAND_PUBLIC_KEY", "public")
            .env("DESKHAND_PRIVATE_KEY", "private")
            .env("DESKHAND_CLIENT_ID", "store");
        command.args(arguments);
        tokio::process::Command::from(command).output().await.unwrap()
    }

    /// What it prints when it works.
    async fn printed(&self, store: &str, arguments: &[&str]) -> String {
        let output = self.run(store, arguments).await;
        let complaint = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {complaint}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// Its exit code, and what it says when it does not work.
    async fn said(&self, store: &str, arguments: &[&str]) -> (i32, String) {
        let output = self.run(store, arguments).await;
        (output.status.code().unwrap(), String::from_utf8(output.stderr).unwrap())
    }
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

const LIST: [&str; 4] = ["events", "list", "--output", "jsonl"];

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_of_a_store_is_a_store_with_the_same_in_it() {
    let place = Place::new().await;
    let (store, copy) = (place.file("events.sqlite"), place.file("copy.sqlite"));
    place.printed(text(&store), &["ingest"]).await;
    let said = place.printed(text(&store), &["store", "backup", text(&copy)]).await;
    assert!(said.starts_with("Backed up to "), "{said}");
    let (original, copied) = (
        place.printed(text(&store), &LIST).await,
        place.printed(text(&copy), &LIST).await,
    );
    assert_eq!((original.lines().count(), original == copied), (30, true));

    let before = std::fs::read(&copy).unwrap();
    let (code, said) = place.said(text(&store), &["store", "backup", text(&copy)]).await;
    assert!(
        code == 2 && said.contains("already") && said.contains("hint: name another file"),
        "{code} {said}"
    );
    assert_eq!(std::fs::read(&copy).unwrap(), before);

    let (code, said) = place
        .said(
            text(&place.file("none")),
            &["store", "backup", text(&place.file("of-none"))],
        )
        .await;
    assert!(code == 2 && said.contains("there is no store"), "{code} {said}");
    assert!(!place.file("of-none").exists() && !place.file("none").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_is_none_is_refused_without_its_password() {
    let place = Place::new().await;
    for address in [
        "mysql://me:hunter2@h/d",
        "postgres://me:a/hunter2@h/d",
        "postgres://me:hunter2@h:port/d",
    ] {
        let (code, said) = place.said(address, &LIST).await;
        assert!(code == 2 && said.contains("\nhint: "), "{address}: {code} {said}");
        assert!(!said.contains("hunter2"), "{address}: {said}");
    }
    let (code, said) = place.said("postgres://me:hunter2@127.0.0.1:9/d", &LIST).await;
    assert_eq!(code, 1, "{said}");
    let expected = "cannot open the store `postgres://me@127.0.0.1:9/d`: the database server cannot be reached: ";
    assert!(said.contains(expected) && !said.contains("hunter2"), "{said}");
    assert_eq!(place.sandbox.log().count(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres_is_named_wherever_a_file_is() {
    let place = Place::new().await;
    let database = Database::empty("named").await;
    let url = database.url.as_str();
    let (code, said) = place.said(url, &LIST).await;
    assert!(
        code == 2 && said.contains("there is no store `postgres://"),
        "{code} {said}"
    );
    let shown = said;

    place.printed(url, &["ingest"]).await;
    let listed = place.printed("unused", &[&LIST[..], &["--store", url]].concat()).await;
    assert_eq!(listed.lines().count(), 30);
    let newest: serde_json::Value = serde_json::from_str(listed.lines().next().unwrap()).unwrap();
    let newest = newest["id"].to_string();
    assert!(
        place
            .printed(url, &["events", "show", &newest])
            .await
            .contains("Revisions of this ticket")
    );
    assert!(
        place
            .printed(url, &["events", "measure"])
            .await
            .starts_with("30 events; an event takes ")
    );

    let note = [
        "add-ticket-notes",
        "1001",
        "--note-text",
        "x",
        "--internal-note",
        "--idempotency-key",
        "k",
    ];
    place.printed(url, &note).await;
    place.printed(url, &note).await;
    let writes = place.printed(url, &["writes", "list", "--all", "--json"]).await;
    let writes: Vec<serde_json::Value> = serde_json::from_str(&writes).unwrap();
    assert_eq!((writes.len(), &writes[0]["ending"]["state"]), (1, &"done".into()));

    let (code, said) = place.said(url, &["store", "backup", text(&place.file("copy"))]).await;
    assert!(
        code == 1 && said.contains("hint: run `pg_dump --schema=deskhand"),
        "{code} {said}"
    );
    for said in [shown, said] {
        assert!(!said.contains("of-the-tests"), "{said}");
    }
    database.end().await;
}
