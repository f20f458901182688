//! `deskhand sandbox`: a PSA on this machine.

use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context as _;
use clap::{Args, ValueEnum};
use deskhand_sandbox::{Activity, Limit, Priorities, Seed};

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
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum PriorityNames {
    /// The four of the documentation
    Documented,
    /// Others with the same numbers
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
            ..deskhand_sandbox::Options::default()
        }
    }
}
