//! Typed inputs; what is no such thing is refused by its display name.

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Timestamp, Unit};
use serde_json::{Map, Value};

use super::names::{resolve_names, title_of};
use crate::{Declaration, Failure};

/// The inputs of one run; empty text and null count as not given.
#[derive(Debug)]
pub struct Inputs<'a> {
    declaration: &'a Declaration,
    values: Map<String, Value>,
}

impl<'a> Inputs<'a> {
    /// Resolves the names of what was given.
    pub fn new(declaration: &'a Declaration, given: Map<String, Value>) -> Result<Self, Failure> {
        let mut values = resolve_names(declaration, given)?;
        values.retain(|_, value| !value.is_null() && value.as_str().is_none_or(|text| !text.trim().is_empty()));
        Ok(Self { declaration, values })
    }

    /// The page's sentence about an input, and what is allowed.
    pub fn invalid(&self, name: &str, allowed: impl Into<String>) -> Failure {
        Failure::invalid_parameter(&title_of(self.declaration, name)).with_hint(allowed)
    }

    /// Text.
    pub fn text(&self, name: &str) -> Result<Option<String>, Failure> {
        match self.values.get(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.trim().to_owned())),
            Some(_) => Err(self.invalid(name, "text is expected")),
        }
    }

    /// One of several texts, compared without case.
    pub fn choice(&self, name: &str, choices: &[&'static str]) -> Result<Option<&'static str>, Failure> {
        let Some(text) = self.text(name)? else { return Ok(None) };
        let found = choices
            .iter()
            .find(|choice| choice.eq_ignore_ascii_case(&text))
            .copied();
        found
            .map(Some)
            .ok_or_else(|| self.invalid(name, format!("one of these is expected: {}", choices.join(", "))))
    }

    /// A whole number in a range, as a number or as text.
    pub fn integer(&self, name: &str, range: std::ops::RangeInclusive<i64>) -> Result<Option<i64>, Failure> {
        let Some(value) = self.values.get(name) else {
            return Ok(None);
        };
        let number = match value {
            Value::Number(number) => number.as_i64(),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        };
        let allowed = || format!("a whole number from {} to {} is expected", range.start(), range.end());
        number
            .filter(|number| range.contains(number))
            .map(Some)
            .ok_or_else(|| self.invalid(name, allowed()))
    }

    /// An instant in UTC whatever this machine's zone: `2024-04-15 00:00`, with seconds, a `T`, a zone, or a date alone.
    pub fn time(&self, name: &str) -> Result<Option<Timestamp>, Failure> {
        let Some(text) = self.text(name)? else { return Ok(None) };
        let time = parse_time(&text).and_then(|time| {
            time.round(
                jiff::TimestampRound::new()
                    .smallest(Unit::Second)
                    .mode(jiff::RoundMode::Trunc),
            )
            .ok()
        });
        time.map(Some)
            .ok_or_else(|| self.invalid(name, "a time in UTC such as 2024-04-15 00:00 is expected"))
    }
}

/// An instant as people write it; without a zone it is UTC.
pub fn parse_time(text: &str) -> Option<Timestamp> {
    if let Ok(instant) = text.parse::<Timestamp>() {
        return Some(instant);
    }
    let civil = text
        .parse::<DateTime>()
        .ok()
        .or_else(|| Some(text.parse::<Date>().ok()?.at(0, 0, 0, 0)))?;
    TimeZone::UTC.to_timestamp(civil).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use schemars::JsonSchema;
    use serde_json::json;

    use super::*;
    use crate::{Effect, States};

    #[derive(JsonSchema)]
    #[expect(dead_code, reason = "only its schema is looked at")]
    struct Example {
        /// When.
        #[schemars(title = "Start Time")]
        start_time: Option<String>,
        /// How many.
        #[schemars(title = "Number of Event(s) Fetched")]
        number: Option<u32>,
    }

    fn declaration() -> Declaration {
        Declaration {
            title: "Fetch Event",
            slug: "fetch-event",
            summary: "",
            effect: Effect::Reads,
            rights: &[],
            states: States::Two,
            inputs: Declaration::inputs_of::<Example>(),
        }
    }

    fn with(given: Value) -> Result<(Option<Timestamp>, Option<i64>), Failure> {
        let declaration = declaration();
        let inputs = Inputs::new(&declaration, given.as_object().unwrap().clone())?;
        Ok((inputs.time("start_time")?, inputs.integer("number", 1..=1000)?))
    }

    #[test]
    fn every_form_of_a_name_will_do() {
        for name in ["Number of Event(s) Fetched", "number", "NUMBER-OF-EVENTS-FETCHED"] {
            assert_eq!(with(json!({ name: 3 })).unwrap().1, Some(3), "{name}");
        }
        let unknown = with(json!({"Stat Time": "x"})).unwrap_err();
        assert_eq!(unknown.hint.as_deref(), Some("did you mean `Start Time`?"));
        assert!(with(json!({"start_time": "2024-01-01", "Start Time": "2024-01-01"})).is_err());
    }

    #[test]
    fn fe4_times_are_utc_in_every_usual_form() {
        for text in [
            "2024-04-15 00:00",
            "2024-04-15",
            "2024-04-15T00:00:00Z",
            "2024-04-15 02:00+02:00",
            "2024-04-15 00:00:00.9",
        ] {
            let time = with(json!({"start_time": text})).unwrap().0.unwrap();
            assert_eq!(time.to_string(), "2024-04-15T00:00:00Z", "{text}");
        }
        let refused = with(json!({"start_time": "soon"})).unwrap_err();
        assert_eq!(refused.message, "The value for parameter (Start Time) is invalid.");
    }

    #[test]
    fn fe5_numbers_are_whole_and_in_range() {
        for bad in [
            json!(0),
            json!(1001),
            json!(-1),
            json!(2.5),
            json!("x"),
            json!("2.5"),
            json!([3]),
        ] {
            let refused = with(json!({"number": bad})).unwrap_err();
            assert_eq!(
                refused.message,
                "The value for parameter (Number of Event(s) Fetched) is invalid."
            );
        }
        assert_eq!(with(json!({"number": "1000"})).unwrap().1, Some(1000));
        assert_eq!(with(json!({"number": ""})).unwrap().1, None);
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in ".{0,30}") {
            let _either = (with(json!({"start_time": text})), with(json!({ text: 1 })));
        }
    }
}
