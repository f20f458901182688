//! `deskhand completions`: a shell's completion script.

use std::io;

use clap::Args;
use clap_complete::Shell;

use crate::exit::Exit;

#[derive(Debug, Args)]
pub(crate) struct Options {
    /// The shell
    shell: Shell,
}

pub(super) fn run(options: &Options) -> anyhow::Result<Exit> {
    let mut script = Vec::new();
    clap_complete::generate(options.shell, &mut crate::arguments::program(), "deskhand", &mut script);
    io::Write::write_all(&mut io::stdout(), &script)?;
    Ok(Exit::Successful)
}
