//! Programs of the operating system.

use anyhow::bail;

use crate::program::{capture, exists, perform, program};

/// Installs a package of Debian's when its program is missing and we may; otherwise says what to install.
pub(crate) fn need(name: &str, package: &str) -> anyhow::Result<()> {
    if exists(name) {
        return Ok(());
    }
    if !(exists("apt-get") && capture(program("id").arg("-u")).is_ok_and(|id| id.trim() == "0")) {
        bail!("`{name}` is missing: install the package `{package}`, or leave this step out by `--without`");
    }
    println!("installing {package}");
    let mut update = program("apt-get");
    perform(update.args(["update", "--quiet=2"]))?;
    let mut install = program("apt-get");
    install.args(["install", "--quiet=2", "--yes", "--no-install-recommends", package]);
    perform(install.env("DEBIAN_FRONTEND", "noninteractive"))?;
    if !exists(name) {
        bail!("the package `{package}` was installed, but there is no `{name}`");
    }
    Ok(())
}
