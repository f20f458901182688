//! Programs that checks and tests need; what is missing is installed.

use std::path::PathBuf;
use std::process::Command;

use anyhow::bail;

use crate::shell::{self, exists, program};

/// A cargo tool, from the path or built into `target/tools`.
pub(crate) fn cargo_tool(name: &str, version: &str) -> anyhow::Result<PathBuf> {
    if exists(name) {
        return Ok(PathBuf::from(name));
    }
    let folder = shell::root().join("target/tools");
    let tool = folder.join("bin").join(name);
    if !tool.exists() {
        let mut install = program(&format!("cargo install {name} --locked --version {version}"));
        install.arg("--root").arg(&folder);
        shell::run(install)?;
    }
    Ok(tool)
}

/// A Debian package for a program; installed when it is missing and we may.
pub(crate) fn debian(name: &str, package: &str) -> anyhow::Result<()> {
    if exists(name) {
        return Ok(());
    }
    if !exists("apt-get") {
        bail!("`{name}` is missing; install it with your system's package manager");
    }
    let quiet = |line: &str| {
        let mut command = program(line);
        command
            .env("DEBIAN_FRONTEND", "noninteractive")
            .stdout(std::process::Stdio::null());
        shell::run(command)
    };
    // Package lists may be there and old, or not there at all.
    if quiet(&format!("apt-get install -y --no-install-recommends {package}")).is_err() {
        quiet("apt-get update")?;
        quiet(&format!("apt-get install -y --no-install-recommends {package}"))?;
    }
    Ok(())
}

/// The program of this workspace, built.
pub(crate) fn deskhand(profile: Profile) -> anyhow::Result<PathBuf> {
    let (line, folder) = match profile {
        Profile::Development => ("cargo build --quiet --locked --package deskhand", "debug"),
        Profile::Release => ("cargo build --quiet --locked --release --package deskhand", "release"),
    };
    shell::run(program(line))?;
    let metadata = shell::output(program("cargo metadata --no-deps --format-version 1 --offline"))?;
    let metadata: serde_json::Value = serde_json::from_str(&metadata)?;
    let target = metadata["target_directory"].as_str().unwrap_or("target");
    Ok(PathBuf::from(target).join(folder).join("deskhand"))
}

/// How the program is built.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Profile {
    /// Quickly.
    Development,
    /// To be fast.
    Release,
}

/// A command of the program that knows no connection of its user's.
pub(crate) fn clean(program: &std::path::Path) -> Command {
    let mut command = Command::new(program);
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("DESKHAND_")) {
        command.env_remove(name);
    }
    command
}
