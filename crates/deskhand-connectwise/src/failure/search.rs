//! What may be wrong with a Search Condition that the PSA refused.

use connectwise_psa::condition::{near_ticket_paths, parse};
use connectwise_psa::{Error, ErrorKind};
use deskhand_command::Failure;

/// Adds to a failure that nothing else explains what our own reading of the search says.
///
/// The PSA has judged already: what can be read here and is refused all the same stays the vendor's word alone.
pub(crate) fn explain_search(failure: Failure, error: &Error, search: Option<&str>) -> Failure {
    let Some(search) = search else { return failure };
    let explanation = match error.kind() {
        ErrorKind::Rejected if error.status() == Some(400) && failure.hint.is_none() => {
            unknown_name(error, search).or_else(|| where_it_stops(search))
        }
        // The only errors of a server that asking again will not cure are about the kind of a value.
        ErrorKind::Server if !error.is_retryable() => where_it_stops(search).or_else(|| Some(OTHER_KIND.to_owned())),
        _ => None,
    };
    let hint = match (explanation, &failure.hint) {
        (Some(explanation), Some(hint)) => Some(format!("{explanation}; {hint}")),
        (explanation, hint) => explanation.or_else(|| hint.clone()),
    };
    Failure { hint, ..failure }
}

const OTHER_KIND: &str = "Search Condition: a member is compared with a value of another kind than its own; write \"text\", a \
                          number, [a date], True or False, as the member has it";

/// The vendor names the path that it does not know; only one that stands in the search is the user's.
fn unknown_name(error: &Error, search: &str) -> Option<String> {
    let vendor = error.vendor().filter(|vendor| vendor.code == "ApiFindCondition")?;
    let name = vendor.message.strip_suffix(" is not a recognized name.")?;
    if !search.to_lowercase().contains(&name.to_lowercase()) {
        return None;
    }
    let near: Vec<_> = near_ticket_paths(name).iter().map(|path| format!("`{path}`")).collect();
    let suggestion = if near.is_empty() {
        "members are named as in `summary`, `closedFlag`, `board/name` or `company/identifier`".to_owned()
    } else {
        format!("did you mean {}?", near.join(" or "))
    };
    Some(format!(
        "Search Condition: a ticket has no `{name}` to search by; {suggestion}"
    ))
}

/// Where our own reading stumbles, if it does.
fn where_it_stops(search: &str) -> Option<String> {
    let error = parse(search).err()?;
    Some(format!("Search Condition: {error}"))
}
