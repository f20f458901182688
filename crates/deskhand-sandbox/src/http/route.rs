//! Which records an address means.

use crate::world::Kind;

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Target {
    pub(super) kind: Kind,
    /// The board of a status, a type, a team; the ticket of a note.
    pub(super) parent: Option<String>,
    pub(super) what: What,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum What {
    List,
    Count,
    Search,
    One(String),
    /// Something is done to a ticket and to others.
    Act(Act, String),
}

/// What can be done to a ticket and to others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Act {
    Merge,
    Attach,
    Detach,
}

/// The part of a path below the API root, for any codebase; `None` when it is no API path.
pub(super) fn below_root(path: &str) -> Option<(&str, Vec<&str>)> {
    let at = path.find("/apis/3.0")?;
    let codebase = path[..at].trim_matches('/');
    if codebase.is_empty() || codebase.contains('/') {
        return None;
    }
    let rest = path[at + "/apis/3.0".len()..]
        .split('/')
        .filter(|segment| !segment.is_empty())
        .collect();
    Some((codebase, rest))
}

/// Finds the records that a path means.
pub(super) fn target(segments: &[&str]) -> Option<Target> {
    let lower: Vec<String> = segments.iter().map(|segment| segment.to_ascii_lowercase()).collect();
    let lower: Vec<&str> = lower.iter().map(String::as_str).collect();
    let (kind, parent, rest) = match lower.as_slice() {
        ["service", "boards", board, child, rest @ ..] if board_child(child).is_some() => {
            (board_child(child)?, Some((*board).to_owned()), rest)
        }
        ["service", "tickets", ticket, "notes", rest @ ..] => (Kind::Note, Some((*ticket).to_owned()), rest),
        ["service", "tickets", ticket, "allnotes", rest @ ..] => (Kind::AllNote, Some((*ticket).to_owned()), rest),
        ["service", "tickets", ticket, act] if acts(act).is_some() => {
            return Some(Target {
                kind: Kind::Ticket,
                parent: None,
                what: What::Act(acts(act)?, (*ticket).to_owned()),
            });
        }
        ["system", "callbacks", rest @ ..] => (Kind::Callback, None, rest),
        ["service", list, rest @ ..] => (service(list)?, None, rest),
        ["system", "locations", rest @ ..] => (Kind::SystemLocation, None, rest),
        ["system", "departments", rest @ ..] => (Kind::Department, None, rest),
        ["system", "members", rest @ ..] => (Kind::Member, None, rest),
        ["company", "companies", "statuses", rest @ ..] => (Kind::CompanyStatus, None, rest),
        ["company", "companies", "types", rest @ ..] => (Kind::CompanyType, None, rest),
        ["company", "companies", rest @ ..] => (Kind::Company, None, rest),
        ["company", "contacts", rest @ ..] => (Kind::Contact, None, rest),
        _ => return None,
    };
    let what = match rest {
        [] | ["info"] => What::List,
        ["count"] | ["info", "count"] => What::Count,
        ["search"] if kind == Kind::Ticket => What::Search,
        [id] | [id, "info"] => What::One((*id).to_owned()),
        _ => return None,
    };
    Some(Target { kind, parent, what })
}

fn acts(name: &str) -> Option<Act> {
    Some(match name {
        "merge" => Act::Merge,
        "attachchildren" => Act::Attach,
        "detachchildren" => Act::Detach,
        _ => return None,
    })
}

fn service(list: &str) -> Option<Kind> {
    Some(match list {
        "tickets" => Kind::Ticket,
        "boards" => Kind::Board,
        "priorities" => Kind::Priority,
        "severities" => Kind::Severity,
        "impacts" => Kind::Impact,
        "sources" => Kind::Source,
        "locations" => Kind::ServiceLocation,
        _ => return None,
    })
}

fn board_child(list: &str) -> Option<Kind> {
    Some(match list {
        "statuses" => Kind::BoardStatus,
        "types" => Kind::BoardType,
        "subtypes" => Kind::BoardSubType,
        "items" => Kind::BoardItem,
        "teams" => Kind::BoardTeam,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_codebase_and_trailing_slashes_will_do() {
        let (codebase, segments) = below_root("/v2025_1/apis/3.0/service/boards/3/Statuses/").unwrap();
        assert_eq!(codebase, "v2025_1");
        let target = target(&segments).unwrap();
        assert_eq!(
            (target.kind, target.parent.as_deref(), target.what),
            (Kind::BoardStatus, Some("3"), What::List)
        );
        assert!(below_root("/apis/3.0/service/tickets").is_none());
        assert!(below_root("/x/y/apis/3.0/service/tickets").is_none());
    }
}
