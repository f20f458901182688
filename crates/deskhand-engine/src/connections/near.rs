//! Names that somebody may have meant.

use deskhand_command::input::distance;

/// Says that there is no such name, with the nearest one, or with all of them when none is near.
pub(crate) fn unknown<'a>(kind: &str, wanted: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    let mut by_distance: Vec<(usize, &str)> = known
        .into_iter()
        .map(|name| (distance(&wanted.to_lowercase(), &name.to_lowercase()), name))
        .collect();
    by_distance.sort_unstable();
    match by_distance.first() {
        None => format!("there is no {kind} `{wanted}`; there is none at all"),
        Some((away, nearest)) if *away <= (wanted.chars().count() / 3).max(2) => {
            format!("there is no {kind} `{wanted}`; did you mean `{nearest}`?")
        }
        Some(_) => {
            let names: Vec<String> = by_distance
                .iter()
                .take(SHOWN)
                .map(|(_, name)| format!("`{name}`"))
                .collect();
            let more = if by_distance.len() > SHOWN { " and others" } else { "" };
            format!("there is no {kind} `{wanted}`; there are {}{more}", names.join(", "))
        }
    }
}

/// A fragment as a sentence.
pub(crate) fn sentence(fragment: &str) -> String {
    let mut letters = fragment.chars();
    let first = letters.next().map(|first| first.to_ascii_uppercase());
    let mut sentence: String = first.into_iter().chain(letters).collect();
    if !sentence.ends_with(['.', '?']) {
        sentence.push('.');
    }
    sentence
}

const SHOWN: usize = 5;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_is_named_or_all_of_a_few() {
        let sites = ["North", "South"];
        assert_eq!(
            unknown("site", "Nroth", sites),
            "there is no site `Nroth`; did you mean `North`?"
        );
        assert!(unknown("site", "Headquarters", sites).contains("there are `"));
        assert_eq!(
            unknown("vault", "prod", []),
            "there is no vault `prod`; there is none at all"
        );
    }
}
