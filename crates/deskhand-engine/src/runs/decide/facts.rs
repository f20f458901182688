//! What a decision is made from beside the history.

use std::collections::HashMap;

use deskhand_command::Declaration;
use serde_json::{Map, Value};

use crate::runs::{NewRun, Plan};

/// What a decision is made from beside the history.
#[derive(Clone, Copy)]
pub struct Facts<'a> {
    /// The run as it was asked for.
    pub run: &'a NewRun,
    /// What templates can see of the run's cause, for its beginning: `event`, `failure`.
    pub roots: &'a Map<String, Value>,
    /// What the desk knows.
    pub known: &'a dyn Known,
}

/// What the desk knows and runs ask for.
pub trait Known: Send + Sync {
    /// Whether an input of a command takes a list; one that takes one value is given the elements one after another.
    fn takes_list(&self, command: &str, input: &str) -> bool;

    /// The newest version of a playbook that goes with the run; `None` when there is none.
    fn newest_playbook(&self, name: &str) -> Option<i64>;
}

/// What the desk knows, with the versions of playbooks that go with the run's own.
pub(in crate::runs) struct Beside<'a> {
    pub(in crate::runs) known: &'a dyn Known,
    pub(in crate::runs) versions: &'a HashMap<String, i64>,
}

impl Known for Beside<'_> {
    fn takes_list(&self, command: &str, input: &str) -> bool {
        self.known.takes_list(command, input)
    }

    fn newest_playbook(&self, name: &str) -> Option<i64> {
        let beside = self.versions.get(name).copied();
        beside.or_else(|| self.known.newest_playbook(name))
    }
}

/// The names and display names of a command's inputs that take lists, or whatever they are given.
pub fn list_inputs(declaration: &Declaration) -> impl Iterator<Item = &str> {
    let properties = declaration.inputs.get("properties").and_then(Value::as_object);
    let lists = properties
        .into_iter()
        .flatten()
        .filter(|(_, schema)| takes_list(schema));
    lists.flat_map(|(name, schema)| {
        let title = schema.get("title").and_then(Value::as_str);
        [Some(name.as_str()), title].into_iter().flatten()
    })
}

/// Whether a list is what a schema describes; what has no type takes everything.
fn takes_list(schema: &Value) -> bool {
    let is_list = |kind: &Value| kind == "array";
    match schema.get("type") {
        None => true,
        Some(Value::Array(kinds)) => kinds.iter().any(is_list),
        Some(kind) => is_list(kind),
    }
}

impl Facts<'_> {
    /// Whether texts are what they are: only playbooks have templates.
    pub(super) fn is_literal(&self) -> bool {
        !matches!(self.run.plan, Plan::Playbook { .. })
    }
}
