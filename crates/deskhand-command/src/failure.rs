//! What went wrong, for people: the same object on every surface.

use serde::{Deserialize, Serialize};

/// One thing that failed, with its reason and what to do about it.
///
/// ```
/// use deskhand_command::Failure;
///
/// let failure = Failure::invalid_parameter("Ticket IDs").indicated("Get Tickets");
/// assert_eq!(
///     failure.to_text(),
///     "Get Tickets failed.\nStatus Code: 400.\nMessage: The value for parameter (Ticket IDs) is invalid."
/// );
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_field_names, reason = "the names are the interface")]
pub struct Failure {
    /// `<Command> failed.`; empty until [`Failure::indicated`] has named the command.
    pub failure_indicator: String,
    /// The vendor's HTTP status; 400 for refused input, 504 for a time-out, 502 for connection, TLS or protocol.
    pub status_code: u16,
    /// Why, in one or two sentences.
    pub message: String,
    /// What to do about it, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// The id of the item that failed, where the command works on several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<i64>,
    /// Whether trying again can help.
    pub retry: Retry,
}

/// Whether, and how, trying again can help.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Retry {
    /// The same request will fail again.
    Never,
    /// A later try may succeed.
    Later,
    /// What it takes is away, such as a vault or a mail server: nothing was begun, and a later try may succeed.
    Away,
    /// It may have taken effect: look before trying again.
    Verify,
}

impl Failure {
    /// A failure that trying again will not cure.
    pub fn new(status_code: u16, message: impl Into<String>) -> Self {
        Self {
            failure_indicator: String::new(),
            status_code,
            message: message.into(),
            hint: None,
            item: None,
            retry: Retry::Never,
        }
    }

    /// An input that was refused before anything was sent; `parameter` is its display name.
    pub fn invalid_parameter(parameter: &str) -> Self {
        Self::new(400, format!("The value for parameter ({parameter}) is invalid."))
    }

    /// Adds what to do about it.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Says whether trying again can help.
    #[must_use]
    pub fn with_retry(mut self, retry: Retry) -> Self {
        self.retry = retry;
        self
    }

    /// Names the item, `kind` in words; a message that does not hold its id gets ` (ticket 1042)` at its end.
    #[must_use]
    pub fn for_item(mut self, kind: &str, id: i64) -> Self {
        if !mentions(&self.message, id) {
            self.message = format!("{} ({kind} {id})", self.message);
        }
        self.item = Some(id);
        self
    }

    /// Sets the indicator to `<title> failed.`.
    #[must_use]
    pub fn indicated(mut self, title: &str) -> Self {
        self.failure_indicator = format!("{title} failed.");
        self
    }

    /// The three lines that people see.
    pub fn to_text(&self) -> String {
        format!(
            "{}\nStatus Code: {}.\nMessage: {}",
            self.failure_indicator, self.status_code, self.message
        )
    }
}

/// True when `id` stands in `message` as a number of its own.
fn mentions(message: &str, id: i64) -> bool {
    message
        .split(|c: char| !c.is_ascii_digit())
        .any(|digits| digits == id.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_that_names_its_item_is_left_alone() {
        let named = Failure::new(404, "Service Ticket 1042 not found").for_item("ticket", 1042);
        assert_eq!(named.message, "Service Ticket 1042 not found");
        let unnamed = Failure::new(404, "Service Ticket 11042 not found").for_item("ticket", 1042);
        assert_eq!(unnamed.message, "Service Ticket 11042 not found (ticket 1042)");
    }
}
