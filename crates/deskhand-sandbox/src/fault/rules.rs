//! Faults by probability or by script.

use std::collections::BTreeMap;
use std::time::Duration;

use parking_lot::Mutex;
use serde::{Deserialize, Serialize};

/// A way in which a request can go wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FaultKind {
    /// 429 with `Retry-After`.
    TooManyRequests,
    /// 500 with the vendor's text for a time-out.
    ServerError,
    /// 503 with a web page.
    Unavailable,
    /// The answer comes late.
    Slow,
    /// The connection breaks in the middle of the body.
    Reset,
    /// The JSON is cut off; the HTTP around it is whole.
    Truncate,
    /// A web page with status 200.
    Html,
    /// Nothing with status 200.
    Empty,
    /// The right body under a wrong content type.
    Mislabel,
    /// It takes effect, and the connection ends without an answer.
    LostAnswer,
    /// It takes effect at once, and the answer comes late.
    LateAnswer,
    /// It takes effect, and a gateway answers 502 with a web page.
    BadGateway,
    /// The connection ends at once without an answer, and it takes effect later, by the sandbox's clock.
    LostThenDone,
    /// A gateway answers 502 at once, and it takes effect later, by the sandbox's clock.
    BadGatewayThenDone,
    /// The connection ends without an answer, and it never takes effect.
    LostRequest,
    /// An update is answered with 200 and the record as it was.
    FalseOk,
}

/// When a fault happens.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// What happens.
    pub fault: FaultKind,
    /// How likely it is for each request, from 0 to 1.
    #[serde(default)]
    pub probability: f64,
    /// By script: the request, counted from 1 among those that match, at which it begins.
    #[serde(default)]
    pub from: Option<u64>,
    /// By script: for how many requests; 1 unless said.
    #[serde(default)]
    pub times: Option<u64>,
    /// Only for requests whose path and query hold this.
    #[serde(default)]
    pub path: Option<String>,
    /// Only for requests with this verb.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// Seconds: of `Retry-After`, of lateness, or until it takes effect.
    #[serde(default)]
    pub seconds: Option<f64>,
}

/// A fault that is to happen now.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fault {
    /// What happens.
    pub kind: FaultKind,
    /// For those that take time.
    pub wait: Duration,
}

/// The faults of a sandbox, and how often each has happened.
#[derive(Debug)]
pub struct Faults {
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    rules: Vec<(Rule, u64)>,
    random: fastrand::Rng,
    fired: BTreeMap<String, u64>,
}

impl Rule {
    /// A fault that happens by chance.
    pub fn by_chance(fault: FaultKind, probability: f64) -> Self {
        Self {
            fault,
            probability,
            from: None,
            times: None,
            path: None,
            method: None,
            seconds: None,
        }
    }

    /// A fault that happens from the n-th request on, so many times.
    pub fn at(fault: FaultKind, from: u64, times: u64) -> Self {
        Self {
            from: Some(from),
            times: Some(times),
            ..Self::by_chance(fault, 0.0)
        }
    }

    /// Only for requests whose path and query hold this.
    #[must_use]
    pub fn on(mut self, path: &str) -> Self {
        self.path = Some(path.to_owned());
        self
    }

    /// Only for requests with this verb.
    #[must_use]
    pub fn method(mut self, method: &str) -> Self {
        self.method = Some(method.to_owned());
        self
    }

    /// With so many seconds of waiting.
    #[must_use]
    pub fn seconds(mut self, seconds: f64) -> Self {
        self.seconds = Some(seconds);
        self
    }

    /// What is wrong with the rule, for those who write it.
    pub fn problem(&self) -> Option<&'static str> {
        if !(0.0..=1.0).contains(&self.probability) {
            return Some("`probability` is from 0 to 1");
        }
        if self.from == Some(0) {
            return Some("`from` counts requests from 1");
        }
        if self.times.is_some() && self.from.is_none() {
            return Some("`times` needs `from`");
        }
        if self.seconds.is_some_and(|seconds| !(0.0..=LONGEST).contains(&seconds)) {
            return Some("`seconds` is from 0 to 3600");
        }
        None
    }

    fn applies(&self, method: &str, path_and_query: &str) -> bool {
        let path = self.path.as_deref();
        let verb = self.method.as_deref();
        path.is_none_or(|part| path_and_query.contains(part))
            && verb.is_none_or(|verb| verb.eq_ignore_ascii_case(method))
    }

    fn happens(&self, matched: u64, random: &mut fastrand::Rng) -> bool {
        match self.from {
            Some(from) => (from..from.saturating_add(self.times.unwrap_or(1))).contains(&matched),
            None => random.f64() < self.probability,
        }
    }
}

/// The longest wait: an hour.
const LONGEST: f64 = 3600.0;

impl Faults {
    /// No faults; chance begins at this seed.
    pub fn new(seed: u64) -> Self {
        let state = State {
            rules: Vec::new(),
            random: fastrand::Rng::with_seed(seed),
            fired: BTreeMap::new(),
        };
        Self {
            state: Mutex::new(state),
        }
    }

    /// Replaces the rules; scripts count from here.
    pub fn set(&self, rules: Vec<Rule>) {
        self.state.lock().rules = rules.into_iter().map(|rule| (rule, 0)).collect();
    }

    /// The rules in force.
    pub fn rules(&self) -> Vec<Rule> {
        self.state.lock().rules.iter().map(|(rule, _)| rule.clone()).collect()
    }

    /// The fault that happens to this request, if any; the first rule that applies wins.
    pub fn decide(&self, method: &str, path_and_query: &str) -> Option<Fault> {
        let mut state = self.state.lock();
        let State { rules, random, fired } = &mut *state;
        let mut fault = None;
        for (rule, matched) in rules.iter_mut() {
            if !rule.applies(method, path_and_query) {
                continue;
            }
            *matched += 1;
            if fault.is_none() && rule.happens(*matched, random) {
                let wait = Duration::from_secs_f64(rule.seconds.unwrap_or(1.0).clamp(0.0, LONGEST));
                fault = Some(Fault { kind: rule.fault, wait });
                *fired.entry(name(rule.fault)).or_default() += 1;
            }
        }
        fault
    }

    /// Counts something that happened elsewhere, such as a ticket that was deleted while others read.
    pub fn count(&self, what: &str) {
        *self.state.lock().fired.entry(what.to_owned()).or_default() += 1;
    }

    /// How often each fault has happened.
    pub fn fired(&self) -> BTreeMap<String, u64> {
        self.state.lock().fired.clone()
    }

    /// Begins to count anew.
    pub fn forget_fired(&self) {
        self.state.lock().fired.clear();
    }
}

/// The name under which a fault is counted.
pub(crate) fn name(kind: FaultKind) -> String {
    serde_json::to_value(kind)
        .ok()
        .and_then(|value| value.as_str().map(str::to_owned))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_happens_when_it_says_and_chance_is_repeatable() {
        let faults = Faults::new(7);
        faults.set(vec![
            Rule::at(FaultKind::Reset, 2, 2).on("tickets"),
            Rule::by_chance(FaultKind::Slow, 0.0),
        ]);
        let seen: Vec<_> = (0..5)
            .map(|_| faults.decide("GET", "/service/tickets?x").map(|fault| fault.kind))
            .collect();
        assert_eq!(seen, [None, Some(FaultKind::Reset), Some(FaultKind::Reset), None, None]);
        assert_eq!(faults.decide("GET", "/service/boards"), None);
        assert_eq!(faults.fired().get("reset"), Some(&2));
        faults.forget_fired();
        assert!(faults.fired().is_empty());
        let chance = |seed| {
            let faults = Faults::new(seed);
            faults.set(vec![Rule::by_chance(FaultKind::Html, 0.5)]);
            (0..32).map(|_| faults.decide("GET", "").is_some()).collect::<Vec<_>>()
        };
        assert_eq!(chance(3), chance(3));
        assert!(chance(3).contains(&true) && chance(3).contains(&false));
    }

    #[test]
    fn a_rule_can_wait_for_a_verb() {
        let faults = Faults::new(1);
        faults.set(vec![Rule::at(FaultKind::LostAnswer, 1, 1).on("tickets").method("post")]);
        assert_eq!(faults.decide("GET", "/service/tickets"), None);
        assert_eq!(faults.decide("POST", "/service/boards"), None);
        let fault = faults.decide("POST", "/service/tickets").unwrap();
        assert_eq!(fault.kind, FaultKind::LostAnswer);
    }

    #[test]
    fn a_rule_that_cannot_be_meant_is_named() {
        let rule = Rule::at(FaultKind::Reset, 2, 2);
        assert_eq!(rule.problem(), None);
        let problem = |rule: Rule| rule.problem().unwrap();
        assert!(problem(Rule::by_chance(FaultKind::Reset, 1.5)).contains("probability"));
        assert!(problem(Rule::at(FaultKind::Reset, 0, 1)).contains("from"));
        assert!(problem(rule.clone().seconds(-1.0)).contains("seconds"));
        assert!(problem(Rule { from: None, ..rule }).contains("times"));
        let endless = Rule::at(FaultKind::Reset, 2, u64::MAX);
        assert!(endless.happens(u64::MAX - 1, &mut fastrand::Rng::with_seed(1)));
    }
}
