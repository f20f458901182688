//! Where PostgreSQL's programs are.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use crate::tools;

/// Where Debian has a folder for each version.
const VERSIONS: &str = "/usr/lib/postgresql";

/// The folder of the newest version's programs, which is installed when there is none.
pub(super) fn programs() -> anyhow::Result<PathBuf> {
    if let Some(found) = installed() {
        return Ok(found);
    }
    tools::install("PostgreSQL's server", "postgresql")?;
    installed().with_context(|| format!("the package `postgresql` was installed, but nothing is in {VERSIONS}"))
}

/// The folder of the newest version's programs, where one is installed.
pub(super) fn installed() -> Option<PathBuf> {
    let versions = fs::read_dir(VERSIONS).into_iter().flatten().flatten();
    let of_version = |folder: PathBuf| {
        let version: u32 = folder.file_name()?.to_str()?.parse().ok()?;
        Some((version, folder.join("bin")))
    };
    let debian = versions.filter_map(|entry| of_version(entry.path()));
    let debian = debian.filter(|(_, programs)| programs.join("initdb").exists());
    debian.max().map(|(_, programs)| programs).or_else(on_path)
}

/// Elsewhere, the programs are found as any other.
fn on_path() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let has_server = |folder: &PathBuf| {
        ["initdb", "postgres"]
            .iter()
            .all(|name| Path::new(folder).join(name).exists())
    };
    std::env::split_paths(&path).find(has_server)
}
