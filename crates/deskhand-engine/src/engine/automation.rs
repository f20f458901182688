//! What a desk's definitions come to for whoever works them off.

use std::collections::BTreeMap;
use std::sync::Arc;

use deskhand_command::Declaration;
use jiff::SignedDuration;
use serde::Deserialize;

use crate::StoreError;
use crate::connections::Connection;
use crate::desk::{Definition, Desk, EventChange, EventDesk, EventTurn, Kind};
use crate::events::{Event, EventSummary};
use crate::jobs::{IngestionJob, WrittenIngestion, schedule_name};
use crate::playbooks::{EventMatch, Known, Playbook, Trigger, read};
use crate::rules::{Fetched, Led, Moment, Rule, Subscription, Verdict, Waiting, WrittenRule, set_off};
use crate::runs::{NewRun, Plan};
use crate::schedules::{Schedule, When, WrittenSchedule, trigger_name};

/// What goes on by itself at a desk: playbooks, what sets them off, schedules and rules.
#[derive(Default)]
pub struct Automation {
    /// Sites, users, connections and event sources.
    pub desk: Arc<Desk>,
    /// The newest version of each playbook, by name.
    pub playbooks: BTreeMap<String, (i64, Arc<Playbook>)>,
    /// The ingestion jobs, by name.
    pub jobs: BTreeMap<String, IngestionJob>,
    /// Everything that is due at times: schedules, ingestion jobs, health checks, triggers of playbooks; by name.
    pub schedules: BTreeMap<String, Schedule>,
    /// The rules, by name: in that order they are tried.
    pub rules: Vec<Rule>,
    /// Which playbooks wait for events.
    pub subscriptions: Vec<Subscription>,
    /// Which playbooks are set off by failures: the playbook, its version, and whose failures (`None`: any other's).
    pub failures: Vec<(String, i64, Option<String>)>,
    /// What cannot be read, and why: another version of the program may have written it.
    pub unreadable: Vec<(Kind, String, String)>,
}

/// A job without a beginning of its own begins so long before it was defined: the PSA's clock may be behind.
const CLOCKS: SignedDuration = SignedDuration::from_mins(5);

/// The one table that a definition's body has.
#[derive(Deserialize)]
struct Body {
    #[serde(default)]
    schedule: Vec<WrittenSchedule>,
    #[serde(default)]
    ingestion: Vec<WrittenIngestion>,
    #[serde(default)]
    rule: Vec<WrittenRule>,
}

impl Automation {
    /// Reads definitions; one that cannot be read leaves the others as they are.
    pub fn read(definitions: &[Definition], desk: Arc<Desk>, declarations: &[Declaration]) -> Self {
        let mut automation = Self {
            desk,
            ..Self::default()
        };
        for definition in definitions {
            if let Err(why) = automation.add(definition, declarations) {
                let name = definition.name.clone();
                automation.unreadable.push((definition.kind, name, why));
            }
        }
        automation.pin_playbooks();
        automation.subscribe_escalations();
        automation.check_health();
        automation.put_sites();
        automation
    }

    fn add(&mut self, definition: &Definition, declarations: &[Declaration]) -> Result<(), String> {
        match definition.kind {
            Kind::Playbook => self.add_playbook(definition, declarations),
            Kind::Schedule | Kind::Ingestion | Kind::Rule => {
                let body: Body = toml::from_str(&definition.body).map_err(|error| error.message().to_owned())?;
                for written in body.schedule {
                    let schedule = written.into_schedule()?;
                    self.schedules.insert(schedule.name.clone(), schedule);
                }
                for written in body.ingestion {
                    let mut job = written.into_job()?;
                    job.from
                        .get_or_insert(definition.applied_at.saturating_sub(CLOCKS).unwrap_or_default());
                    let schedule = job.schedule(self.is_active(&job.connection));
                    self.schedules.insert(schedule.name.clone(), schedule);
                    self.jobs.insert(job.name.clone(), job);
                }
                for written in body.rule {
                    self.rules.push(written.into_rule()?);
                }
                Ok(())
            }
            Kind::Site | Kind::User | Kind::Connection | Kind::EventSource => Ok(()),
        }
    }

    fn add_playbook(&mut self, definition: &Definition, declarations: &[Declaration]) -> Result<(), String> {
        // It was checked against everything else when it was applied; only what makes it a playbook counts here.
        let playbook = read(&definition.body, &Known::commands(declarations)).map_err(|problems| {
            let problems: Vec<_> = problems.iter().map(ToString::to_string).collect();
            problems.join("; ")
        })?;
        let (name, version) = (&definition.name, definition.version);
        for trigger in &playbook.triggers {
            match trigger {
                Trigger::Event(matching) => self.subscribe(name, version, Moment::Taken, matching),
                Trigger::Dismissal(matching) => self.subscribe(name, version, Moment::Dismissed, matching),
                Trigger::Failure { of } => self.failures.push((name.clone(), version, of.clone())),
                Trigger::Schedule { when, zone, inputs } => {
                    let plan = Plan::Playbook {
                        name: name.clone(),
                        version,
                    };
                    let when = When::parse(when, zone.as_deref(), None).map_err(|error| error.to_string())?;
                    let schedule = Schedule {
                        given: inputs.clone(),
                        ..Schedule::new(trigger_name(name, &when, inputs), when, plan)
                    };
                    self.schedules.insert(schedule.name.clone(), schedule);
                }
            }
        }
        let newest = (version, Arc::new(playbook));
        self.playbooks.insert(name.clone(), newest);
        Ok(())
    }

    fn subscribe(&mut self, playbook: &str, version: i64, moment: Moment, matching: &EventMatch) {
        self.subscriptions.push(Subscription {
            playbook: playbook.to_owned(),
            version,
            moment,
            matching: matching.clone(),
            fetched: None,
        });
    }

    /// The playbooks that rules escalate to wait for that.
    fn subscribe_escalations(&mut self) {
        for rule in &self.rules {
            if let Verdict::Escalate {
                playbook: Some(name), ..
            } = &rule.verdict
                && let Some((version, _)) = self.playbooks.get(name)
            {
                self.subscriptions.push(Subscription {
                    playbook: name.clone(),
                    version: *version,
                    moment: Moment::Escalated,
                    matching: EventMatch::default(),
                    fetched: None,
                });
            }
        }
    }

    /// Schedules that run a playbook run the version that is the newest now; all playbooks have to be known for that.
    fn pin_playbooks(&mut self) {
        for schedule in self.schedules.values_mut() {
            if let Plan::Playbook { name, version } = &mut schedule.plan
                && let Some((newest, _)) = self.playbooks.get(name)
            {
                *version = *newest;
            }
        }
    }

    fn is_active(&self, connection: &str) -> bool {
        let connection = self.desk.connections.get(connection);
        connection.is_some_and(|connection| connection.active)
    }

    fn check_health(&mut self) {
        let connections: Vec<Arc<Connection>> = self.desk.connections.values().cloned().collect();
        for connection in connections {
            let Some(check) = &connection.health_check else {
                continue;
            };
            let site = Some(connection.site.home().to_owned());
            match check.schedule(&connection.name, site, connection.active) {
                Ok(schedule) => _ = self.schedules.insert(schedule.name.clone(), schedule),
                Err(why) => self.unreadable.push((Kind::Connection, connection.name.clone(), why)),
            }
        }
    }

    /// Gives everything a site that does not say its own: the connection's, else the desk's first internal one.
    fn put_sites(&mut self) {
        let first = self.desk.first_internal_site().unwrap_or_default();
        let desk = Arc::clone(&self.desk);
        let home = |connection: &Option<String>| {
            let connection = desk.connections.get(connection.as_deref()?)?;
            Some(connection.site.home().to_owned())
        };
        for schedule in self.schedules.values_mut() {
            let connection = match &schedule.plan {
                Plan::Command { connection, .. } | Plan::Check { connection } => Some(connection.clone()),
                _ => schedule.connection.clone(),
            };
            if schedule.site.is_none() {
                schedule.site = home(&connection).or_else(|| Some(first.clone()));
            }
            let off = connection.is_some_and(|name| desk.connections.get(&name).is_some_and(|known| !known.active));
            schedule.active &= !off;
        }
        let jobs = self.jobs.values().filter(|job| job.active);
        let of_jobs = jobs.filter_map(|job| {
            let name = job.playbook.clone()?;
            let (version, _) = self.playbooks.get(&name)?;
            let connection = desk.connections.get(&job.connection)?;
            let site = job.site.as_deref().unwrap_or_else(|| connection.site.home());
            Some(Subscription {
                playbook: name,
                version: *version,
                moment: Moment::Taken,
                matching: EventMatch {
                    connection: Some(job.connection.clone()),
                    ..EventMatch::default()
                },
                fetched: Some(Fetched {
                    by: job.source.clone(),
                    site: connection.lands_in(site).to_owned(),
                    schedule: schedule_name(&job.name),
                }),
            })
        });
        let of_jobs: Vec<_> = of_jobs.collect();
        self.subscriptions.extend(of_jobs);
    }

    /// The runs that a change of an event sets off, if it changes something.
    pub fn set_off(&self, event: &Event, change: &EventChange, led: Led<'_>) -> Vec<NewRun> {
        let waiting = Waiting {
            rules: &self.rules,
            subscriptions: &self.subscriptions,
            site_of: &|event| self.site_of_event(event),
        };
        set_off(event, change, led, waiting)
    }

    /// Turns an event for a person; what that sets off starts in the same transaction. Returns the runs that started, or
    /// `None` when it changes nothing.
    pub async fn turn_event(
        &self,
        store: &dyn EventDesk,
        event: &Event,
        change: EventChange,
    ) -> Result<Option<Vec<NewRun>>, StoreError> {
        let starts = self.set_off(event, &change, Led::default());
        let turn = EventTurn { change, starts };
        Ok(store.turn_event(&turn).await?.then_some(turn.starts))
    }

    /// The site that an event's runs work for: where it has landed; where its connection is at home, should that site be none of
    /// the desk's.
    pub fn site_of_event(&self, event: &EventSummary) -> String {
        if self.desk.sites.contains_key(&event.site) {
            event.site.clone()
        } else {
            self.site_of(&event.connection)
        }
    }

    /// The site that a connection is at home in.
    pub fn site_of(&self, connection: &str) -> String {
        let connection = self.desk.connections.get(connection);
        let home = connection.map(|connection| connection.site.home().to_owned());
        home.or_else(|| self.desk.first_internal_site()).unwrap_or_default()
    }
}
