//! A PostgreSQL server for tests: started on a free port with data of its own, and gone with its run.

mod certificate;
mod install;
mod server;

use std::process::{Command, ExitCode};

use anyhow::bail;
use clap::Args;

pub(crate) use self::server::Server;
use crate::program::{perform, program};
use crate::steps::Steps;

/// The step, by the name that `--without` takes.
pub(crate) const STEP: &str = "postgres";

/// The variable that tells tests where the server is.
const VARIABLE: &str = "DESKHAND_TEST_POSTGRES";

/// The tests that need it, by nextest's language: `postgres_…` and `slow_postgres_…`.
const TESTS: &str = "test(/(^|::)(slow_)?postgres_/)";

#[derive(Args)]
pub(crate) struct Options {
    /// What to run while the server is there, such as `cargo nextest run -p deskhand-store`
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, required = true)]
    command: Vec<String>,
}

/// `cargo xtask postgres COMMAND…`: runs a command with a server.
pub(crate) fn run(options: &Options) -> anyhow::Result<ExitCode> {
    let server = Server::start()?;
    let [name, arguments @ ..] = options.command.as_slice() else {
        bail!("name a command to run");
    };
    let mut command = program(name);
    command.args(arguments);
    perform(command.env(VARIABLE, &server.url))?;
    Ok(ExitCode::SUCCESS)
}

/// Starts a server as a step of its own. A quick run uses one that is installed, and installs none.
pub(crate) fn start(steps: &mut Steps, quick: bool) -> Option<Server> {
    if quick && install::installed().is_none() {
        steps.skip(STEP, "PostgreSQL is not installed, and `--quick` installs nothing");
        return None;
    }
    let mut server = None;
    steps.step(STEP, || {
        server = Some(Server::start()?);
        Ok(())
    });
    server
}

/// Hands tests the server; where there is none, those that need one are left out.
pub(crate) fn hand_to(nextest: &mut Command, server: Option<&Server>) {
    if let Some(server) = server {
        nextest.env(VARIABLE, &server.url);
    } else {
        println!("without a server, the tests on PostgreSQL (`postgres_…`) are left out");
        nextest.args(["--filterset", &format!("not {TESTS}")]);
    }
}
