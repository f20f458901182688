//! Tools that come as crates, built into `target/tools`.

use std::path::PathBuf;

use crate::place;
use crate::program::{cargo, exists, perform};

/// The licence and dependency checker.
pub(crate) fn cargo_deny() -> anyhow::Result<PathBuf> {
    find_or_install("cargo-deny", "0.20.2")
}

/// The test runner.
pub(crate) fn cargo_nextest() -> anyhow::Result<PathBuf> {
    find_or_install("cargo-nextest", "0.9.143")
}

fn find_or_install(name: &str, version: &str) -> anyhow::Result<PathBuf> {
    let root = place::target().join("tools");
    let installed = root.join("bin").join(name);
    if installed.exists() {
        return Ok(installed);
    }
    if exists(name) {
        return Ok(name.into());
    }
    println!("installing {name} {version} into target/tools (a few minutes, once)");
    let mut install = cargo(["install", "--quiet", "--locked", "--version", version, name]);
    perform(install.arg("--root").arg(&root))?;
    Ok(installed)
}
