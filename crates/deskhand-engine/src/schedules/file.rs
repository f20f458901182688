//! Schedules as people write them: a `[[schedule]]` for each.

use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use toml::Spanned;

use super::duration::parse_duration;
use super::name::check_name;
use super::times::WrittenTimes;
use super::{Alert, Missed, Schedule};
use crate::mail::is_address;
use crate::playbooks::plain_map;
use crate::runs::Plan;

/// A `[[schedule]]`, as it is written.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct WrittenSchedule {
    /// Its name, and where that stands.
    pub name: Spanned<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    command: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    connection: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    playbook: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    every: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    cron: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    zone: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    starts: Option<toml::Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ends: Option<toml::Value>,
    #[serde(default, skip_serializing_if = "is_default")]
    missed: Missed,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    late_after: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    site: Option<String>,
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    active: bool,
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    inputs: Map<String, Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    alert: Option<WrittenAlert>,
}

/// `alert = { to = ["noc@example.com"], after = 3 }`.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct WrittenAlert {
    to: Vec<String>,
    #[serde(default = "one")]
    after: u32,
}

pub(crate) fn yes() -> bool {
    true
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
pub(crate) fn is_yes(flag: &bool) -> bool {
    *flag
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
fn is_default(missed: &Missed) -> bool {
    *missed == Missed::default()
}

fn one() -> u32 {
    1
}

impl WrittenSchedule {
    /// The schedule that it defines, or what is wrong with it. Whether command, connection and playbook exist is for the
    /// desk to know; a playbook's version is 0 until the desk puts the newest in.
    ///
    /// ```
    /// use deskhand_engine::schedules::WrittenSchedule;
    ///
    /// let written: WrittenSchedule = toml::from_str(
    ///     r#"
    ///     name = "Board report"
    ///     playbook = "Report a board"
    ///     cron = "0 6 * * 1-5"
    ///     zone = "Europe/Berlin"             # else UTC
    ///     starts = 2026-12-01                # `ends` as well
    ///     missed = "once"                    # or "skip", "all"
    ///     inputs = { Board = "Help Desk" }
    ///     alert = { to = ["noc@example.com"], after = 3 }
    ///     "#,
    /// )?;
    /// let schedule = written.into_schedule()?;
    /// assert_eq!(schedule.when.to_string(), "0 6 * * 1-5 in Europe/Berlin");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn into_schedule(self) -> Result<Schedule, String> {
        check_name(self.name.get_ref())?;
        let times = WrittenTimes {
            every: self.every.as_deref(),
            cron: self.cron.as_deref(),
            zone: self.zone.as_deref(),
            starts: self.starts.as_ref(),
            ends: self.ends.as_ref(),
        };
        let times = times.read()?;
        let late_after = self.late_after.as_deref().map(parse_duration).transpose();
        let late_after = late_after.map_err(|error| format!("late_after: {error}"))?;
        let alert = self.alert.map(WrittenAlert::into_alert).transpose()?;
        let connection = self.connection.clone();
        let (plan, given) = plan(self.command, self.connection, self.playbook, plain_map(self.inputs))?;
        let schedule = Schedule::new(self.name.into_inner(), times.when, plan);
        Ok(Schedule {
            starts: times.starts,
            ends: times.ends,
            missed: self.missed,
            late_after: late_after.unwrap_or(schedule.late_after),
            given,
            site: self.site,
            connection,
            alert,
            active: self.active,
            ..schedule
        })
    }
}

/// What is run, and what a playbook is given.
fn plan(
    command: Option<String>,
    connection: Option<String>,
    playbook: Option<String>,
    inputs: Map<String, Value>,
) -> Result<(Plan, Map<String, Value>), String> {
    match (command, playbook, connection) {
        (Some(command), None, Some(connection)) => {
            let plan = Plan::Command {
                command,
                connection,
                inputs,
            };
            Ok((plan, Map::new()))
        }
        (Some(_), None, None) => Err("a command needs a `connection`".to_owned()),
        (None, Some(name), None) => Ok((Plan::Playbook { name, version: 0 }, inputs)),
        (None, Some(_), Some(_)) => {
            Err("a playbook's steps name their connections themselves; take `connection` out".to_owned())
        }
        (None, None, _) => {
            Err("it runs nothing: it needs `command` or `playbook`, and fetches are [[ingestion]] jobs".to_owned())
        }
        (Some(_), Some(_), _) => Err("it runs either a `command` or a `playbook`, not both".to_owned()),
    }
}

impl WrittenAlert {
    pub(crate) fn into_alert(self) -> Result<Alert, String> {
        if self.to.is_empty() {
            return Err("alert: `to` names nobody".to_owned());
        }
        if let Some(address) = self.to.iter().find(|address| !is_address(address)) {
            return Err(format!(
                "alert: `{address}` is no address; write it as `name@example.com`"
            ));
        }
        if self.after == 0 {
            return Err("alert: `after` is how many runs have failed in a row, at least 1".to_owned());
        }
        Ok(Alert {
            to: self.to,
            after: self.after,
        })
    }
}

/// The zone that a definition's local times are in.
pub(crate) fn zone_of(written: Option<&str>) -> Result<TimeZone, String> {
    written.map_or(Ok(TimeZone::UTC), crate::dates::find_zone)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::json;

    use super::*;
    use crate::schedules::sample::at;

    fn read(text: &str) -> Result<Schedule, String> {
        let written: WrittenSchedule = toml::from_str(text).map_err(|error| error.to_string())?;
        written.into_schedule()
    }

    #[test]
    fn a_command_is_scheduled_with_its_connection_and_inputs() {
        let schedule = read(
            r#"
            name = "Boards"
            command = "list-boards"
            connection = "Main"
            every = "15m"
            starts = 2026-12-01T06:00:00Z
            ends = "2026-12-24"
            late_after = "5m"
            missed = "skip"
            site = "MSP"
            active = false
            inputs = { "Board Name" = "Help Desk" }
            "#,
        )
        .unwrap();
        let inputs = json!({"Board Name": "Help Desk"}).as_object().unwrap().clone();
        let plan = Plan::Command {
            command: "list-boards".to_owned(),
            connection: "Main".to_owned(),
            inputs,
        };
        assert_eq!(schedule.plan, plan);
        assert_eq!(schedule.connection.as_deref(), Some("Main"));
        assert_eq!(
            schedule.next_after(at("2026-01-01T00:00:00Z")),
            Some(at("2026-12-01T06:00:00Z"))
        );
        assert_eq!(schedule.ends, Some(at("2026-12-24T00:00:00Z")));
        assert_eq!(schedule.late_after, Duration::from_secs(300));
        assert_eq!((schedule.missed, schedule.active), (Missed::Skip, false));
        assert_eq!(schedule.site.as_deref(), Some("MSP"));
    }

    #[test]
    fn a_playbook_is_scheduled_without_a_version() {
        let text = "name = \"R\"\nplaybook = \"Report\"\ncron = \"0 6 * * *\"\ninputs = { Board = \"B\" }\n";
        let schedule = read(text).unwrap();
        let plan = Plan::Playbook {
            name: "Report".to_owned(),
            version: 0,
        };
        assert_eq!(schedule.plan, plan);
        assert_eq!(schedule.given["Board"], "B");
        assert_eq!(
            (schedule.missed, schedule.active, schedule.alert),
            (Missed::Once, true, None)
        );
    }

    #[test]
    fn mistakes_are_named() {
        for (text, expected) in [
            ("name = \"a:b\"\nevery = \"1h\"", "its name has a `:`"),
            ("name = \"a\"", "it needs either `every` or `cron`"),
            ("name = \"a\"\nevery = \"1h\"", "it runs nothing"),
            (
                "name = \"a\"\nevery = \"10s\"\nplaybook = \"p\"",
                "every: `10s` is too often",
            ),
            (
                "name = \"a\"\ncron = \"0 6\"\nplaybook = \"p\"",
                "cron: `0 6` is no cron expression",
            ),
            (
                "name = \"a\"\nevery = \"1h\"\nzone = \"x\"\nplaybook = \"p\"",
                "zone: `x` is no time zone",
            ),
            (
                "name = \"a\"\nevery = \"1h\"\ncommand = \"c\"",
                "a command needs a `connection`",
            ),
            (
                "name = \"a\"\nevery = \"1h\"\ncommand = \"c\"\nplaybook = \"p\"",
                "not both",
            ),
            (
                "name = \"a\"\nevery = \"1h\"\nplaybook = \"p\"\nconnection = \"M\"",
                "take `connection` out",
            ),
            (
                "name = \"a\"\nevery = \"1h\"\nplaybook = \"p\"\nstarts = 2026-12-02\nends = 2026-12-01",
                "ends before it starts",
            ),
            (
                "name = \"a\"\nevery = \"1h\"\nplaybook = \"p\"\nlate_after = \"soon\"",
                "late_after: `soon` is no duration",
            ),
            (
                "name = \"a\"\nevery = \"1h\"\nplaybook = \"p\"\nalert = { to = [] }",
                "alert: `to` names nobody",
            ),
            (
                "name = \"a\"\nevery = \"1h\"\nplaybook = \"p\"\nalert = { to = [\"noc\"] }",
                "alert: `noc` is no address",
            ),
            (
                "name = \"a\"\nevery = \"1h\"\nplaybook = \"p\"\nalert = { to = [\"a@b\"], after = 0 }",
                "at least 1",
            ),
            (
                "name = \"a\"\nevery = \"1h\"\nplaybok = \"p\"",
                "unknown field `playbok`",
            ),
            (
                "name = \"a\"\nevery = \"1h\"\nplaybook = \"p\"\nmissed = \"twice\"",
                "unknown variant `twice`",
            ),
        ] {
            let error = read(text).unwrap_err();
            assert!(error.contains(expected), "{text}: {error}");
        }
    }

    #[test]
    fn what_is_written_out_reads_back_the_same() {
        let text = "name = \"a\"\nplaybook = \"p\"\ncron = \"0 6 * * *\"\nzone = \"Europe/Berlin\"\nstarts = 2026-12-01T07:00:00\n\n[alert]\nto = [\"a@b\"]\nafter = 3\n";
        let written: WrittenSchedule = toml::from_str(text).unwrap();
        assert_eq!(toml::to_string(&written).unwrap(), text);
        assert_eq!(read(text).unwrap().starts, Some(at("2026-12-01T06:00:00Z")));
    }
}
