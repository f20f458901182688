//! The program, as people use it beside the desk at work: on its store, with its key.

use std::path::PathBuf;
use std::process::Command;

use super::stage::Stage;

/// What a run of the program left behind.
pub(crate) struct Ended {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// What the stage's secrets are sealed with: 32 times 7.
const KEY: &str = "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=";

impl Stage {
    /// Runs the program for the user that `DESKHAND_USER` names.
    pub(crate) async fn deskhand(&self, user: &str, arguments: &[&str]) -> Ended {
        self.deskhand_with(Some(KEY), user, arguments).await
    }

    /// The same, where nothing can be sealed.
    pub(crate) async fn deskhand_without_key(&self, user: &str, arguments: &[&str]) -> Ended {
        self.deskhand_with(None, user, arguments).await
    }

    async fn deskhand_with(&self, key: Option<&str>, user: &str, arguments: &[&str]) -> Ended {
        let mut command = Command::new(env!("CARGO_BIN_EXE_deskhand"));
        command
            .env_clear()
            .env("HOME", self.folder.path())
            .env("DESKHAND_STORE", self.folder.path().join("desk.sqlite"))
            .env("DESKHAND_USER", user)
            .env("DESKHAND_URL", self.sandbox.url())
            .env("DESKHAND_COMPANY_ID", "sandbox")
            .env("DESKHAND_PUBLIC_KEY", "public")
            .env("DESKHAND_PRIVATE_KEY", "private")
            .env("DESKHAND_CLIENT_ID", "test")
            .args(arguments);
        if let Some(key) = key {
            command.env("DESKHAND_KEY", key);
        }
        // On a thread of its own, because the sandbox answers on this one's runtime.
        let output = tokio::task::spawn_blocking(move || command.output().unwrap());
        let output = output.await.unwrap();
        Ended {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// What it printed, having worked.
    pub(crate) async fn printed(&self, user: &str, arguments: &[&str]) -> String {
        let ended = self.deskhand(user, arguments).await;
        assert_eq!(ended.code, 0, "{arguments:?}: {}", ended.stderr);
        ended.stdout
    }

    /// Writes the operator's configuration.
    pub(crate) fn configure(&self, text: &str) {
        self.write(".config/deskhand/deskhand.toml", text);
    }

    /// Writes a file for the program to read.
    pub(crate) fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        path
    }
}
