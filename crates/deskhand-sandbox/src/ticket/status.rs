//! What comes with a status: whether the ticket is closed, by whom and when, and its dates.

use serde_json::Value;

use super::compose::{Composition, Mode, Wish};
use super::reference::{Given, find};
use crate::world::{Kind, iso, text};

impl Composition<'_> {
    /// `closedFlag` mirrors the status; dates follow its escalation status, as recorded.
    pub(super) fn status_effects(&mut self) {
        if matches!(self.wish("status"), Wish::Stay) {
            return;
        }
        let given = Given {
            by: "id",
            text: self.id_in("status").to_string(),
        };
        let board = self.id_in("board");
        let Some((_, status)) = find(self.world, Kind::BoardStatus, board, &given) else {
            return;
        };
        let closed = status["closedStatus"] == true;
        self.closes = closed && (self.holds("status") || self.mode == Mode::Create);
        self.close_or_open(closed);
        self.dates(
            status
                .get("escalationStatus")
                .and_then(Value::as_str)
                .unwrap_or_default(),
        );
    }

    fn close_or_open(&mut self, closed: bool) {
        let was_closed = self.ticket.get("closedFlag") == Some("true");
        self.set("closedFlag", if closed { "true" } else { "false" });
        if closed && !was_closed {
            self.set("closedDate", text(&iso(self.now)));
            self.set("closedBy", text(self.by));
        }
        if !closed {
            self.ticket.remove("closedDate");
            self.ticket.remove("closedBy");
        }
    }

    fn dates(&mut self, escalation: &str) {
        let now = text(&iso(self.now));
        if matches!(escalation, "Responded" | "ResolutionPlan" | "Resolved") {
            self.fill("dateResplan", now.clone());
            self.fill("dateResponded", now.clone());
            // Recorded for a ticket in progress; what later stages have is invented to be the same.
            self.set("escalationLevel", "10");
        } else {
            self.set("escalationLevel", "0");
        }
        if escalation == "Resolved" {
            self.fill("dateResolved", now);
            self.set("slaStatus", "\"Resolved\"");
        } else {
            self.ticket.remove("dateResolved");
            if self.ticket.get("slaStatus") == Some("\"Resolved\"") {
                let due = sla_status(self.now);
                self.set("slaStatus", due);
            }
        }
    }
}

/// Invented but for its form: three days from now, at five hours behind UTC.
pub(super) fn sla_status(now: i64) -> String {
    let due = jiff::Timestamp::from_second(now + 3 * 86_400 - 5 * 3_600).unwrap_or_default();
    text(&due.strftime("Resolve by %a %m/%d %-I:%M %p UTC-05").to_string())
}
