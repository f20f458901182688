//! Which schedules come of definitions that this version of the program cannot read: whoever can read them sees to those.

use std::collections::BTreeSet;

use super::Automation;
use crate::desk::Kind;
use crate::health;
use crate::jobs;
use crate::runs::Plan;
use crate::schedules::Schedule;

/// Schedules that are left alone.
pub(super) struct Unread {
    names: BTreeSet<String>,
    /// What the names of a playbook's own schedules begin with.
    playbooks: Vec<String>,
}

impl Unread {
    /// What of an automation cannot be read, and what depends on that.
    pub(super) fn of(automation: &Automation) -> Self {
        let mut unread = Self {
            names: BTreeSet::new(),
            playbooks: Vec::new(),
        };
        for (kind, name, _) in automation.unreadable.iter().chain(&automation.desk.unreadable) {
            match kind {
                Kind::Schedule => _ = unread.names.insert(name.clone()),
                Kind::Ingestion => _ = unread.names.insert(jobs::schedule_name(name)),
                Kind::Connection => _ = unread.names.insert(health::schedule_name(name)),
                Kind::Playbook => unread.playbooks.push(format!("playbook:{name}#")),
                Kind::Site | Kind::User | Kind::EventSource | Kind::Rule => {}
            }
        }
        let depending = automation.schedules.values().filter(|one| depends(automation, one));
        unread.names.extend(depending.map(|one| one.name.clone()));
        unread
    }

    /// Whether a schedule of this name is left alone.
    pub(super) fn has(&self, name: &str) -> bool {
        self.names.contains(name) || self.playbooks.iter().any(|begins| name.starts_with(begins))
    }
}

/// Whether what a schedule runs, or runs on, cannot be read. Without that it would seem to be off.
fn depends(automation: &Automation, schedule: &Schedule) -> bool {
    let desk = &automation.desk;
    let connection = match &schedule.plan {
        Plan::Command { connection, .. } | Plan::Check { connection } => Some(connection),
        _ => schedule.connection.as_ref(),
    };
    let runs = match &schedule.plan {
        Plan::Playbook { name, .. } => {
            let mut unreadable = automation.unreadable.iter();
            unreadable.any(|(kind, known, _)| *kind == Kind::Playbook && known == name)
        }
        Plan::Ingest { job } => {
            let job = automation.jobs.get(job);
            job.is_some_and(|job| desk.is_unreadable(Kind::EventSource, &job.source))
        }
        _ => false,
    };
    runs || connection.is_some_and(|name| desk.is_unreadable(Kind::Connection, name))
}
