//! A rate limit: so many requests within a window, and then none until it ends.

use std::str::FromStr;
use std::time::Duration;

use parking_lot::Mutex;

/// So many requests within a window; more are answered with 429.
///
/// A window begins with the first request after the one before it ended, by the sandbox's clock. Requests that are
/// refused do not count, and requests to the control interface are never refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    /// How many.
    pub requests: u32,
    /// Within how much time.
    pub window: Duration,
}

/// Why a text is no [`Limit`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no limit: a number of requests and a window are needed, such as 100/10s, 1000/1m or 5/500ms")]
pub struct LimitError(String);

impl FromStr for Limit {
    type Err = LimitError;

    fn from_str(text: &str) -> Result<Self, LimitError> {
        let read = || {
            let (requests, window) = text.trim().split_once('/')?;
            let unit = window.find(|c: char| !c.is_ascii_digit())?;
            let (count, unit) = window.split_at(unit);
            let milliseconds = match unit {
                "ms" => 1,
                "s" => 1_000,
                "m" => 60_000,
                _ => return None,
            };
            let window = Duration::from_millis(count.parse::<u64>().ok()?.checked_mul(milliseconds)?);
            let requests = requests.parse().ok()?;
            (!window.is_zero()).then_some(Self { requests, window })
        };
        read().ok_or_else(|| LimitError(text.to_owned()))
    }
}

/// Counts requests against a limit.
#[derive(Debug, Default)]
pub(crate) struct Limiter {
    state: Mutex<Option<Window>>,
}

#[derive(Debug)]
struct Window {
    limit: Limit,
    begins_ms: i64,
    admitted: u32,
}

impl Limiter {
    pub(crate) fn new(limit: Option<Limit>) -> Self {
        let limiter = Self::default();
        limiter.set(limit);
        limiter
    }

    /// Sets or lifts the limit; a window begins with the next request.
    pub(crate) fn set(&self, limit: Option<Limit>) {
        *self.state.lock() = limit.map(|limit| Window {
            limit,
            begins_ms: i64::MIN,
            admitted: 0,
        });
    }

    pub(crate) fn limit(&self) -> Option<Limit> {
        self.state.lock().as_ref().map(|window| window.limit)
    }

    /// Lets a request pass, or says how long the window still lasts.
    pub(crate) fn admit(&self, now_ms: i64) -> Result<(), Duration> {
        let mut state = self.state.lock();
        let Some(window) = &mut *state else { return Ok(()) };
        let length = i64::try_from(window.limit.window.as_millis()).unwrap_or(i64::MAX);
        let ends_ms = window.begins_ms.saturating_add(length);
        // A clock that was put back ends the window as well.
        if now_ms >= ends_ms || now_ms < window.begins_ms {
            window.begins_ms = now_ms;
            window.admitted = 0;
        }
        if window.admitted < window.limit.requests {
            window.admitted += 1;
            return Ok(());
        }
        let left = window.begins_ms.saturating_add(length).saturating_sub(now_ms);
        Err(Duration::from_millis(left.unsigned_abs()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_begins_with_a_request_and_ends_by_the_clock() {
        let limiter = Limiter::new(Some("2/10s".parse().unwrap()));
        let left = |now_ms| limiter.admit(now_ms).err().map(|left| left.as_millis());
        assert_eq!((left(5_000), left(6_000)), (None, None));
        assert_eq!((left(6_500), left(14_999)), (Some(8_500), Some(1)));
        assert_eq!((left(15_000), left(15_000), left(15_000)), (None, None, Some(10_000)));
        // Put back.
        assert_eq!(left(1_000), None);
        limiter.set(None);
        assert_eq!((0..9).find_map(|_| left(0)), None);
    }

    #[test]
    fn limits_are_written_as_requests_and_window() {
        let limit = |requests, seconds| {
            let window = Duration::from_secs(seconds);
            Ok(Limit { requests, window })
        };
        assert_eq!("100/10s".parse(), limit(100, 10));
        assert_eq!("1000/1m".parse(), limit(1_000, 60));
        for wrong in ["", "100", "100/s", "100/10", "x/10s", "1/0s", "1/5h"] {
            assert!(
                wrong.parse::<Limit>().unwrap_err().to_string().contains("100/10s"),
                "{wrong}"
            );
        }
    }
}
