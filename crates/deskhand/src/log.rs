//! What the program tells while it is at work: on the error output, for whoever keeps a service's output.

use std::io::{self, IsTerminal as _};

use tracing_subscriber::EnvFilter;

use crate::config::variable_of;

/// What is told unless `DESKHAND_LOG` says otherwise: what goes on at the desk, and what is wrong with anything else.
const USUAL: &str = "warn,deskhand=info,deskhand_engine=info,deskhand_server=info,deskhand_store=info";

/// Begins to tell. `DESKHAND_LOG` has the form of `tracing`'s filters; what is wrong in it is left out.
pub(crate) fn begin() {
    let filter = variable_of("DESKHAND_LOG").map_or_else(|| EnvFilter::new(USUAL), EnvFilter::new);
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .with_ansi(io::stderr().is_terminal())
        .finish();
    // There is one already only where somebody has this program inside another.
    let _already = tracing::subscriber::set_global_default(subscriber);
}
