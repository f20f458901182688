//! JSON as templates see it: looked into where it is, and copied only where a template takes something out.

use std::sync::Arc;

use deskhand_command::event_source::PathStep;
use minijinja::value::{Enumerator, Object, ObjectRepr, Value as Dynamic};
use serde_json::Value;

/// An object or a list somewhere in a value that is shared.
#[derive(Debug, Clone)]
pub(super) struct Node {
    root: Arc<Value>,
    way: Vec<PathStep>,
}

/// A whole value for templates.
pub(super) fn of(root: &Arc<Value>) -> Dynamic {
    Node::root(Arc::clone(root)).into_dynamic()
}

impl Node {
    pub(super) fn root(root: Arc<Value>) -> Self {
        Self { root, way: Vec::new() }
    }

    /// The value that it stands for.
    pub(super) fn json(&self) -> &Value {
        let way = self.way.iter();
        way.fold(&*self.root, |value, step| step.of(value).unwrap_or(&Value::Null))
    }

    /// What is at the end of a way that begins here.
    pub(super) fn follow(&self, way: &[PathStep]) -> Option<Self> {
        way.iter().try_fold(self.json(), |value, step| step.of(value))?;
        Some(Self {
            root: Arc::clone(&self.root),
            way: [&self.way, way].concat(),
        })
    }

    /// For templates: plain values as they are, the rest as a place to look into.
    pub(super) fn into_dynamic(self) -> Dynamic {
        match self.json() {
            Value::Object(_) | Value::Array(_) => Dynamic::from_object(self),
            plain => plain_value(plain),
        }
    }

    fn member(&self, step: PathStep) -> Option<Dynamic> {
        match step.of(self.json())? {
            Value::Object(_) | Value::Array(_) => Some(Dynamic::from_object(self.follow(&[step])?)),
            plain => Some(plain_value(plain)),
        }
    }
}

fn plain_value(value: &Value) -> Dynamic {
    match value {
        Value::Bool(flag) => Dynamic::from(*flag),
        Value::Number(number) => number_value(number),
        Value::String(text) => Dynamic::from(text.as_str()),
        Value::Null | Value::Array(_) | Value::Object(_) => Dynamic::from(()),
    }
}

fn number_value(number: &serde_json::Number) -> Dynamic {
    if let Some(whole) = number.as_i64() {
        Dynamic::from(whole)
    } else if let Some(whole) = number.as_u64() {
        Dynamic::from(whole)
    } else {
        Dynamic::from(number.as_f64().unwrap_or_default())
    }
}

impl Object for Node {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        if self.json().is_array() {
            ObjectRepr::Seq
        } else {
            ObjectRepr::Map
        }
    }

    fn get_value(self: &Arc<Self>, key: &Dynamic) -> Option<Dynamic> {
        match key.as_str() {
            Some(name) => self.get_value_by_str(name),
            None => self.member(PathStep::Index(key.as_i64()?)),
        }
    }

    fn get_value_by_str(self: &Arc<Self>, key: &str) -> Option<Dynamic> {
        self.member(PathStep::Name(key.to_owned()))
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        match self.json() {
            Value::Array(elements) => Enumerator::Seq(elements.len()),
            Value::Object(members) => {
                Enumerator::Values(members.keys().map(|name| Dynamic::from(name.as_str())).collect())
            }
            _ => Enumerator::Empty,
        }
    }

    fn enumerator_len(self: &Arc<Self>) -> Option<usize> {
        match self.json() {
            Value::Array(elements) => Some(elements.len()),
            Value::Object(members) => Some(members.len()),
            _ => Some(0),
        }
    }
}
