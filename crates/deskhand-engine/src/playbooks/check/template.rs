//! A template by itself: of a rule, or of a schedule.

use crate::playbooks::file::with_nearest;
use crate::playbooks::values::{problem_of, reads};

/// Something that a template can read.
#[derive(Debug, Clone, Copy)]
pub struct Readable<'a> {
    /// What it is called.
    pub name: &'a str,
    /// What it has; nothing: nobody knows.
    pub members: &'a [&'a str],
}

/// What is wrong with a template, and what to do: it cannot be read, or reads what is never there.
pub fn wrong_template(text: &str, readable: &[Readable<'_>]) -> Option<String> {
    let names: Vec<&str> = readable.iter().map(|root| root.name).collect();
    let with_hint = |message: String, hint: Option<String>| match hint {
        Some(hint) => format!("{message}; {hint}"),
        None => message,
    };
    match problem_of(text, &names) {
        Err(message) => return Some(message),
        Ok(Some(stranger)) => {
            let hint = with_nearest(&stranger, names, "templates here can read");
            return Some(with_hint(format!("there is no `{stranger}` here"), hint));
        }
        Ok(None) => {}
    }
    reads(text).into_iter().find_map(|read| {
        let root = readable.iter().find(|root| root.name == read.root)?;
        let member = read.member?;
        let is_known = root.members.is_empty() || root.members.contains(&member.as_str());
        (!is_known).then(|| {
            let hint = with_nearest(&member, root.members.iter().copied(), "it has");
            with_hint(format!("`{}` has no `{member}`", root.name), hint)
        })
    })
}
