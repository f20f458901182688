//! The commands, one file each.

mod fetch_event;
mod spilling;
mod test_connection;

use std::sync::{Arc, LazyLock};

use connectwise_psa::Client;
use deskhand_command::{Command, Declaration};

static DECLARATIONS: LazyLock<Vec<Declaration>> =
    LazyLock::new(|| vec![fetch_event::declaration(), test_connection::declaration()]);

/// What every command declares, without a connection.
pub fn declarations() -> &'static [Declaration] {
    &DECLARATIONS
}

/// The commands on a connection.
pub fn catalogue(client: Client) -> Vec<Arc<dyn Command>> {
    vec![
        Arc::new(fetch_event::FetchEvent::new(client.clone())),
        Arc::new(test_connection::TestConnection::new(client)),
    ]
}

/// The line of the security role that reading tickets needs.
pub(crate) const INQUIRE_TICKETS: &str = "Service Desk > Service Tickets > Inquire Level: All";
