//! Performs a sample on a sandbox of its own.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::process::Stdio;

use anyhow::{Context as _, bail};
use serde_json::Value;

use super::samples::{Control, Sample};
use super::steady::steady;
use crate::place;
use crate::sandbox::Sandbox;

/// What a sample came to.
pub(super) struct Output {
    /// The program's exit code.
    pub(super) code: i32,
    /// What it printed, made the same for every run.
    pub(super) json: Value,
}

/// Runs it; an end other than the one that the sample names is an error.
pub(super) fn run(sample: &Sample) -> anyhow::Result<Output> {
    let sandbox = Sandbox::start(&place::deskhand(), &["--tickets", "200", "--seed", "1", "--control"])?;
    for control in sample.before {
        ask(&sandbox, control)?;
    }
    // What is written is journaled in a store of the sample's own.
    let data = tempfile::tempdir()?;
    let mut client = sandbox.client(&place::deskhand());
    client
        .env("XDG_DATA_HOME", data.path())
        .args(sample.line)
        .args(["--output", "json"])
        .envs(sample.connection.iter().copied());
    let output = client
        .stdin(Stdio::null())
        .output()
        .context("cannot start the program")?;
    let line = sample.line.join(" ");
    let printed: Value = serde_json::from_slice(&output.stdout).with_context(|| {
        let complaint = String::from_utf8_lossy(&output.stderr);
        format!("the sample `{line}` printed no JSON: {complaint}")
    })?;
    if printed["returnData"] != sample.ends {
        bail!("the sample `{line}` should be {}, and is:\n{printed:#}", sample.ends);
    }
    Ok(Output {
        code: output.status.code().context("the program was killed")?,
        json: steady(printed),
    })
}

/// One request over a connection of its own; anything but 200 is an error.
fn ask(sandbox: &Sandbox, control: &Control) -> anyhow::Result<()> {
    let Control { method, path, body } = control;
    let host = sandbox.url.trim_start_matches("http://");
    let mut stream = TcpStream::connect(host).context("the sandbox cannot be reached")?;
    let length = body.len();
    let head = format!("{method} /_sandbox/{path} HTTP/1.1\r\nHost: {host}\r\nContent-Length: {length}\r\n");
    write!(
        stream,
        "{head}Content-Type: application/json\r\nConnection: close\r\n\r\n{body}"
    )?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    let answer = String::from_utf8_lossy(&answer);
    if !answer.starts_with("HTTP/1.1 200 ") {
        bail!("the sandbox refused `{method} {path}`: {answer}");
    }
    Ok(())
}
