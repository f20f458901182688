//! A value with its templates filled in.

use std::collections::BTreeSet;
use std::sync::Arc;

use minijinja::value::Value as Dynamic;
use serde_json::{Map, Value};

use super::json::{Allowance, size_of, to_json};
use super::language::{self, Template};
use super::reads::reads_of;
use super::roots::PLAYBOOK_DATA;
use super::{Roots, ValueError};

/// Fills templates in from roots by name; only what they read is copied.
///
/// Who renders often keeps [`Roots`], which copy nothing.
pub fn render(value: &Value, roots: &Map<String, Value>) -> Result<Value, ValueError> {
    if !reads_templates(value) {
        return Ok(value.clone());
    }
    read_roots(value, roots).render(value)
}

/// The roots that a value reads; of the steps those that it names, all if it does not say which.
fn read_roots(value: &Value, all: &Map<String, Value>) -> Roots {
    let read = reads_of(value);
    let mut roots = Roots::default();
    for (name, root) in all {
        if name != PLAYBOOK_DATA {
            if name == "now" || read.iter().any(|read| read.root == *name) {
                roots.set(name, root.clone());
            }
            continue;
        }
        let steps: BTreeSet<_> = read.iter().filter(|read| read.root == PLAYBOOK_DATA).collect();
        let wanted = |step: &String| {
            let mut named = steps.iter().map(|read| read.member.as_ref());
            named.any(|member| member.is_none_or(|member| member == step))
        };
        let outputs = root.as_object().into_iter().flatten();
        outputs
            .filter(|(step, _)| wanted(step))
            .for_each(|(step, output)| roots.set_step(step, output.clone()));
    }
    roots
}

/// Whether a value has templates in it.
pub(in crate::playbooks) fn reads_templates(value: &Value) -> bool {
    match value {
        Value::String(text) => language::has_template(text),
        Value::Array(elements) => elements.iter().any(reads_templates),
        Value::Object(members) => members.values().any(reads_templates),
        _ => false,
    }
}

impl Roots {
    /// Fills templates in.
    pub fn render(&self, value: &Value) -> Result<Value, ValueError> {
        let rendering = Rendering {
            context: Dynamic::from_dyn_object(Arc::new(self.clone())),
        };
        rendering.value(value, &mut Allowance::new())
    }
}

struct Rendering {
    context: Dynamic,
}

impl Rendering {
    fn value(&self, value: &Value, allowance: &mut Allowance) -> Result<Value, ValueError> {
        match value {
            Value::String(text) if language::has_template(text) => self.text(text, allowance),
            Value::Array(elements) => {
                let rendered = elements.iter().enumerate().map(|(at, element)| {
                    let rendered = self.value(element, allowance);
                    rendered.map_err(|error| error.inside(&format!("[{at}]")))
                });
                rendered.collect()
            }
            Value::Object(members) => {
                let rendered = members.iter().map(|(name, member)| {
                    let rendered = self.value(member, allowance);
                    Ok((name.clone(), rendered.map_err(|error| error.inside(name))?))
                });
                rendered.collect()
            }
            plain => {
                allowance.take(size_of(plain))?;
                Ok(plain.clone())
            }
        }
    }

    fn text(&self, text: &str, allowance: &mut Allowance) -> Result<Value, ValueError> {
        match language::parse(text)? {
            Template::Expression(expression) => {
                let value = expression.evaluate(&self.context)?;
                to_json(&value, allowance).map_err(|error| expression.explain(error))
            }
            Template::Text(template) => {
                let text = template.write(&self.context)?;
                allowance.take(text.len() + 2)?;
                Ok(Value::String(text))
            }
        }
    }
}
