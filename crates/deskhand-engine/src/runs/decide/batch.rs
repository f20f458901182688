//! A command whose inputs for one value are given lists: it runs once for each element, one after another.

use deskhand_command::Failure;
use serde_json::{Map, Value};

use super::decider::{Decider, Ended};
use crate::runs::StepEnding;
use crate::runs::state::{Phase, Wanted, Wish, element};

impl Decider<'_> {
    /// A command, or one for each element of its lists.
    pub(super) fn command(&self, wanted: Wanted) -> Result<Wish, Failure> {
        let is_batch =
            |(name, value): &(&String, &Value)| value.is_array() && !self.facts.known.takes_list(&wanted.command, name);
        let each: Vec<String> = wanted
            .inputs
            .iter()
            .filter(is_batch)
            .map(|(name, _)| name.clone())
            .collect();
        let Some(first) = each.first() else {
            return Ok(Wish::Command(wanted));
        };
        let length = |name: &String| wanted.inputs[name].as_array().map_or(0, Vec::len);
        let times = length(first);
        if let Some(other) = each.iter().find(|name| length(name) != times) {
            let message = format!("`{first}` has {times} elements and `{other}` has {}.", length(other));
            return Err(Failure::new(400, message).with_hint("lists that go together have to be of one length"));
        }
        Ok(Wish::Batch { wanted, each, times })
    }

    /// Goes on with the element that is at work, or with the next one; those that fail do not keep the others.
    pub(super) fn batch(&mut self, path: &str, times: usize, stopped: bool) {
        if let Some(current) = self.current(path) {
            if self.is_running(&current) {
                return self.open.push(current);
            }
            let retry = self.node(&current).and_then(|node| self.retry_at(node));
            match retry.filter(|_| !stopped) {
                Some(at) if at > self.now => return self.wake_at(at),
                Some(_) => return self.begin_one(path, &current),
                None => {}
            }
        }
        match self.next_element(path, times) {
            None => self.end_batch(path),
            Some(_) if stopped => self.end_early(path),
            Some(number) => self.begin_one(path, &element(path, number)),
        }
    }

    fn begin_one(&mut self, path: &str, one: &str) {
        let known = self.node(one).and_then(|node| node.wish.clone());
        let wish = known.or_else(|| self.one_of(path));
        self.begin_node(one, wish.as_ref());
        self.open.push(one.to_owned());
    }

    /// The command for the element after the last.
    fn one_of(&self, path: &str) -> Option<Wish> {
        let node = self.node(path)?;
        let Some(Wish::Batch { wanted, each, .. }) = &node.wish else {
            return None;
        };
        let one = |(name, value): (&String, &Value)| {
            let value = if each.contains(name) {
                &value[node.elements]
            } else {
                value
            };
            (name.clone(), value.clone())
        };
        let inputs: Map<String, Value> = wanted.inputs.iter().map(one).collect();
        Some(Wish::Command(Wanted {
            inputs,
            ..wanted.clone()
        }))
    }

    fn end_batch(&mut self, path: &str) {
        let count = self.node(path).map_or(0, |node| node.elements);
        let endings = self.endings(path);
        if endings.iter().any(|(ending, _)| *ending == StepEnding::Unknown) {
            return self.end_early(path);
        }
        let failed = endings
            .iter()
            .filter(|(ending, _)| *ending == StepEnding::Failed)
            .count();
        let partly = endings
            .iter()
            .any(|(ending, _)| *ending == StepEnding::PartiallySuccessful);
        let ended = match failed {
            0 if !partly => Ended::well(Value::Null),
            all if all == count => Ended::failed(first_failure(endings)),
            _ => Ended {
                ending: StepEnding::PartiallySuccessful,
                ..Ended::well(Value::Null)
            },
        };
        self.end(path, ended);
    }

    /// Nothing new begins: what one of the elements failed with, if that is why.
    fn end_early(&mut self, path: &str) {
        let mut endings = self.endings(path);
        endings.retain(|(ending, _)| *ending == StepEnding::Unknown);
        let ended = match endings.is_empty() {
            true => Ended::cancelled(),
            false => Ended::failed(first_failure(endings)),
        };
        self.end(path, ended);
    }

    fn endings(&self, path: &str) -> Vec<(StepEnding, Option<Failure>)> {
        let count = self.node(path).map_or(0, |node| node.elements);
        let nodes = (0..count).filter_map(|number| self.node(&element(path, number)));
        nodes
            .filter(|node| matches!(node.phase, Phase::Ended { .. }))
            .filter_map(|node| Some((node.ending()?, node.failure().cloned())))
            .collect()
    }
}

fn first_failure(endings: Vec<(StepEnding, Option<Failure>)>) -> Failure {
    let first = endings.into_iter().find_map(|(_, failure)| failure);
    first.unwrap_or_else(|| Failure::new(500, "It failed and did not say why."))
}
