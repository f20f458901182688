//! The commands and the feed against a sandbox; names begin with the row of the requirements that they check.
#![expect(clippy::unwrap_used, reason = "test code")]

mod add_ticket_notes;
mod callbacks;
mod chains;
mod create_ticket;
mod delete_tickets;
mod doctor;
mod failures;
mod feed;
mod fetch_event;
mod filters;
mod get_company_contacts;
mod get_tickets;
mod list_board_statuses;
mod list_board_teams;
mod list_boards;
mod list_companies;
mod lost;
mod lost_alike;
mod lost_waiting;
mod merge_tickets;
mod moved;
mod outputs;
mod rights;
mod stub;
mod support;
mod test_connection;
mod update_tickets;
