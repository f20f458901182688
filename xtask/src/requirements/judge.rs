//! Rows held against tests.

use std::collections::{HashMap, HashSet};

use super::page::{Part, Row};
use super::scan::{Test, family};

/// What came of it.
#[derive(Debug)]
pub(super) struct Judgement {
    /// The rows in the order of the page, with their tests.
    pub(super) standings: Vec<Standing>,
    /// What is wrong beside rows without tests.
    pub(super) complaints: Vec<String>,
}

/// A row and its tests.
#[derive(Debug)]
pub(super) struct Standing {
    pub(super) row: Row,
    pub(super) tests: Vec<Test>,
}

impl Judgement {
    /// The ids of rows that have no test and wait for nothing.
    pub(super) fn untested(&self) -> Vec<&str> {
        let standings = self.standings.iter();
        let untested = standings.filter(|standing| standing.tests.is_empty() && standing.row.later.is_none());
        untested.map(|standing| standing.row.id.as_str()).collect()
    }
}

/// Gives each row its tests. A test that claims what is no row, or does not run, is a complaint; so is a row that waits for
/// a part that exists.
pub(super) fn judge(rows: Vec<Row>, tests: &[Test], exists: impl Fn(Part) -> bool) -> Judgement {
    let mut complaints = Vec::new();
    let mut of_row = claims(&rows, tests, &mut complaints);
    let mut standings = Vec::new();
    for row in rows {
        if let Some(part) = row.later.filter(|part| exists(*part)) {
            let name = part.name();
            complaints.push(format!(
                "{} waits for `{name}`, which exists: take `later: {name}` away",
                row.id
            ));
        }
        let tests = of_row.remove(&row.id).unwrap_or_default();
        standings.push(Standing { row, tests });
    }
    Judgement { standings, complaints }
}

/// The tests of each row. Only letters that some row begins with make an id, so that `utf8_…` claims nothing.
fn claims(rows: &[Row], tests: &[Test], complaints: &mut Vec<String>) -> HashMap<String, Vec<Test>> {
    let known: HashSet<&str> = rows.iter().map(|row| row.id.as_str()).collect();
    let families: HashSet<&str> = known.iter().map(|id| family(id)).collect();
    let mut of_row: HashMap<String, Vec<Test>> = HashMap::new();
    for test in tests {
        let ids = test.leading_ids().map(str::to_ascii_uppercase);
        for id in ids.take_while(|id| families.contains(family(id))) {
            let Test { name, file, line, .. } = test;
            if !known.contains(id.as_str()) {
                complaints.push(format!("{file}:{line}: `{name}` claims {id}, which is no requirement"));
            } else if test.ignored {
                complaints.push(format!("{file}:{line}: `{name}` claims {id} and does not run"));
            } else {
                of_row.entry(id).or_default().push(test.clone());
            }
        }
    }
    of_row
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(id: &str, later: Option<Part>) -> Row {
        Row {
            id: id.to_owned(),
            holds: "It works.".to_owned(),
            later,
        }
    }

    fn test(name: &str) -> Test {
        Test {
            name: name.to_owned(),
            file: "a.rs".to_owned(),
            line: 7,
            ignored: false,
        }
    }

    fn names(judgement: &Judgement, at: usize) -> Vec<&str> {
        let tests = judgement.standings[at].tests.iter();
        tests.map(|test| test.name.as_str()).collect()
    }

    #[test]
    fn a_row_has_the_tests_that_name_it_exactly() {
        let rows = vec![row("FE1", None), row("FE10", None), row("G1", None)];
        let tests = [
            test("fe10_urgency"),
            test("fe1_g1_both"),
            test("slow_g1_alone"),
            test("fe_1_not"),
        ];
        let judgement = judge(rows, &tests, |_| false);
        assert_eq!(names(&judgement, 0), ["fe1_g1_both"]);
        assert_eq!(names(&judgement, 1), ["fe10_urgency"]);
        assert_eq!(names(&judgement, 2), ["fe1_g1_both", "slow_g1_alone"]);
        assert!(judgement.complaints.is_empty() && judgement.untested().is_empty());
    }

    #[test]
    fn a_row_without_a_test_is_untested_unless_it_waits() {
        let rows = vec![
            row("FE1", None),
            row("PL1", Some(Part::Playbooks)),
            row("PL2", Some(Part::Api)),
        ];
        let judgement = judge(rows, &[], |_| false);
        assert_eq!(judgement.untested(), ["FE1"]);
        assert!(judgement.complaints.is_empty());
    }

    #[test]
    fn nothing_waits_for_what_exists_tested_or_not() {
        let rows = vec![row("PL1", Some(Part::Playbooks)), row("PL4", Some(Part::Api))];
        let judgement = judge(rows, &[test("pl1_stopped")], |part| part == Part::Playbooks);
        assert_eq!(
            judgement.complaints,
            ["PL1 waits for `playbooks`, which exists: take `later: playbooks` away"]
        );
    }

    #[test]
    fn a_test_claims_only_what_is_there() {
        let rows = vec![row("FE1", None)];
        let judgement = judge(
            rows,
            &[test("fe1_fe99_both"), test("utf8_is_kept"), test("http2_fe98_too")],
            |_| false,
        );
        assert_eq!(
            judgement.complaints,
            ["a.rs:7: `fe1_fe99_both` claims FE99, which is no requirement"]
        );
        assert_eq!(names(&judgement, 0), ["fe1_fe99_both"]);
    }

    #[test]
    fn a_test_that_does_not_run_shows_nothing() {
        let ignored = Test {
            ignored: true,
            ..test("fe1_works")
        };
        let judgement = judge(vec![row("FE1", None)], &[ignored], |_| false);
        assert_eq!(judgement.untested(), ["FE1"]);
        assert_eq!(
            judgement.complaints,
            ["a.rs:7: `fe1_works` claims FE1 and does not run"]
        );
    }
}
