//! Every crate takes its lints, edition, version and licence from the workspace, and its folder has its name.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, bail};
use toml::Table;

use crate::place;

const INHERITED: &[&str] = &["version", "edition", "rust-version", "license", "publish"];

pub(super) fn check() -> anyhow::Result<()> {
    let mut violations = Vec::new();
    for manifest in manifests()? {
        let text = fs::read_to_string(&manifest)?;
        let table: Table = toml::from_str(&text).with_context(|| format!("{}", manifest.display()))?;
        let folder = manifest.parent().and_then(|folder| folder.file_name());
        let folder = folder.unwrap_or_default().to_string_lossy().into_owned();
        violations.extend(complaints(&folder, &table));
    }
    if violations.is_empty() {
        return Ok(());
    }
    bail!("{}", violations.join("\n"));
}

fn manifests() -> anyhow::Result<Vec<PathBuf>> {
    let mut manifests = vec![place::root().join("xtask/Cargo.toml")];
    for entry in fs::read_dir(place::root().join("crates"))? {
        let manifest = entry?.path().join("Cargo.toml");
        if manifest.exists() {
            manifests.push(manifest);
        }
    }
    manifests.sort();
    Ok(manifests)
}

fn complaints(folder: &str, manifest: &Table) -> Vec<String> {
    let inherits = |table: &str, key: &str| {
        let value = manifest.get(table).and_then(|table| table.get(key));
        value.and_then(|value| value.get("workspace")?.as_bool()) == Some(true)
    };
    let mut complaints: Vec<_> = INHERITED
        .iter()
        .filter(|key| !inherits("package", key))
        .map(|key| format!("{folder}/Cargo.toml: write `{key}.workspace = true` below `[package]`"))
        .collect();
    let lints = manifest
        .get("lints")
        .and_then(|lints| lints.get("workspace")?.as_bool());
    if lints != Some(true) {
        complaints.push(format!("{folder}/Cargo.toml: write `workspace = true` below `[lints]`"));
    }
    let name = manifest
        .get("package")
        .and_then(|package| package.get("name")?.as_str());
    if name != Some(folder) {
        complaints.push(format!("{folder}/Cargo.toml: the crate's name and its folder's differ"));
    }
    complaints
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_what_is_not_inherited() {
        let manifest = toml::from_str("[package]\nname = \"b\"\nversion = \"1\"\nedition.workspace = true").unwrap();
        let complaints = complaints("a", &manifest).join("\n");
        assert!(complaints.contains("`version.workspace = true`"), "{complaints}");
        assert!(complaints.contains("below `[lints]`"), "{complaints}");
        assert!(complaints.contains("differ"), "{complaints}");
        assert!(!complaints.contains("`edition"), "{complaints}");
    }
}
