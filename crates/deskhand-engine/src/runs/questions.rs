//! What runs ask people, and who may answer.

use deskhand_command::Failure;
use jiff::Timestamp;
use serde::Serialize;

use super::state::Wish;
use super::{Entry, What};
use crate::connections::{KnownUsers, find_user};

/// A step that asks, and was not answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_field_names, reason = "it is what the journal calls it")]
pub struct Question {
    /// The step.
    pub step: String,
    /// What it asks.
    pub question: String,
    /// Who may answer: users, and groups; nobody named: everybody who works for the run's site.
    pub by: Vec<String>,
    /// When nobody can answer any more.
    pub expires_at: Option<Timestamp>,
}

/// The questions of a run's journal that nobody has answered, in the order in which they were asked.
pub fn open_questions(entries: &[Entry]) -> Vec<Question> {
    let mut open: Vec<Question> = Vec::new();
    for entry in entries {
        match &entry.what {
            What::StepBegan { step, wish, .. } => {
                open.retain(|asked| asked.step != *step);
                open.extend(asked(step, Wish::from_json(wish)));
            }
            What::Answered { step, by, group, .. } => {
                open.retain(|asked| asked.step != *step || !is_asked(&asked.by, by, group.as_deref()));
            }
            What::StepEnded { step, .. } => open.retain(|asked| asked.step != *step),
            What::Ended { .. } => open.clear(),
            _ => {}
        }
    }
    open
}

/// Whether an answer counts: it is of somebody who is named, or given for a group that is.
///
/// Who is in which group changes, and a journal does not; therefore it says for which group an answer was given.
pub(in crate::runs) fn is_asked(by: &[String], who: &str, group: Option<&str>) -> bool {
    by.is_empty() || by.iter().any(|name| name == who || Some(name.as_str()) == group)
}

fn asked(step: &str, wish: Option<Wish>) -> Option<Question> {
    match wish? {
        Wish::Approval {
            question,
            by,
            expires_at,
            ..
        } => Some(Question {
            step: step.to_owned(),
            question,
            by,
            expires_at,
        }),
        _ => None,
    }
}

impl Question {
    /// Whether somebody may answer, with the group for which they do, or why not.
    ///
    /// On a desk with users it has to be one of them. Where the step names who may answer, it has to be one of those, or
    /// in one of those groups, operators neither more nor less, unless none of those is there any more: then an operator
    /// answers for them. Where the step names nobody, it has to be somebody who works for the site of the run.
    pub fn may_answer(&self, who: &str, site: &str, users: &KnownUsers) -> Result<Option<String>, Failure> {
        let user = find_user(users, who)?;
        if self.by.is_empty() {
            let theirs = site.is_empty() || user.is_none_or(|user| user.at(site).is_some());
            return if theirs {
                Ok(None)
            } else {
                Err(self.elsewhere(who, site))
            };
        }
        if is_asked(&self.by, who, None) {
            return Ok(None);
        }
        let mut groups = user.map(|user| user.groups.iter()).into_iter().flatten();
        let group = groups.find(|group| self.by.contains(group));
        let stands_in = user.is_some_and(|user| user.operator) && self.is_nobodys(users);
        let group = group.or_else(|| self.by.first().filter(|_| stands_in));
        group.cloned().map(Some).ok_or_else(|| self.not_asked(who, users))
    }

    fn elsewhere(&self, who: &str, site: &str) -> Failure {
        let message = format!(
            "`{who}` may not answer `{}`: it is for those who work for the site `{site}`.",
            self.step
        );
        Failure::new(403, message).with_hint("let one of them answer, or an operator")
    }

    /// Whether the step names only users and groups that there are not any more.
    fn is_nobodys(&self, users: &KnownUsers) -> bool {
        let is_there = |name: &String| users.contains_key(name) || is_group(name, users);
        !users.is_empty() && !self.by.iter().any(is_there)
    }

    fn not_asked(&self, who: &str, users: &KnownUsers) -> Failure {
        let name = |name: &String| {
            if users.is_empty() || users.contains_key(name) {
                format!("`{name}`")
            } else if is_group(name, users) {
                format!("the group `{name}`")
            } else {
                format!("`{name}` (who is no user and no group any more)")
            }
        };
        let names: Vec<_> = self.by.iter().map(name).collect();
        let message = format!("`{who}` may not answer `{}`: {} may.", self.step, names.join(", "));
        let hint = if self.is_nobodys(users) {
            "nobody of those is there any more: let an operator answer, and change `by` in the playbook"
        } else {
            "let one of them answer, or change `by` in the playbook"
        };
        Failure::new(403, message).with_hint(hint)
    }
}

fn is_group(name: &String, users: &KnownUsers) -> bool {
    users.values().any(|user| user.groups.contains(name))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::connections::User;
    use crate::runs::RunOutcome;

    fn user(name: &str, groups: &[&str], sites: &[&str]) -> (String, User) {
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let user = User {
            name: name.to_owned(),
            groups: owned(groups),
            sites: owned(sites),
            operator: sites.is_empty(),
            mail: None,
            time_zone: None,
            date_form: None,
        };
        (name.to_owned(), user)
    }

    fn users() -> KnownUsers {
        KnownUsers::from([
            user("ann", &["first line"], &["Main"]),
            user("bob", &[], &["Main", "Acme"]),
            user("eve", &[], &["Acme"]),
            user("ops", &[], &[]),
        ])
    }

    fn asking(by: &[&str]) -> Question {
        Question {
            step: "Ask".to_owned(),
            question: "Go on?".to_owned(),
            by: by.iter().map(|name| (*name).to_owned()).collect(),
            expires_at: None,
        }
    }

    #[test]
    fn who_may_answer_is_said_by_the_step_else_by_the_site_and_on_a_desk_without_users_by_nobody() {
        let (some, none) = (users(), KnownUsers::new());
        for (by, who, users, refusal) in [
            // Nobody is named.
            (&[][..], "anybody", &none, None),
            (&[], "ann", &some, None),
            (&[], "ops", &some, None),
            (&[], "eve", &some, Some("it is for those who work for the site `Main`")),
            (&[], "anne", &some, Some("There is no user `anne`; did you mean `ann`?")),
            (&[], "operator", &some, Some("There is no user `operator`")),
            // Somebody is.
            (&["bob"], "bob", &some, None),
            (&["bob"], "ann", &some, Some("`ann` may not answer `Ask`: `bob` may.")),
            (&["bob"], "ops", &some, Some("`bob` may.")),
            (&["eve"], "eve", &some, None),
            (&["bob", "first line"], "ann", &some, None),
            (
                &["bob", "first line"],
                "eve",
                &some,
                Some("`bob`, the group `first line` may."),
            ),
            (&["bob"], "bobb", &some, Some("did you mean `bob`?")),
            // A group's name is nobody's.
            (
                &["first line"],
                "first line",
                &some,
                Some("There is no user `first line`"),
            ),
            // Without users, the names in the playbook are all there is.
            (&["bob"], "bob", &none, None),
            (&["bob"], "ann", &none, Some("`ann` may not answer `Ask`: `bob` may.")),
        ] {
            match (asking(by).may_answer(who, "Main", users), refusal) {
                (Ok(_), None) => {}
                (Err(failure), Some(words)) => {
                    assert!(failure.message.contains(words), "{by:?} {who}: {}", failure.message);
                    assert_eq!((failure.status_code, failure.hint.is_some()), (403, true));
                }
                (found, _) => panic!("{by:?} {who}: {found:?}"),
            }
        }
    }

    #[test]
    fn operators_answer_for_those_who_are_not_there_any_more() {
        let may = |by: &[&str], who: &str| asking(by).may_answer(who, "Main", &users());
        let gone: &[&str] = &["second line", "joe"];
        assert_eq!(may(gone, "ops"), Ok(Some("second line".to_owned())));
        let refused = may(gone, "ann").unwrap_err();
        let expected = "`ann` may not answer `Ask`: `second line` (who is no user and no group any more), \
                        `joe` (who is no user and no group any more) may.";
        assert_eq!(refused.message, expected);
        assert!(refused.hint.unwrap().contains("an operator"), "and how to go on");
        let one_is_there: &[&str] = &["second line", "bob"];
        let refused = may(one_is_there, "ops").unwrap_err();
        assert!(!refused.hint.unwrap().contains("operator"));
    }

    #[test]
    fn a_run_that_is_no_sites_is_answered_by_every_user() {
        assert_eq!(asking(&[]).may_answer("eve", "", &users()), Ok(None));
    }

    #[test]
    fn an_answer_is_given_for_a_group_where_the_step_names_no_more_than_that() {
        let ann = |by: &[&str]| asking(by).may_answer("ann", "Main", &users());
        assert_eq!(ann(&["bob", "first line"]), Ok(Some("first line".to_owned())));
        assert_eq!(ann(&["first line", "ann"]), Ok(None));
    }

    #[test]
    fn what_was_answered_ended_or_asked_anew_is_not_asked_twice() {
        let began = |step: &str, question: &str, attempt| What::StepBegan {
            step: step.to_owned(),
            attempt,
            wish: json!({"does": "approval", "question": question, "by": ["bob"], "notify": []}),
        };
        let mut journal = Vec::new();
        let mut open_after = |what: What| {
            journal.push(Entry {
                seq: 1,
                at: Timestamp::UNIX_EPOCH,
                what,
            });
            let open = open_questions(&journal);
            open.into_iter().map(|asked| asked.question).collect::<Vec<_>>()
        };
        assert_eq!(open_after(began("Ask", "One?", 1)), ["One?"]);
        assert_eq!(open_after(began("Other", "Two?", 1)), ["One?", "Two?"]);
        let answered = |by: &str| What::Answered {
            step: "Ask".to_owned(),
            answer: "approved".to_owned(),
            by: by.to_owned(),
            group: None,
            words: String::new(),
        };
        assert_eq!(open_after(answered("eve")), ["One?", "Two?"], "it does not count");
        assert_eq!(open_after(answered("bob")), ["Two?"]);
        assert_eq!(open_after(began("Other", "Three?", 2)), ["Three?"]);
        let wait = What::StepBegan {
            step: "Wait".to_owned(),
            attempt: 1,
            wish: json!({"does": "wait", "until": "2026-01-01T00:00:00Z"}),
        };
        assert_eq!(open_after(wait), ["Three?"]);
        let ended = What::Ended {
            outcome: RunOutcome::Cancelled,
            reason: None,
        };
        assert!(open_after(ended).is_empty());
    }
}
