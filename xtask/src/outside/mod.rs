//! Existing clients in other languages, pointed at the sandbox: its best judges.
//!
//! They are run as separate programs from `target/outside`; nothing of theirs is part of the project.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::{Context as _, bail};

use crate::shell::{self, exists};
use crate::tools::{self, Profile};

/// Enough for several pages of either client.
const TICKETS: &str = "130";

/// The Python client lists, filters and pages.
pub(crate) fn pyconnectwise() -> anyhow::Result<()> {
    if !exists("python3") {
        bail!("python3 is missing; install it, or run `cargo xtask test --without pyconnectwise`");
    }
    let folder = folder("python")?;
    let python = folder.join("venv/bin/python");
    if !python.exists() {
        shell::run(with(Command::new("python3"), &["-m", "venv", "venv"], &folder))?;
    }
    shell::run(with(
        Command::new(&python),
        &[
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "pyconnectwise==0.6.1.2",
        ],
        &folder,
    ))?;
    let sandbox = Sandbox::start()?;
    let mut judge = with(Command::new(&python), &[], &folder);
    judge
        .arg(script("pyconnectwise.py"))
        .arg(&sandbox.host)
        .env("REQUESTS_CA_BUNDLE", &sandbox.ca);
    shell::run(judge)
}

/// The JavaScript client lists, filters and pages.
pub(crate) fn connectwise_rest() -> anyhow::Result<()> {
    if !exists("npm") || !exists("node") {
        bail!("node and npm are missing; install them, or run `cargo xtask test --without connectwise-rest`");
    }
    let folder = folder("javascript")?;
    std::fs::copy(script("connectwise-rest.mjs"), folder.join("judge.mjs"))?;
    if !folder.join("node_modules/connectwise-rest").exists() {
        std::fs::write(folder.join("package.json"), "{\"private\":true}")?;
        shell::run(with(
            Command::new("npm"),
            &[
                "install",
                "--silent",
                "--no-audit",
                "--no-fund",
                "connectwise-rest@1.3.0",
            ],
            &folder,
        ))?;
    }
    let sandbox = Sandbox::start()?;
    let mut judge = with(Command::new("node"), &["judge.mjs"], &folder);
    judge.arg(&sandbox.host).env("NODE_EXTRA_CA_CERTS", &sandbox.ca);
    shell::run(judge)
}

fn folder(name: &str) -> anyhow::Result<PathBuf> {
    let folder = shell::root().join("target/outside").join(name);
    std::fs::create_dir_all(&folder)?;
    Ok(folder)
}

fn script(name: &str) -> PathBuf {
    shell::root().join("xtask/src/outside").join(name)
}

fn with(mut command: Command, arguments: &[&str], folder: &Path) -> Command {
    command.args(arguments).current_dir(folder);
    command
}

/// A sandbox with TLS, as a program of its own; it ends with this value.
struct Sandbox {
    child: Child,
    host: String,
    ca: PathBuf,
}

impl Sandbox {
    fn start() -> anyhow::Result<Self> {
        let folder = folder("tls")?;
        let mut command = tools::clean(&tools::deskhand(Profile::Development)?);
        command.args([
            "sandbox",
            "--listen",
            "127.0.0.1:0",
            "--tickets",
            TICKETS,
            "--tls",
            "--tls-folder",
        ]);
        let mut child = command
            .arg(&folder)
            .stdout(Stdio::piped())
            .spawn()
            .context("cannot start the sandbox")?;
        let mut first = String::new();
        let stdout = child.stdout.take().context("the sandbox's output is captured")?;
        BufReader::new(stdout).read_line(&mut first)?;
        let host = first.trim().rsplit("https://").next().unwrap_or_default().to_owned();
        Ok(Self {
            child,
            host,
            ca: folder.join("ca.pem"),
        })
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        let _ended_already = self.child.kill();
        let _reaped = self.child.wait();
    }
}
