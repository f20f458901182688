//! An ingestion job, and the schedule that it runs by.

use jiff::Timestamp;

use crate::runs::Plan;
use crate::schedules::{Alert, Schedule, When};

/// An ingestion job.
#[derive(Debug, Clone, PartialEq)]
pub struct IngestionJob {
    /// Its name, each once in a desk.
    pub name: String,
    /// The connection that it fetches through.
    pub connection: String,
    /// The event source that fetches.
    pub source: String,
    /// When it fetches.
    pub when: When,
    /// It does not fetch before.
    pub starts: Option<Timestamp>,
    /// It does not fetch after.
    pub ends: Option<Timestamp>,
    /// The very first fetch takes what was updated since then; else since the job was defined.
    pub from: Option<Timestamp>,
    /// What was updated before is left alone by every feed that it ever has; nothing is, where its definition says no `from`.
    pub not_before: Option<Timestamp>,
    /// The site that its events belong to; where nobody said, the desk puts the connection's in.
    pub site: Option<String>,
    /// The playbook that each of its events starts.
    pub playbook: Option<String>,
    /// Who hears of failures, and after how many in a row: the page's *Max Attempts*.
    pub alert: Option<Alert>,
    /// Whether it compares everything with the PSA by night.
    pub sweep: bool,
    /// At most so many records in an answer.
    pub page_size: Option<u16>,
    /// Whether its definition lets it fetch.
    pub active: bool,
}

/// The name of the schedule that a job runs by.
pub fn schedule_name(job: &str) -> String {
    format!("ingestion:{job}")
}

impl IngestionJob {
    /// The schedule that it runs by, as long as its connection is active. A fetch takes everything since the one before it,
    /// so that of several that were missed one is made up for.
    pub fn schedule(&self, is_connection_active: bool) -> Schedule {
        let plan = Plan::Ingest { job: self.name.clone() };
        Schedule {
            starts: self.starts,
            ends: self.ends,
            site: self.site.clone(),
            connection: Some(self.connection.clone()),
            alert: self.alert.clone(),
            active: self.active && is_connection_active,
            ..Schedule::new(schedule_name(&self.name), self.when.clone(), plan)
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::WrittenIngestion;
    use super::*;
    use crate::schedules::sample::at;
    use crate::schedules::{Fate, ScheduleStore};
    use crate::ticker::{Ticker, ToyStore};

    fn written(name: &str) -> WrittenIngestion {
        let text = format!("name = \"{name}\"\nconnection = \"Main\"\nevery = \"15m\"\n");
        toml::from_str(&text).unwrap()
    }

    fn schedule(written: WrittenIngestion) -> Schedule {
        written.into_job().unwrap().schedule(true)
    }

    async fn fire(ticker: &Ticker, store: &ToyStore, now: &str) -> u64 {
        store.end_runs();
        ticker.fire_due(at(now)).await.unwrap()
    }

    #[tokio::test]
    async fn pl1_a_stopped_job_never_fetches_again_and_its_clone_does() {
        let store = Arc::new(ToyStore::default());
        let ticker = Ticker::new(Arc::clone(&store) as Arc<dyn ScheduleStore>);
        ticker
            .sync(vec![schedule(written("Tickets"))], at("2026-11-26T10:01:00Z"))
            .await
            .unwrap();
        assert_eq!(fire(&ticker, &store, "2026-11-26T10:15:00Z").await, 1);
        let name = schedule_name("Tickets");
        assert!(ticker.stop(&name).await.unwrap());
        assert!(!ticker.resume(&name, at("2026-11-26T10:16:00Z")).await.unwrap());
        assert_eq!(fire(&ticker, &store, "2026-11-26T11:00:00Z").await, 0);

        let mut stopped = written("Tickets");
        stopped.active = false;
        let clone = stopped.cloned("Tickets again");
        let both = vec![schedule(stopped), schedule(clone)];
        ticker.sync(both, at("2026-11-26T11:01:00Z")).await.unwrap();
        assert_eq!(fire(&ticker, &store, "2026-11-26T11:15:00Z").await, 1);
        assert_eq!(store.fates(&schedule_name("Tickets again"))[&Fate::Ran], 1);
    }

    #[tokio::test]
    async fn pl1_deleting_a_job_deletes_its_log() {
        let store = Arc::new(ToyStore::default());
        let ticker = Ticker::new(Arc::clone(&store) as Arc<dyn ScheduleStore>);
        ticker
            .sync(vec![schedule(written("Tickets"))], at("2026-11-26T10:01:00Z"))
            .await
            .unwrap();
        assert_eq!(fire(&ticker, &store, "2026-11-26T10:15:00Z").await, 1);
        let name = schedule_name("Tickets");
        assert_eq!(store.list_occurrences(&name, 10).await.unwrap().len(), 1);
        assert!(ticker.delete(&name).await.unwrap());
        assert!(store.list_occurrences(&name, 10).await.unwrap().is_empty());
    }

    #[test]
    fn an_inactive_connection_is_not_fetched_through() {
        let job = written("Tickets").into_job().unwrap();
        assert!(job.schedule(true).active && !job.schedule(false).active);
    }

    #[tokio::test]
    async fn of_several_missed_fetches_one_is_made_up_for() {
        let store = Arc::new(ToyStore::default());
        let ticker = Ticker::new(Arc::clone(&store) as Arc<dyn ScheduleStore>);
        ticker
            .sync(vec![schedule(written("Tickets"))], at("2026-11-26T10:01:00Z"))
            .await
            .unwrap();
        assert_eq!(fire(&ticker, &store, "2026-11-26T12:05:00Z").await, 1);
        let fates = store.fates(&schedule_name("Tickets"));
        assert_eq!((fates[&Fate::Late], fates[&Fate::Missed]), (1, 7));
    }
}
