//! Whether a record has what was asked for, as the vendor writes it down.

use connectwise_psa::Patch;
use serde_json::Value;

/// A member that is not as it was asked for.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Difference {
    /// The path of the member: `status`.
    pub(crate) path: String,
    /// What it is.
    pub(crate) is: Value,
    /// What it should be; null to be cleared.
    pub(crate) wanted: Value,
}

impl Difference {
    /// For people: `summary is "x" in place of "y"`.
    pub(crate) fn to_text(&self) -> String {
        format!(
            "{} is {} in place of {}",
            self.path,
            shown(&self.is),
            shown(&self.wanted)
        )
    }
}

/// Members that are taken and never shown (the vendor's description): that they are not there says nothing.
const NEVER_SHOWN: [&str; 7] = [
    "initialDescription",
    "initialInternalAnalysis",
    "initialResolution",
    "initialDescriptionFrom",
    "contactEmailLookup",
    "processNotifications",
    "skipCallback",
];

/// What of a patch a record does not have.
///
/// The vendor cuts dates to midnight and ends the CC list with a semicolon (recorded); references come back with more
/// members than they were given by.
pub(crate) fn differences(patch: &Patch, record: &Value) -> Vec<Difference> {
    let differs = |(path, wanted): (&str, Option<&Value>)| {
        let is = record.pointer(&format!("/{path}")).unwrap_or(&Value::Null);
        let wanted = wanted.unwrap_or(&Value::Null);
        (!same(path, wanted, is)).then(|| Difference {
            path: path.to_owned(),
            is: is.clone(),
            wanted: wanted.clone(),
        })
    };
    let shown = patch.changes().filter(|(path, _)| !NEVER_SHOWN.contains(path));
    shown.filter_map(differs).collect()
}

fn same(path: &str, wanted: &Value, is: &Value) -> bool {
    match (wanted, is) {
        (wanted, is) if is_nothing(wanted) => is_nothing(is),
        (Value::Object(wanted), Value::Object(is)) => wanted.iter().all(|(name, wanted)| {
            let is = is.get(name).unwrap_or(&Value::Null);
            match (wanted, is) {
                // Names of tables are compared without case by the PSA's database.
                (Value::String(wanted), Value::String(is)) => wanted.to_lowercase() == is.to_lowercase(),
                _ => same(name, wanted, is),
            }
        }),
        (Value::Array(wanted), Value::Array(is)) => {
            wanted.iter().all(|wanted| is.iter().any(|is| same(path, wanted, is)))
        }
        (Value::Number(wanted), Value::Number(is)) => wanted.as_f64() == is.as_f64(),
        (Value::String(wanted), Value::String(is)) => {
            let (wanted, is) = (plain(wanted), plain(is));
            wanted == is
                || same_day(&wanted, &is)
                || (path == "automaticEmailCc" && without_end(&wanted) == without_end(&is))
        }
        (wanted, is) => wanted == is,
    }
}

fn is_nothing(value: &Value) -> bool {
    value.is_null() || value.as_str() == Some("")
}

/// Line ends and blanks at the ends do not count.
fn plain(text: &str) -> String {
    text.replace("\r\n", "\n").trim().to_owned()
}

fn without_end(list: &str) -> &str {
    list.trim_end_matches([';', ' '])
}

/// A time of day that was cut to midnight.
fn same_day(wanted: &str, is: &str) -> bool {
    let date = |text: &str| {
        text.get(..10)
            .filter(|date| date.parse::<jiff::civil::Date>().is_ok())
            .map(str::to_owned)
    };
    is.ends_with("T00:00:00Z") && date(wanted).is_some() && date(wanted) == date(is)
}

fn shown(value: &Value) -> String {
    match value {
        Value::Null => "nothing".to_owned(),
        Value::Object(object) => ["name", "identifier", "id"]
            .iter()
            .find_map(|name| object.get(*name))
            .map_or_else(|| value.to_string(), Value::to_string),
        value => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn differing(patch: Value, record: Value) -> Vec<String> {
        let patch = Patch::from_json(&patch).unwrap();
        differences(&patch, &record)
            .into_iter()
            .map(|difference| difference.path)
            .collect()
    }

    fn set(path: &str, value: Value) -> Value {
        json!([{"op": "replace", "path": path, "value": value}])
    }

    #[test]
    fn what_the_vendor_writes_otherwise_is_the_same() {
        let same = |path: &str, wanted: Value, is: Value| {
            let record = json!({ path: is });
            assert!(
                differing(set(path, wanted.clone()), record.clone()).is_empty(),
                "{wanted} {record}"
            );
        };
        same("automaticEmailCc", json!("a@x;b@y"), json!("a@x;b@y;"));
        same(
            "requiredDate",
            json!("2026-01-02T15:00:00Z"),
            json!("2026-01-02T00:00:00Z"),
        );
        same(
            "status",
            json!({"name": "in progress"}),
            json!({"id": 5, "name": "In Progress", "_info": {}}),
        );
        same("company", json!({"id": 7}), json!({"id": 7, "identifier": "x"}));
        same("summary", json!("a\nb "), json!("a\r\nb"));
        same("budgetHours", json!(2), json!(2.00));
        same("contact", json!(null), json!(null));
        same(
            "customFields",
            json!([{"id": 3, "value": "x"}]),
            json!([{"id": 1}, {"id": 3, "value": "x", "caption": "c"}]),
        );
    }

    #[test]
    fn what_is_otherwise_is_told() {
        assert_eq!(
            differing(set("status", json!({"id": 5})), json!({"status": {"id": 6}})),
            ["status"]
        );
        assert_eq!(
            differing(set("summary", json!("a")), json!({"summary": "b"})),
            ["summary"]
        );
        assert_eq!(differing(set("city", json!("Tampa")), json!({})), ["city"]);
        assert_eq!(
            differing(
                json!([{"op": "remove", "path": "contact"}]),
                json!({"contact": {"id": 1}})
            ),
            ["contact"]
        );
        assert!(differing(json!([{"op": "remove", "path": "contact"}]), json!({})).is_empty());
        assert!(differing(set("status/id", json!(5)), json!({"status": {"id": 5}})).is_empty());
        let difference = Difference {
            path: "status".to_owned(),
            is: json!({"id": 6, "name": "New"}),
            wanted: json!({"name": "Closed"}),
        };
        assert_eq!(difference.to_text(), "status is \"New\" in place of \"Closed\"");
    }
}
