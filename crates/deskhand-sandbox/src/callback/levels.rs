//! Which types of record can be watched, and at which levels.

/// Types and the levels of each but `owner`, which all have. Those of tickets, companies and contacts are what is known
/// of the vendor's; the rest of the matrix is not published, so that leaving it empty is invented.
const TYPES: [(&str, &[&str]); 16] = [
    ("activity", &[]),
    ("agreement", &[]),
    ("company", &["status", "type", "territory"]),
    ("contact", &["type"]),
    ("configuration", &[]),
    ("invoice", &[]),
    ("expense", &[]),
    ("member", &[]),
    ("opportunity", &[]),
    ("productcatalog", &[]),
    ("project", &[]),
    ("purchaseorder", &[]),
    ("schedule", &[]),
    ("site", &[]),
    ("ticket", &["board", "status", "project"]),
    ("time", &[]),
];

/// A type by its name in any case, with its levels.
pub(super) fn levels_of(name: &str) -> Option<(&'static str, &'static [&'static str])> {
    TYPES.into_iter().find(|(known, _)| known.eq_ignore_ascii_case(name))
}

/// Whether a type has a level.
pub(super) fn has_level(name: &str, level: &str) -> bool {
    level.eq_ignore_ascii_case("owner")
        || levels_of(name).is_some_and(|(_, levels)| levels.iter().any(|known| known.eq_ignore_ascii_case(level)))
}
