//! A rule as people write it: a `[[rule]]` of a desk's file.

use deskhand_command::event_source::Search;
use serde::Deserialize;
use serde_json::Value;
use toml::Spanned;

use super::{Rule, Verdict};
use crate::playbooks::EventMatch;

/// Where a search begins in what was received: at the record.
const RECORD: &str = "$.Results";

/// A `[[rule]]` as it is written.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrittenRule {
    /// Its name, with its place in the file.
    pub name: Spanned<String>,
    site: Option<WrittenSites>,
    connection: Option<String>,
    source: Option<String>,
    search: Option<String>,
    dismiss: Option<String>,
    escalate: Option<WrittenEscalation>,
    #[serde(default = "yes")]
    active: bool,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(untagged, expecting = "`site` is the name of a site, or a list of names")]
enum WrittenSites {
    One(String),
    Several(Vec<String>),
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenEscalation {
    incident_type: String,
    title: String,
    playbook: Option<String>,
}

fn yes() -> bool {
    true
}

impl WrittenRule {
    /// The rule, or what is wrong with it.
    pub fn into_rule(self) -> Result<Rule, String> {
        let search = self.search.as_deref().map(|text| Search::parse(text, RECORD));
        let search = search
            .transpose()
            .map_err(|error| format!("`search` cannot be read: {error}"))?;
        let verdict = match (self.dismiss, self.escalate) {
            (Some(reason), None) if !reason.trim().is_empty() => Verdict::Dismiss {
                reason: Value::String(reason),
            },
            (Some(_), None) => return Err("`dismiss` needs a reason: people will ask why".to_owned()),
            (None, Some(escalate)) => Verdict::Escalate {
                incident_type: escalate.incident_type,
                title: Value::String(escalate.title),
                playbook: escalate.playbook,
            },
            (None, None) | (Some(_), Some(_)) => {
                return Err(
                    "it needs either `dismiss = \"why\"` or `escalate = { incident_type = \"…\", title = \"…\" }`"
                        .to_owned(),
                );
            }
        };
        let sites = match self.site {
            None => Vec::new(),
            Some(WrittenSites::One(site)) => vec![site],
            Some(WrittenSites::Several(sites)) if sites.is_empty() => {
                return Err("`site = []` is no site: name one, or leave it out for all".to_owned());
            }
            Some(WrittenSites::Several(sites)) => sites,
        };
        let matching = EventMatch {
            connection: self.connection,
            source: self.source,
            search,
            at_most: None,
        };
        if matches!(verdict, Verdict::Dismiss { .. }) && sites.is_empty() && matching.is_everything() {
            return Err(
                "it would dismiss every event: say which by `site`, `connection`, `source` or `search`".to_owned(),
            );
        }
        Ok(Rule {
            name: self.name.into_inner(),
            sites,
            matching,
            verdict,
            active: self.active,
        })
    }
}

impl EventMatch {
    /// Whether it leaves out no event.
    pub fn is_everything(&self) -> bool {
        self.connection.is_none() && self.source.is_none() && self.search.is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(text: &str) -> Result<Rule, String> {
        let written: WrittenRule = toml::from_str(text).map_err(|error| error.message().to_owned())?;
        written.into_rule()
    }

    #[test]
    fn a_rule_says_which_events_and_what_becomes_of_them() {
        let read = rule("name = \"Noise\"\nsearch = '{$.summary} contains \"backup ok\"'\ndismiss = \"Nothing to do\"");
        let read = read.unwrap();
        assert_eq!((read.name.as_str(), read.active), ("Noise", true));
        assert!(matches!(read.verdict, Verdict::Dismiss { .. }));
    }

    #[test]
    fn a_rule_that_would_dismiss_everything_is_refused() {
        let refused = rule("name = \"All\"\ndismiss = \"Because\"").unwrap_err();
        assert!(refused.contains("every event"), "{refused}");
    }

    #[test]
    fn a_rule_is_for_a_site_for_several_or_for_all() {
        let sites = |site: &str| {
            let text = format!("name = \"Noise\"\n{site}source = \"Alerts\"\ndismiss = \"x\"");
            rule(&text).map(|rule| rule.sites)
        };
        assert_eq!(sites("").unwrap(), [""; 0]);
        assert_eq!(sites("site = \"Main\"\n").unwrap(), ["Main"]);
        assert_eq!(sites("site = [\"Main\", \"Branch\"]\n").unwrap(), ["Main", "Branch"]);
        let refused = sites("site = []\n").unwrap_err();
        assert!(refused.contains("leave it out for all"), "{refused}");
        let refused = sites("site = 7\n").unwrap_err();
        assert!(refused.contains("`site` is the name of a site"), "{refused}");
        let all_of_a_site = rule("name = \"All\"\nsite = \"Main\"\ndismiss = \"Closed down\"");
        assert_eq!(all_of_a_site.unwrap().sites, ["Main"]);
    }

    #[test]
    fn a_rule_has_one_verdict() {
        for text in [
            "name = \"None\"\nsource = \"Alerts\"",
            "name = \"Two\"\nsource = \"Alerts\"\ndismiss = \"x\"\nescalate = { incident_type = \"Outage\", title = \"x\" }",
        ] {
            let refused = rule(text).unwrap_err();
            assert!(refused.contains("either"), "{refused}");
        }
    }

    #[test]
    fn an_unknown_member_is_refused_by_its_name() {
        let refused = rule("name = \"Slip\"\nserach = \"x\"\ndismiss = \"x\"").unwrap_err();
        assert!(refused.contains("serach"), "{refused}");
    }
}
