//! The path of a step in a run: `Look`, `Each ticket[2]/Note`.

/// A path, taken apart at its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::runs) struct Parsed<'a> {
    /// The step's name.
    pub(in crate::runs) name: &'a str,
    /// The step's own path and the number of the element, where the path is an element's.
    pub(in crate::runs) element: Option<(&'a str, usize)>,
}

/// Takes a path apart.
pub(in crate::runs) fn parse(path: &str) -> Parsed<'_> {
    let last = path.rfind('/').map_or(path, |at| &path[at + 1..]);
    let numbered = last.strip_suffix(']').and_then(|rest| rest.split_once('['));
    let numbered = numbered.and_then(|(name, number)| Some((name, number.parse().ok()?)));
    match numbered {
        Some((name, number)) => {
            let own = path.len() - (last.len() - name.len());
            Parsed {
                name,
                element: Some((&path[..own], number)),
            }
        }
        None => Parsed {
            name: last,
            element: None,
        },
    }
}

/// A path, and the paths of all that it is inside of, from the innermost to the outermost.
pub(in crate::runs) fn around(path: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(path), |path| path.rfind(['/', '[']).map(|at| &path[..at]))
}

/// The path of an element or turn of a step.
pub(in crate::runs) fn element(path: &str, number: usize) -> String {
    format!("{path}[{number}]")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_taken_apart() {
        let of = |path| {
            let parsed = parse(path);
            (parsed.name, parsed.element)
        };
        assert_eq!(of("Look"), ("Look", None));
        assert_eq!(of("Each ticket[2]/Note"), ("Note", None));
        assert_eq!(of("Each ticket[2]"), ("Each ticket", Some(("Each ticket", 2))));
        assert_eq!(of("A[0]/B[11]"), ("B", Some(("A[0]/B", 11))));
        assert_eq!(of(&element("A[0]/B", 11)), of("A[0]/B[11]"));
    }

    #[test]
    fn what_is_around_a_path_is_known() {
        let all: Vec<_> = around("A[0]/B[11]/C").collect();
        assert_eq!(all, ["A[0]/B[11]/C", "A[0]/B[11]", "A[0]/B", "A[0]", "A"]);
    }
}
