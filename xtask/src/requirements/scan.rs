//! Tests, found by their attributes and names.

use std::fs;
use std::path::{Path, PathBuf};

use crate::place;

/// A test function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Test {
    /// `fe1_fe5_everything_is_read`.
    pub(super) name: String,
    /// Where it is, from the root of the repository.
    pub(super) file: String,
    /// The line of its `fn`.
    pub(super) line: usize,
    /// Whether `#[ignore]` keeps it from running.
    pub(super) ignored: bool,
}

impl Test {
    /// The parts at the beginning of the name that look like ids, `slow_` left out: `fe1`, `fe5`.
    pub(super) fn leading_ids(&self) -> impl Iterator<Item = &str> {
        let name = self.name.strip_prefix("slow_").unwrap_or(&self.name);
        name.split('_').take_while(|part| looks_like_an_id(part))
    }
}

/// The letters of something that looks like an id.
pub(super) fn family(id: &str) -> &str {
    id.trim_end_matches(|digit: char| digit.is_ascii_digit())
}

fn looks_like_an_id(part: &str) -> bool {
    let letters = family(part);
    !letters.is_empty() && letters.len() < part.len() && letters.chars().all(|letter| letter.is_ascii_lowercase())
}

/// All tests of the crates and of this one, by file and line.
pub(super) fn all() -> anyhow::Result<Vec<Test>> {
    let mut files = Vec::new();
    for folder in ["crates", "xtask"] {
        collect(&place::root().join(folder), &mut files)?;
    }
    files.sort();
    let mut tests = Vec::new();
    for file in files {
        let shown = file.strip_prefix(place::root()).unwrap_or(&file).display().to_string();
        tests.extend(in_source(&shown, &fs::read_to_string(&file)?));
    }
    Ok(tests)
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            if !path.ends_with("target") {
                collect(&path, files)?;
            }
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    Ok(())
}

/// What the attributes above a function have said so far.
#[derive(Default)]
struct Attributes {
    test: bool,
    ignored: bool,
    /// How many brackets of an attribute over several lines are open.
    open: usize,
}

/// Functions with an attribute of a test; one in a comment or within a text is none, because its line begins otherwise.
fn in_source(file: &str, text: &str) -> Vec<Test> {
    let (mut tests, mut above) = (Vec::new(), Attributes::default());
    for (number, line) in text.lines().enumerate() {
        let line = line.trim();
        if above.open > 0 || line.starts_with("#[") {
            above.test |= is_test(line);
            above.ignored |= line.starts_with("#[ignore");
            above.open = (above.open + line.matches('[').count()).saturating_sub(line.matches(']').count());
        } else if !(line.is_empty() || line.starts_with("//")) {
            if above.test
                && let Some(name) = function_in(line)
            {
                tests.push(Test {
                    name: name.to_owned(),
                    file: file.to_owned(),
                    line: number + 1,
                    ignored: above.ignored,
                });
            }
            above = Attributes::default();
        }
    }
    tests
}

fn is_test(attribute: &str) -> bool {
    ["#[test]", "#[tokio::test]", "#[tokio::test("]
        .iter()
        .any(|known| attribute.starts_with(known))
}

fn function_in(line: &str) -> Option<&str> {
    let rest = line
        .trim_start_matches("pub ")
        .trim_start_matches("async ")
        .strip_prefix("fn ")?;
    rest.split(['(', '<']).next().map(str::trim)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(lines: &[&str]) -> Vec<(String, usize, bool)> {
        let tests = in_source("a.rs", &lines.join("\n"));
        tests
            .into_iter()
            .map(|test| (test.name, test.line, test.ignored))
            .collect()
    }

    fn ids(name: &str) -> Vec<String> {
        let test = Test {
            name: name.to_owned(),
            file: String::new(),
            line: 1,
            ignored: false,
        };
        test.leading_ids().map(ToOwned::to_owned).collect()
    }

    #[test]
    fn every_kind_of_test_is_found() {
        let lines = [
            "    #[test]",
            "    fn one() {",
            "#[tokio::test(flavor = \"multi_thread\")]",
            "#[expect(clippy::x, reason = \"y\")]",
            "// why",
            "async fn two() {",
            "#[tokio::test(",
            "    flavor = \"multi_thread\",",
            ")]",
            "async fn three() {",
            "#[test] // why",
            "fn four(",
        ];
        let expected = [("one", 2), ("two", 6), ("three", 10), ("four", 12)];
        assert_eq!(
            found(&lines),
            expected.map(|(name, line)| (name.to_owned(), line, false))
        );
    }

    #[test]
    fn functions_texts_and_comments_are_no_tests() {
        let lines = [
            "fn fe1_helper() {",
            "// #[test]",
            "fn fe2_helper() {",
            "let text = \"#[test]\";",
            "fn fe3_helper() {",
            "#[test_log]",
            "fn fe4_helper() {",
            "#[test]",
            "struct NoFunction;",
            "fn fe5_helper() {",
        ];
        assert!(found(&lines).is_empty(), "{:?}", found(&lines));
    }

    #[test]
    fn an_ignored_test_is_known_as_such() {
        for pair in [["#[test]", "#[ignore]"], ["#[ignore = \"slow\"]", "#[test]"]] {
            assert_eq!(found(&[pair[0], pair[1], "fn a() {"]), [("a".to_owned(), 3, true)]);
        }
    }

    #[test]
    fn ids_are_the_whole_parts_at_the_beginning() {
        assert_eq!(ids("fe1_fe5_everything_is_read"), ["fe1", "fe5"]);
        assert_eq!(ids("fe10_urgency"), ["fe10"]);
        assert_eq!(ids("slow_g10_fe22_paths"), ["g10", "fe22"]);
        assert_eq!(ids("what_fe1_says"), [""; 0]);
        assert_eq!(ids("fe_1_and_22_or_fe1x"), [""; 0]);
    }
}
