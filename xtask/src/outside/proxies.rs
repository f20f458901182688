//! The program through an HTTP and a SOCKS5 proxy, each of which has to have seen the connection.

use std::fs::{self, File};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};

use super::tests::ignored;
use crate::place;
use crate::program::{capture, perform, program};
use crate::sandbox::TlsSandbox;
use crate::tools;

/// A proxy under way; it ends when dropped.
struct Proxy {
    process: Child,
    port: u16,
}

pub(super) fn run() -> anyhow::Result<()> {
    tools::need("tinyproxy", "tinyproxy")?;
    tools::need("microsocks", "microsocks")?;
    let folder = place::scratch("outside/proxies")?;
    let sandbox = TlsSandbox::start("20")?;
    let port = sandbox.host().rsplit(':').next().unwrap_or_default();

    let log = folder.join("tinyproxy.log");
    let proxy = tinyproxy(&folder, &log)?;
    test_connection(&sandbox, &format!("http://someone:secret@127.0.0.1:{}", proxy.port))?;
    seen(&log, port)?;
    refused(&sandbox, &format!("http://someone:wrong@127.0.0.1:{}", proxy.port))?;

    let log = folder.join("microsocks.log");
    let proxy = microsocks(&log)?;
    for scheme in ["socks5", "socks5h"] {
        test_connection(&sandbox, &format!("{scheme}://someone:secret@127.0.0.1:{}", proxy.port))?;
    }
    seen(&log, port)?;
    agents(&folder, proxy.port)?;
    let gone = proxy.port;
    drop(proxy);
    refused(&sandbox, &format!("socks5://someone:secret@127.0.0.1:{gone}"))?;
    println!("HTTP and SOCKS5 proxies carried the connection, and what they refuse fails");
    Ok(())
}

/// Connections of a desk through the same proxies, as agents.
fn agents(folder: &Path, socks: u16) -> anyhow::Result<()> {
    let http = tinyproxy(folder, &folder.join("tinyproxy-agents.log"))?;
    let agents = format!(
        "http://someone@127.0.0.1:{} socks5://someone@127.0.0.1:{socks} socks5h://someone@127.0.0.1:{socks}",
        http.port
    );
    let mut tests = ignored("package(deskhand) and binary(agents) and test(outside::)")?;
    tests
        .env("DESKHAND_TEST_AGENTS", agents)
        .env("DESKHAND_TEST_AGENT_PASSWORD", "secret");
    perform(&mut tests)
}

fn tinyproxy(folder: &Path, log: &Path) -> anyhow::Result<Proxy> {
    let port = free_port()?;
    let settings = folder.join("tinyproxy.conf");
    let text = format!(
        "Port {port}\nListen 127.0.0.1\nTimeout 60\nLogFile \"{}\"\nLogLevel Connect\nBasicAuth someone secret\n",
        log.display()
    );
    fs::write(&settings, text)?;
    File::create(log)?;
    start(
        program("tinyproxy")
            .arg("-d")
            .arg("-c")
            .arg(&settings)
            .stdout(Stdio::null()),
        port,
    )
}

fn microsocks(log: &Path) -> anyhow::Result<Proxy> {
    let port = free_port()?;
    let mut microsocks = program("microsocks");
    microsocks.args([
        "-i",
        "127.0.0.1",
        "-p",
        &port.to_string(),
        "-u",
        "someone",
        "-P",
        "secret",
    ]);
    start(microsocks.stderr(File::create(log)?), port)
}

/// Starts it and waits until it listens.
fn start(command: &mut Command, port: u16) -> anyhow::Result<Proxy> {
    let process = command.spawn().context("cannot start a proxy")?;
    let proxy = Proxy { process, port };
    let until = Instant::now() + Duration::from_secs(10);
    while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
        if Instant::now() > until {
            bail!("the proxy at port {port} does not listen");
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    Ok(proxy)
}

fn free_port() -> anyhow::Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

fn test_connection(sandbox: &TlsSandbox, proxy: &str) -> anyhow::Result<String> {
    let mut test = sandbox.sandbox.client(&place::deskhand());
    test.env("DESKHAND_CA_CERTIFICATE", &sandbox.ca)
        .env("DESKHAND_PROXY", proxy);
    capture(test.arg("test-connection"))
}

/// The proxy wrote down that it connected to the sandbox.
fn seen(log: &Path, port: &str) -> anyhow::Result<()> {
    let text = fs::read_to_string(log)?;
    if !text.contains(port) {
        bail!(
            "the connection did not go through the proxy: {} does not name port {port}",
            log.display()
        );
    }
    Ok(())
}

/// Nothing goes around a proxy that does not serve, and its password is in no message.
fn refused(sandbox: &TlsSandbox, proxy: &str) -> anyhow::Result<()> {
    let Err(error) = test_connection(sandbox, proxy) else {
        bail!("a connection was made although the proxy refused it");
    };
    let text = format!("{error:#}");
    if text.contains("secret") || text.contains("wrong") {
        bail!("the proxy's password is in a message: {text}");
    }
    Ok(())
}

impl Drop for Proxy {
    fn drop(&mut self) {
        let _it_may_have_ended = self.process.kill();
        let _it_may_have_ended = self.process.wait();
    }
}
