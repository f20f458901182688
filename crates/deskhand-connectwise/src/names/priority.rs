//! The four documented priorities, and what a PSA calls them.

use connectwise_psa::{Client, Error};

use super::known::names;

/// The four priorities of the page.
pub(crate) const PRIORITIES: [&str; 4] = [
    "Priority 1 - Emergency Response",
    "Priority 2 - Quick Response",
    "Priority 3 - Normal Response",
    "Priority 4 - Scheduled Maintenance",
];

/// What the PSA calls its priorities; `None` when the role may not read that.
pub(crate) async fn priorities(client: &Client) -> Result<Option<Vec<String>>, Error> {
    let names = names(client, "service/priorities").await?;
    Ok(names.map(|names| names.into_iter().map(|named| named.name).collect()))
}

/// The name that the PSA has for a priority, or what to say instead.
pub(crate) fn match_priority(wanted: &str, names: &[String]) -> Result<String, String> {
    if let Some(same) = names.iter().find(|name| name.eq_ignore_ascii_case(wanted)) {
        return Ok(same.clone());
    }
    let number = wanted.split(" -").next().unwrap_or(wanted);
    let begins = |name: &&String| {
        let rest = name
            .get(..number.len())
            .filter(|start| start.eq_ignore_ascii_case(number));
        rest.is_some() && !name[number.len()..].starts_with(|c: char| c.is_ascii_digit())
    };
    let candidates: Vec<_> = names.iter().filter(begins).cloned().collect();
    match candidates.as_slice() {
        [only] => Ok(only.clone()),
        [] => Err(format!(
            "the PSA has no priority of this name; it has {}",
            listed(names)
        )),
        several => Err(format!(
            "the PSA has several priorities of this number: {}",
            listed(several)
        )),
    }
}

fn listed(names: &[String]) -> String {
    const SHOWN: usize = 12;
    let mut shown: Vec<_> = names.iter().take(SHOWN).map(|name| format!("`{name}`")).collect();
    if names.len() > SHOWN {
        shown.push("…".to_owned());
    }
    if shown.is_empty() {
        return "none at all".to_owned();
    }
    shown.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_renamed_priority_is_found_by_its_number_when_there_is_only_one() {
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let wanted = "Priority 1 - Emergency Response";
        let found = |all: &[&str]| match_priority(wanted, &names(all));
        assert_eq!(
            found(&["Priority 1 - Critical", "Priority 10 - Other"]).as_deref(),
            Ok("Priority 1 - Critical")
        );
        assert_eq!(found(&[wanted, "Priority 1 - B"]).as_deref(), Ok(wanted));
        let several = found(&["Priority 1 - A", "Priority 1 - B", "Urgent"]).unwrap_err();
        assert!(several.contains("`Priority 1 - A`, `Priority 1 - B`") && !several.contains("Urgent"));
        assert!(
            found(&["Urgent", "Priorität"])
                .unwrap_err()
                .contains("it has `Urgent`, `Priorität`")
        );
        assert!(found(&[]).is_err());
    }
}
