//! Why a record became an event, or did not.

use serde::Serialize;

/// Why a record became an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Because {
    /// Nothing was known of the record.
    FirstSeen,
    /// It was updated since.
    Updated,
    /// Its content changed within the second of its stamp.
    SameSecond,
    /// A sweep found a revision that passes had missed.
    Late,
}

/// Why a record did not become an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Dismissal {
    /// This revision is known: the same content.
    SameRevision,
    /// The same stamp as a revision that was read when its second was over; what differs changes without an update.
    SameStamp,
    /// Its Unique Event Key has been ingested before.
    KnownKey,
    /// No event source is for it.
    NoSource,
}

impl Because {
    const ALL: [Self; 4] = [Self::FirstSeen, Self::Updated, Self::SameSecond, Self::Late];

    /// The reason in words, after "it was taken because".
    pub fn reason(self) -> &'static str {
        match self {
            Self::FirstSeen => "the record was seen for the first time",
            Self::Updated => "the record was updated since it was last seen",
            Self::SameSecond => "the record changed again within the second of its stamp",
            Self::Late => "a sweep found it; it became visible after the passes that should have read it",
        }
    }

    /// The number that stands for it in a store; it never changes.
    pub fn code(self) -> i64 {
        match self {
            Self::FirstSeen => 1,
            Self::Updated => 2,
            Self::SameSecond => 3,
            Self::Late => 4,
        }
    }

    /// The reason that a number stands for.
    pub fn from_code(code: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.code() == code)
    }
}

impl Dismissal {
    const ALL: [Self; 4] = [Self::SameRevision, Self::SameStamp, Self::KnownKey, Self::NoSource];

    /// The reason in words.
    pub fn reason(self) -> &'static str {
        match self {
            Self::SameRevision => "the same revision was ingested before",
            Self::SameStamp => "it was not updated since it was ingested; only what changes by itself differs",
            Self::KnownKey => "its Unique Event Key was ingested before",
            Self::NoSource => "no event source is for it",
        }
    }

    /// The number that stands for it in a store; it never changes.
    pub fn code(self) -> i64 {
        match self {
            Self::SameRevision => 1,
            Self::SameStamp => 2,
            Self::KnownKey => 3,
            Self::NoSource => 4,
        }
    }

    /// The reason that a number stands for.
    pub fn from_code(code: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.code() == code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stand_for_their_reasons() {
        for reason in Because::ALL {
            assert_eq!(Because::from_code(reason.code()), Some(reason));
        }
        for reason in Dismissal::ALL {
            assert_eq!(Dismissal::from_code(reason.code()), Some(reason));
        }
        assert_eq!((Because::from_code(0), Dismissal::from_code(0)), (None, None));
    }
}
