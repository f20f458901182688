//! What can be said of a template before it is ever filled in.

use deskhand_command::event_source::Path;

use super::language::{has_filter, has_template, has_test, parse};
use super::reads::{Word, unescaped, words};

/// A name that a template reads and that is none of these roots; an error when it cannot be read at all.
pub(in crate::playbooks) fn problem_of(text: &str, roots: &[&str]) -> Result<Option<String>, String> {
    if !has_template(text) {
        return Ok(None);
    }
    let template = parse(text).map_err(|error| error.message)?;
    words(text).into_iter().try_for_each(known)?;
    let mut strangers: Vec<_> = template.names().into_iter().collect();
    strangers.retain(|name| !roots.contains(&name.as_str()));
    strangers.sort();
    Ok(strangers.into_iter().next())
}

fn known(word: Word<'_>) -> Result<(), String> {
    match word {
        Word::Filter(name) if !has_filter(name) => Err(format!("there is no filter `{name}`")),
        Word::Test(name) if !has_test(name) => Err(format!("there is no test `{name}`")),
        Word::Path(path) => Path::parse(&unescaped(path), "$")
            .map(drop)
            .map_err(|error| error.to_string()),
        Word::Filter(_) | Word::Test(_) => Ok(()),
    }
}
