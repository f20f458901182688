//! The tests that need a mail server, against aiosmtpd with STARTTLS, TLS and passwords.

use std::fs;
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};

use super::python::python;
use super::tests::ignored;
use crate::place;
use crate::program::{perform, program};

const REQUIREMENTS: &[&str] = &["aiosmtpd==1.4.6", "trustme==1.2.1"];

/// Letters by themselves, and those that `deskhand serve` writes of health checks.
const TESTS: &str = "(package(deskhand-mail) and binary(server)) or (binary(serving) and test(letters::))";

/// A mail server under way; it ends when dropped.
struct Server(Child);

pub(super) fn run() -> anyhow::Result<()> {
    let python = python("smtp", REQUIREMENTS)?;
    let folder = place::scratch("outside/smtp-letters")?;
    let server = Server::start(&python, &folder)?;
    let mut tests = ignored(TESTS)?;
    perform(tests.env("DESKHAND_TEST_SMTP", &folder))?;
    drop(server);
    Ok(())
}

impl Server {
    /// Starts it and waits until it listens, which it says by a file.
    fn start(python: &Path, folder: &Path) -> anyhow::Result<Self> {
        fs::remove_dir_all(folder).and_then(|()| fs::create_dir_all(folder))?;
        let mut command = program(python);
        command.arg("xtask/src/outside/smtp_server.py").arg(folder);
        let process = command
            .stdin(Stdio::piped())
            .spawn()
            .context("cannot start the mail server")?;
        let mut server = Self(process);
        let until = Instant::now() + Duration::from_secs(20);
        while !folder.join("ports.json").exists() {
            if let Some(status) = server.0.try_wait()? {
                bail!("the mail server ended with {status}");
            }
            if Instant::now() > until {
                bail!("the mail server does not listen");
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(server)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _it_may_have_ended = self.0.kill();
        let _it_may_have_ended = self.0.wait();
    }
}
