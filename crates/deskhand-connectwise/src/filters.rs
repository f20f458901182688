//! The filters of Fetch Event, as conditions.

use connectwise_psa::{Client, Condition, Error, condition};
use deskhand_command::Failure;
use deskhand_command::input::Inputs;
use jiff::{SignedDuration, Timestamp};

use crate::commands::rights::INQUIRE_SETUP;
use crate::failure::{explain_search, translate};
use crate::names::{PRIORITIES, match_priority, priorities};

/// What impact and urgency can be.
pub(crate) const LEVELS: [&str; 3] = ["High", "Medium", "Low"];

/// Which tickets are wanted, apart from when they were updated.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filters {
    status: Option<String>,
    priority: Option<String>,
    impact: Option<&'static str>,
    urgency: Option<&'static str>,
    search: Option<String>,
}

impl Filters {
    /// Reads and checks the filters among the inputs; nothing is sent.
    pub fn read(inputs: &Inputs<'_>) -> Result<Self, Failure> {
        let search = inputs.text("search_condition")?;
        if let Some(search) = &search {
            condition::check_balance(search).map_err(|error| inputs.invalid("search_condition", error.to_string()))?;
        }
        Ok(Self {
            status: inputs.text("status")?,
            priority: inputs.choice("priority", &PRIORITIES)?.map(str::to_owned),
            impact: inputs.choice("impact", &LEVELS)?,
            urgency: inputs.choice("urgency", &LEVELS)?,
            search,
        })
    }

    /// Tenants rename their priorities: one of the four that the PSA does not have means its only `Priority N`.
    ///
    /// The PSA's list is read for that, and only when a priority is asked for. A role that may not read it leaves the name
    /// as it is; a name that means none, or several, is refused with those there are.
    pub async fn resolve(mut self, client: &Client) -> Result<Self, Failure> {
        let Some(wanted) = &self.priority else { return Ok(self) };
        let names = priorities(client)
            .await
            .map_err(|error| translate(&error, &[INQUIRE_SETUP]))?;
        let Some(names) = names else { return Ok(self) };
        let matched = match_priority(wanted, &names).map_err(|unmatched| {
            let hint = format!("{unmatched}. Use Search Condition: priority/name = \"…\"");
            Failure::invalid_parameter("Priority").with_hint(hint)
        })?;
        self.priority = Some(matched);
        Ok(self)
    }

    /// The name of the status that is asked for.
    pub(crate) fn status(&self) -> Option<&str> {
        self.status.as_deref()
    }

    /// What an error means for whoever asked for these tickets.
    pub(crate) fn refused(&self, error: &Error, rights: &[&str]) -> Failure {
        explain_search(translate(error, rights), error, self.search.as_deref())
    }

    /// The filters alone; `None` when everything is wanted.
    pub fn condition(&self) -> Option<Condition> {
        let named = [
            ("status/name", self.status.as_deref()),
            ("priority/name", self.priority.as_deref()),
            ("impact", self.impact),
            ("severity", self.urgency),
        ];
        let mut all: Vec<_> = named
            .into_iter()
            .filter_map(|(path, value)| Some(Condition::equals(path, value?)))
            .collect();
        all.extend(self.search.clone().map(Condition::Written));
        (!all.is_empty()).then_some(Condition::All(all))
    }
}

/// Updated in a window whose ends belong to it; `>=` is never used, because one server is reported to break it.
pub(crate) fn updated(start: Option<Timestamp>, end: Option<Timestamp>) -> Option<Condition> {
    let second = SignedDuration::from_secs(1);
    let start =
        start.map(|start| Condition::compare("lastUpdated", ">", start.saturating_sub(second).unwrap_or(start)));
    let end = end.map(|end| Condition::compare("lastUpdated", "<", end.saturating_add(second).unwrap_or(end)));
    both(start, end)
}

/// Both conditions, as far as there are any.
pub(crate) fn both(one: Option<Condition>, other: Option<Condition>) -> Option<Condition> {
    match (one, other) {
        (Some(one), Some(Condition::All(others))) => Some(others.into_iter().fold(one, Condition::and)),
        (Some(one), Some(other)) => Some(one.and(other)),
        (one, other) => one.or(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fe3_both_ends_of_the_window_belong_to_it() {
        let time = |text: &str| Some(text.parse().unwrap());
        let window = updated(time("2024-04-15T00:00:00Z"), time("2024-04-16T00:00:00Z")).unwrap();
        assert_eq!(
            window.to_string(),
            "lastUpdated > [2024-04-14T23:59:59Z] and lastUpdated < [2024-04-16T00:00:01Z]"
        );
        assert!(updated(None, None).is_none());
    }

    #[test]
    fn fe11_fe12_filters_are_joined_by_and_and_a_search_cannot_escape() {
        let filters = Filters {
            status: Some("New (not \"responded\")".to_owned()),
            priority: Some(PRIORITIES[0].to_owned()),
            impact: Some("High"),
            urgency: Some("Low"),
            search: Some("board/name like \"Pro*\" or id > 5".to_owned()),
        };
        let all = both(
            updated(None, Some("2024-04-16T00:00:00Z".parse().unwrap())),
            filters.condition(),
        )
        .unwrap();
        assert_eq!(
            all.to_string(),
            "lastUpdated < [2024-04-16T00:00:01Z] and status/name = \"New (not \\\"responded\\\")\" and \
             priority/name = \"Priority 1 - Emergency Response\" and impact = \"High\" and severity = \"Low\" and \
             (board/name like \"Pro*\" or id > 5)"
        );
    }
}
