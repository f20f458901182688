//! How a sandbox is set up.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use crate::activity::Activity;
use crate::callback::CallbackTimes;
use crate::fault::Limit;
use crate::quirks::Quirks;
use crate::seed::Seed;

/// Everything that can be chosen; the default is a desk of 2,000 tickets on a free port.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where to listen; port 0 takes a free one.
    pub listen: SocketAddr,
    /// What to begin with.
    pub seed: Seed,
    /// Tickets from these files, in place of seeded ones.
    pub data: Vec<PathBuf>,
    /// TLS with a certificate authority made for the occasion, written into this folder.
    pub tls: Option<PathBuf>,
    /// Whether `/_sandbox/` is there.
    pub control: bool,
    /// Whether the desk goes on working.
    pub activity: Option<Activity>,
    /// Added to every answer.
    pub latency: Duration,
    /// How many requests are answered within a window.
    pub limit: Option<Limit>,
    /// The codebase that company info names.
    pub codebase: String,
    /// The host to call that company info names; it names none without.
    pub site_url: Option<String>,
    /// Where to behave otherwise than what is better attested.
    pub quirks: Quirks,
    /// The same as [`Quirk::ListProjectTickets`](crate::Quirk::ListProjectTickets).
    pub lists_project_tickets: bool,
    /// How long deliveries to callbacks wait.
    pub callback_times: CallbackTimes,
    /// How long what is written through the API stays out of sight.
    pub write_lag: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            seed: Seed::default(),
            data: Vec::new(),
            tls: None,
            control: false,
            activity: None,
            latency: Duration::ZERO,
            limit: None,
            codebase: "v4_6_release/".to_owned(),
            site_url: None,
            quirks: Quirks::default(),
            lists_project_tickets: false,
            callback_times: CallbackTimes::default(),
            write_lag: Duration::ZERO,
        }
    }
}

impl Options {
    /// A desk with this many tickets.
    pub fn with_tickets(tickets: u64) -> Self {
        Self {
            seed: Seed {
                tickets,
                ..Seed::default()
            },
            ..Self::default()
        }
    }
}
