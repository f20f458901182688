//! A desk in a folder, and the program that works it off.

use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::{Output, Stdio};
use std::time::Duration;

use deskhand_sandbox::{Kind, Options, Running, start};
use deskhand_store::SqliteStore;
use tempfile::TempDir;
use tokio::process::{Child, Command};

/// A ticket that everybody works on.
pub(crate) const TICKET: i64 = 1_003;

/// How long a test waits for what has to come.
const PATIENCE: Duration = Duration::from_secs(240);

/// A desk in a folder, and a PSA beside it.
pub(crate) struct Place {
    pub(crate) sandbox: Running,
    pub(crate) folder: TempDir,
    pub(crate) port: u16,
}

impl Place {
    /// A desk whose job polls once in a day, and a port that is free.
    pub(crate) async fn set() -> Self {
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

    pub(crate) fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    pub(crate) fn configure(&self, public_url: &str) {
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

    pub(crate) fn store(&self) -> PathBuf {
        self.folder.path().join("desk.sqlite")
    }

    pub(crate) fn deskhand(&self, arguments: &[&str]) -> Command {
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

    pub(crate) async fn run(&self, arguments: &[&str]) -> (i32, String, String) {
        let output: Output = self.deskhand(arguments).output().await.unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        (
            output.status.code().unwrap_or(-1),
            text(output.stdout),
            text(output.stderr),
        )
    }

    pub(crate) async fn serve(&self) -> Child {
        let (code, _, stderr) = self.run(&["apply", "-f", "desk.toml"]).await;
        assert_eq!(code, 0, "{stderr}");
        self.deskhand(&["serve"]).spawn().unwrap()
    }

    pub(crate) fn registered(&self) -> usize {
        self.sandbox
            .world()
            .read(Kind::Callback, |table| table.newest_after(0).count())
    }

    pub(crate) async fn open(&self) -> SqliteStore {
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

pub(crate) async fn until(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    let waited = async {
        while !is_so().await {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    let waited = tokio::time::timeout(PATIENCE, waited).await;
    assert!(waited.is_ok(), "{what} took too long");
}

pub(crate) async fn asked_to_end(child: Child) -> (i32, String) {
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
