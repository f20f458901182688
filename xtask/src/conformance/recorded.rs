//! What the vendor's own server answered, against the vendor's own description: that is how far the checker can be trusted.

use std::path::Path;

use anyhow::Context as _;
use serde_json::{Value, json};

use super::description::Description;
use super::finding::Findings;
use super::schema::{Checker, Way};
use super::visitor::error_schema;

/// Checks every recording in a folder; gives how many there are.
pub(super) fn check(folder: &Path, description: &Description, findings: &mut Findings) -> anyhow::Result<usize> {
    let mut checked = 0;
    for file in folder.read_dir()? {
        let file = file?.path();
        let text = std::fs::read_to_string(&file)?;
        let seen = file.file_name().unwrap_or_default().to_string_lossy();
        if text.is_empty() {
            continue;
        }
        let answer = serde_json::from_str(&text).with_context(|| format!("{seen} is no JSON"))?;
        let records = match answer {
            Value::Array(records) => records,
            record => vec![record],
        };
        for record in records {
            let Some(schema) = schema_of(&record) else {
                println!("{seen} is no answer of the API and is left out");
                continue;
            };
            let mut checker = Checker {
                description,
                way: Way::Answered,
                seen: &seen,
                findings,
            };
            checker.check("Error", &schema, &record);
            checked += 1;
        }
    }
    Ok(checked)
}

/// What a recording is, by the members that it has.
fn schema_of(record: &Value) -> Option<Value> {
    let has = |member: &str| record.get(member).is_some();
    let named = |name: &str| Some(json!({"$ref": format!("#/components/schemas/{name}")}));
    match () {
        () if has("code") => Some(error_schema(400)),
        () if has("recordType") => named("Ticket"),
        () if has("ticketId") => named("ServiceNote"),
        () if has("identifier") => named("Company"),
        () => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recording_is_known_by_its_members() {
        let name = |record: Value| Some(schema_of(&record)?["$ref"].as_str()?.to_owned());
        assert_eq!(
            name(json!({"recordType": "ServiceTicket"})).as_deref(),
            Some("#/components/schemas/Ticket")
        );
        assert_eq!(
            name(json!({"ticketId": 7})).as_deref(),
            Some("#/components/schemas/ServiceNote")
        );
        assert_eq!(
            name(json!({"identifier": "x"})).as_deref(),
            Some("#/components/schemas/Company")
        );
        assert_eq!(schema_of(&json!({"code": "NotFound"})), Some(error_schema(400)));
        assert_eq!(schema_of(&json!({"company_id": 404})), None);
    }
}
