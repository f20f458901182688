//! Which connections take part: a pure function of what the definitions come to.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::connections::Connection;
use crate::engine::Automation;
use crate::jobs::schedule_name;

/// The connections whose callbacks are received: those that are active and have an ingestion job which is.
///
/// Without a job there is nothing to read announced records through, and they would wait for ever.
pub(super) fn taking_part(automation: &Automation) -> BTreeMap<String, Arc<Connection>> {
    let fetches = |name: &str| {
        let mut jobs = automation.jobs.values().filter(|job| job.connection == name);
        jobs.any(|job| {
            let schedule = automation.schedules.get(&schedule_name(&job.name));
            schedule.is_some_and(|schedule| schedule.active)
        })
    };
    let connections = automation.desk.connections.iter();
    connections
        .filter(|(name, connection)| connection.active && fetches(name))
        .map(|(name, connection)| (name.clone(), Arc::clone(connection)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::{Definition, Desk, Kind};

    fn job(name: &str, connection: &str, more: &str) -> Definition {
        Definition {
            kind: Kind::Ingestion,
            name: name.to_owned(),
            version: 1,
            body: format!("[[ingestion]]\nname = \"{name}\"\nconnection = \"{connection}\"\nevery = \"15m\"\n{more}"),
            applied_at: jiff::Timestamp::UNIX_EPOCH,
            applied_by: "somebody".to_owned(),
            removed: false,
        }
    }

    #[test]
    fn only_active_connections_with_an_active_job_take_part() {
        let mut desk = Desk::default();
        for (name, active) in [
            ("with", true),
            ("inactive", false),
            ("without", true),
            ("resting", true),
        ] {
            let connection = Connection {
                name: name.to_owned(),
                active,
                ..crate::connections::toy::connection("Main")
            };
            desk.connections.insert(name.to_owned(), Arc::new(connection));
        }
        let jobs = [
            job("Resting, too", "with", "active = false\n"),
            job("Fetches", "with", ""),
            job("Would fetch", "inactive", ""),
            job("Rests", "resting", "active = false\n"),
        ];
        let automation = Automation::read(&jobs, Arc::new(desk), &[]);
        let names: Vec<String> = taking_part(&automation).into_keys().collect();
        assert_eq!(names, ["with"]);
    }
}
