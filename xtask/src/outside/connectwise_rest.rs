//! connectwise-rest, a JavaScript client, works the sandbox's desk: reads, writes and is refused.

use std::fs;

use super::TICKETS;
use crate::place;
use crate::program::{capture, exists, perform, program};
use crate::sandbox::TlsSandbox;

const REQUIREMENT: &str = "connectwise-rest@1.3.0";

pub(super) fn run() -> anyhow::Result<()> {
    if !(exists("node") && exists("npm")) {
        anyhow::bail!("`node` or `npm` is missing: install Node 20, or say `--without connectwise-rest`");
    }
    let folder = place::scratch("outside/connectwise-rest")?;
    let installed = folder.join("installed");
    if fs::read_to_string(&installed).ok().as_deref() != Some(REQUIREMENT) {
        let mut npm = program("npm");
        npm.args([
            "install",
            "--silent",
            "--no-audit",
            "--no-fund",
            "--no-package-lock",
            "--prefix",
        ]);
        perform(npm.arg(&folder).arg(REQUIREMENT))?;
        fs::write(&installed, REQUIREMENT)?;
    }
    let sandbox = TlsSandbox::start(TICKETS)?;
    let mut script = program("node");
    script.args(["xtask/src/outside/work_the_desk.js", sandbox.host(), TICKETS]);
    script.env("NODE_PATH", folder.join("node_modules"));
    print!("{}", capture(script.env("NODE_EXTRA_CA_CERTS", &sandbox.ca))?);
    Ok(())
}
