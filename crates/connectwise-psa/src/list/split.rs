//! How the ids of a list are cut into ranges that can be read side by side.

use super::scan::IdRange;

/// Cuts the ids from `lowest` to `highest` into `parts` ranges of about the same width; the last one stays open, because
/// records with higher ids can appear while it is being read.
pub(super) fn split(lowest: i64, highest: i64, parts: usize) -> Vec<IdRange> {
    let parts = i64::try_from(parts.max(1)).unwrap_or(1);
    let before = lowest.saturating_sub(1);
    let width = (highest.saturating_sub(before) / parts).max(1);
    let mut ranges = Vec::new();
    let mut after = before;
    while after.saturating_add(width) < highest && ranges.len() + 1 < usize::try_from(parts).unwrap_or(1) {
        let upto = after + width;
        ranges.push(IdRange {
            after,
            upto: Some(upto),
        });
        after = upto;
    }
    ranges.push(IdRange { after, upto: None });
    ranges
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn ranges_meet_without_gap_or_overlap(lowest in 1_i64..1_000_000, more in 0_i64..1_000_000, parts in 1_usize..20) {
            let ranges = split(lowest, lowest + more, parts);
            prop_assert!(ranges.len() <= parts);
            prop_assert_eq!(ranges[0].after, lowest - 1);
            prop_assert_eq!(ranges.last().unwrap().upto, None);
            for pair in ranges.windows(2) {
                prop_assert_eq!(pair[0].upto, Some(pair[1].after));
                prop_assert!(pair[0].after < pair[1].after);
            }
        }
    }
}
