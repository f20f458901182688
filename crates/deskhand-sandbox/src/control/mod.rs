//! The sandbox's own interface below `/_sandbox/`: faults, activity, clock, members, and the truth.

use std::sync::Arc;
use std::time::Duration;

use http::Method;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::json;

use crate::activity::Activity;
use crate::fault::Rule;
use crate::http::Answer;
use crate::running::Shared;
use crate::world::Member;

/// Where it is.
pub(crate) const PREFIX: &str = "/_sandbox/";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Clock {
    offset_seconds: i64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Latency {
    milliseconds: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Volatile {
    ticks: bool,
}

/// Answers a request to the control interface; `README.md` beside this file lists them.
pub(crate) fn answer(shared: &Arc<Shared>, method: &Method, path: &str, body: &[u8]) -> Answer {
    let what = path.trim_start_matches(PREFIX).trim_end_matches('/');
    match (method.as_str(), what) {
        ("GET", "faults") => json_of(&shared.faults.rules()),
        ("PUT", "faults") => with(body, |rules: Vec<Rule>| shared.faults.set(rules)),
        ("GET", "counters") => json_of(&shared.faults.fired()),
        ("GET", "requests") => json_of(&shared.log.all()),
        ("GET", "truth") => truth(shared),
        ("GET", "clock") => json_of(&json!({"now_ms": shared.world.clock.now_ms()})),
        ("PUT", "clock") => with(body, |clock: Clock| shared.world.clock.set_offset(clock.offset_seconds)),
        ("PUT", "latency") => with(body, |latency: Latency| {
            *shared.latency.write() = Duration::from_millis(latency.milliseconds);
        }),
        ("PUT", "volatile") => with(body, |volatile: Volatile| shared.world.set_volatile(volatile.ticks)),
        ("PUT", "members") => with(body, |member: Member| shared.world.set_member(member)),
        ("PUT", "activity") => with(body, |activity: Activity| shared.start_activity(activity)),
        ("POST", "quiesce") => {
            shared.quiesce();
            json_of(&json!({}))
        }
        _ => Answer::error(
            404,
            "Sandbox",
            &format!("there is no {method} {path}; see the sandbox's guide"),
        ),
    }
}

fn json_of(value: &impl serde::Serialize) -> Answer {
    match serde_json::to_vec(value) {
        Ok(json) => Answer::json(json),
        Err(error) => Answer::error(500, "Sandbox", &error.to_string()),
    }
}

fn with<T: DeserializeOwned>(body: &[u8], apply: impl FnOnce(T)) -> Answer {
    match serde_json::from_slice(body) {
        Ok(value) => {
            apply(value);
            json_of(&json!({}))
        }
        Err(error) => Answer::error(400, "Sandbox", &error.to_string()),
    }
}

/// One revision a line.
fn truth(shared: &Shared) -> Answer {
    let mut lines = String::new();
    for row in shared.world.truth() {
        if let Ok(line) = serde_json::to_string(&row) {
            lines.push_str(&line);
            lines.push('\n');
        }
    }
    Answer::json(lines)
}
