//! pyconnectwise, a Python client, works the sandbox's desk: reads, writes and is refused.

use super::TICKETS;
use super::python::python;
use crate::program::{capture, program};
use crate::sandbox::TlsSandbox;

const REQUIREMENT: &str = "pyconnectwise==0.6.1.2";

pub(super) fn run() -> anyhow::Result<()> {
    let python = python("pyconnectwise", &[REQUIREMENT])?;
    let sandbox = TlsSandbox::start(TICKETS)?;
    let mut script = program(&python);
    script.args(["xtask/src/outside/work_the_desk.py", sandbox.host(), TICKETS]);
    print!("{}", capture(script.env("REQUESTS_CA_BUNDLE", &sandbox.ca))?);
    Ok(())
}
