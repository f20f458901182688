//! The commands, one file each; the catalogue is the list of them.

mod add_ticket_notes;
mod create_ticket;
mod delete_tickets;
mod fetch_event;
mod get_company_contacts;
mod get_tickets;
mod items;
mod list_board_statuses;
mod list_board_teams;
mod list_boards;
mod list_companies;
mod listing;
mod merge_tickets;
mod run;
mod spilling;
mod test_connection;
mod ticket_members;
mod update_tickets;

use std::sync::{Arc, LazyLock};

use connectwise_psa::Client;
use deskhand_command::{Column, Command, Declaration, KeyField, Of, Rows, Table};

use crate::writes::{OurMember, TicketMark};
pub(crate) use run::Run;
use run::{Entry, OnConnection};

/// In the order of the alphabet, as people look for them.
fn entries() -> Vec<Entry> {
    vec![
        Entry {
            declaration: add_ticket_notes::declaration(),
            perform: |run| Box::pin(add_ticket_notes::perform(run)),
        },
        Entry {
            declaration: create_ticket::declaration(),
            perform: |run| Box::pin(create_ticket::perform(run)),
        },
        Entry {
            declaration: delete_tickets::declaration(),
            perform: |run| Box::pin(delete_tickets::perform(run)),
        },
        Entry {
            declaration: fetch_event::declaration(),
            perform: |run| Box::pin(fetch_event::perform(run)),
        },
        Entry {
            declaration: get_company_contacts::declaration(),
            perform: |run| Box::pin(get_company_contacts::perform(run)),
        },
        Entry {
            declaration: get_tickets::declaration(),
            perform: |run| Box::pin(get_tickets::perform(run)),
        },
        Entry {
            declaration: list_board_statuses::declaration(),
            perform: |run| Box::pin(list_board_statuses::perform(run)),
        },
        Entry {
            declaration: list_board_teams::declaration(),
            perform: |run| Box::pin(list_board_teams::perform(run)),
        },
        Entry {
            declaration: list_boards::declaration(),
            perform: |run| Box::pin(list_boards::perform(run)),
        },
        Entry {
            declaration: list_companies::declaration(),
            perform: |run| Box::pin(list_companies::perform(run)),
        },
        Entry {
            declaration: merge_tickets::declaration(),
            perform: |run| Box::pin(merge_tickets::perform(run)),
        },
        Entry {
            declaration: test_connection::declaration(),
            perform: |run| Box::pin(test_connection::perform(run)),
        },
        Entry {
            declaration: update_tickets::declaration(),
            perform: |run| Box::pin(update_tickets::perform(run)),
        },
    ]
}

static ENTRIES: LazyLock<Vec<Entry>> = LazyLock::new(entries);
static DECLARATIONS: LazyLock<Vec<Declaration>> =
    LazyLock::new(|| ENTRIES.iter().map(|entry| entry.declaration.clone()).collect());

/// What every command declares, without a connection.
pub fn declarations() -> &'static [Declaration] {
    &DECLARATIONS
}

/// The commands on a connection, which marks new tickets here.
///
/// What one of them learns of the PSA, all of this catalogue know.
pub fn catalogue(client: &Client, mark: TicketMark) -> Vec<Arc<dyn Command>> {
    let us = OurMember::default();
    let on_connection = |entry: &Entry| -> Arc<dyn Command> {
        Arc::new(OnConnection {
            client: client.clone(),
            mark,
            us: us.clone(),
            entry: entry.clone(),
        })
    };
    ENTRIES.iter().map(on_connection).collect()
}

/// The lines of the security role that commands need, as the vendor's role editor names them.
pub(crate) mod rights {
    pub(crate) const INQUIRE_TICKETS: &str = "Service Desk > Service Tickets > Inquire Level: All";
    pub(crate) const ADD_TICKETS: &str = "Service Desk > Service Tickets > Add Level: All";
    pub(crate) const EDIT_TICKETS: &str = "Service Desk > Service Tickets > Edit Level: All";
    pub(crate) const DELETE_TICKETS: &str = "Service Desk > Service Tickets > Delete Level: All";
    pub(crate) const INQUIRE_CLOSING: &str = "Service Desk > Close Service Tickets > Inquire Level: All";
    pub(crate) const EDIT_CLOSING: &str = "Service Desk > Close Service Tickets > Edit Level: All";
    pub(crate) const INQUIRE_MERGING: &str = "Service Desk > Merge Tickets > Inquire Level: All";
    pub(crate) const EDIT_MERGING: &str = "Service Desk > Merge Tickets > Edit Level: All";
    pub(crate) const INQUIRE_SETUP: &str = "System > Table Setup > Inquire Level: All";
    pub(crate) const ADD_SETUP: &str = "System > Table Setup > Add Level: All";
    pub(crate) const EDIT_SETUP: &str = "System > Table Setup > Edit Level: All";
    pub(crate) const DELETE_SETUP: &str = "System > Table Setup > Delete Level: All";
    pub(crate) const INQUIRE_COMPANIES: &str = "Companies > Company Maintenance > Inquire Level: All";
    pub(crate) const INQUIRE_CONTACTS: &str = "Companies > Contacts > Inquire Level: All";

    /// The lines that looking takes. Merging and closing have an Inquire of their own, which no read asks for.
    pub(crate) fn to_read(declared: &[&'static str]) -> Vec<&'static str> {
        let reads =
            |line: &&str| line.contains("> Inquire Level") && ![INQUIRE_CLOSING, INQUIRE_MERGING].contains(line);
        declared.iter().copied().filter(reads).collect()
    }
}

/// What people see of tickets.
const TICKET_TABLE: Table = Table {
    rows: Rows::Records,
    columns: &[
        Column("ID", "/id"),
        Column("Summary", "/summary"),
        Column("Status", "/status/name"),
        Column("Priority", "/priority/name"),
        Column("Company", "/company/name"),
        Column("Updated", "/_info/lastUpdated"),
    ],
};

/// What is collected from tickets.
const TICKET_KEYS: &[KeyField] = &[
    KeyField {
        name: "TicketIDs",
        pointer: "/id",
        of: Of::EachRecord,
    },
    KeyField {
        name: "BoardIDs",
        pointer: "/board/id",
        of: Of::Records,
    },
    KeyField {
        name: "CompanyIDs",
        pointer: "/company/id",
        of: Of::Records,
    },
];
