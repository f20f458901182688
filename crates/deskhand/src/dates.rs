//! Times as whoever uses the program has them: read and shown in the form that they, or the deployment, have chosen.
//!
//! A verb makes one [`Dates`] when it starts and reads and shows every time by it. What is stored and sent is UTC, and so is
//! JSON.

use std::path::Path;

use deskhand_command::{Declaration, Failure};
use deskhand_engine::StoreError;
use deskhand_engine::dates::DateForm;
use deskhand_engine::desk::{Desk, DeskStore};
use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::config::{self, Operator};
use crate::desk::{OpenDesk, Person};
use crate::exit::BadInput;

/// The form for times of whoever uses the program.
#[derive(Debug, Clone, Default)]
pub(crate) struct Dates(DateForm);

impl Dates {
    /// For verbs that have no store open: one is opened only to look up whom `DESKHAND_USER` names.
    pub(crate) async fn find(store: Option<&Path>) -> anyhow::Result<Self> {
        let operator = Operator::read(None)?;
        if config::person(None).is_none() {
            return Ok(Self(operator.dates.form()?));
        }
        let address = config::store_of(store, &operator)?;
        match crate::verbs::find_store(&address).await? {
            Some(store) => Self::of_store(&*store, &operator).await,
            None => Ok(Self(operator.dates.form()?)),
        }
    }

    /// For verbs with a store open.
    pub(crate) async fn in_store(store: &dyn DeskStore) -> anyhow::Result<Self> {
        Self::of_store(store, &Operator::read(None)?).await
    }

    async fn of_store(store: &dyn DeskStore, operator: &Operator) -> anyhow::Result<Self> {
        if config::person(None).is_none() {
            return Ok(Self(operator.dates.form()?));
        }
        let desk = desk_in(store).await.map_err(crate::verbs::store_trouble)?;
        Self::of(&Person::find(None, &desk)?, operator)
    }

    /// For a person who is known already.
    pub(crate) fn of(person: &Person, operator: &Operator) -> anyhow::Result<Self> {
        let deployment = operator.dates.form()?;
        Ok(Self(match &person.user {
            Some(user) => user.dates(&deployment).map_err(BadInput::new)?,
            None => deployment,
        }))
    }

    /// A time.
    pub(crate) fn show(&self, time: Timestamp) -> String {
        self.0.show(time)
    }

    /// A time in a sentence, where no heading names the zone.
    pub(crate) fn tell(&self, time: Timestamp) -> String {
        self.0.tell(time)
    }

    /// A heading with the zone of the times below it: `Due (UTC)`.
    pub(crate) fn heading(&self, what: &str) -> String {
        format!("{what} ({})", self.0.zone_name())
    }

    /// A text that is a time as records have it, in the form; `None` for any other text.
    pub(crate) fn cell(&self, text: &str) -> Option<String> {
        let time = text.contains('T').then(|| text.parse::<Timestamp>().ok())?;
        time.map(|time| self.show(time))
    }

    /// Reads a time that was typed for an option.
    pub(crate) fn read(&self, option: &str, typed: &str) -> anyhow::Result<Timestamp> {
        self.0.read(typed).map_err(|why| {
            BadInput::new(format!("`{option}`: {why}"))
                .hint(
                    "the form is that of the user in DESKHAND_USER, else of `[dates]` in the operator's configuration",
                )
                .into()
        })
    }

    /// Reads the times among a command's inputs as they were typed, and puts UTC in their place.
    pub(crate) fn inputs(
        &self,
        declaration: &Declaration,
        mut typed: Map<String, Value>,
    ) -> Result<Map<String, Value>, Failure> {
        for (name, value) in &mut typed {
            let schema = &declaration.inputs.as_value()["properties"][name];
            let Some(text) = value.as_str().filter(|text| !text.trim().is_empty()) else {
                continue;
            };
            if schema["format"] == "date-time" {
                let time = self.0.read(text);
                let title = schema["title"].as_str().unwrap_or(name);
                let time = time.map_err(|why| Failure::invalid_parameter(title).with_hint(why))?;
                *value = Value::String(time.to_string());
            }
        }
        Ok(typed)
    }
}

/// The desk that a store has.
async fn desk_in(store: &dyn DeskStore) -> Result<Desk, StoreError> {
    let definitions = store.definitions().await?;
    Ok(Desk::read(&definitions, &OpenDesk::integration()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn dates() -> Dates {
        Dates(DateForm::new("dd/MM/yyyy HH:mm", "Europe/Berlin").unwrap())
    }

    fn fetch_event() -> &'static Declaration {
        let mut known = deskhand_connectwise::declarations().iter();
        known.find(|known| known.slug == "fetch-event").unwrap()
    }

    #[test]
    fn g4_only_inputs_that_are_times_are_read_in_the_form() {
        let typed = json!({"start_time": "15/04/2024 02:00", "end_time": " ", "search_condition": "15/04/2024 02:00"});
        let read = dates().inputs(fetch_event(), typed.as_object().unwrap().clone());
        let expected =
            json!({"start_time": "2024-04-15T00:00:00Z", "end_time": " ", "search_condition": "15/04/2024 02:00"});
        assert_eq!(read.map(Value::Object), Ok(expected));
    }

    #[test]
    fn g4_a_time_that_cannot_be_read_is_an_invalid_input_with_the_form_and_an_example() {
        let typed = json!({"end_time": "04/15/2024 02:00"});
        let refused = dates()
            .inputs(fetch_event(), typed.as_object().unwrap().clone())
            .unwrap_err();
        assert_eq!(refused.status_code, 400);
        assert_eq!(refused.message, "The value for parameter (End Time) is invalid.");
        assert_eq!(
            refused.hint.as_deref(),
            Some(
                "`04/15/2024 02:00` is no time; type it as dd/MM/yyyy HH:mm (24/12/2026 17:30), or as \
                 2026-12-24T16:30:00Z"
            )
        );
    }

    #[test]
    fn cells_are_times_only_when_they_are_nothing_else() {
        let dates = dates();
        assert_eq!(dates.cell("2024-04-15T00:00:00Z").as_deref(), Some("15/04/2024 02:00"));
        for cell in ["2024-04-15", "since 2024-04-15T00:00:00Z", "Tuesday", ""] {
            assert_eq!(dates.cell(cell), None);
        }
    }
}
