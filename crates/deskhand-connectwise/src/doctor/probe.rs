//! The requests by which rights are tried.

use connectwise_psa::{ListRequest, Patch, Request, create_ticket, delete_ticket, merge_tickets, update_ticket};
use serde_json::Map;

use crate::commands::rights::{
    ADD_TICKETS, DELETE_TICKETS, EDIT_CLOSING, EDIT_MERGING, EDIT_TICKETS, INQUIRE_CLOSING, INQUIRE_COMPANIES,
    INQUIRE_CONTACTS, INQUIRE_MERGING, INQUIRE_SETUP, INQUIRE_TICKETS,
};

/// How a line of the security role is tried.
pub(super) enum Probe {
    /// By reading one record of a list.
    Reads(Request),
    /// By a write that is refused for another reason.
    Writes(Request),
    /// Not at all: there is no request that would change nothing.
    Untried,
}

/// The highest id that the vendor's numbers can hold: no ticket has it.
pub(super) const NO_TICKET: i64 = i32::MAX as i64;

/// Every line that a command needs, and how it is tried.
pub(super) fn probes() -> Vec<(&'static str, Probe)> {
    let reads = |path: &str| Probe::Reads(ListRequest::new(path).fields("id").page_size(1).to_request(0));
    let merge = || Probe::Writes(merge_tickets(NO_TICKET, &[NO_TICKET - 1], NO_TICKET));
    vec![
        (INQUIRE_TICKETS, reads("service/tickets")),
        (ADD_TICKETS, Probe::Writes(create_ticket(&Map::new()))),
        (EDIT_TICKETS, Probe::Writes(update_ticket(NO_TICKET, &Patch::new()))),
        (DELETE_TICKETS, Probe::Writes(delete_ticket(NO_TICKET))),
        (INQUIRE_CLOSING, Probe::Untried),
        (EDIT_CLOSING, Probe::Untried),
        (INQUIRE_MERGING, merge()),
        (EDIT_MERGING, merge()),
        (INQUIRE_SETUP, reads("service/boards")),
        (INQUIRE_COMPANIES, reads("company/companies")),
        (INQUIRE_CONTACTS, reads("company/contacts")),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::declarations;

    #[test]
    fn every_line_that_a_command_needs_has_a_probe() {
        let probes = probes();
        for declaration in declarations() {
            for line in declaration.rights {
                assert!(probes.iter().any(|(known, _)| known == line), "{line}");
            }
        }
    }

    #[test]
    fn a_probe_that_writes_names_no_ticket_that_there_could_be() {
        for (line, probe) in probes() {
            if let Probe::Writes(request) = probe {
                let text = request.to_text();
                assert!(
                    text.contains("2147483647") || text == "POST service/tickets\n\n{}",
                    "{line}: {text}"
                );
            }
        }
    }
}
