//! Ids of runs.

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

/// A run's id has at most so many letters.
const LONGEST: usize = 200;

/// So many bytes of a digest tell ids apart that begin in the same way.
const TOLD_APART: usize = 16;

/// The id of what follows from the end of a run: each end after the first has ids of its own.
pub(crate) fn id_after(what: &str, ending: u32, of: &str) -> String {
    fitting(match ending {
        ..=1 => format!("{what}:{of}"),
        _ => format!("{what}-{ending}:{of}"),
    })
}

/// An id as it is, unless it would be too long: then its beginning and a digest of the whole, always the same.
pub(crate) fn fitting(id: String) -> String {
    if id.chars().count() <= LONGEST {
        return id;
    }
    let mut short: String = id.chars().take(LONGEST - 1 - 2 * TOLD_APART).collect();
    short.push('-');
    for byte in &Sha256::digest(&id)[..TOLD_APART] {
        let _never_fails = write!(short, "{byte:02x}");
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_would_be_too_long_is_shortened() {
        let longest = "é".repeat(LONGEST);
        assert_eq!(fitting(longest.clone()), longest);
        let (one, other) = (fitting(format!("{longest}1")), fitting(format!("{longest}2")));
        assert_eq!((one.chars().count(), other.chars().count()), (LONGEST, LONGEST));
        assert_ne!(one, other);
        assert!(one.starts_with(&"é".repeat(167)), "{one}");
        assert_eq!(one, fitting(format!("{longest}1")));
    }
}
