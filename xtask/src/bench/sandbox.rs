//! A sandbox as a program of its own.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use anyhow::Context as _;

use crate::tools;

/// A sandbox that ends with this value.
pub(super) struct Sandbox {
    child: Child,
    /// Its address.
    pub(super) url: String,
    /// How many tickets it began with.
    pub(super) tickets: u64,
}

impl Sandbox {
    /// Starts one with so many tickets and so many milliseconds added to every answer.
    pub(super) fn start(deskhand: &Path, tickets: u64, latency: u64) -> anyhow::Result<Self> {
        let mut command = tools::clean(deskhand);
        command.args(["sandbox", "--listen", "127.0.0.1:0", "--control", "--tickets", &tickets.to_string()]);
        command.args(["--latency", &latency.to_string()]).stdout(Stdio::piped());
        let mut child = command.spawn().context("cannot start the sandbox")?;
        let mut first = String::new();
        let stdout = child.stdout.take().context("the sandbox's output is captured")?;
        BufReader::new(stdout).read_line(&mut first)?;
        let url = first.trim().trim_start_matches("The sandbox is at ").to_owned();
        Ok(Self { child, url, tickets })
    }

    /// The program with this sandbox as its connection.
    pub(super) fn client(&self, deskhand: &Path) -> Command {
        let mut command = tools::clean(deskhand);
        command.env("DESKHAND_URL", &self.url).env("DESKHAND_COMPANY_ID", "sandbox");
        command.env("DESKHAND_PUBLIC_KEY", "public").env("DESKHAND_PRIVATE_KEY", "private").env("DESKHAND_CLIENT_ID", "bench");
        command
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        let _ended_already = self.child.kill();
        let _reaped = self.child.wait();
    }
}
