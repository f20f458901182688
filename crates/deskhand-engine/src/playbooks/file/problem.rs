//! What is wrong with a file.

use std::fmt;

use deskhand_command::input::distance;
use serde::Serialize;

use super::Document;

/// Something that is wrong with a playbook's file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Problem {
    /// The line, from 1.
    pub line: usize,
    /// The step, where one is to blame.
    pub step: Option<String>,
    /// What is wrong, in a sentence without a full stop.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
}

impl fmt::Display for Problem {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(to, "line {}: ", self.line)?;
        if let Some(step) = &self.step {
            write!(to, "step `{step}`: ")?;
        }
        to.write_str(&self.message)?;
        match &self.hint {
            Some(hint) => write!(to, "; {hint}"),
            None => Ok(()),
        }
    }
}

/// Problems as they are found, each at its place in the document.
pub(in crate::playbooks) struct Notes<'a> {
    pub(in crate::playbooks) document: &'a Document<'a>,
    found: Vec<Problem>,
}

impl<'a> Notes<'a> {
    pub(in crate::playbooks) fn new(document: &'a Document<'a>) -> Self {
        Self {
            document,
            found: Vec::new(),
        }
    }

    /// Notes a problem of the member at a place such as `["trigger", "0", "event"]`.
    pub(in crate::playbooks) fn add(&mut self, place: &[&str], message: impl Into<String>) -> &mut Problem {
        self.push(self.document.line(place), None, message.into())
    }

    /// Notes a problem of a member of a step; where it has none of this name, of the step's name.
    pub(in crate::playbooks) fn add_step(
        &mut self,
        (at, name): (usize, &str),
        place: &[&str],
        message: impl Into<String>,
    ) -> &mut Problem {
        let at = at.to_string();
        let there = place
            .first()
            .is_some_and(|member| self.document.has(&["step", &at, member]));
        let member: &[&str] = if there { place } else { &["name"] };
        let place = [&["step", &at], member].concat();
        let step = (!name.is_empty()).then(|| name.to_owned());
        self.push(self.document.line(&place), step, message.into())
    }

    pub(in crate::playbooks) fn push(&mut self, line: usize, step: Option<String>, message: String) -> &mut Problem {
        self.found.push(Problem {
            line,
            step,
            message,
            hint: None,
        });
        self.found.last_mut().expect("one was just added")
    }

    /// All of them, by line.
    pub(in crate::playbooks) fn into_problems(mut self) -> Vec<Problem> {
        self.found.sort();
        self.found.dedup();
        self.found
    }
}

impl Problem {
    /// Says what to do about it.
    pub(in crate::playbooks) fn hint(&mut self, hint: impl Into<String>) {
        self.hint = Some(hint.into());
    }
}

/// `did you mean …?` where a known name is near, else all of them.
pub(in crate::playbooks) fn with_nearest<'n>(
    given: &str,
    known: impl IntoIterator<Item = &'n str>,
    all: &str,
) -> Option<String> {
    let mut by_distance: Vec<_> = known
        .into_iter()
        .map(|name| (distance(&name.to_lowercase(), &given.to_lowercase()), name))
        .collect();
    by_distance.sort_unstable();
    by_distance.dedup();
    let most = 1 + given.chars().count() / 3;
    let least = by_distance.first().map_or(0, |(away, _)| *away);
    let near: Vec<_> = by_distance
        .iter()
        .filter(|(away, _)| *away == least && least <= most)
        .collect();
    if by_distance.is_empty() {
        None
    } else if near.is_empty() {
        by_distance.sort_unstable_by_key(|(_, name)| *name);
        let names = by_distance.iter().map(|(_, name)| *name);
        Some(format!("{all} {}", quoted_list(names, "and")))
    } else {
        let names = near.iter().map(|(_, name)| *name);
        Some(format!("did you mean {}?", quoted_list(names, "or")))
    }
}

/// `` `a`, `b` and `c` ``; a very long list is cut.
pub(in crate::playbooks) fn quoted_list<'n>(names: impl IntoIterator<Item = &'n str>, last: &str) -> String {
    const MOST: usize = 20;
    let all: Vec<_> = names.into_iter().map(|name| format!("`{name}`")).collect();
    if all.len() > MOST {
        return format!("{} and {} more", all[..MOST].join(", "), all.len() - MOST);
    }
    match all.split_last() {
        None => String::new(),
        Some((only, [])) => only.clone(),
        Some((end, before)) => format!("{} {last} {end}", before.join(", ")),
    }
}
