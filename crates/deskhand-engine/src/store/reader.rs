//! Who reads which feed: what becomes of a feed's position when somebody begins to read it, pure.
//!
//! A feed is named by what it reads and where that lands, so that a job has another one after a change of its own, of its
//! connection or of its source. It goes on there from where it has come to; and what is left by all is not gone on with.

use serde_json::Value;

use super::Before;

/// A reader at a feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// Who.
    pub reader: String,
    /// The feed.
    pub feed: i64,
    /// The feed that it read before, until this one has come somewhere.
    pub before: Option<Before>,
    /// Whether it reads another one by now, or is no more.
    pub has_left: bool,
}

/// A reader that turns to a feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turned {
    /// Whether what the feed had come to counts no more.
    pub anew: bool,
    /// The feed that it goes on from, where this one has not come anywhere.
    pub before: Option<Before>,
}

/// What follows when a reader claims a feed; `None`: it reads that feed already.
///
/// `own` is what it reads, and how far that feed has come; `here` are the readings of the claimed feed. Whoever else
/// reads the feed keeps its position going, so that it stays.
pub fn turn_to(feed: i64, reader: &str, own: Option<(Reading, Option<Value>)>, here: &[Reading]) -> Option<Turned> {
    if own.as_ref().is_some_and(|(own, _)| own.feed == feed) {
        return None;
    }
    let others = here.iter().any(|other| !other.has_left && other.reader != reader);
    let is_left = here.iter().any(|other| other.has_left);
    Some(Turned {
        anew: !others && (own.is_some() || is_left),
        before: own.and_then(|(own, position)| match position {
            Some(position) => Some(Before {
                feed: own.feed,
                position,
            }),
            None => own.before,
        }),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn come(feed: i64) -> Before {
        Before {
            feed,
            position: Value::from(feed),
        }
    }

    fn reading(reader: &str, feed: i64, has_left: bool) -> Reading {
        Reading {
            reader: reader.to_owned(),
            feed,
            before: Some(come(9)),
            has_left,
        }
    }

    #[test]
    fn a_reader_goes_on_from_the_last_feed_that_has_come_anywhere() {
        let own = reading("A", 1, false);
        assert_eq!(turn_to(1, "A", Some((own.clone(), None)), &[]), None);
        let on = |position| turn_to(2, "A", Some((own.clone(), position)), &[]).and_then(|turned| turned.before);
        assert_eq!((on(Some(Value::from(1))), on(None)), (Some(come(1)), Some(come(9))));
    }

    #[test]
    fn what_all_have_left_begins_anew_and_what_somebody_reads_goes_on() {
        let anew = |own: Option<&Reading>, here: &[Reading]| {
            let turned = turn_to(2, "A", own.map(|own| (own.clone(), None)), here);
            turned.is_some_and(|turned| turned.anew)
        };
        let own = reading("A", 1, false);
        assert!(
            !anew(None, &[]),
            "nobody is known to have read it: it was read before this was noted"
        );
        assert!(
            anew(None, &[reading("A", 2, true)]),
            "it was removed, and is there again"
        );
        assert!(anew(None, &[reading("B", 2, true)]), "another was there before it");
        assert!(anew(Some(&own), &[reading("A", 2, true)]), "it comes back");
        for own in [None, Some(&own)] {
            assert!(!anew(own, &[reading("A", 2, true), reading("B", 2, false)]));
        }
    }
}
