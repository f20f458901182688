//! Which known word somebody probably meant.

/// The known words that differ least from what was written, the nearest first; none when all are far away.
pub(super) fn nearest<T: AsRef<str>>(written: &str, known: impl IntoIterator<Item = T>) -> Vec<T> {
    const SHOWN: usize = 3;
    let written = folded(written);
    let far = (written.len() / 3).max(1);
    let mut near: Vec<(usize, T)> = known
        .into_iter()
        .map(|known| (distance(&written, &folded(known.as_ref())), known))
        .filter(|(away, _)| *away <= far)
        .collect();
    near.sort_by_key(|(away, _)| *away);
    let least = near.first().map_or(0, |(away, _)| *away);
    near.into_iter()
        .take_while(|(away, _)| *away <= least + 1)
        .map(|(_, known)| known)
        .take(SHOWN)
        .collect()
}

/// Letters and digits alone, in lower case: `companyName` is as good as `company/name`.
fn folded(word: &str) -> Vec<char> {
    word.chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

/// How many letters have to be changed, added or taken out; two that changed places count once.
fn distance(one: &[char], other: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (i, a) in one.iter().enumerate() {
        let mut next = vec![i + 1];
        for (j, b) in other.iter().enumerate() {
            let mut least = (row[j] + usize::from(a != b)).min(row[j + 1] + 1).min(next[j] + 1);
            let swapped = i > 0 && j > 0 && *a == other[j - 1] && one[i - 1] == *b;
            if swapped {
                least = least.min(before[j - 1] + 1);
            }
            next.push(least);
        }
        before = std::mem::replace(&mut row, next);
    }
    row[other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_meant_comes_first_and_what_is_far_not_at_all() {
        let known = ["like", "contains", "in"];
        assert_eq!(nearest("liek", known), ["like"]);
        assert_eq!(nearest("CONTIANS", known), ["contains"]);
        assert!(nearest("between", known).is_empty());
        assert_eq!(nearest("boardName", ["board/id", "board/name"]), ["board/name"]);
    }
}
