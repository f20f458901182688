//! Programs of the operating system.

use anyhow::bail;

use crate::program::{capture, exists, perform, program};

/// Installs a package of Debian's when its program is missing and we may; otherwise says what to install.
pub(crate) fn need(name: &str, package: &str) -> anyhow::Result<()> {
    if exists(name) {
        return Ok(());
    }
    install(&format!("`{name}`"), package)?;
    if !exists(name) {
        bail!("the package `{package}` was installed, but there is no `{name}`");
    }
    Ok(())
}

/// Installs a package of Debian's when we may; otherwise says to install it, because `what` is missing.
pub(crate) fn install(what: &str, package: &str) -> anyhow::Result<()> {
    if !exists("apt-get") || !is_root() {
        bail!("{what} is missing: install the package `{package}`, or leave this step out by `--without`");
    }
    println!("installing {package}");
    apt_get(&["update", "--quiet=2"])?;
    apt_get(&["install", "--quiet=2", "--yes", "--no-install-recommends", package])
}

/// Whether we may install what is missing.
pub(crate) fn is_root() -> bool {
    capture(program("id").arg("-u")).is_ok_and(|id| id.trim() == "0")
}

fn apt_get(arguments: &[&str]) -> anyhow::Result<()> {
    let mut apt_get = program("apt-get");
    apt_get.args(arguments).env("DEBIAN_FRONTEND", "noninteractive");
    perform(apt_get.stdout(std::process::Stdio::null()))
}
