//! How lively a desk is, and how unruly.

use serde::{Deserialize, Serialize};

/// How lively the desk is, and how unruly.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct Activity {
    /// Changes a second.
    pub per_second: f64,
    /// A change becomes visible up to this many seconds after its stamp.
    pub commit_lag_seconds: f64,
    /// The stamps of three servers: one is right, one is this many seconds behind and one as many ahead.
    pub skew_seconds: i64,
    /// Tickets are deleted, converted and moved out of sight as well.
    pub removals: bool,
    /// Companies are renamed, the codebase of hrefs changes, and now and then a ticket makes its page fail.
    pub upheaval: bool,
    /// How often each thing happens, in relation to the others.
    pub mix: Mix,
}

impl Default for Activity {
    fn default() -> Self {
        Self {
            per_second: 1.0,
            commit_lag_seconds: 0.0,
            skew_seconds: 0,
            removals: false,
            upheaval: false,
            mix: Mix::default(),
        }
    }
}

/// How often each thing happens on a desk, in relation to the others; a thousandth each by default.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct Mix {
    /// A ticket is created.
    pub create: u32,
    /// A ticket is updated: its summary, status, priority, owner or hours.
    pub update: u32,
    /// A ticket gets a closed status.
    pub close: u32,
    /// A ticket is updated twice with one stamp.
    pub same_second: u32,
    /// A ticket is merged into another.
    pub merge: u32,
    /// With removals: a ticket is deleted.
    pub delete: u32,
    /// With removals: a ticket becomes a project ticket.
    pub convert: u32,
    /// With removals: a ticket goes to a board that no role may see.
    #[serde(rename = "move")]
    pub hide: u32,
    /// With removals: a ticket comes back from there.
    #[serde(rename = "return")]
    pub show: u32,
    /// With upheaval: a company gets another name inside its tickets.
    pub rename_company: u32,
    /// With upheaval: hrefs get another codebase.
    pub new_codebase: u32,
    /// With upheaval: another ticket makes its page fail.
    pub poison: u32,
}

impl Default for Mix {
    fn default() -> Self {
        Self {
            create: 120,
            update: 680,
            close: 100,
            same_second: 60,
            merge: 10,
            delete: 7,
            convert: 7,
            hide: 6,
            show: 0,
            rename_company: 3,
            new_codebase: 3,
            poison: 4,
        }
    }
}

/// One thing that happens on a desk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Deed {
    Create,
    Update,
    Close,
    SameSecond,
    Merge,
    Delete,
    Convert,
    Hide,
    Show,
    RenameCompany,
    NewCodebase,
    Poison,
}

impl Activity {
    /// What happens next; what is not allowed becomes an update.
    pub(super) fn choose(&self, random: &mut fastrand::Rng) -> Deed {
        let shares = self.mix.shares();
        let all: u64 = shares.iter().map(|(_, share)| u64::from(*share)).sum();
        let mut at = if all == 0 { 0 } else { random.u64(..all) };
        for (deed, share) in shares {
            match at.checked_sub(u64::from(share)) {
                Some(rest) => at = rest,
                None if self.allows(deed) => return deed,
                None => break,
            }
        }
        Deed::Update
    }

    fn allows(&self, deed: Deed) -> bool {
        match deed {
            Deed::Delete | Deed::Convert | Deed::Hide | Deed::Show => self.removals,
            Deed::RenameCompany | Deed::NewCodebase | Deed::Poison => self.upheaval,
            Deed::Create | Deed::Update | Deed::Close | Deed::SameSecond | Deed::Merge => true,
        }
    }
}

impl Mix {
    fn shares(&self) -> [(Deed, u32); 12] {
        [
            (Deed::Create, self.create),
            (Deed::Update, self.update),
            (Deed::Close, self.close),
            (Deed::SameSecond, self.same_second),
            (Deed::Merge, self.merge),
            (Deed::Delete, self.delete),
            (Deed::Convert, self.convert),
            (Deed::Hide, self.hide),
            (Deed::Show, self.show),
            (Deed::RenameCompany, self.rename_company),
            (Deed::NewCodebase, self.new_codebase),
            (Deed::Poison, self.poison),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_allowed_becomes_an_update() {
        let none = Mix {
            create: 0,
            update: 0,
            close: 0,
            same_second: 0,
            merge: 0,
            ..Mix::default()
        };
        let mut random = fastrand::Rng::with_seed(1);
        let tame = Activity {
            mix: none,
            ..Activity::default()
        };
        assert!((0..200).all(|_| tame.choose(&mut random) == Deed::Update));
        let wild = Activity {
            removals: true,
            upheaval: true,
            ..tame
        };
        assert!((0..200).all(|_| wild.choose(&mut random) != Deed::Update));
    }

    #[test]
    fn a_mix_is_read_by_its_names_and_nothing_else() {
        let read: Activity = serde_json::from_str(r#"{"per-second":2,"mix":{"move":9,"same-second":1}}"#).unwrap();
        assert_eq!((read.mix.hide, read.mix.same_second, read.mix.update), (9, 1, 680));
        let error = serde_json::from_str::<Activity>(r#"{"mix":{"hide":9}}"#).unwrap_err();
        assert!(error.to_string().contains("unknown field `hide`"), "{error}");
    }
}
