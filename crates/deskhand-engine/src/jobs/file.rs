//! Ingestion jobs as people write them: an `[[ingestion]]` for each.

use deskhand_command::EventSource;
use serde::{Deserialize, Serialize};
use toml::Spanned;

use super::IngestionJob;
use crate::schedules::check_name;
use crate::schedules::file::{WrittenAlert, is_yes, yes, zone_of};
use crate::schedules::times::{WrittenTimes, read_time};

/// The PSA gives no more records in an answer.
const LARGEST_PAGE: u16 = 1000;

/// An `[[ingestion]]`, as it is written.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct WrittenIngestion {
    /// Its name, and where that stands.
    pub name: Spanned<String>,
    connection: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    source: Option<String>,
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
    #[serde(default, skip_serializing_if = "Option::is_none")]
    from: Option<toml::Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    site: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    playbook: Option<String>,
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    sweep: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    page_size: Option<u16>,
    /// Whether it fetches.
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    pub active: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    alert: Option<WrittenAlert>,
}

impl WrittenIngestion {
    /// The job that it defines, or what is wrong with it. Whether connection, source and playbook exist is for the desk to
    /// know.
    ///
    /// ```
    /// use deskhand_engine::jobs::WrittenIngestion;
    ///
    /// let written: WrittenIngestion = toml::from_str(
    ///     r#"
    ///     name = "Tickets"
    ///     connection = "Main"
    ///     source = "Alerts"                  # else the Default Event Source
    ///     every = "15m"                      # or `cron` with `zone`; `starts` and `ends` as well
    ///     from = 2026-11-01                  # what was updated before is left alone
    ///     playbook = "Triage"                # each event starts it
    ///     alert = { to = ["noc@example.com"], after = 3 }
    ///     "#,
    /// )?;
    /// let job = written.into_job()?;
    /// assert_eq!(job.schedule(true).name, "ingestion:Tickets");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn into_job(self) -> Result<IngestionJob, String> {
        check_name(self.name.get_ref())?;
        let times = WrittenTimes {
            every: self.every.as_deref(),
            cron: self.cron.as_deref(),
            zone: self.zone.as_deref(),
            starts: self.starts.as_ref(),
            ends: self.ends.as_ref(),
        };
        let times = times.read()?;
        let zone = zone_of(self.zone.as_deref())?;
        if self.page_size.is_some_and(|size| !(1..=LARGEST_PAGE).contains(&size)) {
            return Err(format!("page_size is a number from 1 to {LARGEST_PAGE}"));
        }
        let from = self
            .from
            .as_ref()
            .map(|from| read_time("from", from, &zone))
            .transpose()?;
        Ok(IngestionJob {
            name: self.name.into_inner(),
            connection: self.connection,
            source: self.source.unwrap_or_else(|| EventSource::default_source().name),
            when: times.when,
            starts: times.starts,
            ends: times.ends,
            from,
            not_before: from,
            site: self.site,
            playbook: self.playbook,
            alert: self.alert.map(WrittenAlert::into_alert).transpose()?,
            sweep: self.sweep,
            page_size: self.page_size,
            active: self.active,
        })
    }

    /// A new job that fetches the same, and is active whatever this one is.
    #[must_use]
    pub fn cloned(&self, name: &str) -> Self {
        Self {
            name: Spanned::new(0..0, name.to_owned()),
            active: true,
            ..self.clone()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schedules::sample::at;

    fn read(more: &str) -> Result<IngestionJob, String> {
        let text = format!("name = \"Tickets\"\nconnection = \"Main\"\n{more}");
        let written: WrittenIngestion = toml::from_str(&text).map_err(|error| error.to_string())?;
        written.into_job()
    }

    #[test]
    fn a_job_is_read_with_everything_that_it_can_have() {
        let job = read(
            r#"
            source = "Alerts"
            cron = "0 * * * *"
            zone = "Europe/Berlin"
            starts = 2026-12-01T08:00:00
            from = "2026-11-01"
            site = "Client"
            playbook = "Triage"
            sweep = false
            page_size = 250
            alert = { to = ["noc@example.com"], after = 3 }
            "#,
        )
        .unwrap();
        assert_eq!(
            (job.source.as_str(), job.page_size, job.sweep),
            ("Alerts", Some(250), false)
        );
        assert_eq!(job.from, Some(at("2026-10-31T23:00:00Z")));
        let schedule = job.schedule(true);
        assert_eq!(
            schedule.next_at(at("2026-01-01T00:00:00Z")),
            Some(at("2026-12-01T07:00:00Z"))
        );
        assert_eq!(
            schedule.plan,
            crate::runs::Plan::Ingest {
                job: "Tickets".to_owned()
            }
        );
        assert_eq!(
            (schedule.site.as_deref(), schedule.connection.as_deref()),
            (Some("Client"), Some("Main"))
        );
        assert_eq!(schedule.alert.unwrap().after, 3);
    }

    #[test]
    fn what_is_left_out_has_a_default() {
        let job = read("every = \"15m\"").unwrap();
        assert_eq!(job.source, "Default Event Source");
        assert!(job.sweep && job.active && job.alert.is_none() && job.from.is_none());
    }

    #[test]
    fn mistakes_are_named() {
        for (more, expected) in [
            ("", "it needs either `every` or `cron`"),
            ("every = \"15m\"\npage_size = 0", "page_size is a number from 1 to 1000"),
            (
                "every = \"15m\"\npage_size = 1001",
                "page_size is a number from 1 to 1000",
            ),
            ("every = \"15m\"\nfrom = \"ever\"", "from: `ever` is no time"),
            ("every = \"15m\"\ncommand = \"x\"", "unknown field `command`"),
            ("every = \"15m\"\nalert = { to = [] }", "alert: `to` names nobody"),
        ] {
            let error = read(more).unwrap_err();
            assert!(error.contains(expected), "{error}");
        }
    }

    #[test]
    fn pl1_a_clone_is_a_job_of_its_own_and_active() {
        let text = "name = \"Tickets\"\nconnection = \"Main\"\nevery = \"15m\"\npage_size = 250\nactive = false\n";
        let written: WrittenIngestion = toml::from_str(text).unwrap();
        let clone = toml::to_string(&written.cloned("Again")).unwrap();
        assert_eq!(
            clone,
            "name = \"Again\"\nconnection = \"Main\"\nevery = \"15m\"\npage_size = 250\n"
        );
    }
}
