//! The sandbox's own interface below `/_sandbox/`: faults, activity, clock, members, single acts, and the truth.
//!
//! `README.md` beside this file lists what there is. Bodies are strict: a member that is not known is refused by name.

mod act;
mod bodies;

use std::sync::Arc;
use std::time::Duration;

use http::Method;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;

use crate::fault::Rule;
use crate::http::Answer;
use crate::note;
use crate::quirks::Quirks;
use crate::running::Shared;
use crate::world::{Member, ROLE_LINES};
use bodies::{Clock, Codebase, Latency, Poison, RateLimit, Volatile};

/// Where it is.
pub(crate) const PREFIX: &str = "/_sandbox/";

/// Why a request is refused: status and words.
type Refused = (u16, String);

/// Answers a request to the control interface.
pub(crate) fn answer(shared: &Arc<Shared>, method: &Method, path: &str, body: &[u8]) -> Answer {
    let what = path.trim_start_matches(PREFIX).trim_end_matches('/');
    let answer = match method.as_str() {
        "GET" => get(shared, what),
        "PUT" => put(shared, what, body),
        "POST" => act::post(shared, what, body),
        "DELETE" => delete(shared, what),
        _ => None,
    };
    let unknown = || (404, format!("there is no {method} {path}; see the sandbox's guide"));
    answer
        .unwrap_or_else(|| Err(unknown()))
        .unwrap_or_else(|(status, message)| Answer::error(status, "Sandbox", &message))
}

fn get(shared: &Shared, what: &str) -> Option<Result<Answer, Refused>> {
    if let Some(ticket) = what
        .strip_prefix("tickets/")
        .and_then(|rest| rest.strip_suffix("/description"))
    {
        let ticket = ticket.parse().ok()?;
        return Some(json_of(
            &json!({"description": note::description(&shared.world, ticket)}),
        ));
    }
    let (world, faults) = (&shared.world, &shared.faults);
    Some(match what {
        "faults" => json_of(&faults.rules()),
        "counters" => json_of(&faults.fired()),
        "requests" => json_of(&shared.log.all()),
        "truth" => Ok(truth(shared)),
        "clock" => json_of(&json!({"now_ms": world.clock.now_ms(), "offset_seconds": world.clock.offset()})),
        "latency" => json_of(&json!({"milliseconds": shared.latency.read().as_millis()})),
        "limit" => json_of(&shared.limiter.limit().map(RateLimit::of)),
        "quirks" => json_of(&*shared.quirks.read()),
        "outbox" => json_of(&shared.outbox.all()),
        "callbacks" => json_of(&shared.deliveries.all()),
        "volatile" => json_of(&Volatile::of(world.ticking())),
        "members" => json_of(&world.members()),
        "role-lines" => json_of(&ROLE_LINES),
        "activity" => json_of(&shared.activity()),
        "codebase" => json_of(&json!({"codebase": world.codebase()})),
        "poison" => json_of(&json!({"ids": world.poisons()})),
        "tickets/hidden" => json_of(&json!({"ids": world.hidden()})),
        _ => return None,
    })
}

fn put(shared: &Arc<Shared>, what: &str, body: &[u8]) -> Option<Result<Answer, Refused>> {
    let world = &shared.world;
    Some(
        match what {
            "faults" => read(body).and_then(|rules: Vec<Rule>| set_faults(shared, rules)),
            "clock" => read(body).map(|clock: Clock| world.set_clock(clock.offset_seconds)),
            "latency" => read(body).map(|latency: Latency| {
                *shared.latency.write() = Duration::from_millis(latency.milliseconds);
            }),
            "limit" => read(body)
                .and_then(|limit: RateLimit| limit.limit())
                .map(|limit| shared.limiter.set(Some(limit))),
            "volatile" => read(body)
                .and_then(|volatile: Volatile| volatile.ticking())
                .map(|ticking| world.set_ticking(ticking)),
            "members" => read(body).and_then(|member: Member| set_member(shared, member)),
            "activity" => read(body).map(|activity| shared.start_activity(activity)),
            "codebase" => read(body).map(|new: Codebase| act::worker(shared).new_codebase(&new.codebase)),
            "quirks" => read(body).map(|quirks: Quirks| *shared.quirks.write() = quirks),
            "poison" => read(body).map(|poison: Poison| world.set_poisons(poison.ids)),
            _ => return None,
        }
        .and_then(|()| json_of(&json!({}))),
    )
}

fn delete(shared: &Shared, what: &str) -> Option<Result<Answer, Refused>> {
    match what {
        "faults" => shared.faults.set(Vec::new()),
        "counters" => shared.faults.forget_fired(),
        "requests" => shared.log.clear(),
        "limit" => shared.limiter.set(None),
        "outbox" => shared.outbox.clear(),
        "callbacks" => shared.deliveries.clear(),
        "activity" => shared.stop_activity(),
        _ => return None,
    }
    Some(json_of(&json!({})))
}

fn set_faults(shared: &Shared, rules: Vec<Rule>) -> Result<(), Refused> {
    let problem = rules.iter().zip(1..).find_map(|(rule, at)| Some((at, rule.problem()?)));
    if let Some((at, problem)) = problem {
        return Err((400, format!("rule {at}: {problem}")));
    }
    shared.faults.set(rules);
    Ok(())
}

fn set_member(shared: &Shared, member: Member) -> Result<(), Refused> {
    if let Some(line) = member.role.unknown_line() {
        let known = ROLE_LINES.join(", ");
        return Err((400, format!("there is no line `{line}`; there are: {known}")));
    }
    shared.world.set_member(member);
    Ok(())
}

fn json_of(value: &impl Serialize) -> Result<Answer, Refused> {
    let json = serde_json::to_vec(value).map_err(|error| (500, error.to_string()))?;
    Ok(Answer::json(json))
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Refused> {
    serde_json::from_slice(body).map_err(|error| (400, error.to_string()))
}

/// One revision a line.
fn truth(shared: &Shared) -> Answer {
    let mut lines = Vec::new();
    for row in shared.world.truth() {
        if serde_json::to_writer(&mut lines, &row).is_ok() {
            lines.push(b'\n');
        }
    }
    Answer {
        content_type: "application/jsonl",
        ..Answer::json(lines)
    }
}
