//! Which crate may depend on which, and on which of the libraries that belong to one place only.

use std::fs;

use anyhow::{Context as _, bail};
use serde::Deserialize;

use crate::place;
use crate::program::{capture, cargo};

/// What a crate of the workspace may depend on, in the program itself and for its tests.
struct Arrows {
    from: &'static str,
    to: &'static [&'static str],
    tests: &'static [&'static str],
}

const ANY: &[&str] = &["*"];

const ARROWS: &[Arrows] = &[
    Arrows {
        from: "connectwise-psa",
        to: &[],
        tests: &["deskhand-sandbox"],
    },
    Arrows {
        from: "deskhand-sandbox",
        to: &[],
        tests: &[],
    },
    Arrows {
        from: "deskhand-command",
        to: &[],
        tests: &[],
    },
    Arrows {
        from: "deskhand-connectwise",
        to: &["connectwise-psa", "deskhand-command"],
        tests: &["deskhand-sandbox"],
    },
    Arrows {
        from: "deskhand-engine",
        to: &["deskhand-command"],
        tests: &[],
    },
    Arrows {
        from: "deskhand-store",
        to: &["deskhand-command", "deskhand-engine"],
        tests: &[],
    },
    Arrows {
        from: "deskhand-mail",
        to: &["deskhand-command", "deskhand-engine"],
        tests: &[],
    },
    Arrows {
        from: "deskhand-server",
        to: &["deskhand-command", "deskhand-engine"],
        tests: &[
            "connectwise-psa",
            "deskhand-connectwise",
            "deskhand-sandbox",
            "deskhand-store",
        ],
    },
    Arrows {
        from: "deskhand-vault",
        to: &["deskhand-command", "deskhand-engine"],
        tests: &[],
    },
    Arrows {
        from: "deskhand",
        to: ANY,
        tests: ANY,
    },
    Arrows {
        from: "xtask",
        to: &[],
        tests: &[],
    },
];

/// Libraries that belong to certain crates; tests may use them anywhere.
const LIBRARIES: &[(&str, &[&str])] = &[
    ("sqlx", &["deskhand-store"]),
    ("lettre", &["deskhand-mail"]),
    ("croner", &["deskhand-engine"]),
    ("axum", &["deskhand-sandbox", "deskhand-server"]),
    ("clap", &["deskhand", "xtask"]),
    ("anyhow", &["deskhand", "xtask"]),
];

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    manifest_path: String,
    dependencies: Vec<Dependency>,
}

#[derive(Deserialize)]
struct Dependency {
    name: String,
    kind: Option<String>,
    path: Option<String>,
}

pub(super) fn violations() -> anyhow::Result<Vec<String>> {
    let json = capture(&mut cargo([
        "metadata",
        "--format-version",
        "1",
        "--no-deps",
        "--offline",
    ]))?;
    let metadata: Metadata = serde_json::from_str(&json).context("cargo metadata is not as expected")?;
    let mut violations = Vec::new();
    for package in &metadata.packages {
        let Some(arrows) = ARROWS.iter().find(|arrows| arrows.from == package.name) else {
            bail!(
                "the crate `{}` has no place yet: give it one in xtask/src/layers/arrows.rs",
                package.name
            );
        };
        let broken = package
            .dependencies
            .iter()
            .filter_map(|to| Some((to, broken_rule(arrows, to)?)));
        violations.extend(broken.map(|(to, rule)| format!("{}: {rule}", place_of(package, &to.name))));
    }
    Ok(violations)
}

fn broken_rule(arrows: &Arrows, to: &Dependency) -> Option<String> {
    let (from, name) = (arrows.from, to.name.as_str());
    let in_tests = to.kind.as_deref() == Some("dev");
    let allowed = |list: &[&str]| list.contains(&"*") || list.contains(&name);
    if to.path.is_some() {
        let fine = allowed(arrows.to) || in_tests && allowed(arrows.tests);
        return (!fine).then(|| format!("`{from}` must not depend on `{name}`; it may on {:?}", arrows.to));
    }
    let (_, owners) = LIBRARIES.iter().find(|(library, _)| *library == name)?;
    let fine = in_tests || owners.contains(&from);
    (!fine).then(|| format!("`{name}` belongs to {owners:?} only"))
}

/// The line of the manifest that says so.
fn place_of(package: &Package, dependency: &str) -> String {
    let text = fs::read_to_string(&package.manifest_path).unwrap_or_default();
    let line = text.lines().position(|line| line.starts_with(dependency)).unwrap_or(0) + 1;
    let root = fs::canonicalize(place::root()).unwrap_or_default();
    let path = package.manifest_path.trim_start_matches(&*root.to_string_lossy());
    format!("{}:{line}", path.trim_start_matches('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(from: &str, name: &str, kind: Option<&str>, ours: bool) -> bool {
        let arrows = ARROWS.iter().find(|arrows| arrows.from == from).unwrap();
        let to = Dependency {
            name: name.to_owned(),
            kind: kind.map(ToOwned::to_owned),
            path: ours.then(String::new),
        };
        broken_rule(arrows, &to).is_none()
    }

    #[test]
    fn arrows_point_down() {
        assert!(verdict("deskhand-store", "deskhand-engine", None, true));
        assert!(!verdict("deskhand-engine", "deskhand-store", None, true));
        assert!(!verdict("deskhand-engine", "connectwise-psa", Some("dev"), true));
        assert!(verdict("deskhand", "deskhand-sandbox", None, true));
        assert!(verdict("deskhand-server", "deskhand-engine", None, true));
        assert!(!verdict("deskhand-server", "deskhand-connectwise", None, true));
    }

    #[test]
    fn the_sandbox_never_depends_on_the_client_not_even_in_tests() {
        assert!(!verdict("deskhand-sandbox", "connectwise-psa", None, true));
        assert!(!verdict("deskhand-sandbox", "connectwise-psa", Some("dev"), true));
    }

    #[test]
    fn libraries_stay_where_they_belong() {
        assert!(verdict("deskhand-store", "sqlx", None, false));
        assert!(!verdict("deskhand-engine", "sqlx", None, false));
        assert!(verdict("connectwise-psa", "axum", Some("dev"), false));
        assert!(!verdict("connectwise-psa", "clap", None, false));
    }
}
