//! What requests to the control interface carry.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::Refused;
use crate::fault::Limit;
use crate::world::Ticking;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Clock {
    pub(super) offset_seconds: i64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Latency {
    pub(super) milliseconds: u64,
}

/// So many requests within so many milliseconds.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RateLimit {
    requests: u32,
    window_ms: u64,
}

/// `{"ticks": true}` at every look, with `every_ms` only so often.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Volatile {
    ticks: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    every_ms: Option<u32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Codebase {
    pub(super) codebase: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Poison {
    pub(super) ids: Vec<i64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Tickets {
    pub(super) ids: Vec<i64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OneSecond {
    pub(super) count: usize,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rename {
    pub(super) id: i64,
    pub(super) name: String,
}

impl RateLimit {
    pub(super) fn of(limit: Limit) -> Self {
        Self {
            requests: limit.requests,
            window_ms: u64::try_from(limit.window.as_millis()).unwrap_or(u64::MAX),
        }
    }

    pub(super) fn limit(&self) -> Result<Limit, Refused> {
        if self.window_ms == 0 {
            return Err((400, "`window_ms` is at least 1".to_owned()));
        }
        Ok(Limit {
            requests: self.requests,
            window: Duration::from_millis(self.window_ms),
        })
    }
}

impl Volatile {
    pub(super) fn of(ticking: Ticking) -> Self {
        Self {
            ticks: ticking != Ticking::Never,
            every_ms: match ticking {
                Ticking::EveryMs(period) => Some(period),
                Ticking::Never | Ticking::EveryRead => None,
            },
        }
    }

    pub(super) fn ticking(&self) -> Result<Ticking, Refused> {
        match (self.ticks, self.every_ms) {
            (false, _) => Ok(Ticking::Never),
            (true, None) => Ok(Ticking::EveryRead),
            (true, Some(0)) => Err((400, "`every_ms` is at least 1".to_owned())),
            (true, Some(period)) => Ok(Ticking::EveryMs(period)),
        }
    }
}
