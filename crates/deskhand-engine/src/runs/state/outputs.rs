//! What steps yield, and who sees it.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::history::History;
use super::part::Part;
use super::path::{element, parse};
use super::wish::Wish;
use crate::playbooks::StepIndex;
use crate::playbooks::values::Roots;
use crate::runs::StepEnding;

impl History {
    /// Keeps what a step has yielded where later steps find it.
    pub(super) fn keep_output(&mut self, path: &str, output: &Value) {
        let Some(step) = self.shape.find(path) else { return };
        if let Some((container, number)) = parse(path).element {
            let yielded = match self.shape.step(step).does.has_part() {
                true => self.take_outputs(step, path),
                false => output.clone(),
            };
            self.keep_element(container, number, yielded);
            return;
        }
        let output = self.take_elements(path).unwrap_or_else(|| output.clone());
        if let Some(node) = self.nodes.get_mut(path) {
            node.output = Some(Arc::new(output));
        }
    }

    /// Takes the outputs of the steps of an element or turn; when all went well, the steps are forgotten, too.
    fn take_outputs(&mut self, step: StepIndex, path: &str) -> Value {
        let part = Part::of(step, path.to_owned());
        let good = self.node(path).and_then(|node| node.ending()) == Some(StepEnding::Successful);
        let shape = Arc::clone(&self.shape);
        let mut outputs = Map::new();
        for inner in shape.inside(Some(step)) {
            let inner_path = part.path(&shape.step(*inner).name);
            let output = self.nodes.get_mut(&inner_path).and_then(|node| node.output.take());
            if let Some(output) = output {
                outputs.insert(shape.step(*inner).name.clone(), Arc::unwrap_or_clone(output));
            }
            if good {
                self.forget(&inner_path);
            }
        }
        Value::Object(outputs)
    }

    fn keep_element(&mut self, container: &str, number: usize, yielded: Value) {
        let Some(node) = self.nodes.get_mut(container) else {
            return;
        };
        let only_the_last = node.wish == Some(Wish::Repeat);
        if only_the_last {
            node.yields = vec![yielded];
            return;
        }
        if node.yields.len() <= number {
            node.yields.resize(number + 1, Value::Null);
        }
        node.yields[number] = yielded;
    }

    /// What a step with elements yields as a whole; `None` for a step without.
    fn take_elements(&mut self, path: &str) -> Option<Value> {
        let node = self.nodes.get_mut(path)?;
        let good = node.ending() == Some(StepEnding::Successful);
        let yields = std::mem::take(&mut node.yields);
        let elements = node.elements;
        let whole = match node.wish {
            Some(Wish::Repeat) => yields.last().cloned().unwrap_or_default(),
            Some(Wish::Batch { .. }) => merged(&yields),
            Some(Wish::ForEach { .. }) => Value::Array(yields.clone()),
            _ => return None,
        };
        if good {
            (0..elements).for_each(|number| self.forget(&element(path, number)));
        } else if let Some(node) = self.nodes.get_mut(path) {
            // It may be tried again, and then goes on from these.
            node.yields = yields;
        }
        Some(whole)
    }

    /// Forgets a step with all that is inside: it ended well, and nobody asks any more.
    fn forget(&mut self, path: &str) {
        let Some(node) = self.nodes.remove(path) else { return };
        (0..node.elements).for_each(|number| self.forget(&element(path, number)));
    }

    /// What templates of a step can read.
    pub(in crate::runs) fn roots_of(&self, path: &str) -> Roots {
        let mut roots = self.roots.clone();
        for part in self.shape.parts_around(path) {
            self.add_loop(&part, &mut roots);
            for step in self.shape.inside(part.inside) {
                let name = &self.shape.step(*step).name;
                if let Some(output) = self.node(&part.path(name)).and_then(|node| node.output.clone()) {
                    roots.set_step(name, output);
                }
            }
        }
        roots
    }

    /// The element or turn that a part is for.
    fn add_loop(&self, part: &Part, roots: &mut Roots) {
        let Some((container, number)) = parse(&part.element).element else {
            return;
        };
        roots.set("index", json!(number));
        match self.node(container).and_then(|node| node.wish.as_ref()) {
            Some(Wish::ForEach { list }) => {
                roots.set("item", list.get(number).cloned().unwrap_or_default());
            }
            _ => roots.set("turn", json!(number + 1)),
        }
    }

    /// What the run yields to another one that waits for it: the outputs of its own steps by name.
    pub fn output(&self) -> Value {
        let top = Part::top();
        let steps = self.shape.inside(None).iter().map(|step| &self.shape.step(*step).name);
        let outputs = steps.filter_map(|name| {
            let output = self.node(&top.path(name))?.output.as_ref()?;
            Some((name.clone(), Value::clone(output)))
        });
        Value::Object(outputs.collect())
    }
}

/// The outputs of a command that ran once for each element, as if it had run once: lists one behind the other.
fn merged(outputs: &[Value]) -> Value {
    let mut whole = json!({
        "returnData": verdict(outputs),
        "result": "",
        "keyFields": {},
        "contextData": [],
        "rawData": {"Results": []},
        "error": "",
        "errors": [],
        "runs": [],
    });
    for output in outputs {
        for list in ["/contextData", "/rawData/Results", "/errors"] {
            append(whole.pointer_mut(list), output.pointer(list));
        }
        for (member, between) in [("result", ""), ("error", "\n\n")] {
            join(&mut whole[member], &output[member], between);
        }
        if let Some(fields) = output["keyFields"].as_object() {
            for (name, values) in fields {
                let known = &mut whole["keyFields"][name];
                if known.is_null() {
                    *known = json!([]);
                }
                append(Some(known), Some(values));
            }
        }
        append(Some(&mut whole["runs"]), Some(&json!([output["run"]])));
    }
    whole
}

fn verdict(outputs: &[Value]) -> &'static str {
    let is = |output: &Value, verdict: &str| output["returnData"] == verdict;
    if outputs.iter().all(|output| is(output, "Successful")) {
        "Successful"
    } else if outputs
        .iter()
        .any(|output| is(output, "Successful") || is(output, "Partially Successful"))
    {
        "Partially Successful"
    } else {
        "Failed"
    }
}

fn append(to: Option<&mut Value>, more: Option<&Value>) {
    if let (Some(Value::Array(to)), Some(Value::Array(more))) = (to, more) {
        to.extend(more.iter().cloned());
    }
}

fn join(to: &mut Value, more: &Value, between: &str) {
    let (known, more) = (to.as_str().unwrap_or_default(), more.as_str().unwrap_or_default());
    let between = if known.is_empty() || more.is_empty() {
        ""
    } else {
        between
    };
    *to = Value::String(format!("{known}{between}{more}"));
}
