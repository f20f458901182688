//! A repeat step: its part again until something holds.

use std::time::Duration;

use deskhand_command::{Failure, Retry};
use jiff::Timestamp;
use serde_json::Value;

use super::decider::{Decider, Ended};
use super::each::ended;
use super::part::Verdict;
use crate::playbooks::Does;
use crate::runs::state::{Part, Phase, Wish, element};

/// The branch of the last turn.
const OVER: &str = "over";
/// The branch of a turn after which there is another.
const AGAIN: &str = "again";

/// What a repeat step says of itself.
struct Rule {
    until: Value,
    limit: usize,
    pause: Duration,
}

impl Decider<'_> {
    /// Goes on with the turn that is at work, or with the next one.
    pub(super) fn repeat(&mut self, path: &str, stopped: bool) {
        let Some(rule) = self.rule(path) else { return };
        let Some(turn) = self.current(path) else {
            return self.next_turn(path, &rule, Duration::ZERO, stopped);
        };
        if self.is_running(&turn) {
            let Some(verdict) = self.turn_verdict(&turn, stopped) else {
                return;
            };
            self.end_turn(&turn, &rule, &verdict, stopped);
        }
        if self.end_with_element(path, &turn) {
            return;
        }
        if self.is_last(&turn) {
            return self.end_after_all(path);
        }
        let again = self.node(&turn).is_some_and(|node| node.phase == Phase::Again);
        match (again, stopped) {
            (_, true) => self.end(path, Ended::cancelled()),
            (true, _) => {
                let wish = self.node(&turn).and_then(|node| node.wish.clone());
                self.begin_node(&turn, wish.as_ref());
            }
            _ => self.next_turn(path, &rule, rule.pause, stopped),
        }
    }

    fn rule(&self, path: &str) -> Option<Rule> {
        let step = self.step_of(path)?;
        let Does::Repeat { until, limit, pause } = &self.shape().step(step).does else {
            return None;
        };
        Some(Rule {
            until: until.clone(),
            limit: usize::try_from(*limit).unwrap_or(usize::MAX),
            pause: *pause,
        })
    }

    /// What a turn has come to; before its time nothing of it begins.
    fn turn_verdict(&mut self, turn: &str, stopped: bool) -> Option<Verdict> {
        let step = self.step_of(turn)?;
        let at = match self.node(turn)?.wish {
            Some(Wish::Turn { at, .. }) => at,
            _ => Timestamp::MIN,
        };
        if at > self.now && !stopped {
            self.wake_at(at);
            return None;
        }
        self.part(&Part::of(step, turn.to_owned()), stopped)
    }

    /// Ends a turn, with what `until` says after it.
    fn end_turn(&mut self, turn: &str, rule: &Rule, verdict: &Verdict, stopped: bool) {
        let went_well = matches!(verdict, Verdict::Good | Verdict::Partial);
        let ended = match went_well && !stopped {
            false => ended(verdict),
            true => match self.is_over(turn, &rule.until) {
                Ok(over) => ended(verdict).at(if over { OVER } else { AGAIN }),
                Err(failure) => Ended::failed(failure),
            },
        };
        self.end(turn, ended);
    }

    fn is_last(&self, turn: &str) -> bool {
        let phase = self.node(turn).map(|node| &node.phase);
        matches!(phase, Some(Phase::Ended { branch: Some(branch), .. }) if branch == OVER)
    }

    fn next_turn(&mut self, path: &str, rule: &Rule, pause: Duration, stopped: bool) {
        let Some(node) = self.node(path) else { return };
        let (index, since) = (node.elements, node.turns_before);
        if stopped {
            return self.end(path, Ended::cancelled());
        }
        if index - since >= rule.limit {
            let failure = Failure::new(408, format!("It was not over after {} times.", rule.limit));
            let failure = failure.with_hint("raise `limit`, or let it pause longer");
            return self.end(path, Ended::failed(failure.with_retry(Retry::Later)));
        }
        let at = self.now.saturating_add(pause).unwrap_or(Timestamp::MAX);
        self.begin_node(&element(path, index), Some(&Wish::Turn { index, at }));
    }
}
