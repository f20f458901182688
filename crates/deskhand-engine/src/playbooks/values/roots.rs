//! What templates can read.

use std::collections::BTreeMap;
use std::sync::Arc;

use minijinja::value::{Enumerator, Object, Value as Dynamic};
use serde_json::{Map, Value};

use super::node::{self, Node};

/// The root that holds what the steps before have yielded, by their names.
pub const PLAYBOOK_DATA: &str = "PlaybookData";

/// What templates can read, by name; a copy costs little.
///
/// Roots are `PlaybookData` (a step's name → its output), `inputs`, `event`, `failure`, `item` and `index` in a for-each step,
/// `turn` in a repeat step, `run` and `now`. Nothing of them is copied before a template reads it.
///
/// ```
/// use deskhand_engine::playbooks::values::Roots;
/// use serde_json::json;
///
/// let mut roots = Roots::default();
/// roots.set("inputs", json!({"board": "Help Desk"}));
/// roots.set_step("Look", json!({"rawData": {"Results": [{"id": 7}]}}));
/// let ids = r#"{{ PlaybookData | jsonpath('$.["Look"].rawData.Results[*].id') }}"#;
/// let rendered = roots.render(&json!({"Ticket IDs": ids, "Note Text": "On {{ inputs.board }}"}))?;
/// assert_eq!(rendered, json!({"Ticket IDs": [7], "Note Text": "On Help Desk"}));
/// # Ok::<(), deskhand_engine::playbooks::values::ValueError>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Roots {
    named: BTreeMap<String, Arc<Value>>,
    steps: Arc<Steps>,
}

/// What the steps have yielded.
#[derive(Debug, Clone, Default)]
pub(super) struct Steps(BTreeMap<String, Arc<Value>>);

impl Roots {
    /// Sets a root; a `PlaybookData` has the outputs of steps as its members.
    pub fn set(&mut self, name: impl Into<String>, value: impl Into<Arc<Value>>) {
        let (name, value) = (name.into(), value.into());
        if name == PLAYBOOK_DATA {
            let outputs = Arc::unwrap_or_clone(value);
            let Value::Object(outputs) = outputs else { return };
            outputs
                .into_iter()
                .for_each(|(step, output)| self.set_step(step, output));
        } else {
            self.named.insert(name, value);
        }
    }

    /// Sets what a step has yielded.
    pub fn set_step(&mut self, name: impl Into<String>, output: impl Into<Arc<Value>>) {
        Arc::make_mut(&mut self.steps).0.insert(name.into(), output.into());
    }

    /// The root of this name, for templates.
    fn get(&self, name: &str) -> Option<Dynamic> {
        if name == PLAYBOOK_DATA {
            return Some(Dynamic::from_dyn_object(Arc::clone(&self.steps)));
        }
        self.named.get(name).map(node::of)
    }
}

impl From<Map<String, Value>> for Roots {
    fn from(map: Map<String, Value>) -> Self {
        let mut roots = Self::default();
        map.into_iter().for_each(|(name, value)| roots.set(name, value));
        roots
    }
}

impl Object for Roots {
    fn get_value(self: &Arc<Self>, key: &Dynamic) -> Option<Dynamic> {
        self.get(key.as_str()?)
    }

    fn get_value_by_str(self: &Arc<Self>, key: &str) -> Option<Dynamic> {
        self.get(key)
    }
}

impl Steps {
    pub(super) fn get(&self, name: &str) -> Option<Node> {
        self.0.get(name).map(|output| Node::root(Arc::clone(output)))
    }

    /// All of it as one value, for paths that look everywhere.
    pub(super) fn to_json(&self) -> Value {
        let steps = self.0.iter();
        steps
            .map(|(name, output)| (name.clone(), Value::clone(output)))
            .collect()
    }
}

impl Object for Steps {
    fn get_value(self: &Arc<Self>, key: &Dynamic) -> Option<Dynamic> {
        self.get_value_by_str(key.as_str()?)
    }

    fn get_value_by_str(self: &Arc<Self>, key: &str) -> Option<Dynamic> {
        self.0.get(key).map(node::of)
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Values(self.0.keys().map(|name| Dynamic::from(name.as_str())).collect())
    }
}
