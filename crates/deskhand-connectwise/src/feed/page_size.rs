//! How many records to ask for, and what to do when a page does not come.

use std::time::Duration;

use connectwise_psa::{Error, ErrorKind};

/// The size of pages: halved when one cannot be read, doubled again when all goes well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct PageSize {
    whole: u32,
    now: u32,
    smooth: u32,
    failed: u32,
}

/// What to do about a page that did not come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Remedy {
    /// Ask again after a pause.
    Again(Duration),
    /// Ask for less, without a pause.
    Smaller,
    /// A single record does not come: look at it closely.
    Single,
    /// Asking again helps nobody.
    None,
}

/// What an error says about the page that was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Blame {
    /// It took too long: less will be quicker.
    Slow,
    /// The server stumbled, perhaps over one of the records.
    Server,
    /// It was lost or garbled on its way.
    Way,
    /// The server cannot be reached, or has no time.
    Away,
    /// It is refused.
    Request,
}

/// After this many pages without trouble, pages grow again.
const SMOOTH: u32 = 3;
/// A stumble is forgiven once before less is asked for; what is lost on its way, a few times.
const STUMBLES: u32 = 1;
const LOSSES: u32 = 3;
/// A server that is away is waited for this often: with doubling pauses about twelve seconds.
const ABSENCES: u32 = 8;
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(3);

impl PageSize {
    pub(super) fn new(whole: u32) -> Self {
        Self {
            whole,
            now: whole,
            smooth: 0,
            failed: 0,
        }
    }

    /// The size to ask for.
    pub(super) fn now(&self) -> u32 {
        self.now
    }

    /// A page came.
    pub(super) fn came(&mut self) {
        self.failed = 0;
        self.smooth += 1;
        if self.smooth >= SMOOTH && self.now < self.whole {
            self.smooth = 0;
            self.now = self.now.saturating_mul(2).min(self.whole);
        }
    }

    /// A page did not come.
    pub(super) fn remedy(&mut self, error: &Error) -> Remedy {
        self.decide(blame(error))
    }

    fn decide(&mut self, blame: Blame) -> Remedy {
        self.smooth = 0;
        let forgiven = match blame {
            Blame::Slow => 0,
            Blame::Server => STUMBLES,
            Blame::Way => LOSSES,
            Blame::Away => ABSENCES,
            Blame::Request => return Remedy::None,
        };
        if self.failed < forgiven {
            self.failed += 1;
            return Remedy::Again(pause(self.failed));
        }
        match (blame, self.now) {
            (Blame::Away, _) => Remedy::None,
            (_, 1) => Remedy::Single,
            _ => {
                self.failed = 0;
                self.now = self.now.div_ceil(2);
                Remedy::Smaller
            }
        }
    }
}

fn blame(error: &Error) -> Blame {
    match error.kind() {
        ErrorKind::TimedOut => Blame::Slow,
        ErrorKind::Server if error.status() == Some(503) => Blame::Away,
        ErrorKind::Server => Blame::Server,
        // A web page in place of data passes as well when it is a proxy's or a maintenance's.
        ErrorKind::Protocol | ErrorKind::BadBody => Blame::Way,
        ErrorKind::Connect | ErrorKind::RateLimited => Blame::Away,
        _ => Blame::Request,
    }
}

/// The n-th pause in a row.
fn pause(nth: u32) -> Duration {
    FIRST_PAUSE
        .saturating_mul(2_u32.saturating_pow(nth.saturating_sub(1)))
        .min(LONGEST_PAUSE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slow_pages_are_halved_at_once_down_to_one_record() {
        let mut size = PageSize::new(1000);
        let mut asked = Vec::new();
        while size.decide(Blame::Slow) == Remedy::Smaller {
            asked.push(size.now());
        }
        assert_eq!(asked, [500, 250, 125, 63, 32, 16, 8, 4, 2, 1]);
        assert_eq!(size.decide(Blame::Slow), Remedy::Single);
    }

    #[test]
    fn a_stumble_is_forgiven_once_and_a_page_that_comes_clears_the_slate() {
        let mut size = PageSize::new(50);
        assert_eq!(size.decide(Blame::Server), Remedy::Again(FIRST_PAUSE));
        size.came();
        assert_eq!(size.decide(Blame::Server), Remedy::Again(FIRST_PAUSE));
        assert_eq!(size.decide(Blame::Server), Remedy::Smaller);
        assert_eq!(size.now(), 25);
    }

    #[test]
    fn pages_grow_again_after_some_that_came() {
        let mut size = PageSize::new(50);
        size.decide(Blame::Slow);
        size.decide(Blame::Slow);
        let sizes: Vec<_> = (0..7)
            .map(|_| {
                size.came();
                size.now()
            })
            .collect();
        assert_eq!(sizes, [13, 13, 26, 26, 26, 50, 50]);
    }

    #[test]
    fn a_server_that_stays_away_ends_the_pass_and_so_does_a_refusal() {
        let mut size = PageSize::new(50);
        let mut waits = 0;
        while let Remedy::Again(_) = size.decide(Blame::Away) {
            waits += 1;
        }
        assert_eq!((waits, size.now()), (ABSENCES, 50));
        assert_eq!(PageSize::new(50).decide(Blame::Request), Remedy::None);
    }
}
