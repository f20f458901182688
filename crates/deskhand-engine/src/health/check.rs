//! A connection's health check, as a schedule.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::mail::is_address;
use crate::runs::Plan;
use crate::schedules::{Alert, Schedule, When};

/// A connection's health check, as its definition has it.
///
/// ```
/// use deskhand_engine::health::HealthCheck;
///
/// let check: HealthCheck = toml::from_str("every_minutes = 5\nmail_to = [\"noc@example.com\"]")?;
/// let schedule = check.schedule("Main", None, true)?;
/// assert_eq!((schedule.name.as_str(), schedule.when.to_string().as_str()), ("health:Main", "every 5 minutes"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct HealthCheck {
    /// Every so many minutes; at least 1.
    pub every_minutes: u32,
    /// Who hears of the first failure, and of the first success after it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mail_to: Vec<String>,
}

/// The name of the schedule that checks a connection.
pub fn schedule_name(connection: &str) -> String {
    format!("health:{connection}")
}

impl HealthCheck {
    /// The schedule that tests a connection, as long as that is active. A check that was missed is made up for once.
    pub fn schedule(&self, connection: &str, site: Option<String>, active: bool) -> Result<Schedule, String> {
        if self.every_minutes == 0 {
            return Err("health check: `every_minutes` is a whole number, at least 1".to_owned());
        }
        if let Some(address) = self.mail_to.iter().find(|address| !is_address(address)) {
            return Err(format!(
                "health check: `{address}` is no address; write it as `name@example.com`"
            ));
        }
        let when = When::Every {
            period: Duration::from_secs(u64::from(self.every_minutes) * 60),
            from: Timestamp::UNIX_EPOCH,
        };
        let plan = Plan::Check {
            connection: connection.to_owned(),
        };
        let to = self.mail_to.clone();
        Ok(Schedule {
            site,
            connection: Some(connection.to_owned()),
            alert: (!to.is_empty()).then_some(Alert { to, after: 1 }),
            active,
            ..Schedule::new(schedule_name(connection), when, plan)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runs::RunOutcome;
    use crate::schedules::sample::{at, standing};
    use crate::schedules::{EndedRun, after_run};

    fn check() -> HealthCheck {
        HealthCheck {
            every_minutes: 5,
            mail_to: vec!["noc@example.com".to_owned()],
        }
    }

    #[test]
    fn only_an_active_connection_is_checked() {
        let now = at("2026-11-26T10:01:00Z");
        let active = check().schedule("Main", None, true).unwrap();
        assert_eq!(active.next_at(now), Some(at("2026-11-26T10:05:00Z")));
        let inactive = check().schedule("Main", None, false).unwrap();
        assert_eq!(inactive.next_at(now), None);
    }

    #[test]
    fn minutes_are_a_whole_number_from_one_on() {
        let read = |text: &str| {
            let check: HealthCheck = toml::from_str(text).map_err(|error| error.to_string())?;
            check.schedule("Main", None, true)
        };
        assert!(read("every_minutes = 1").is_ok());
        assert!(read("every_minutes = 0").unwrap_err().contains("at least 1"));
        for text in [
            "every_minutes = 1.5",
            "every_minutes = -1",
            "every_minutes = \"5\"",
            "mail_to = []",
            "every_minutes = 5\nmail = []",
        ] {
            assert!(read(text).is_err(), "{text}");
        }
        assert!(
            read("every_minutes = 5\nmail_to = [\"noc\"]")
                .unwrap_err()
                .contains("`noc` is no address")
        );
    }

    #[test]
    fn the_first_failure_and_the_first_success_after_it_send_a_letter() {
        let schedule = check().schedule("Main", None, true).unwrap();
        let mut standing = standing("2026-11-26T10:05:00Z");
        let mut subjects = Vec::new();
        let (good, bad) = (RunOutcome::Successful, RunOutcome::Failed);
        for outcome in [good, bad, bad, bad, good, good] {
            let ended = EndedRun {
                id: "run",
                ending: 1,
                outcome,
                reason: Some("The host does not answer."),
                at: at("2026-11-26T10:00:07Z"),
            };
            let after = after_run(&schedule, &standing, ended, &crate::dates::DateForm::default());
            (standing.failures, standing.alerted) = (after.schedule.failures, after.schedule.alerted);
            let letters = after.letters.into_iter().map(|letter| match letter.plan {
                Plan::Letter { subject, .. } => subject,
                other => panic!("{other:?}"),
            });
            subjects.push(letters.collect::<Vec<_>>().join(","));
        }
        let failed = "The connection \"Main\" has failed its test";
        assert_eq!(
            subjects,
            ["", failed, "", "", "The connection \"Main\" works again", ""]
        );
    }
}
