//! The output as JSON, written as it is made: records never sit in memory together.

use std::collections::HashSet;
use std::io::{self, Write};

use serde::Serialize;
use serde_json::Value;

use super::pick::pick;
use super::{CommandOutput, ContextData, KeyField, Of};
use crate::Failure;
use crate::event_source::RecordReader;

impl CommandOutput {
    /// The failures as people read them, a block of three lines each; empty exactly when all went well.
    pub fn error(&self) -> String {
        self.errors
            .iter()
            .map(Failure::to_text)
            .collect::<Vec<_>>()
            .join("\n\n")
    }

    /// Writes the output as one JSON object; records as they were received.
    pub fn write_json(&self, to: &mut dyn Write) -> io::Result<()> {
        member(to, "{\"returnData\":", &self.return_data)?;
        member(to, ",\"result\":", &self.result)?;
        to.write_all(b",\"keyFields\":{")?;
        let collected = self.collected()?;
        for (at, (field, values)) in self.key_fields.iter().zip(&collected).enumerate() {
            to.write_all(if at > 0 { b",\"" } else { b"\"" })?;
            write!(to, "{}\":[", field.name)?;
            if field.of == Of::EachRecord {
                self.write_unique(to, field)?;
            } else {
                to.write_all(values.in_order.join(",").as_bytes())?;
            }
            to.write_all(b"]")?;
        }
        to.write_all(b"},\"contextData\":")?;
        self.write_context(to)?;
        to.write_all(b",\"rawData\":{\"Results\":[")?;
        for (at, record) in self.results.records().enumerate() {
            if at > 0 {
                to.write_all(b",")?;
            }
            to.write_all(&record?)?;
        }
        member(to, "]},\"error\":", &self.error())?;
        member(to, ",\"errors\":", &self.errors)?;
        member(to, ",\"run\":", &self.run)?;
        to.write_all(b"}\n")
    }

    /// The distinct values of the key fields that several records or items can share; records are read once.
    fn collected(&self) -> io::Result<Vec<Distinct>> {
        let mut collected: Vec<Distinct> = self.key_fields.iter().map(|_| Distinct::default()).collect();
        if let ContextData::Items(items) = &self.context_data {
            for (field, values) in self
                .key_fields
                .iter()
                .zip(&mut collected)
                .filter(|(field, _)| field.of == Of::Items)
            {
                for value in items
                    .iter()
                    .filter_map(|item| item.pointer(field.pointer))
                    .flat_map(each)
                {
                    values.add(&value.to_string());
                }
            }
        }
        if self.key_fields.iter().all(|field| field.of != Of::Records) {
            return Ok(collected);
        }
        for record in self.results.records() {
            let record = record?;
            for (field, values) in self
                .key_fields
                .iter()
                .zip(&mut collected)
                .filter(|(field, _)| field.of == Of::Records)
            {
                if let Some(value) = pick(&record, field.pointer) {
                    values.add(value);
                }
            }
        }
        Ok(collected)
    }

    /// The values of a member that is different in every record: none of them has to be remembered.
    fn write_unique(&self, to: &mut dyn Write, field: &KeyField) -> io::Result<()> {
        let mut first = true;
        for record in self.results.records() {
            let record = record?;
            if let Some(value) = pick(&record, field.pointer) {
                to.write_all(if first { b"" } else { b"," })?;
                to.write_all(value.as_bytes())?;
                first = false;
            }
        }
        Ok(())
    }

    fn write_context(&self, to: &mut dyn Write) -> io::Result<()> {
        let source = match &self.context_data {
            ContextData::Items(items) => return member(to, "", items),
            ContextData::Mapped(source) => source,
        };
        let reader = RecordReader::new(std::slice::from_ref(source));
        to.write_all(b"[")?;
        for (at, record) in self.results.records().enumerate() {
            let record = record?;
            let record =
                std::str::from_utf8(&record).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
            member(to, if at > 0 { "," } else { "" }, &source.map(&reader.read(record)?))?;
        }
        to.write_all(b"]")
    }
}

/// The elements of a list, or the value itself; null is nothing to collect.
fn each(value: &Value) -> Vec<&Value> {
    match value {
        Value::Null => Vec::new(),
        Value::Array(values) => values.iter().collect(),
        value => vec![value],
    }
}

/// Values, each once, in order of appearance.
#[derive(Default)]
struct Distinct {
    seen: HashSet<String>,
    in_order: Vec<String>,
}

impl Distinct {
    fn add(&mut self, value: &str) {
        if !self.seen.contains(value) {
            self.seen.insert(value.to_owned());
            self.in_order.push(value.to_owned());
        }
    }
}

fn member(to: &mut dyn Write, before: &str, value: &impl Serialize) -> io::Result<()> {
    to.write_all(before.as_bytes())?;
    serde_json::to_writer(&mut *to, value).map_err(io::Error::from)
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use serde_json::json;

    use crate::{
        CommandOutput, ContextData, EventSource, Failure, KeyField, Of, Results, ReturnData, Rows, RunSummary, Table,
    };

    const FIELDS: [KeyField; 2] = [
        KeyField {
            name: "TicketIDs",
            pointer: "/id",
            of: Of::EachRecord,
        },
        KeyField {
            name: "BoardIDs",
            pointer: "/board/id",
            of: Of::Records,
        },
    ];
    const NO_TABLE: Table = Table {
        rows: Rows::Records,
        columns: &[],
    };

    fn output(records: &[&'static str], errors: Vec<Failure>) -> CommandOutput {
        CommandOutput {
            return_data: ReturnData::Successful,
            result: String::new(),
            key_fields: &FIELDS,
            table: NO_TABLE,
            context_data: ContextData::Mapped(Box::new(EventSource::default_source())),
            results: Results::Memory(
                records
                    .iter()
                    .map(|record| Bytes::from_static(record.as_bytes()))
                    .collect(),
            ),
            errors,
            run: RunSummary {
                id: "run".to_owned(),
                started_at: jiff::Timestamp::UNIX_EPOCH,
                duration_ms: 1,
                vendor_calls: 2,
            },
        }
    }

    fn written(output: &CommandOutput) -> String {
        let mut json = Vec::new();
        output.write_json(&mut json).unwrap();
        String::from_utf8(json).unwrap()
    }

    #[test]
    fn g10_records_stay_as_they_came_and_key_fields_are_distinct() {
        let records = [
            r#"{"id":3,"cost":0.00,"board":{"id":9}}"#,
            r#"{"id":2,"board":{"id":8}}"#,
            r#"{"id":1,"board":{"id":9}}"#,
            "{}",
        ];
        let text = written(&output(&records, Vec::new()));
        assert!(text.contains(&format!("\"rawData\":{{\"Results\":[{}]}}", records.join(","))));
        let json: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(json["keyFields"], json!({"TicketIDs": [3, 2, 1], "BoardIDs": [9, 8]}));
        assert_eq!(json["contextData"].as_array().unwrap().len(), 4);
        assert_eq!(json["contextData"][0]["Document ID"], 3);
        assert_eq!(
            json.as_object().unwrap().keys().collect::<Vec<_>>(),
            [
                "returnData",
                "result",
                "keyFields",
                "contextData",
                "rawData",
                "error",
                "errors",
                "run"
            ]
        );
    }

    #[test]
    fn key_fields_of_items_are_distinct_and_lists_are_opened() {
        let mut output = output(&[], Vec::new());
        output.key_fields = &[KeyField {
            name: "MergedTicketIDs",
            pointer: "/Merged",
            of: Of::Items,
        }];
        output.context_data = ContextData::Items(vec![json!({"Merged": [2, 3]}), json!({"Merged": 3}), json!({})]);
        let json: serde_json::Value = serde_json::from_str(&written(&output)).unwrap();
        assert_eq!(json["keyFields"], json!({"MergedTicketIDs": [2, 3]}));
    }

    #[test]
    fn g7_blocks_of_three_lines_are_joined_by_an_empty_one() {
        let failure = |id| {
            Failure::new(404, "not there")
                .for_item("ticket", id)
                .indicated("Get Tickets")
        };
        let both = output(&[], vec![failure(1), failure(2)]);
        assert_eq!(
            both.error(),
            "Get Tickets failed.\nStatus Code: 404.\nMessage: not there (ticket 1)\n\n\
             Get Tickets failed.\nStatus Code: 404.\nMessage: not there (ticket 2)"
        );
    }
}
