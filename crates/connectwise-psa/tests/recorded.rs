//! Answers that a vendor's sandbox gave: records keep what was written, and errors say what the vendor said.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "test code")]

use std::path::{Path, PathBuf};

use bytes::Bytes;
use connectwise_psa::records::{single, split};
use connectwise_psa::{Client, Credentials, Request, ServerUrl, VendorError};
use serde_json::Value;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

/// One recorded answer.
struct Recording {
    name: String,
    body: Bytes,
}

/// Where the recordings are: in the folder that `DESKHAND_SHARED` names, or beside the repository; elsewhere there are none.
fn recordings() -> Vec<Recording> {
    let named = std::env::var_os("DESKHAND_SHARED").map(PathBuf::from);
    let shared = named.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"));
    let Ok(folder) = shared.join("psa/recorded").read_dir() else {
        println!("skipped: there are no recordings here");
        return Vec::new();
    };
    let recordings: Vec<_> = folder
        .map(|file| file.unwrap().path())
        .filter(|file| file.to_string_lossy().ends_with(".json.resp"))
        .map(|file| Recording {
            name: file.file_name().unwrap().to_string_lossy().into_owned(),
            body: std::fs::read(&file).unwrap().into(),
        })
        .collect();
    assert!(!recordings.is_empty(), "a folder of recordings without one");
    recordings
}

fn is_error(body: &Bytes) -> bool {
    serde_json::from_slice::<Value>(body).is_ok_and(|value| value.get("code").is_some())
}

/// The text without what stands between tokens: numbers stay as they are written.
fn without_space(text: &str) -> String {
    let (mut inside, mut escaped) = (false, false);
    let kept = text.chars().filter(|c| {
        match c {
            _ if escaped => escaped = false,
            '\\' if inside => escaped = true,
            '"' => inside = !inside,
            _ => {}
        }
        inside || !c.is_whitespace()
    });
    kept.collect()
}

#[test]
fn recorded_records_keep_what_was_written() {
    for Recording { name, body } in recordings() {
        let text = without_space(std::str::from_utf8(&body).unwrap());
        if text.is_empty() {
            assert!(
                split(&body).is_err() && single(&body).is_err(),
                "{name}: nothing is no record"
            );
            continue;
        }
        let (records, joined) = if text.starts_with('[') {
            let records = split(&body).unwrap();
            let parts: Vec<_> = records
                .iter()
                .map(|record| std::str::from_utf8(&record.json).unwrap())
                .collect();
            let joined = format!("[{}]", parts.join(","));
            (records, joined)
        } else {
            let record = single(&body).unwrap();
            let joined = String::from_utf8(record.json.to_vec()).unwrap();
            (vec![record], joined)
        };
        assert_eq!(joined, text, "{name}");
        for record in records {
            let value: Value = serde_json::from_slice(&record.json).unwrap();
            assert_eq!(record.id, value["id"].as_i64(), "{name}");
            let stamp = value["_info"]["lastUpdated"].as_str();
            let seconds = stamp.map(|stamp| stamp.parse::<jiff::Timestamp>().unwrap().as_second());
            assert_eq!(record.last_updated, seconds, "{name}");
        }
    }
}

/// What the client makes of an answer with this body.
async fn vendor_error(body: &Bytes) -> VendorError {
    let server = MockServer::start().await;
    let answer = ResponseTemplate::new(400).set_body_raw(body.to_vec(), "application/json; charset=utf-8");
    Mock::given(any()).respond_with(answer).mount(&server).await;
    let credentials = Credentials::new("company", "public", "private", None).unwrap();
    let client = Client::builder(ServerUrl::parse(&server.uri()).unwrap(), credentials)
        .build()
        .unwrap();
    let error = client.send(&Request::get("service/tickets/404")).await.unwrap_err();
    error.vendor().unwrap().clone()
}

#[tokio::test]
async fn recorded_errors_say_what_the_vendor_said() {
    for Recording { name, body } in recordings().into_iter().filter(|recording| is_error(&recording.body)) {
        let written: Value = serde_json::from_slice(&body).unwrap();
        let read = vendor_error(&body).await;
        assert_eq!(written["code"], read.code, "{name}");
        assert_eq!(written["message"], read.message, "{name}");
        let errors: Vec<_> = read
            .errors
            .iter()
            .map(|error| {
                serde_json::json!({
                    "code": error.code, "message": error.message, "resource": error.resource, "field": error.field,
                })
            })
            .collect();
        let expected = written
            .get("errors")
            .cloned()
            .unwrap_or_else(|| Value::Array(Vec::new()));
        assert_eq!(Value::Array(errors), expected, "{name}");
    }
}
