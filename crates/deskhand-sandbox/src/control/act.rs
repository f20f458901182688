//! Single acts: tickets touched, deleted, converted, moved; a company renamed; the desk brought to rest.

use std::sync::Arc;

use serde_json::json;

use super::bodies::{Codebase, OneSecond, Rename, Tickets};
use super::{Refused, json_of, read};
use crate::activity::{Activity, Worker};
use crate::http::Answer;
use crate::running::Shared;
use crate::world::CODEBASE;

pub(super) fn post(shared: &Arc<Shared>, what: &str, body: &[u8]) -> Option<Result<Answer, Refused>> {
    if let Some(act) = what.strip_prefix("tickets/").and_then(on_ticket) {
        return Some(read(body).and_then(|tickets: Tickets| each(shared, &tickets.ids, act)));
    }
    Some(match what {
        "tickets/one-second" => read(body).and_then(|many: OneSecond| {
            let count = worker(shared).one_second(many.count);
            json_of(&json!({"count": count}))
        }),
        "companies/rename" => read(body).and_then(|rename: Rename| rename_company(shared, &rename)),
        "upgrade" => read(body).and_then(|new: Codebase| upgrade(shared, &new.codebase)),
        "activity/start" => read(body).and_then(|activity: Activity| {
            shared.start_activity(activity);
            json_of(&json!({}))
        }),
        "activity/stop" => {
            shared.stop_activity();
            json_of(&json!({}))
        }
        "quiesce" => {
            shared.quiesce();
            json_of(&json!({}))
        }
        _ => return None,
    })
}

/// Who does what is asked for: at once, and by a clock that is right.
pub(super) fn worker(shared: &Shared) -> Worker<'_> {
    shared.worker(Activity::default())
}

type Act = fn(&Worker<'_>, i64, &mut fastrand::Rng) -> bool;

fn on_ticket(act: &str) -> Option<Act> {
    Some(match act {
        "touch" => |worker, id, random| worker.touch(id, random),
        "delete" => |worker, id, _| worker.delete_one(id),
        "convert" => |worker, id, random| worker.convert_one(id, random),
        "move" => |worker, id, _| worker.move_one(id),
        "return" => |worker, id, random| worker.return_one(id, random),
        _ => return None,
    })
}

fn each(shared: &Shared, ids: &[i64], act: Act) -> Result<Answer, Refused> {
    let worker = worker(shared);
    let (done, missing): (Vec<i64>, Vec<i64>) = ids
        .iter()
        .partition(|id| act(&worker, **id, &mut shared.randomness(**id)));
    json_of(&json!({"done": done, "missing": missing}))
}

fn upgrade(shared: &Shared, codebase: &str) -> Result<Answer, Refused> {
    let name = codebase.trim_end_matches('/');
    if name.is_empty() || name.contains('/') || name == CODEBASE {
        let message = format!("`{codebase}` is no codebase to upgrade to; one is v2026_2");
        return Err((400, message));
    }
    shared.upgrade(name);
    json_of(&json!({}))
}

fn rename_company(shared: &Shared, rename: &Rename) -> Result<Answer, Refused> {
    if worker(shared).rename_company(rename.id, &rename.name) {
        json_of(&json!({}))
    } else {
        Err((404, format!("there is no company {}", rename.id)))
    }
}
