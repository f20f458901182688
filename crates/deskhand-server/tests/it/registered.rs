//! Callbacks registered, kept registered, and other people's left alone.

use connectwise_psa::{Callback, Client, Patch, Request};
use deskhand_engine::callbacks::{CallbackPlace, Defect, Step, ensure, secret_of, withdraw};
use deskhand_sandbox::{Kind, Level, Member, Running};
use serde_json::Value;

use crate::desk::{Desk, sandbox, store_in};

/// The callbacks in the sandbox, by id.
fn registered(sandbox: &Running) -> Vec<Value> {
    sandbox.world().read(Kind::Callback, |table| {
        let records = table.newest_after(0);
        records
            .map(|record| serde_json::from_slice(&record.raw).unwrap())
            .collect()
    })
}

fn ours(sandbox: &Running) -> Vec<Value> {
    let mut all = registered(sandbox);
    all.retain(|callback| callback["description"] == "Deskhand: Main");
    all
}

/// Other people's callbacks: one that is disabled, one on the same address, and one of another connection of ours.
async fn plant_others(client: &Client, desk: &Desk) {
    let others = [
        ("https://theirs.example.com/hook?recordId=".to_owned(), "Their sync"),
        (
            "https://theirs.example.com/callbacks/x?recordId=".to_owned(),
            "Deskhand: Main ",
        ),
        (
            format!("{}/callbacks/{}?recordId=", desk.url, secret_of([9; 32])),
            "Deskhand: Other",
        ),
    ];
    for (url, description) in others {
        client
            .send(&Callback::of_all_tickets(url, description).create())
            .await
            .unwrap();
    }
    patch(client, 1, Patch::new().replace("inactiveFlag", true)).await;
}

async fn patch(client: &Client, id: i64, patch: Patch) {
    let request = Request::patch(format!("system/callbacks/{id}"), &patch);
    client.send(&request).await.unwrap();
}

#[tokio::test]
async fn ours_is_registered_once_and_others_are_left_alone() {
    let (sandbox, folder) = (sandbox(1).await, tempfile::tempdir().unwrap());
    let desk = Desk::unregistered(&sandbox, &store_in(&folder)).await;
    plant_others(&desk.client, &desk).await;
    let others = registered(&sandbox);
    assert_eq!(desk.ensure().await, [Step::Create]);
    assert_eq!(desk.ensure().await, [Step::Keep(4)]);
    let callback = ours(&sandbox).remove(0);
    for (member, expected) in [
        ("url", Value::from(format!("{}?recordId=", desk.place.wanted().address))),
        ("type", "ticket".into()),
        ("level", "owner".into()),
        ("objectId", 1.into()),
        ("inactiveFlag", false.into()),
    ] {
        assert_eq!(callback[member], expected, "{member}");
    }
    assert_eq!(registered(&sandbox)[..3], others);
    let withdrawn = withdraw(desk.opened.as_ref(), &desk.place).await.unwrap();
    assert_eq!(withdrawn.steps, [Step::Remove(4)]);
    assert_eq!(registered(&sandbox), others);
}

#[tokio::test]
async fn ours_is_mended_after_somebody_disabled_or_changed_it() {
    let (sandbox, folder) = (sandbox(1).await, tempfile::tempdir().unwrap());
    let desk = Desk::unregistered(&sandbox, &store_in(&folder)).await;
    plant_others(&desk.client, &desk).await;
    let others = registered(&sandbox);
    desk.ensure().await;
    let as_it_was = |callback: &Value| {
        let mut callback = callback.clone();
        callback["_info"] = Value::Null;
        callback
    };
    let before = as_it_was(&ours(&sandbox)[0]);
    for (change, defect) in [
        (Patch::new().replace("inactiveFlag", true), Defect::Inactive),
        (
            Patch::new().replace("level", "board").replace("objectId", 2),
            Defect::Incomplete,
        ),
        (Patch::new().replace("isSelfSuppressedFlag", true), Defect::Incomplete),
        (Patch::new().replace("description", "what is this?"), Defect::Marker),
    ] {
        patch(&desk.client, 4, change).await;
        assert_eq!(desk.ensure().await, [Step::Mend(4, defect)]);
        assert_eq!(as_it_was(&ours(&sandbox)[0]), before, "{defect:?}");
    }
    // The store was lost, and with it the secret.
    let place = CallbackPlace::new(&desk.url, "Main", &secret_of([8; 32])).unwrap();
    let clock = deskhand_command::SystemClock;
    let moved = ensure(desk.opened.as_ref(), &place, "Main", &*desk.store, &clock)
        .await
        .unwrap();
    assert_eq!(moved.steps, [Step::Mend(4, Defect::Address)]);
    assert_eq!(ours(&sandbox).len(), 1);
    assert_eq!(registered(&sandbox)[..3], others);
    assert!(sandbox.touch(1_003));
    let mended = Desk::unregistered(&sandbox, &store_in(&folder)).await;
    assert_eq!(
        mended.ensure().await,
        [Step::Create],
        "another public address is another deployment"
    );
}

#[tokio::test]
async fn without_the_right_it_is_said_which_one_is_needed() {
    let (sandbox, folder) = (sandbox(1).await, tempfile::tempdir().unwrap());
    let desk = Desk::unregistered(&sandbox, &store_in(&folder)).await;
    sandbox.world().set_member(Member::with_rights(
        "public",
        "private",
        &[("System > Table Setup", Level::Inquire)],
    ));
    let clock = deskhand_command::SystemClock;
    let refused = ensure(desk.opened.as_ref(), &desk.place, "Main", &*desk.store, &clock)
        .await
        .unwrap_err();
    assert_eq!(refused.status_code, 403);
    assert!(refused.hint.unwrap().contains("System > Table Setup > Add Level"));
    assert_eq!(registered(&sandbox), [Value::Null; 0]);
}
