//! What playbooks, steps and inputs may be called.

const LONGEST: usize = 60;

/// Why something cannot be called so; ids of runs are made of these names.
pub(super) fn wrong_name(name: &str) -> Option<&'static str> {
    let allowed = |c: char| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_' | '.' | ':' | '@');
    if name.trim().is_empty() {
        Some("it needs a name")
    } else if name.trim() != name {
        Some("its name begins or ends with a blank")
    } else if name.chars().count() > LONGEST {
        Some("its name is longer than 60 characters")
    } else if name.contains(": ") || name.ends_with(':') {
        Some("its name has a colon before a blank, which separates a step from its branch")
    } else if !name.chars().all(allowed) {
        Some("its name has more in it than letters, digits, blanks and - _ . : @")
    } else {
        None
    }
}
