//! `deskhand connections list`

use std::io::{self, Write as _};

use clap::Args;
use deskhand_engine::health::HealthState;

use super::health::{checked, word};
use super::{LookOptions, told};
use crate::desk::OpenDesk;
use crate::exit::Exit;
use crate::render::table;

#[derive(Debug, Args)]
pub(crate) struct ListOptions {
    #[command(flatten)]
    look: LookOptions,
}

/// Since when a connection is as it is is told as far back as this many checks.
const CHECKS: u32 = 500;

pub(super) async fn run(options: &ListOptions) -> anyhow::Result<Exit> {
    let look = options.look.open().await?;
    let dates = look.dates()?;
    let mut all = Vec::new();
    for seen in look.seen(options.look.site.as_deref())? {
        let checked = checked(&*look.desk.store, &look.definitions, &seen, CHECKS).await?;
        all.push((seen.connection, checked.health));
    }
    let mut to = io::stdout().lock();
    if options.look.json {
        let integration = OpenDesk::integration();
        let all = all.iter().map(|(one, health)| told::as_json(one, health, &integration));
        writeln!(to, "{}", serde_json::Value::Array(all.collect()))?;
        return Ok(Exit::Successful);
    }
    if all.is_empty() {
        writeln!(
            to,
            "There are no connections to be seen; `deskhand apply` brings some in"
        )?;
        return Ok(Exit::Successful);
    }
    let rows = all.iter().map(|(connection, health)| {
        [
            connection.name.clone(),
            told::site(connection),
            told::shared_with(connection),
            told::yes_or_no(connection.active).to_owned(),
            connection.agent.clone().unwrap_or_default(),
            told::vaults(connection),
            word(health.state).to_owned(),
            health.since.map(|since| dates.show(since)).unwrap_or_default(),
            match (health.state, &health.last) {
                (HealthState::Failing, Some(last)) => last.reason.clone().unwrap_or_default(),
                _ => String::new(),
            },
        ]
    });
    let headings = [
        "Connection",
        "Site",
        "Shared with",
        "Active",
        "Agent",
        "Secrets",
        "Health",
        &dates.heading("Since"),
        "Why",
    ];
    writeln!(to, "{}", table::table(headings, rows))?;
    Ok(Exit::Successful)
}
