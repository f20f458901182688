//! How times are spread.

use std::time::Duration;

use serde_json::{Value, json};

/// The median and the 99th percentile, in microseconds.
pub(super) fn spread(times: &mut [Duration]) -> Value {
    times.sort_unstable();
    json!({ "median": micros(at(times, 50)), "p99": micros(at(times, 99)), "count": times.len() })
}

/// The time that so many of a hundred do not exceed.
fn at(sorted: &[Duration], percent: usize) -> Duration {
    let place = (sorted.len() * percent).div_ceil(100).max(1) - 1;
    sorted.get(place).copied().unwrap_or_default()
}

fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}
