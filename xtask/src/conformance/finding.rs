//! What does not agree with the description, each thing once.

use std::collections::BTreeMap;

use serde_json::Value;

use super::deviations::Deviation;

/// What was found, by name, with where it was seen first.
#[derive(Debug, Default)]
pub(super) struct Findings {
    found: BTreeMap<String, String>,
}

/// How much of a value is shown, in characters.
const SHOWN: usize = 300;

impl Findings {
    /// Notes it, unless it is known already.
    pub(super) fn add(&mut self, name: String, seen: &str, value: &Value) {
        self.found.entry(name).or_insert_with(|| {
            let value: String = value.to_string().chars().take(SHOWN).collect();
            format!("{seen}: {value}")
        });
    }

    /// The names in order.
    #[cfg(test)]
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.found.keys().map(String::as_str)
    }

    /// What is wrong: findings that no deviation names, and deviations that were not found.
    pub(super) fn against(&self, deviations: &[Deviation]) -> Vec<String> {
        let listed = |name: &str| deviations.iter().any(|deviation| deviation.covers(name));
        let unlisted = self.found.iter().filter(|(name, _)| !listed(name));
        let unlisted = unlisted.map(|(name, seen)| format!("{name}\n    in {seen}"));
        let gone = deviations
            .iter()
            .filter(|deviation| !self.found.keys().any(|name| deviation.covers(name)));
        let gone = gone.map(|deviation| {
            let Deviation { name, reason } = deviation;
            format!("{name}\n    is listed ({reason}) and does not occur any more")
        });
        unlisted.chain(gone).collect()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn unlisted_findings_and_listed_ones_that_are_gone_are_wrong() {
        let mut findings = Findings::default();
        for name in ["known", "new", "new"] {
            findings.add(name.to_owned(), "GET /x", &json!(7));
        }
        let listed = |name| Deviation { name, reason: "so" };
        let wrong = findings.against(&[listed("known"), listed("gone")]);
        let expected = [
            "new\n    in GET /x: 7",
            "gone\n    is listed (so) and does not occur any more",
        ];
        assert_eq!(wrong, expected);
        assert!(findings.against(&[listed("known"), listed("new")]).is_empty());
    }
}
