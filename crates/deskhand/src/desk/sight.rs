//! What whoever uses the program sees of events, runs and schedules.

use deskhand_engine::connections::User;
use deskhand_engine::desk::{Desk, DeskStore};

use super::{OpenDesk, Person};
use crate::config;
use crate::verbs::store_trouble;

/// What somebody sees: everything, or what belongs to the sites that they work for.
#[derive(Debug, Default)]
pub(crate) struct Sight {
    user: Option<User>,
}

impl Sight {
    /// Of whom `DESKHAND_USER` names; whoever names nobody sees everything, as operators do.
    pub(crate) async fn in_store(store: &dyn DeskStore) -> anyhow::Result<Self> {
        if config::person(None).is_none() {
            return Ok(Self::default());
        }
        let definitions = store.definitions().await.map_err(store_trouble)?;
        let desk = Desk::read(&definitions, &OpenDesk::integration());
        Ok(Self {
            user: Person::find(None, &desk)?.user.filter(|user| !user.operator),
        })
    }

    /// The sites that lists are narrowed to; `None`: all.
    pub(crate) fn sites(&self) -> Option<Vec<String>> {
        self.user.as_ref().map(|user| user.sites.clone())
    }

    /// Whether what belongs to a site is seen.
    pub(crate) fn includes(&self, site: &str) -> bool {
        self.user.as_ref().is_none_or(|user| user.at(site).is_some())
    }

    /// Whether somebody is among these users and groups.
    pub(crate) fn is_among(&self, names: &[String]) -> bool {
        let named = |user: &User| names.contains(&user.name) || user.groups.iter().any(|group| names.contains(group));
        self.user.as_ref().is_none_or(named)
    }
}
