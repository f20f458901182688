//! Callbacks set up, told and given up.

use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use deskhand_sandbox::{Activity, CallbackTimes, Delivery, Options};
use hmac::{Hmac, Mac as _};
use reqwest::Method;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::desk::Desk;
use crate::receiver::Receiver;

/// A desk whose deliveries are repeated without waiting.
async fn hasty() -> Desk {
    impatient(Duration::from_secs(20)).await
}

/// A desk that waits for the answers to its deliveries so long.
async fn impatient(timeout: Duration) -> Desk {
    let callback_times = CallbackTimes {
        timeout,
        retries: [Duration::from_millis(1); 2],
    };
    let options = Options {
        callback_times,
        ..Options::with_tickets(60)
    };
    Desk::with(options).await
}

async fn watch(desk: &Desk, url: &str, more: Value) -> Value {
    let mut body = json!({"url": url, "objectId": 0, "type": "Ticket", "level": "Owner"});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let created = desk.post("system/callbacks", body).await;
    assert_eq!(created.status, 201, "{}", created.text);
    created.json()
}

async fn touch(desk: &Desk, id: i64, summary: &str) {
    let body = json!([{"op": "replace", "path": "summary", "value": summary}]);
    assert_eq!(desk.patch(&format!("service/tickets/{id}"), body).await.status, 200);
}

/// The attempts, once something is true of them.
async fn deliveries(desk: &Desk, until: impl Fn(&[Delivery]) -> bool) -> Vec<Delivery> {
    let begun = Instant::now();
    loop {
        let all = desk.sandbox.deliveries();
        if until(&all) {
            return all;
        }
        assert!(begun.elapsed() < Duration::from_secs(20), "{all:?}");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

#[tokio::test]
async fn a_callback_is_kept_as_recorded_and_checked() {
    let desk = hasty().await;
    let callback = watch(&desk, "http://127.0.0.1:9/x?recordId=", json!({"description": "d"})).await;
    for (name, expected) in [
        ("id", json!(1)),
        ("objectId", json!(1)),
        ("type", json!("ticket")),
        ("level", json!("owner")),
        ("payloadVersion", json!("3.0.0")),
        ("inactiveFlag", json!(false)),
        ("isSelfSuppressedFlag", json!(false)),
    ] {
        assert_eq!(callback[name], expected, "{name}");
    }
    assert_eq!(desk.get("system/callbacks/1").await, callback);
    assert_eq!(
        desk.get("system/callbacks?conditions=type='ticket'").await,
        json!([callback])
    );
    assert_eq!(desk.get("system/callbacks/count").await["count"], 1);
    let refused = async |change: Value| {
        let mut body =
            json!({"url": "http://127.0.0.1:9/x?recordId=", "objectId": 1, "type": "ticket", "level": "owner"});
        body.as_object_mut()
            .unwrap()
            .extend(change.as_object().unwrap().clone());
        let (code, message, field) = desk.post("system/callbacks", body).await.problem();
        (code, message, field)
    };
    let known = |code: &str, message: &str, field: &str| (code.to_owned(), message.to_owned(), field.to_owned());
    assert_eq!(
        refused(json!({})).await,
        known("ObjectExists", "A matching callback entry already exists", "objectId")
    );
    assert_eq!(
        refused(json!({"url": "nonsense"})).await,
        known("InvalidField", "Invalid URL", "url")
    );
    let level = "Unrecognized level for type, see documentation for supported levels for each type";
    assert_eq!(
        refused(json!({"level": "type"})).await,
        known("InvalidObject", level, "level")
    );
    assert_eq!(refused(json!({"type": "nothing"})).await.2, "type");
    assert_eq!(desk.post("system/callbacks", json!({})).await.problems().len(), 4);
    let body = json!([{"op": "replace", "path": "inactiveFlag", "value": true}]);
    assert_eq!(
        desk.patch("system/callbacks/1", body).await.json()["inactiveFlag"],
        true
    );
    let body = json!({"url": "https://127.0.0.1/y", "objectId": 3, "type": "ticket", "level": "board"});
    let replaced = desk.put("system/callbacks/1", body).await.json();
    assert_eq!(
        (
            &replaced["level"],
            &replaced["inactiveFlag"],
            replaced.get("description")
        ),
        (&json!("board"), &json!(false), None)
    );
    assert_eq!(desk.delete("system/callbacks/1").await.status, 204);
    assert_eq!(desk.send(Method::GET, "system/callbacks/1", "").await.status, 404);
}

#[tokio::test]
async fn what_happens_to_a_ticket_is_told_and_signed() {
    let desk = hasty().await;
    let receiver = Receiver::new(&[]).await;
    watch(&desk, &receiver.url, json!({})).await;
    let id = desk.ticket().await;
    let first = receiver.at_least(1).await.remove(0);
    assert_eq!(first.path, format!("/hook?recordId={id}&action=added"));
    let body = first.json();
    assert_eq!(
        (&body["Action"], &body["ID"], &body["Type"]),
        (&json!("added"), &json!(id), &json!("ticket"))
    );
    assert_eq!(
        (&body["MemberId"], &body["CompanyId"], &body["CallbackObjectRecId"]),
        (&json!("public"), &json!("sandbox"), &json!(1))
    );
    let entity: Value = serde_json::from_str(body["Entity"].as_str().unwrap()).unwrap();
    assert_eq!((&entity["id"], &entity["summary"]), (&json!(id), &json!("Test")));

    let key = reqwest::get(body["Metadata"]["key_url"].as_str().unwrap())
        .await
        .unwrap();
    let key: Value = serde_json::from_str(&key.text().await.unwrap()).unwrap();
    let key = Sha256::digest(key["signing_key"].as_str().unwrap());
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
    mac.update(&first.body);
    assert_eq!(first.signature, STANDARD.encode(mac.finalize().into_bytes()));

    touch(&desk, id, "new").await;
    assert_eq!(receiver.at_least(2).await[1].json()["Action"], "updated");
    let note = json!({"text": "x", "detailDescriptionFlag": true});
    assert_eq!(
        desk.post(&format!("service/tickets/{id}/notes"), note).await.status,
        201
    );
    receiver.at_least(3).await;
    assert_eq!(desk.delete(&format!("service/tickets/{id}")).await.status, 204);
    let deleted = receiver.at_least(4).await.remove(3).json();
    assert_eq!(
        (&deleted["Action"], &deleted["Entity"], &deleted["MemberId"]),
        (&json!("deleted"), &Value::Null, &json!("public"))
    );
    let log = desk.control(Method::GET, "callbacks", Value::Null).await.json();
    assert_eq!(log[0]["ticket"], id);
}

#[tokio::test]
async fn the_desks_own_work_is_told_too() {
    let desk = hasty().await;
    let receiver = Receiver::new(&[]).await;
    watch(&desk, &receiver.url, json!({})).await;
    desk.sandbox.act(20, Activity::default(), 1);
    let received = receiver.at_least(20).await;
    assert!(received.iter().any(|received| received.json()["Action"] == "updated"));
}

#[tokio::test]
async fn levels_own_changes_and_silent_writes_are_passed_over() {
    let desk = hasty().await;
    let receiver = Receiver::new(&[]).await;
    watch(&desk, &receiver.url, json!({"level": "board", "objectId": 2})).await;
    let own = Receiver::new(&[]).await;
    watch(&desk, &own.url, json!({"isSelfSuppressedFlag": true})).await;
    desk.ticket().await;
    let silent = json!({"summary": "x", "company": {"id": 19_000}, "board": {"id": 2}, "skipCallback": true});
    assert_eq!(desk.post("service/tickets", silent).await.status, 201);
    let told = json!({"summary": "x", "company": {"id": 19_000}, "board": {"id": 2}});
    let told = desk.post("service/tickets", told).await.json()["id"].clone();
    assert_eq!(receiver.at_least(1).await[0].json()["ID"], told);
    // Somebody else's change is the first that the second callback is told.
    assert!(desk.sandbox.touch(1_003));
    let told = own.at_least(1).await;
    assert!(told.iter().all(|told| told.json()["ID"] == 1_003), "{told:?}");
}

#[tokio::test]
async fn a_delivery_is_repeated_twice_when_the_receiver_asks_for_it_by_its_status() {
    let desk = hasty().await;
    let receiver = Receiver::new(&[429, 404, 409, 500]).await;
    watch(&desk, &receiver.url, json!({})).await;
    touch(&desk, 1_003, "a").await;
    let attempts = deliveries(&desk, |all| all.len() >= 3).await;
    let seen: Vec<_> = attempts
        .iter()
        .map(|attempt| (attempt.attempt, attempt.status))
        .collect();
    assert_eq!(seen, [(1, Some(429)), (2, Some(404)), (3, Some(409))]);
    touch(&desk, 1_003, "b").await;
    touch(&desk, 1_003, "c").await;
    let attempts = deliveries(&desk, |all| all.len() >= 5).await;
    let last: Vec<_> = attempts[3..]
        .iter()
        .map(|attempt| (attempt.attempt, attempt.status))
        .collect();
    assert!(
        last.contains(&(1, Some(500))) && last.contains(&(1, Some(200))),
        "{last:?}"
    );
    let bodies = receiver.at_least(3).await;
    assert!(bodies[0].body == bodies[1].body && bodies[1].body == bodies[2].body);
}

#[tokio::test]
async fn a_receiver_that_never_answers_holds_nothing_up_and_is_given_up_after_three_days() {
    let desk = impatient(Duration::from_millis(200)).await;
    let receiver = Receiver::new(&[0; 9]).await;
    watch(&desk, &receiver.url, json!({})).await;
    let begun = Instant::now();
    touch(&desk, 1_003, "a").await;
    assert!(begun.elapsed() < Duration::from_secs(20));
    let attempts = deliveries(&desk, |all| !all.is_empty()).await;
    assert!(
        attempts[0].status.is_none() && attempts[0].error.is_some(),
        "{attempts:?}"
    );
    assert_eq!(desk.get("system/callbacks/1").await["inactiveFlag"], false);
    desk.sandbox.world().set_clock(3 * 86_400 + 60);
    touch(&desk, 1_003, "b").await;
    while desk.get("system/callbacks/1").await["inactiveFlag"] == false {
        assert!(begun.elapsed() < Duration::from_secs(20));
    }
}
