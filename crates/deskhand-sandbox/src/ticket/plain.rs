//! Texts, numbers, flags, dates and words: the members that depend on no other record.

use jiff::Timestamp;
use serde_json::Value;

use super::compose::{Composition, Mode, Wish};
use crate::binding::{Access, Form, Slot, TICKET};
use crate::refusal::Problem;
use crate::world::{iso, text};

/// What is never missing from an answer, as recorded for a ticket of which little was sent.
const DEFAULTS: [(&str, &str); 19] = [
    ("allowAllClientsPortalView", "false"),
    ("customerUpdatedFlag", "false"),
    ("automaticEmailContactFlag", "false"),
    ("automaticEmailResourceFlag", "false"),
    ("automaticEmailCcFlag", "false"),
    ("approved", "true"),
    ("estimatedExpenseCost", "0.00"),
    ("estimatedExpenseRevenue", "0.00"),
    ("estimatedProductCost", "0.00"),
    ("estimatedProductRevenue", "0.00"),
    ("estimatedTimeCost", "0.00"),
    ("estimatedTimeRevenue", "0.00"),
    ("billingMethod", "\"ActualRates\""),
    ("subBillingMethod", "\"ActualRates\""),
    ("billTime", "\"NoDefault\""),
    ("billExpenses", "\"NoDefault\""),
    ("billProducts", "\"NoDefault\""),
    ("severity", "\"Medium\""),
    ("impact", "\"Medium\""),
];

impl Composition<'_> {
    pub(super) fn plain(&mut self) {
        let settable = TICKET.members.iter().filter(|slot| slot.access == Access::Set);
        for slot in settable.filter(|slot| !matches!(slot.form, Form::Reference(_) | Form::Fields)) {
            match self.wish(slot.name) {
                Wish::Stay => {}
                Wish::Default => self.set_default(slot),
                Wish::Hold(value) => match written(slot, value) {
                    Ok(json) => self.set(slot.name, json),
                    Err(problem) => self.problems.push(problem),
                },
            }
        }
    }

    fn set_default(&mut self, slot: &Slot) {
        let required = matches!(slot.name, "severity" | "impact") && self.mode != Mode::Create;
        let default = DEFAULTS.iter().find(|(name, _)| *name == slot.name && !required);
        match default {
            Some((_, json)) => self.set(slot.name, *json),
            None => self.ticket.remove(slot.name),
        }
    }
}

/// A value as answers have it.
fn written(slot: &Slot, value: &Value) -> Result<String, Problem> {
    match (slot.form, value) {
        (Form::Text(most), Value::String(given)) => {
            let line = one_line(given);
            if most > 0 && line.chars().count() > most {
                return Err(Problem::too_long(slot.name, most));
            }
            let closed = slot.name == "automaticEmailCc";
            Ok(text(&if closed { closed_list(&line) } else { line }))
        }
        (Form::Decimal, Value::Number(number)) => Ok(format!("{:.2}", number.as_f64().unwrap_or_default())),
        (Form::Time | Form::Day, Value::String(given)) => instant(slot, given),
        _ => Ok(value.to_string()),
    }
}

/// The guide says that line ends in texts are not supported and show as a space.
fn one_line(given: &str) -> String {
    given.replace("\r\n", " ").replace(['\r', '\n'], " ")
}

/// Recorded: the list of addresses comes back with a semicolon at its end.
fn closed_list(addresses: &str) -> String {
    match addresses.trim_end() {
        "" => String::new(),
        closed if closed.ends_with(';') => closed.to_owned(),
        open => format!("{open};"),
    }
}

/// Fractions of seconds are refused by what a client's author saw; status and family are invented.
fn instant(slot: &Slot, given: &str) -> Result<String, Problem> {
    let refused = || {
        let message = format!("Unsupported format applied to {}", slot.name);
        Problem::new("InvalidField", message, slot.name)
    };
    if given.contains('.') {
        return Err(refused());
    }
    let seconds = given.parse::<Timestamp>().map_err(|_| refused())?.as_second();
    let midnight = seconds.div_euclid(86_400) * 86_400;
    Ok(text(&iso(if slot.form == Form::Day { midnight } else { seconds })))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn written_as(name: &str, value: Value) -> Result<String, &'static str> {
        written(TICKET.exact(name).unwrap(), &value).map_err(|problem| problem.code)
    }

    #[test]
    fn values_come_back_as_the_vendor_writes_them() {
        for (name, value, expected) in [
            ("budgetHours", json!(10.5), "10.50"),
            (
                "requiredDate",
                json!("2022-09-30T15:04:05Z"),
                "\"2022-09-30T00:00:00Z\"",
            ),
            (
                "subDateAccepted",
                json!("2022-09-30T15:04:05Z"),
                "\"2022-09-30T15:04:05Z\"",
            ),
            ("automaticEmailCc", json!("a@x.com;b@x.com "), "\"a@x.com;b@x.com;\""),
            ("automaticEmailCc", json!("a@x.com;"), "\"a@x.com;\""),
            ("summary", json!("a\r\nb\nc"), "\"a b c\""),
            ("lagDays", json!(3), "3"),
        ] {
            assert_eq!(written_as(name, value), Ok(expected.to_owned()), "{name}");
        }
    }

    #[test]
    fn what_is_too_long_or_too_fine_is_refused() {
        assert_eq!(written_as("summary", json!("é".repeat(100))).map(|_| ()), Ok(()));
        assert_eq!(written_as("summary", json!("é".repeat(101))), Err("MaxLengthField"));
        assert_eq!(
            written_as("requiredDate", json!("2022-09-30T15:04:05.5Z")),
            Err("InvalidField")
        );
        // What is sent counts, without the semicolon that the server adds.
        assert_eq!(
            written_as("automaticEmailCc", json!("x".repeat(1000))).map(|_| ()),
            Ok(())
        );
        assert_eq!(
            written_as("automaticEmailCc", json!("x".repeat(1001))),
            Err("MaxLengthField")
        );
    }
}
