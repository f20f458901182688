//! `deskhand sandbox`: a PSA on this machine.

use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context as _;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{Args, ValueEnum};
use deskhand_sandbox::{Activity, Limit, Priorities, Quirk, Seed};

use crate::exit::Exit;

#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Where to listen
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8900")]
    listen: SocketAddr,
    /// How many tickets the desk begins with
    #[arg(long, value_name = "N", default_value_t = 2000)]
    tickets: u64,
    /// What everything random is made from
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Tickets from this file instead, served as they are written; may be given more than once
    #[arg(long, value_name = "FILE")]
    data: Vec<PathBuf>,
    /// TLS, with a throw-away certificate authority
    #[arg(long)]
    tls: bool,
    /// Put the authority's certificate into this folder
    #[arg(long, value_name = "FOLDER", requires = "tls")]
    tls_folder: Option<PathBuf>,
    /// Offer the control interface below /_sandbox/
    #[arg(long)]
    control: bool,
    /// Changes a second that the desk makes by itself
    #[arg(long, value_name = "RATE")]
    activity: Option<f64>,
    /// Milliseconds added to every answer
    #[arg(long, value_name = "MS", default_value_t = 0)]
    latency: u64,
    /// Answer so many requests within a window, and more with 429; for example 100/10s
    #[arg(long, value_name = "N/TIME")]
    limit: Option<Limit>,
    /// How the priorities are called
    #[arg(long, value_enum, default_value_t = PriorityNames::Documented)]
    priorities: PriorityNames,
    /// This many tickets share one `lastUpdated` second
    #[arg(long, value_name = "N", default_value_t = 0)]
    in_one_second: u64,
    /// The codebase that company info names
    #[arg(long, value_name = "NAME", default_value = "v4_6_release/")]
    codebase: String,
    /// The host to call that company info names; none unless given
    #[arg(long, value_name = "HOST")]
    site_url: Option<String>,
    /// Behave otherwise where what is known of the vendor disagrees; may be given more than once
    #[arg(long, value_name = "NAME", value_parser = quirk())]
    quirk: Vec<Quirk>,
}

/// Names with what they mean, for `--help`.
fn quirk() -> impl TypedValueParser<Value = Quirk> {
    let names = Quirk::ALL.map(|quirk| PossibleValue::new(quirk.name()).help(quirk.explanation()));
    PossibleValuesParser::new(names).try_map(|name| name.parse::<Quirk>())
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum PriorityNames {
    /// The four of the documentation
    Documented,
    /// Others with the same numbers, and one without
    Stock,
}

pub(super) async fn run(options: &Options) -> anyhow::Result<Exit> {
    let sandbox = deskhand_sandbox::start(options.to_sandbox())
        .await
        .context("the sandbox cannot start")?;
    let mut to = io::stdout().lock();
    writeln!(to, "The sandbox is at {}", sandbox.url())?;
    writeln!(
        to,
        "company id sandbox, public key public, private key private, any client id"
    )?;
    if let Some(ca) = sandbox.ca() {
        writeln!(to, "its certificate authority: {}", ca.display())?;
    }
    to.flush()?;
    drop(to);
    std::future::pending::<()>().await;
    Ok(Exit::Successful)
}

impl Options {
    fn to_sandbox(&self) -> deskhand_sandbox::Options {
        let priorities = match self.priorities {
            PriorityNames::Documented => Priorities::Documented,
            PriorityNames::Stock => Priorities::Stock,
        };
        let folder = || {
            self.tls_folder
                .clone()
                .unwrap_or_else(|| std::env::temp_dir().join(format!("deskhand-sandbox-{}", std::process::id())))
        };
        deskhand_sandbox::Options {
            listen: self.listen,
            seed: Seed {
                tickets: self.tickets,
                number: self.seed,
                priorities,
                in_one_second: self.in_one_second,
            },
            data: self.data.clone(),
            tls: self.tls.then(folder),
            control: self.control,
            activity: self.activity.map(|per_second| Activity {
                per_second,
                ..Activity::default()
            }),
            latency: Duration::from_millis(self.latency),
            limit: self.limit,
            codebase: self.codebase.clone(),
            site_url: self.site_url.clone(),
            quirks: self.quirk.iter().copied().collect(),
            ..deskhand_sandbox::Options::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory, Parser};

    use super::*;

    #[derive(Debug, Parser)]
    struct Alone {
        #[command(flatten)]
        options: Options,
    }

    #[test]
    fn quirks_are_named_one_by_one_and_listed() {
        let given = [
            "sandbox",
            "--quirk",
            "open-system-info",
            "--quirk",
            "list-project-tickets",
        ];
        let given = Alone::try_parse_from(given).expect("both are quirks");
        let quirks = given.options.to_sandbox().quirks;
        let expected = [Quirk::OpenSystemInfo, Quirk::ListProjectTickets];
        assert_eq!(quirks, expected.into_iter().collect());
        let unknown = Alone::try_parse_from(["sandbox", "--quirk", "earthquakes"]).expect_err("is none");
        assert!(unknown.to_string().contains("earthquakes"), "{unknown}");
        let help = Alone::command().render_long_help().to_string();
        for quirk in Quirk::ALL {
            assert!(help.contains(quirk.name()), "{quirk} is not in {help}");
        }
    }
}
