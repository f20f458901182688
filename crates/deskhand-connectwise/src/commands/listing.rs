//! Whole lists, read by id and put in an order of ours.

use connectwise_psa::ScanRequest;
use connectwise_psa::records::RawRecord;
use deskhand_command::{Failure, Outcome, Results};
use serde_json::Value;

use super::Run;

/// Reads everything that matches; a page that fails, fails all of it.
pub(super) async fn everything(run: &Run<'_>, scan: ScanRequest) -> Result<Vec<RawRecord>, Failure> {
    let mut scan = run.client.scan(scan);
    let mut records = Vec::new();
    while let Some(page) = scan.next_page().await {
        let page = page.map_err(|error| run.failure(&error.source))?;
        records.extend(page.page.records);
        run.context.progress.records(records.len() as u64, None);
    }
    Ok(records)
}

/// Those whose name really has this in it: the PSA takes these letters for wildcards, and its rules for escaping them
/// are not known. Without such letters its word counts, because it compares accents in its own way.
pub(super) fn named_like(mut records: Vec<RawRecord>, part: Option<&str>) -> Vec<RawRecord> {
    let Some(part) = part.filter(|part| part.contains(['%', '_', '*'])) else {
        return records;
    };
    let part = part.to_lowercase();
    records.retain(|record| {
        let value: Value = serde_json::from_slice(&record.json).unwrap_or_default();
        text_at(&value, "/name").1.contains(&part)
    });
    records
}

/// Everything in the order of these members, without case; what has no such member comes last, ties go by id.
pub(super) fn sorted(records: Vec<RawRecord>, by: &[&str]) -> Outcome {
    let key = |record: &RawRecord| {
        let value: Value = serde_json::from_slice(&record.json).unwrap_or_default();
        let part = |pointer: &&str| text_at(&value, pointer);
        (by.iter().map(part).collect::<Vec<_>>(), record.id)
    };
    let mut keyed: Vec<_> = records.into_iter().map(|record| (key(&record), record.json)).collect();
    keyed.sort_by(|one, other| one.0.cmp(&other.0));
    let results = keyed.into_iter().map(|(_, json)| json).collect();
    Outcome::succeeded(Results::Memory(results), 0)
}

/// What to sort by: nothing comes after everything, `é` beside `e` is left to the code points.
fn text_at(value: &Value, pointer: &str) -> (bool, String) {
    match value.pointer(pointer).and_then(Value::as_str) {
        Some(text) if !text.is_empty() => (false, text.to_lowercase()),
        _ => (true, String::new()),
    }
}

#[cfg(test)]
mod tests {
    use connectwise_psa::records::split;

    use super::*;

    #[test]
    fn gcc2_lb1_order_is_without_case_with_nothing_last_and_ties_by_id() {
        let page =
            br#"[{"id":5,"name":"beta"},{"id":4,"name":"Alpha"},{"id":3,"name":"alpha"},{"id":2},{"id":1,"name":""}]"#;
        let records = split(&bytes::Bytes::from_static(page)).unwrap();
        let sorted = sorted(records, &["/name"]);
        let ids: Vec<_> = sorted
            .results
            .records()
            .map(|record| {
                serde_json::from_slice::<Value>(&record.unwrap()).unwrap()["id"]
                    .as_i64()
                    .unwrap()
            })
            .collect();
        assert_eq!(ids, [3, 4, 5, 1, 2]);
    }
}
