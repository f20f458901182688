//! What the sources say: the environment, SQL and printing each have their place.

use std::fs;
use std::path::{Path, PathBuf};

use crate::place;

/// Words that only some crates may write outside tests.
struct Rule {
    words: &'static [&'static str],
    crates: &'static [&'static str],
    says: &'static str,
}

const RULES: &[Rule] = &[
    Rule {
        words: &["sqlx::", "SELECT ", "INSERT INTO ", "DELETE FROM "],
        crates: &["deskhand-store", "xtask"],
        says: "SQL belongs to deskhand-store only",
    },
    Rule {
        words: &["axum::"],
        crates: &["deskhand-sandbox", "deskhand-server", "xtask"],
        says: "axum belongs to the server and the sandbox only",
    },
    Rule {
        words: &["clap::"],
        crates: &["deskhand", "xtask"],
        says: "arguments belong to the program only",
    },
    Rule {
        words: &["std::env", "option_env!("],
        crates: &["deskhand", "xtask"],
        says: "only the program reads the environment",
    },
    Rule {
        words: &["println!(", "eprintln!(", "print!(", "eprint!("],
        crates: &["deskhand", "xtask"],
        says: "only the program prints",
    },
];

pub(super) fn violations() -> anyhow::Result<Vec<String>> {
    let mut violations = Vec::new();
    for crate_folder in fs::read_dir(place::root().join("crates"))? {
        let crate_folder = crate_folder?;
        let name = crate_folder.file_name().to_string_lossy().into_owned();
        let mut files = Vec::new();
        collect(&crate_folder.path().join("src"), &mut files)?;
        files.sort();
        for file in files {
            let text = fs::read_to_string(&file)?;
            let shown = file.strip_prefix(place::root()).unwrap_or(&file);
            violations.extend(in_source(&name, shown, &text));
        }
    }
    violations.sort();
    Ok(violations)
}

/// Rust files below a folder, files of tests left out.
fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    if !folder.is_dir() {
        return Ok(());
    }
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let is_tests = path.file_stem().is_some_and(|stem| stem == "tests");
        if path.is_dir() {
            collect(&path, files)?;
        } else if !is_tests && path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    Ok(())
}

/// The house keeps tests at the end of a file, so nothing after `#[cfg(test)]` in the first column is product code.
fn in_source(crate_name: &str, file: &Path, text: &str) -> Vec<String> {
    let product = text.lines().take_while(|line| *line != "#[cfg(test)]");
    let mut violations = Vec::new();
    for (number, line) in product.enumerate() {
        if line.trim_start().starts_with("//") {
            continue;
        }
        let broken = RULES
            .iter()
            .filter(|rule| !rule.crates.contains(&crate_name) && rule.words.iter().any(|word| line.contains(word)));
        violations.extend(broken.map(|rule| format!("{}:{}: {}", file.display(), number + 1, rule.says)));
    }
    violations
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(crate_name: &str, text: &str) -> Vec<String> {
        in_source(crate_name, Path::new("a.rs"), text)
    }

    #[test]
    fn a_violation_has_its_line_and_rule() {
        let text = "use x;\nlet key = std::env::var(\"KEY\");";
        assert_eq!(
            found("deskhand-engine", text),
            ["a.rs:2: only the program reads the environment"]
        );
        assert!(found("deskhand", text).is_empty());
    }

    #[test]
    fn comments_and_tests_are_no_violations() {
        assert!(
            found(
                "deskhand-store",
                "//! println!(\"x\")\n#[cfg(test)]\nmod tests { println!(\"x\") }"
            )
            .is_empty()
        );
    }
}
