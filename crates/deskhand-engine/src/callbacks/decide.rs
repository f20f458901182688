//! What to do about what is registered at the product: a pure function of that and of what is wanted.

use deskhand_command::Registered;

use super::CallbackPlace;

/// One thing to do at the product.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Nothing of ours is registered.
    Create,
    /// This one is ours and as it should be.
    Keep(i64),
    /// This one is ours, and not as it should be.
    Mend(i64, Defect),
    /// This one is ours, and one too many.
    Remove(i64),
}

/// What is wrong with a registration of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Defect {
    /// The product does not deliver to it: somebody disabled it, or it failed for days.
    Inactive,
    /// It has another address of ours.
    Address,
    /// It no longer announces everything.
    Incomplete,
    /// Its marker was changed.
    Marker,
}

/// Keeps one registration as it should be; what is not ours is never part of the outcome.
pub fn decide(place: &CallbackPlace, registered: &[Registered]) -> Vec<Step> {
    let mut ours: Vec<&Registered> = registered.iter().filter(|one| place.is_ours(one)).collect();
    // The best first: with as little wrong as can be, and of those the oldest.
    ours.sort_by_key(|one| {
        (
            defect(place, one).is_some(),
            one.address != place.wanted().address,
            one.id,
        )
    });
    let Some((first, others)) = ours.split_first() else {
        return vec![Step::Create];
    };
    let first = match defect(place, first) {
        None => Step::Keep(first.id),
        Some(defect) => Step::Mend(first.id, defect),
    };
    // What is too many goes first: the product refuses two with the same address.
    let surplus = others.iter().map(|one| Step::Remove(one.id));
    surplus.chain([first]).collect()
}

/// Takes away what is ours, for a connection that is to have no callbacks any more.
pub fn leave(place: &CallbackPlace, registered: &[Registered]) -> Vec<Step> {
    let ours = registered.iter().filter(|one| place.is_ours(one));
    ours.map(|one| Step::Remove(one.id)).collect()
}

fn defect(place: &CallbackPlace, registered: &Registered) -> Option<Defect> {
    let wanted = place.wanted();
    let defects = [
        (registered.address != wanted.address, Defect::Address),
        (!registered.complete, Defect::Incomplete),
        (!registered.active, Defect::Inactive),
        (registered.marker != wanted.marker, Defect::Marker),
    ];
    defects.into_iter().find_map(|(is, defect)| is.then_some(defect))
}

impl Defect {
    /// What is wrong, in words.
    pub fn reason(self) -> &'static str {
        match self {
            Self::Inactive => "it was disabled",
            Self::Address => "it had another address",
            Self::Incomplete => "it did not announce everything",
            Self::Marker => "its description was changed",
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const BASE: &str = "https://desk.example.com/callbacks/";
    const MARKER: &str = "Deskhand: Main";

    fn place() -> CallbackPlace {
        CallbackPlace::new("https://desk.example.com", "Main", "s3cret").unwrap()
    }

    fn one(id: i64, address: &str, marker: &str) -> Registered {
        Registered {
            id,
            address: address.to_owned(),
            marker: marker.to_owned(),
            active: true,
            complete: true,
        }
    }

    fn ours(id: i64) -> Registered {
        one(id, &format!("{BASE}s3cret"), MARKER)
    }

    #[test]
    fn one_of_ours_is_kept_mended_or_created() {
        let inactive = Registered {
            active: false,
            ..ours(1)
        };
        let partial = Registered {
            complete: false,
            ..ours(1)
        };
        let cases = [
            (vec![], vec![Step::Create]),
            (vec![ours(1)], vec![Step::Keep(1)]),
            (vec![inactive.clone()], vec![Step::Mend(1, Defect::Inactive)]),
            (vec![partial], vec![Step::Mend(1, Defect::Incomplete)]),
            (
                vec![one(1, &format!("{BASE}older"), MARKER)],
                vec![Step::Mend(1, Defect::Address)],
            ),
            (
                vec![one(1, &format!("{BASE}s3cret"), "")],
                vec![Step::Mend(1, Defect::Marker)],
            ),
            (vec![inactive, ours(2)], vec![Step::Remove(1), Step::Keep(2)]),
            (
                vec![
                    one(1, &format!("{BASE}older"), MARKER),
                    one(2, &format!("{BASE}oldest"), MARKER),
                ],
                vec![Step::Remove(2), Step::Mend(1, Defect::Address)],
            ),
        ];
        for (registered, expected) in cases {
            assert_eq!(decide(&place(), &registered), expected, "{registered:?}");
        }
    }

    #[test]
    fn what_is_not_ours_is_neither_touched_nor_taken_for_ours() {
        let others = [
            // Somebody else's, with and without our words.
            one(1, "https://other.example.com/hook", "Their sync"),
            one(2, "https://other.example.com/callbacks/s3cret", MARKER),
            // Another connection's of this deployment, and one whose connection nobody can tell.
            one(3, &format!("{BASE}another"), "Deskhand: Other"),
            one(4, &format!("{BASE}another"), ""),
            // An address that only begins alike.
            one(5, "https://desk.example.com/callbacks-of-theirs/s3cret", MARKER),
            one(6, "https://desk.example.com.evil.example/callbacks/s3cret", MARKER),
        ];
        assert_eq!(decide(&place(), &others), [Step::Create]);
        assert_eq!(leave(&place(), &others), []);
        let mut all = others.to_vec();
        all.push(ours(7));
        assert_eq!(decide(&place(), &all), [Step::Keep(7)]);
        assert_eq!(leave(&place(), &all), [Step::Remove(7)]);
    }

    proptest! {
        #[test]
        fn one_of_ours_is_left_and_no_other_is_named(
            kinds in prop::collection::vec((0..4_u8, any::<bool>(), any::<bool>()), 0..8)
        ) {
            let registered: Vec<_> = kinds.iter().zip(1..).map(|((kind, active, complete), id)| {
                let (address, marker) = match kind {
                    0 => (format!("{BASE}s3cret"), MARKER),
                    1 => (format!("{BASE}older"), MARKER),
                    2 => (format!("{BASE}older"), "Deskhand: Other"),
                    _ => ("https://other.example.com/".to_owned(), MARKER),
                };
                Registered { active: *active, complete: *complete, ..one(id, &address, marker) }
            }).collect();
            let mine = |id: i64| kinds[usize::try_from(id - 1).unwrap()].0 < 2;
            let steps = decide(&place(), &registered);
            let left = steps.iter().filter(|step| !matches!(step, Step::Remove(_))).count();
            prop_assert_eq!(left, 1);
            for step in steps {
                match step {
                    Step::Create => prop_assert!(!kinds.iter().any(|(kind, ..)| *kind < 2)),
                    Step::Keep(id) | Step::Mend(id, _) | Step::Remove(id) => prop_assert!(mine(id)),
                }
            }
        }
    }
}
