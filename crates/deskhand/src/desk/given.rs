//! What is given to be applied, held against what there is: playbooks, schedules, jobs and rules.

use std::collections::BTreeSet;

use deskhand_engine::desk::files::{Defined, Given, Problem};
use deskhand_engine::desk::{Definition, Kind};
use deskhand_engine::jobs::{IngestionJob, WrittenIngestion};
use deskhand_engine::playbooks::{self, KnownPlaybook};
use deskhand_engine::rules::{Rule, Verdict, WrittenRule};
use deskhand_engine::runs::Plan;
use deskhand_engine::schedules::{Schedule, When, WrittenSchedule};
use serde::de::DeserializeOwned;

/// Every name that can be referred to: of what is given, and of what is there.
struct Names {
    /// `None`: nobody knows.
    connections: Option<Vec<String>>,
    sites: BTreeSet<String>,
    sources: BTreeSet<String>,
    playbooks: Vec<KnownPlaybook>,
    commands: BTreeSet<&'static str>,
}

/// What is wrong with what is given, beside what the readers of files have said.
pub(crate) fn check(given: &[Given], definitions: &[Definition]) -> Vec<Problem> {
    let names = Names::of(given, definitions);
    let mut problems = Vec::new();
    for one in given {
        match (&one.kind, &one.defined) {
            (Kind::Playbook, _) => problems.extend(playbook(one, &names)),
            (Kind::Schedule, Defined::Table(table)) => {
                let wrong = written(table).and_then(WrittenSchedule::into_schedule);
                problems.extend(told(
                    one,
                    wrong.map_or_else(|why| vec![why], |schedule| names.schedule(&schedule)),
                ));
            }
            (Kind::Ingestion, Defined::Table(table)) => {
                let wrong = written(table).and_then(WrittenIngestion::into_job);
                problems.extend(told(one, wrong.map_or_else(|why| vec![why], |job| names.job(&job))));
            }
            (Kind::Rule, Defined::Table(table)) => {
                let wrong = written(table).and_then(WrittenRule::into_rule);
                problems.extend(told(one, wrong.map_or_else(|why| vec![why], |rule| names.rule(&rule))));
            }
            _ => {}
        }
    }
    problems
}

/// What is wrong with playbooks by themselves: connections of a desk are not known here, and not looked at.
pub(crate) fn check_playbooks(given: &[Given]) -> Vec<Problem> {
    let names = Names {
        connections: None,
        ..Names::of(given, &[])
    };
    given.iter().flat_map(|one| playbook(one, &names)).collect()
}

fn written<T: DeserializeOwned>(table: &toml::Table) -> Result<T, String> {
    // Written out and read again, because positions are only in text.
    let text = toml::to_string(table).map_err(|error| error.to_string())?;
    toml::from_str(&text).map_err(|error| error.message().to_owned())
}

fn told(one: &Given, wrong: Vec<String>) -> impl Iterator<Item = Problem> {
    wrong.into_iter().map(|message| Problem {
        file: one.file.clone(),
        line: one.line,
        message: format!("{} `{}`: {message}", one.kind.table(), one.name),
    })
}

fn playbook(one: &Given, names: &Names) -> Vec<Problem> {
    let known = playbooks::Known {
        commands: deskhand_connectwise::declarations(),
        connections: names.connections.as_deref(),
        playbooks: Some(&names.playbooks),
        schedule: &|when, zone| {
            When::parse(when, zone, None)
                .map(drop)
                .map_err(|error| error.to_string())
        },
    };
    let Err(problems) = playbooks::read(&one.body, &known) else {
        return Vec::new();
    };
    let problem = |problem: playbooks::Problem| {
        let step = problem.step.map(|step| format!("step `{step}`: ")).unwrap_or_default();
        let hint = problem.hint.map(|hint| format!("; {hint}")).unwrap_or_default();
        Problem {
            file: one.file.clone(),
            line: problem.line,
            message: format!("{step}{}{hint}", problem.message),
        }
    };
    problems.into_iter().map(problem).collect()
}

impl Names {
    fn of(given: &[Given], definitions: &[Definition]) -> Self {
        let named = |kind: Kind| {
            let given = given
                .iter()
                .filter(move |one| one.kind == kind)
                .map(|one| one.name.clone());
            let there = definitions.iter().filter(move |one| one.kind == kind && !one.removed);
            given.chain(there.map(|one| one.name.clone())).collect::<BTreeSet<_>>()
        };
        let new = given.iter().filter(|one| one.kind == Kind::Playbook);
        let mut playbooks: Vec<_> = new.filter_map(|one| playbooks::sketch(&one.body)).collect();
        let old = definitions.iter().filter(|one| one.kind == Kind::Playbook);
        for sketched in old.filter_map(|one| playbooks::sketch(&one.body)) {
            if playbooks.iter().all(|known| known.name != sketched.name) {
                playbooks.push(sketched);
            }
        }
        let mut sources = named(Kind::EventSource);
        sources.insert(deskhand_command::EventSource::default_source().name);
        Self {
            connections: Some(named(Kind::Connection).into_iter().collect()),
            sites: named(Kind::Site),
            sources,
            playbooks,
            commands: deskhand_connectwise::declarations()
                .iter()
                .map(|known| known.slug)
                .collect(),
        }
    }

    fn schedule(&self, schedule: &Schedule) -> Vec<String> {
        match &schedule.plan {
            Plan::Command {
                command, connection, ..
            } => {
                let commands = self.commands.iter().copied();
                [missing("command", command, commands), self.connection(connection)]
                    .into_iter()
                    .flatten()
                    .collect()
            }
            Plan::Playbook { name, .. } => self.playbook(name).into_iter().collect(),
            _ => Vec::new(),
        }
    }

    fn job(&self, job: &IngestionJob) -> Vec<String> {
        let sources = self.sources.iter().map(String::as_str);
        [
            self.connection(&job.connection),
            missing("event source", &job.source, sources),
            job.playbook.as_ref().and_then(|name| self.playbook(name)),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    fn rule(&self, rule: &Rule) -> Vec<String> {
        let connection = rule.matching.connection.as_ref();
        let source = rule.matching.source.as_ref();
        let playbook = match &rule.verdict {
            Verdict::Escalate { playbook, .. } => playbook.as_ref(),
            Verdict::Dismiss { .. } => None,
        };
        let sites = rule.sites.iter().filter_map(|name| self.site(name));
        let names = [
            connection.and_then(|name| self.connection(name)),
            source.and_then(|name| missing("event source", name, self.sources.iter().map(String::as_str))),
            playbook.and_then(|name| self.playbook(name)),
        ];
        sites.chain(names.into_iter().flatten()).collect()
    }

    fn site(&self, name: &str) -> Option<String> {
        missing("site", name, self.sites.iter().map(String::as_str))
    }

    fn connection(&self, name: &str) -> Option<String> {
        missing(
            "connection",
            name,
            self.connections.iter().flatten().map(String::as_str),
        )
    }

    fn playbook(&self, name: &str) -> Option<String> {
        missing("playbook", name, self.playbooks.iter().map(|known| known.name.as_str()))
    }
}

fn missing<'a>(what: &str, name: &str, known: impl Iterator<Item = &'a str>) -> Option<String> {
    let known: Vec<&str> = known.collect();
    (!known.contains(&name)).then(|| deskhand_engine::connections::unknown(what, name, known))
}
