//! What a run needs before it is driven.

use std::collections::HashMap;
use std::sync::Arc;

use deskhand_command::{Failure, Retry};
use serde_json::{Map, Value};

use super::run_host::RunHost;
use crate::playbooks::Playbook;
use crate::runs::{ClaimedRun, Entry, Plan, What};

/// What a run needs before it is driven.
pub(super) struct Loaded {
    pub(super) playbook: Arc<Playbook>,
    pub(super) roots: Map<String, Value>,
    /// In which versions it runs other playbooks.
    pub(super) beside: HashMap<String, i64>,
}

/// Why a run cannot be driven.
pub(super) enum Unloaded {
    /// It cannot be now.
    Later(Failure),
    /// It cannot be.
    Never(Failure),
    /// It may not begin, and nothing comes of that.
    Refused(Failure),
}

impl RunHost {
    /// Loads what a run needs.
    pub(super) async fn load(&self, claimed: &ClaimedRun) -> Result<Loaded, Unloaded> {
        let run = &claimed.run;
        let playbook = match &run.plan {
            Plan::Playbook { name, version } => self.world.playbook(name, *version).await?,
            plan => plan.to_playbook().map(Arc::new).ok_or_else(unplanned)?,
        };
        let began = claimed
            .entries
            .iter()
            .any(|entry| matches!(entry.what, What::Began { .. }));
        if let Some(missing) = playbook.missing_input(&run.given) {
            return Err(Unloaded::Never(not_given(&missing.name)));
        }
        let wanted = |entry: &Entry| matches!(entry.what, What::RetryAsked { .. });
        if !began
            && !claimed.entries.iter().any(wanted)
            && let Some(failure) = self.world.refuses(run, &playbook).await?
        {
            return Err(Unloaded::Refused(failure));
        }
        let roots = if began {
            Map::new()
        } else {
            self.world.roots(run).await?
        };
        let beside = self.world.versions_beside(run, &playbook).await?;
        Ok(Loaded {
            playbook,
            roots,
            beside,
        })
    }
}

fn not_given(input: &str) -> Failure {
    Failure::new(
        400,
        format!("The playbook needs the input `{input}`, and the run was started without it."),
    )
    .with_hint("give it where the run is started, or a default where the playbook declares it")
}

fn unplanned() -> Failure {
    Failure::new(500, "This program does not know what the run is to do.")
}

impl From<Failure> for Unloaded {
    fn from(failure: Failure) -> Self {
        match failure.retry {
            Retry::Later | Retry::Away => Self::Later(failure),
            Retry::Never | Retry::Verify => Self::Never(failure),
        }
    }
}
