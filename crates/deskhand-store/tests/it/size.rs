//! How much room an event takes.

use deskhand_command::EventSource;
use deskhand_engine::events::NewEvent;
use deskhand_engine::store::{BatchWrite, EventStore, FeedKey, LeaseRequest};
use deskhand_store::SqliteStore;
use jiff::Timestamp;

/// A ticket of the vendor's shape with text that no other has; real ones are larger and more alike.
fn ticket(id: i64) -> String {
    let reference = |name: &str, id: i64, path: &str| {
        format!(
            r#""{name}":{{"id":{id},"name":"{name} {id:x}","_info":{{"{name}_href":"https://psa.example.com/v4_6_release/apis/3.0//{path}/{id}"}}}}"#
        )
    };
    let places = [
        "board", "status", "company", "contact", "type", "team", "priority", "source", "location", "sla",
    ];
    let references = places
        .map(|name| reference(name, id.wrapping_mul(31) % 997, name))
        .join(",");
    let numbers = (0..40)
        .map(|n| format!(r#""member{n}":{}"#, id.wrapping_mul(n) % 89))
        .collect::<Vec<_>>()
        .join(",");
    let words = [
        "printer", "mailbox", "tunnel", "drive", "screen", "router", "backup", "phone",
    ];
    let story: Vec<_> = (0..60)
        .map(|n| words[usize::try_from(((id * (n * n + 7)) >> 3) % 8).unwrap()])
        .collect();
    format!(
        r#"{{"id":{id},"summary":"Ticket {id}","recordType":"ServiceTicket",{references},{numbers},"initialDescription":"{}","_info":{{"lastUpdated":"2026-01-01T00:00:00Z","updatedBy":"jdoe"}}}}"#,
        story.join(" ")
    )
}

#[tokio::test]
async fn an_event_takes_a_fraction_of_its_record() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(&folder.path().join("store.sqlite")).await.unwrap();
    let key = FeedKey {
        connection: "main".to_owned(),
        company: "sandbox".to_owned(),
        source: "Default Event Source".to_owned(),
        site: "Main".to_owned(),
        filters: "{}".to_owned(),
    };
    let time = |second| Timestamp::from_second(second).unwrap();
    let request = LeaseRequest {
        holder: "one".to_owned(),
        now: time(0),
        until: time(60),
        reader: None,
    };
    let lease = store.claim(&key, &request).await.unwrap();
    let source = EventSource::default_source();
    let event = |id| {
        let raw = ticket(id);
        let value = serde_json::from_str(&raw).unwrap();
        let mut digest = [0; 32];
        digest[..8].copy_from_slice(&id.wrapping_mul(0x1E37_79B9_7F4A_7C15).to_le_bytes());
        NewEvent {
            record_id: id,
            stamp: id,
            digest,
            settled: true,
            late: false,
            event_key: None,
            source: source.name.clone(),
            fields: source.map_to_json(&value, |_| {}).unwrap(),
            raw: raw.into(),
        }
    };
    for page in 0..5 {
        let write = BatchWrite {
            candidates: (page * 1000..(page + 1) * 1000).map(event).collect(),
            passed_over: Vec::new(),
            unusable: Vec::new(),
            gone: Vec::new(),
            position: None,
            now: time(1),
            lease_until: time(60),
            run_id: String::new(),
        };
        assert_eq!(store.commit(&lease, write).await.unwrap().taken, 1000);
    }
    let measure = store.measure().await.unwrap();
    let (raw, stored) = (
        measure.raw_bytes / measure.events,
        measure.stored_bytes / measure.events,
    );
    println!("{raw} bytes as received, {stored} bytes stored with fields and indexes");
    assert!(stored * 2 < raw, "{stored} of {raw}");
}
