//! A sandbox in a process of its own.

use std::io::{BufRead as _, BufReader, Lines};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

use anyhow::{Context as _, bail};

use crate::place;
use crate::program::{alone, build};

/// A sandbox under way; it ends when dropped.
pub(crate) struct Sandbox {
    process: Child,
    /// Kept, because a program whose output nobody takes any more cannot go on.
    says: Lines<BufReader<ChildStdout>>,
    /// Its address.
    pub(crate) url: String,
}

impl Sandbox {
    /// Starts one on a free port and waits until it listens.
    pub(crate) fn start(deskhand: &Path, options: &[&str]) -> anyhow::Result<Self> {
        let mut command = alone(deskhand);
        command.args(["sandbox", "--listen", "127.0.0.1:0"]).args(options);
        let mut process = command
            .stdout(Stdio::piped())
            .spawn()
            .context("cannot start the sandbox")?;
        let output = process.stdout.take().context("the sandbox's output is taken")?;
        let mut sandbox = Self {
            process,
            says: BufReader::new(output).lines(),
            url: String::new(),
        };
        sandbox.url = sandbox.said("The sandbox is at ")?;
        Ok(sandbox)
    }

    /// The rest of the next line with these words.
    fn said(&mut self, words: &str) -> anyhow::Result<String> {
        for line in self.says.by_ref() {
            if let Some((_, rest)) = line?.split_once(words) {
                return Ok(rest.trim().to_owned());
            }
        }
        bail!("the sandbox ended before it said `{words}`");
    }

    /// The program with this sandbox as its connection.
    pub(crate) fn client(&self, deskhand: &Path) -> Command {
        let mut command = alone(deskhand);
        command
            .env("DESKHAND_URL", &self.url)
            .env("DESKHAND_COMPANY_ID", "sandbox")
            .env("DESKHAND_PUBLIC_KEY", "public")
            .env("DESKHAND_PRIVATE_KEY", "private")
            .env("DESKHAND_CLIENT_ID", "xtask");
        command
    }
}

/// A sandbox with TLS, as the clients of others insist on.
pub(crate) struct TlsSandbox {
    /// The sandbox.
    pub(crate) sandbox: Sandbox,
    /// The certificate authority to trust.
    pub(crate) ca: PathBuf,
}

impl TlsSandbox {
    /// Starts one with this many tickets.
    pub(crate) fn start(tickets: &str) -> anyhow::Result<Self> {
        build()?;
        let folder = place::scratch("outside/tls")?;
        let folder = folder.to_string_lossy();
        let options = ["--tickets", tickets, "--tls", "--tls-folder", &folder];
        let mut sandbox = Sandbox::start(&place::deskhand(), &options)?;
        let ca = sandbox.said("certificate authority: ")?.into();
        Ok(Self { sandbox, ca })
    }

    /// `localhost:PORT`.
    pub(crate) fn host(&self) -> &str {
        self.sandbox.url.trim_start_matches("https://")
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        let _it_may_have_ended = self.process.kill();
        let _it_may_have_ended = self.process.wait();
    }
}
