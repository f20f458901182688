//! `deskhand connections show`

use std::io::{self, Write};

use clap::Args;
use deskhand_command::IntegrationDescription;
use deskhand_engine::connections::Connection;
use serde_json::json;

use super::health::{Checked, checked, word};
use super::{LookOptions, told};
use crate::dates::Dates;
use crate::desk::OpenDesk;
use crate::exit::Exit;
use crate::render::{table, text};

#[derive(Debug, Args)]
pub(crate) struct ShowOptions {
    #[command(flatten)]
    look: LookOptions,
    /// The connection's name
    connection: String,
    /// So many health checks, the newest first
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    limit: u32,
}

pub(super) async fn run(options: &ShowOptions) -> anyhow::Result<Exit> {
    let look = options.look.open().await?;
    let dates = look.dates()?;
    let seen = look.find(options.look.site.as_deref(), &options.connection)?;
    let connection = &seen.connection;
    let checked = checked(&*look.desk.store, &look.definitions, &seen, options.limit).await?;
    let integration = OpenDesk::integration();
    let mut to = io::stdout().lock();
    if options.look.json {
        let mut whole = told::as_json(connection, &checked.health, &integration);
        whole["checks"] = json!(checked.results);
        writeln!(to, "{whole:#}")?;
        return Ok(Exit::Successful);
    }
    write_definition(connection, &integration, &mut to)?;
    write_health(&checked, &dates, &mut to)?;
    Ok(Exit::Successful)
}

fn write_definition(
    connection: &Connection,
    integration: &IntegrationDescription,
    to: &mut dyn Write,
) -> io::Result<()> {
    let mut rows = vec![
        ["Name".to_owned(), connection.name.clone()],
        ["Site".to_owned(), told::site(connection)],
        ["Shared with".to_owned(), told::shared_with(connection)],
        ["For".to_owned(), told::users(&connection.users)],
        ["Active".to_owned(), told::yes_or_no(connection.active).to_owned()],
        ["Description".to_owned(), connection.description.clone()],
        ["Agent".to_owned(), connection.agent.clone().unwrap_or_default()],
    ];
    for parameter in integration.parameters {
        let value = match (
            connection.values.get(parameter.key),
            connection.secrets.get(parameter.key),
        ) {
            (_, Some(place)) => told::place(place),
            (Some(value), None) => value.clone(),
            (None, None) => parameter
                .default
                .map(|known| format!("{known} (the default)"))
                .unwrap_or_default(),
        };
        rows.push([parameter.title.to_owned(), value]);
    }
    if connection.ca_certificate.is_some() {
        rows.push(["Certificate authority".to_owned(), "one of its own".to_owned()]);
    }
    if let Some(check) = &connection.health_check {
        let mails = match &check.mail_to[..] {
            [] => String::new(),
            to => format!(", letters to {}", to.join(", ")),
        };
        rows.push([
            "Health check".to_owned(),
            match check.every_minutes {
                1 => format!("every minute{mails}"),
                minutes => format!("every {minutes} minutes{mails}"),
            },
        ]);
    }
    rows.retain(|[_, value]| !value.is_empty());
    writeln!(to, "{}", table::table(["", "Connection"], rows))
}

fn write_health(checked: &Checked, dates: &Dates, to: &mut dyn Write) -> io::Result<()> {
    let health = &checked.health;
    let since = health.since.map(|since| format!(" since {}", dates.tell(since)));
    writeln!(to, "Health: {}{}", word(health.state), since.unwrap_or_default())?;
    for result in &checked.results {
        let verdict = match (result.good, &result.reason) {
            (true, _) => "passed".to_owned(),
            (false, None) => "failed".to_owned(),
            (false, Some(reason)) => format!("failed: {}", text::printable(reason)),
        };
        writeln!(to, "  {}  {verdict}", dates.show(result.at))?;
    }
    Ok(())
}
