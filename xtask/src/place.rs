//! Where things are.

use std::path::{Path, PathBuf};

/// The root of the repository.
pub(crate) fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

/// The folder that cargo builds into.
pub(crate) fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |folder| root().join(folder))
}

/// The program, as `cargo build` leaves it.
pub(crate) fn deskhand() -> PathBuf {
    target().join("debug/deskhand")
}

/// The program, as `cargo build --release` leaves it.
pub(crate) fn deskhand_release() -> PathBuf {
    target().join("release/deskhand")
}

/// Tickets that were recorded from a vendor's sandbox; not everybody has them.
pub(crate) fn recordings() -> PathBuf {
    shared().join("psa/recorded")
}

/// The vendor's description of its API; not everybody has it.
pub(crate) fn description() -> PathBuf {
    shared().join("psa/openapi-core.json")
}

/// What others wrote and is no part of the repository.
fn shared() -> PathBuf {
    std::env::var_os("DESKHAND_SHARED").map_or_else(|| root().join("../shared"), PathBuf::from)
}

/// A folder below `target/` for what is neither source nor kept, made when missing.
pub(crate) fn scratch(name: &str) -> anyhow::Result<PathBuf> {
    let folder = target().join(name);
    std::fs::create_dir_all(&folder)?;
    Ok(folder)
}
