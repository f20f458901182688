//! In which versions a run runs other playbooks: those that go with its own.

use std::collections::HashMap;

use deskhand_command::Failure;
use jiff::Timestamp;

use super::after::trouble;
use super::world::DeskWorld;
use crate::desk::Kind;
use crate::playbooks::{Does, Playbook};
use crate::runs::{NewRun, Plan};

impl DeskWorld {
    /// The versions of the playbooks that a run's steps run.
    ///
    /// A playbook is checked together with those that it runs when either is applied. The newest version is therefore run
    /// together with the newest ones, and an older version with what was the newest until it was replaced.
    pub(super) async fn versions_beside(
        &self,
        run: &NewRun,
        playbook: &Playbook,
    ) -> Result<HashMap<String, i64>, Failure> {
        let mut versions = HashMap::new();
        let Plan::Playbook { name, version } = &run.plan else {
            return Ok(versions);
        };
        let automation = self.automation();
        let newest = |name: &str| automation.playbooks.get(name).map(|(version, _)| *version);
        let nested = run_by(playbook);
        let replaced_at = if nested.is_empty() || newest(name) == Some(*version) {
            None
        } else {
            self.replaced_at(name, *version).await?
        };
        for name in nested {
            let version = match replaced_at {
                Some(at) => self.newest_before(&name, at).await?,
                None => newest(&name),
            };
            versions.extend(version.map(|version| (name, version)));
        }
        Ok(versions)
    }

    /// When the next version of a playbook was applied, or it was taken away.
    async fn replaced_at(&self, name: &str, version: i64) -> Result<Option<Timestamp>, Failure> {
        let versions = self.parts.store.versions(Kind::Playbook, name).await.map_err(trouble)?;
        let newer = versions.into_iter().filter(|known| known.version > version);
        Ok(newer.min_by_key(|known| known.version).map(|next| next.applied_at))
    }

    async fn newest_before(&self, name: &str, at: Timestamp) -> Result<Option<i64>, Failure> {
        let versions = self.parts.store.versions(Kind::Playbook, name).await.map_err(trouble)?;
        let before = versions.into_iter().filter(|known| known.applied_at < at);
        let newest = before.max_by_key(|known| known.version);
        Ok(newest.filter(|newest| !newest.removed).map(|newest| newest.version))
    }
}

/// The playbooks that a playbook's steps run.
fn run_by(playbook: &Playbook) -> Vec<String> {
    let nested = playbook.steps.iter().filter_map(|step| match &step.does {
        Does::Playbook { name, .. } => Some(name.clone()),
        _ => None,
    });
    nested.collect()
}
