//! With 200 ms added to every answer: as many requests have to be under way as the PSA bears.

use std::time::Duration;

use anyhow::Context as _;
use serde_json::Value;

use super::{desk, fetch, report::Report};
use crate::program::{capture, program};
use crate::sandbox::Sandbox;

const LATENCY: Duration = Duration::from_millis(200);

pub(super) fn measure(tickets: u64, report: &mut Report) -> anyhow::Result<()> {
    let desk = desk(tickets, &["--latency", "200"])?;
    let cost = fetch::everything(&desk, 1)?;
    let times = answer_times(&desk, "GET")?;
    let most = most_at_once(&times, LATENCY);
    report.latency(times.len(), most, &cost);
    Ok(())
}

/// When each request with this verb was noted, in milliseconds and in order.
pub(super) fn answer_times(desk: &Sandbox, method: &str) -> anyhow::Result<Vec<i64>> {
    let mut curl = program("curl");
    curl.args(["--silent", "--fail", "--noproxy", "*"]);
    let log: Value = serde_json::from_str(&capture(curl.arg(format!("{}/_sandbox/requests", desk.url)))?)?;
    let log = log.as_array().context("the request log is no list")?;
    let tickets = log.iter().filter(|seen| {
        let path = seen["path"].as_str();
        seen["method"] == method && path.is_some_and(|path| path.contains("/service/tickets"))
    });
    let mut times: Vec<_> = tickets.filter_map(|seen| seen["atMs"].as_i64()).collect();
    times.sort_unstable();
    Ok(times)
}

/// The most requests noted within one latency of each other: each of them was under way for that long.
pub(super) fn most_at_once(times: &[i64], latency: Duration) -> usize {
    let latency = i64::try_from(latency.as_millis()).unwrap_or(i64::MAX);
    let within = |begin: usize| {
        let end = times[begin] + latency;
        times[begin..].iter().take_while(|time| **time < end).count()
    };
    (0..times.len()).map(within).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_less_than_one_latency_apart_was_under_way_at_once() {
        assert_eq!(most_at_once(&[0, 10, 150, 200, 349], LATENCY), 3);
        assert_eq!(most_at_once(&[], LATENCY), 0);
    }
}
