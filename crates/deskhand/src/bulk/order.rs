//! Which rows may be under way at once: those that name the same ticket go one after the other, as they stand in the file.

use std::collections::HashSet;

use serde_json::{Map, Value};

/// The inputs that name tickets.
const TICKETS: [&str; 3] = ["ticket_ids", "parent_ticket_id", "merge_ticket_ids"];

/// The tickets that rows under way have to themselves.
#[derive(Debug, Default)]
pub(super) struct Taken {
    tickets: HashSet<String>,
}

impl Taken {
    /// Takes the tickets of a row; `None` while another row has one of them.
    pub(super) fn take(&mut self, inputs: &Map<String, Value>) -> Option<Vec<String>> {
        let tickets = tickets(inputs);
        if tickets.iter().any(|ticket| self.tickets.contains(ticket)) {
            return None;
        }
        self.tickets.extend(tickets.iter().cloned());
        Some(tickets)
    }

    /// Gives them back.
    pub(super) fn give_back(&mut self, tickets: &[String]) {
        for ticket in tickets {
            self.tickets.remove(ticket);
        }
    }
}

/// Every number in the inputs that name tickets, each once.
fn tickets(inputs: &Map<String, Value>) -> Vec<String> {
    let named = TICKETS.iter().filter_map(|name| inputs.get(*name));
    let texts: Vec<String> = named.map(ToString::to_string).collect();
    let numbers = texts.iter().flat_map(|text| text.split(|c: char| !c.is_ascii_digit()));
    let distinct: HashSet<_> = numbers.filter(|number| !number.is_empty()).map(str::to_owned).collect();
    distinct.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn rows_with_a_ticket_in_common_wait_for_each_other() {
        let row = |inputs: Value| inputs.as_object().unwrap().clone();
        let mut taken = Taken::default();
        let first = taken.take(&row(json!({"ticket_ids": "[101, 102]"}))).unwrap();
        assert_eq!(first.len(), 2);
        assert!(taken.take(&row(json!({"ticket_ids": [102]}))).is_none());
        assert!(
            taken
                .take(&row(json!({"parent_ticket_id": "101", "merge_ticket_ids": "9"})))
                .is_none()
        );
        assert!(taken.take(&row(json!({"ticket_ids": "103"}))).is_some());
        assert!(
            taken
                .take(&row(json!({"summary": "101"})))
                .is_some_and(|none| none.is_empty())
        );
        taken.give_back(&first);
        assert!(taken.take(&row(json!({"ticket_ids": [102]}))).is_some());
    }
}
