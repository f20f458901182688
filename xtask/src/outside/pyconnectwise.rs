//! pyconnectwise, a Python client, works the sandbox's desk: reads, writes and is refused.

use std::fs;

use super::TICKETS;
use crate::place;
use crate::program::{capture, exists, perform, program};
use crate::sandbox::TlsSandbox;

const REQUIREMENT: &str = "pyconnectwise==0.6.1.2";

pub(super) fn run() -> anyhow::Result<()> {
    if !exists("python3") {
        anyhow::bail!("`python3` is missing: install Python 3.11 with venv, or say `--without pyconnectwise`");
    }
    let folder = place::scratch("outside/pyconnectwise")?;
    let python = folder.join("bin/python");
    let installed = folder.join("installed");
    if fs::read_to_string(&installed).ok().as_deref() != Some(REQUIREMENT) {
        perform(program("python3").args(["-m", "venv"]).arg(&folder))?;
        perform(program(&python).args([
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            REQUIREMENT,
        ]))?;
        fs::write(&installed, REQUIREMENT)?;
    }
    let sandbox = TlsSandbox::start(TICKETS)?;
    let mut script = program(&python);
    script.args(["xtask/src/outside/work_the_desk.py", sandbox.host(), TICKETS]);
    print!("{}", capture(script.env("REQUESTS_CA_BUNDLE", &sandbox.ca))?);
    Ok(())
}
