//! `cargo xtask layers`: arrows between crates only point down, and each library has its one room.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use serde_json::Value;

use crate::shell::{self, program};

/// Which crates of the workspace a crate may use; for tests all but what `NEVER` forbids.
const MAY_USE: [(&str, &[&str]); 8] = [
    ("connectwise-psa", &[]),
    ("deskhand-sandbox", &[]),
    ("deskhand-command", &[]),
    ("deskhand-connectwise", &["connectwise-psa", "deskhand-command"]),
    ("deskhand-engine", &["deskhand-command"]),
    ("deskhand-store", &["deskhand-command", "deskhand-engine"]),
    (
        "deskhand",
        &[
            "connectwise-psa",
            "deskhand-command",
            "deskhand-connectwise",
            "deskhand-engine",
            "deskhand-sandbox",
            "deskhand-store",
        ],
    ),
    ("xtask", &[]),
];

/// Two readings of the vendor's documents must not share a misunderstanding, in tests neither.
const NEVER: [(&str, &str); 2] = [
    ("deskhand-sandbox", "connectwise-psa"),
    ("deskhand-engine", "deskhand-store"),
];

/// Libraries, and the crates that may use them.
const ROOMS: [(&str, &[&str]); 4] = [
    ("sqlx", &["deskhand-store"]),
    ("hyper", &["deskhand-sandbox"]),
    ("clap", &["deskhand", "xtask"]),
    ("anyhow", &["deskhand", "xtask"]),
];

/// Words that only these crates may have in their sources.
const WORDS: [(&str, &[&str]); 3] = [
    ("std::env::var", &["deskhand", "xtask"]),
    ("println!", &["deskhand", "xtask"]),
    ("SELECT ", &["deskhand-store"]),
];

pub(crate) fn run() -> anyhow::Result<()> {
    let metadata = shell::output(program("cargo metadata --no-deps --format-version 1 --offline"))?;
    let metadata: Value = serde_json::from_str(&metadata)?;
    let packages = metadata["packages"].as_array().context("cargo metadata has packages")?;
    let mut violations = Vec::new();
    for package in packages {
        let name = package["name"].as_str().unwrap_or_default();
        dependencies(name, package, &mut violations);
        let manifest = PathBuf::from(package["manifest_path"].as_str().unwrap_or_default());
        let folder = manifest.parent().context("a manifest lies in a folder")?;
        lints(name, &manifest, &mut violations)?;
        words(name, &folder.join("src"), &mut violations)?;
    }
    if violations.is_empty() {
        println!("the arrows of {} crates point down", packages.len());
        return Ok(());
    }
    bail!("{}", violations.join("\n"))
}

fn dependencies(name: &str, package: &Value, violations: &mut Vec<String>) {
    let Some((_, allowed)) = MAY_USE.iter().find(|(known, _)| *known == name) else {
        violations.push(format!("{name}: a new crate needs its arrows in xtask/src/layers.rs"));
        return;
    };
    for dependency in package["dependencies"].as_array().into_iter().flatten() {
        let other = dependency["name"].as_str().unwrap_or_default();
        let for_tests = dependency["kind"] == "dev";
        let ours = MAY_USE.iter().any(|(known, _)| *known == other);
        if ours && !for_tests && !allowed.contains(&other) {
            violations.push(format!(
                "{name} uses {other}: that arrow points up (ARCHITECTURE.md, invariants)"
            ));
        }
        if NEVER.contains(&(name, other)) {
            violations.push(format!("{name} uses {other}, which it never may, in tests neither"));
        }
        if let Some((_, rooms)) = ROOMS.iter().find(|(library, _)| *library == other)
            && !for_tests
            && !rooms.contains(&name)
        {
            violations.push(format!("{name} uses {other}: only {} may", rooms.join(" and ")));
        }
    }
}

fn lints(name: &str, manifest: &Path, violations: &mut Vec<String>) -> anyhow::Result<()> {
    let text = std::fs::read_to_string(manifest)?;
    let inherits = text
        .split("[lints]")
        .nth(1)
        .is_some_and(|rest| rest.trim_start().starts_with("workspace = true"));
    if !inherits {
        violations.push(format!("{name}: its manifest does not inherit the workspace's lints"));
    }
    Ok(())
}

fn words(name: &str, folder: &Path, violations: &mut Vec<String>) -> anyhow::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            words(name, &path, violations)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = std::fs::read_to_string(&path)?;
            for (number, line) in text
                .lines()
                .enumerate()
                .filter(|(_, line)| !line.trim_start().starts_with("//"))
            {
                for (word, _) in WORDS
                    .iter()
                    .filter(|(word, rooms)| line.contains(word) && !rooms.contains(&name))
                {
                    violations.push(format!(
                        "{}:{}: `{word}` does not belong into {name}",
                        path.display(),
                        number + 1
                    ));
                }
            }
        }
    }
    Ok(())
}
