//! Records inside an answer: where each begins and ends, its id and its stamp, found in one pass without parsing the rest.

mod compact;
mod scanner;

use bytes::Bytes;

pub use compact::compact;

/// One record of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawRecord {
    /// The record's JSON on one line, members and numbers as received.
    pub json: Bytes,
    /// Its `id`, when that is a whole number.
    pub id: Option<i64>,
    /// Its `_info/lastUpdated`, in seconds since 1970, when that is a time.
    pub last_updated: Option<i64>,
    /// Whether `recordType` is there and what it says, as far as service tickets go.
    pub record_type: RecordType,
}

/// What a record says of its type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecordType {
    /// No such member.
    Unsaid,
    /// `ServiceTicket`.
    ServiceTicket,
    /// Something else.
    Other,
}

/// An answer that is not a whole JSON array of objects.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what} at byte {at}")]
pub struct Malformed {
    /// What was wrong.
    pub what: &'static str,
    /// Where.
    pub at: usize,
}

/// Splits a JSON array of objects into its records; they share the answer's memory unless they need tidying.
///
/// Structure is checked (strings, nesting, commas, the end), so that a cut-off answer is an error; values are not.
///
/// ```
/// use connectwise_psa::records::split;
///
/// let page = bytes::Bytes::from_static(br#"[{"id":7,"_info":{"lastUpdated":"2026-08-20T18:04:26Z"}}]"#);
/// let records = split(&page)?;
/// assert_eq!((records[0].id, records[0].last_updated), (Some(7), Some(1_787_249_066)));
/// # Ok::<(), connectwise_psa::records::Malformed>(())
/// ```
pub fn split(body: &Bytes) -> Result<Vec<RawRecord>, Malformed> {
    let mut scanner = scanner::Scanner::new(body);
    let mut records = Vec::new();
    scanner.begin_array()?;
    while let Some(found) = scanner.next_record()? {
        records.push(record_of(body, found));
    }
    Ok(records)
}

/// Reads one record that stands alone.
pub fn single(body: &Bytes) -> Result<RawRecord, Malformed> {
    let mut scanner = scanner::Scanner::new(body);
    let found = scanner.only_record()?;
    Ok(record_of(body, found))
}

fn record_of(body: &Bytes, found: scanner::Found) -> RawRecord {
    let raw = body.slice(found.start..found.end);
    let json = if found.spaced { compact(&raw).into() } else { raw };
    RawRecord {
        json,
        id: found.id,
        last_updated: found.last_updated,
        record_type: found.record_type,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    fn parts(text: &str) -> Result<Vec<RawRecord>, Malformed> {
        split(&Bytes::copy_from_slice(text.as_bytes()))
    }

    #[test]
    fn only_members_of_the_record_itself_count() {
        let records = parts(
            r#"[ {"board":{"id":9,"_info":{"lastUpdated":"2001-01-01T00:00:00Z"}},"summary":"\"id\":5","id":12,
               "recordType":"ProjectTicket","_info":{"x":{"lastUpdated":"2002-01-01T00:00:00Z"},"lastUpdated":"2026-08-20T18:04:26Z"}},
               {"id":"text","_info":{"lastUpdated":"soon"}}, {} ]"#,
        )
        .unwrap();
        assert_eq!(records[0].id, Some(12));
        assert_eq!(records[0].last_updated, Some(1_787_249_066));
        assert_eq!(records[0].record_type, RecordType::Other);
        assert_eq!(
            (records[1].id, records[1].last_updated, records[1].record_type),
            (None, None, RecordType::Unsaid)
        );
        assert_eq!(records[2].json, "{}");
    }

    #[test]
    fn what_is_no_whole_array_of_objects_is_refused() {
        for text in [
            "",
            "{}",
            "[1]",
            "[{}",
            "[{},]",
            "[{}]x",
            "[{\"a\":\"b}]",
            "[{\"a\":[1}]]",
            "null",
            "<html>",
            "[{}{}]",
            "[,{}]",
            "[{\"a\":{}]",
        ] {
            assert!(parts(text).is_err(), "{text}");
        }
        assert!(parts(" [ ] ").unwrap().is_empty());
    }

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i32>().prop_map(Value::from),
            ".{0,8}".prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 24, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::btree_map("[a-z\"\\\\_]{0,5}", inner, 0..4)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn any_array_of_objects_is_split_as_a_parser_would(values in prop::collection::vec(any_json(), 0..5), pretty: bool, id: i64) {
            let objects: Vec<Value> = values.into_iter().map(|value| json!({"x": value, "id": id})).collect();
            let text = if pretty { serde_json::to_string_pretty(&objects) } else { serde_json::to_string(&objects) }.unwrap();
            let records = parts(&text).unwrap();
            let found: Vec<Value> = records.iter().map(|record| serde_json::from_slice(&record.json).unwrap()).collect();
            prop_assert_eq!(found, objects);
            prop_assert!(records.iter().all(|record| record.id == Some(id) && !record.json.contains(&b'\n')));
        }

        #[test]
        fn a_cut_off_answer_is_never_accepted(values in prop::collection::vec(any_json(), 1..4), cut in any::<prop::sample::Index>()) {
            let objects: Vec<Value> = values.into_iter().map(|value| json!({"x": value})).collect();
            let text = serde_json::to_vec(&objects).unwrap();
            let cut = cut.index(text.len());
            prop_assert!(split(&Bytes::copy_from_slice(&text[..cut])).is_err());
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
            let _either = split(&Bytes::from(bytes));
        }
    }
}
