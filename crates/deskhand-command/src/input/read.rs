//! Typed inputs; what is no such thing is refused by its display name.

use std::collections::HashSet;

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

    /// Text that has to be there, with the blanks at its ends.
    pub fn required_verbatim(&self, name: &str) -> Result<String, Failure> {
        self.required_text(name)?;
        let value = self.values.get(name).and_then(Value::as_str);
        Ok(value.unwrap_or_default().to_owned())
    }

    /// Text of at most so many characters.
    pub fn text_of_at_most(&self, name: &str, most: usize) -> Result<Option<String>, Failure> {
        let text = self.text(name)?;
        match &text {
            Some(text) if text.chars().count() > most => Err(self.invalid(
                name,
                format!(
                    "at most {most} characters are possible, and this has {}",
                    text.chars().count()
                ),
            )),
            _ => Ok(text),
        }
    }

    /// Text that has to be there.
    pub fn required_text(&self, name: &str) -> Result<String, Failure> {
        self.text(name)?.ok_or_else(|| self.invalid(name, "it is required"))
    }

    /// A whole number in a range that has to be there.
    pub fn required_integer(&self, name: &str, range: std::ops::RangeInclusive<i64>) -> Result<i64, Failure> {
        let number = self.integer(name, range)?;
        number.ok_or_else(|| self.invalid(name, "it is required"))
    }

    /// The id of a record, which has to be there.
    pub fn required_id(&self, name: &str) -> Result<i64, Failure> {
        self.required_integer(name, IDS)
    }

    /// True or false, as such or as text.
    pub fn flag(&self, name: &str) -> Result<Option<bool>, Failure> {
        match self.values.get(name) {
            None => Ok(None),
            Some(Value::Bool(flag)) => Ok(Some(*flag)),
            Some(Value::String(text)) if text.trim().eq_ignore_ascii_case("true") => Ok(Some(true)),
            Some(Value::String(text)) if text.trim().eq_ignore_ascii_case("false") => Ok(Some(false)),
            Some(_) => Err(self.invalid(name, "True or False is expected")),
        }
    }

    /// At least one id, each once, in the order given: a list of numbers, its JSON, or numbers with commas between.
    pub fn required_ids(&self, name: &str) -> Result<Vec<i64>, Failure> {
        let wrong = || self.invalid(name, "a list of ids is expected, such as [101, 102]");
        let given = match self.values.get(name) {
            None => return Err(self.invalid(name, "it is required: a list of ids, such as [101, 102]")),
            Some(value) => elements(value),
        };
        let mut ids = Vec::with_capacity(given.len());
        let mut seen = HashSet::new();
        for value in given {
            let id = id_of(&value).ok_or_else(wrong)?;
            if seen.insert(id) {
                ids.push(id);
            }
        }
        if ids.is_empty() { Err(wrong()) } else { Ok(ids) }
    }

    /// A list of texts, its JSON, or texts with commas or semicolons between; blanks around them do not count.
    pub fn texts(&self, name: &str) -> Result<Option<Vec<String>>, Failure> {
        let Some(value) = self.values.get(name) else {
            return Ok(None);
        };
        let texts = elements(value).into_iter().map(|value| match value {
            Value::String(text) => Ok(text.trim().to_owned()),
            _ => Err(self.invalid(name, "a list of texts is expected, such as [\"a\", \"b\"]")),
        });
        let texts = texts.collect::<Result<Vec<_>, _>>()?;
        Ok(Some(texts.into_iter().filter(|text| !text.is_empty()).collect()))
    }

    /// A JSON object, as such or as text.
    pub fn object(&self, name: &str) -> Result<Option<Map<String, Value>>, Failure> {
        let read = match self.values.get(name) {
            None => return Ok(None),
            Some(Value::String(text)) => serde_json::from_str(text).map_err(|error| {
                self.invalid(
                    name,
                    format!("a JSON object is expected, such as {{\"city\": \"Tampa\"}}; this is none: {error}"),
                )
            })?,
            Some(value) => value.clone(),
        };
        match read {
            Value::Object(object) => Ok(Some(object)),
            _ => Err(self.invalid(name, "a JSON object is expected, such as {\"city\": \"Tampa\"}")),
        }
    }

    /// What was given, by its declared names, as JSON.
    pub fn to_json(&self) -> String {
        Value::Object(self.values.clone()).to_string()
    }

    /// True when this input was given.
    pub fn has(&self, name: &str) -> bool {
        self.values.contains_key(name)
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

/// The vendor's ids are 32 bits wide, as its description says.
const IDS: std::ops::RangeInclusive<i64> = 1..=i32::MAX as i64;

/// The elements of a list that is given as such, as JSON text, or as text with separators.
fn elements(value: &Value) -> Vec<Value> {
    match value {
        Value::Array(values) => values.clone(),
        Value::String(text) if text.trim_start().starts_with('[') => match serde_json::from_str(text) {
            Ok(Value::Array(values)) => values,
            _ => vec![value.clone()],
        },
        Value::String(text) => {
            let parts = text.split([',', ';']).map(str::trim).filter(|part| !part.is_empty());
            parts.map(|part| Value::String(part.to_owned())).collect()
        }
        value => vec![value.clone()],
    }
}

fn id_of(value: &Value) -> Option<i64> {
    let id = match value {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    id.filter(|id| IDS.contains(id))
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
    use proptest::strategy::ValueTree as _;
    use schemars::JsonSchema;
    use serde_json::json;

    use super::*;
    use crate::{Effect, Rows, States, Table};

    #[derive(JsonSchema)]
    #[expect(dead_code, reason = "only its schema is looked at")]
    struct Example {
        /// When.
        #[schemars(title = "Start Time")]
        start_time: Option<String>,
        /// How many.
        #[schemars(title = "Number of Event(s) Fetched")]
        number: Option<u32>,
        /// Which.
        #[schemars(title = "Ticket IDs")]
        ticket_ids: Option<Vec<i64>>,
        /// Whether.
        #[schemars(title = "Internal Note")]
        internal_note: Option<bool>,
        /// More.
        #[schemars(title = "Additional Fields")]
        additional_fields: Option<Map<String, Value>>,
        /// Who else.
        #[schemars(title = "Automatic Email CC")]
        automatic_email_cc: Option<Vec<String>>,
    }

    fn declaration() -> Declaration {
        Declaration {
            title: "Fetch Event",
            slug: "fetch-event",
            summary: "",
            effect: Effect::Reads,
            rights: &[],
            states: States::Two,
            table: Table {
                rows: Rows::Records,
                columns: &[],
            },
            key_fields: &[],
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

    fn reading<T>(given: Value, read: impl Fn(&Inputs<'_>) -> Result<T, Failure>) -> Result<T, Failure> {
        let declaration = declaration();
        read(&Inputs::new(&declaration, given.as_object().unwrap().clone())?)
    }

    #[test]
    fn ids_come_as_lists_as_json_and_with_commas_and_count_once() {
        for given in [
            json!([101, 102, 101]),
            json!(["101", 102]),
            json!("[101, 102]"),
            json!("101, 102,"),
            json!("101;102"),
        ] {
            let ids = reading(json!({"Ticket IDs": given}), |inputs| inputs.required_ids("ticket_ids"));
            assert_eq!(ids.unwrap(), [101, 102], "{given}");
        }
        for wrong in [
            json!([]),
            json!("[]"),
            json!(["x"]),
            json!([1.5]),
            json!([0]),
            json!([-4]),
            json!([[1]]),
            json!({"id": 1}),
            json!("[1"),
            json!(true),
            json!(null),
            json!([3_000_000_000_i64]),
        ] {
            let refused = reading(json!({"ticket_ids": wrong}), |inputs| inputs.required_ids("ticket_ids"));
            assert_eq!(
                refused.unwrap_err().message,
                "The value for parameter (Ticket IDs) is invalid.",
                "{wrong}"
            );
        }
    }

    #[test]
    fn flags_objects_and_lists_of_texts_come_as_such_and_as_text() {
        let flag = |given: Value| reading(json!({"internal_note": given}), |inputs| inputs.flag("internal_note"));
        assert_eq!(flag(json!(true)).unwrap(), Some(true));
        assert_eq!(flag(json!("False")).unwrap(), Some(false));
        assert_eq!(flag(json!(null)).unwrap(), None);
        assert!(flag(json!("maybe")).is_err() && flag(json!(1)).is_err());
        let object = |given: Value| {
            reading(json!({"Additional Fields": given}), |inputs| {
                inputs.object("additional_fields")
            })
        };
        for given in [json!({"city": "Tampa"}), json!("{\"city\": \"Tampa\"}")] {
            assert_eq!(object(given).unwrap().unwrap()["city"], "Tampa");
        }
        assert!(object(json!([1])).is_err() && object(json!("{")).is_err() && object(json!("3")).is_err());
        let texts = |given: Value| {
            reading(json!({"automatic_email_cc": given}), |inputs| {
                inputs.texts("automatic_email_cc")
            })
        };
        for given in [json!([" a@x ", "b@y"]), json!("[\"a@x\",\"b@y\"]"), json!("a@x; b@y;")] {
            assert_eq!(texts(given).unwrap().unwrap(), ["a@x", "b@y"]);
        }
        assert!(texts(json!([1])).is_err());
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in ".{0,30}") {
            let _either = (with(json!({"start_time": text})), with(json!({ text.clone(): 1 })));
            let _either = reading(json!({"ticket_ids": text.clone()}), |inputs| inputs.required_ids("ticket_ids"));
            let _either = reading(json!({"additional_fields": text}), |inputs| inputs.object("additional_fields"));
        }
    }

    /// Half a minute of inputs of every kind under every name; each is read, or refused with the name of an input.
    #[test]
    fn fuzz_no_input_makes_it_panic() {
        let until = std::time::Instant::now() + std::time::Duration::from_secs(30);
        let mut runner = proptest::test_runner::TestRunner::deterministic();
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            ".{0,40}".prop_map(Value::from),
            "[0-9\\[\\]{}\",;:. -]{0,20}".prop_map(Value::from),
        ];
        let value = leaf.prop_recursive(3, 12, 4, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                proptest::collection::btree_map(".{0,8}", inner, 0..4)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        });
        let names = [
            "start_time",
            "Number of Event(s) Fetched",
            "ticket-ids",
            "Internal Note",
            "additional_fields",
            "Automatic Email CC",
            "nothing of the kind",
        ];
        while std::time::Instant::now() < until {
            for name in names {
                let value = value.new_tree(&mut runner).unwrap().current();
                let read = reading(json!({ name: value }), |inputs| {
                    inputs.time("start_time")?;
                    inputs.integer("number", 1..=1000)?;
                    inputs.flag("internal_note")?;
                    inputs.object("additional_fields")?;
                    inputs.texts("automatic_email_cc")?;
                    inputs.required_ids("ticket_ids").map(|_| ())
                });
                if let Err(failure) = read {
                    assert_eq!(failure.status_code, 400);
                    assert!(failure.message.contains('('), "{}", failure.message);
                }
            }
        }
    }
}
