//! From a change in the PSA to an event, and what does not become one.

use connectwise_psa::{Callback, delete_ticket};
use deskhand_command::Delivery;
use deskhand_engine::callbacks::{CallbackInbox as _, Worked, attend};
use deskhand_sandbox::Running;
use serde_json::Value;

use crate::desk::{Desk, sandbox, store_in};

const TICKET: i64 = 1_003;

/// Paths of what the sandbox was asked, the keys of callbacks included.
fn asked(sandbox: &Running) -> Vec<String> {
    let paths = sandbox.log().all().into_iter().map(|seen| seen.path);
    paths.map(|path| path.to_lowercase()).collect()
}

#[tokio::test]
async fn a_change_becomes_an_event_without_a_poll() {
    let (sandbox, folder) = (sandbox(1).await, tempfile::tempdir().unwrap());
    let desk = Desk::new(&sandbox, &store_in(&folder)).await;
    assert_eq!(desk.events_of(TICKET).await.len(), 1);
    sandbox.log().clear();
    assert!(sandbox.touch(TICKET));
    desk.kept().await;
    assert_eq!(desk.work_off().await, (1, Worked::Done(1)));
    assert_eq!(desk.events_of(TICKET).await.len(), 2);
    let ticket = format!("/v4_6_release/apis/3.0/service/tickets/{TICKET}");
    let tickets = asked(&sandbox)
        .into_iter()
        .filter(|path| path.contains("service/tickets"));
    assert_eq!(tickets.collect::<Vec<_>>(), [ticket], "one look at one ticket");
    assert_eq!(desk.poll().await.taken, 0, "the poll finds it known");
    // Many changes of many tickets: the key is asked for once.
    for _ in 0..5 {
        assert!(sandbox.touch(TICKET));
        desk.kept().await;
        desk.work_off().await;
    }
    let keys = asked(&sandbox).into_iter().filter(|path| path.contains("callbackkey"));
    assert_eq!(keys.count(), 1);
}

#[tokio::test]
async fn whoever_works_off_callbacks_is_woken_by_them() {
    let (sandbox, folder) = (sandbox(1).await, tempfile::tempdir().unwrap());
    let desk = Desk::new(&sandbox, &store_in(&folder)).await;
    let work = desk.work();
    let arrived = async {
        assert!(sandbox.touch(TICKET));
        while desk.events_of(TICKET).await.len() < 2 {
            tokio::task::yield_now().await;
        }
    };
    // Without being woken it would look again after half a minute.
    let arrived = tokio::time::timeout(std::time::Duration::from_secs(20), arrived);
    tokio::select! {
        () = attend(&work) => unreachable!("it never ends by itself"),
        arrived = arrived => arrived.unwrap(),
    }
}

#[tokio::test]
async fn what_is_not_signed_by_the_connections_psa_is_refused() {
    let (sandbox, folder) = (sandbox(1).await, tempfile::tempdir().unwrap());
    let desk = Desk::new(&sandbox, &store_in(&folder)).await;
    assert!(sandbox.touch(TICKET));
    desk.kept().await;
    desk.work_off().await;
    let genuine = desk.delivery();
    let changed = |from: &str, to: &str| {
        let body = String::from_utf8(genuine.body.to_vec()).unwrap();
        assert!(body.contains(from));
        Delivery {
            body: body.replace(from, to).into(),
            ..genuine.clone()
        }
    };
    let unsigned = Delivery {
        headers: std::collections::BTreeMap::new(),
        ..genuine.clone()
    };
    let garbled = Delivery {
        headers: [("x-content-signature".to_owned(), "???".to_owned())].into(),
        ..genuine.clone()
    };
    // The same JSON, and not the same bytes.
    let rewritten: Value = serde_json::from_slice(&genuine.body).unwrap();
    let rewritten = Delivery {
        body: serde_json::to_string_pretty(&rewritten).unwrap().into(),
        ..genuine.clone()
    };
    for forged in [
        changed("\"ID\":1003", "\"ID\":1004"),
        changed("companyName=sandbox", "companyName=other"),
        changed("system/callbackkey/index.rails", "apis/3.0/system/info"),
        changed("\"key_url\"", "\"key\""),
        unsigned,
        garbled,
        rewritten,
    ] {
        assert_eq!(desk.deliver(&forged).await, 401, "{forged:?}");
    }
    assert_eq!(desk.waiting().await, 0);
    assert_eq!(desk.deliver(&genuine).await, 200);
}

#[tokio::test]
async fn the_key_of_another_server_is_not_even_asked_for() {
    let (ours, theirs, folder) = (sandbox(1).await, sandbox(2).await, tempfile::tempdir().unwrap());
    let desk = Desk::new(&ours, &store_in(&folder)).await;
    // Their server has its own key, and signs with it what it sends to our address.
    let elsewhere = tempfile::tempdir().unwrap();
    let attacker = Desk::unregistered(&theirs, &store_in(&elsewhere)).await;
    let address = format!("{}?recordId=", desk.place.wanted().address);
    let callback = Callback::of_all_tickets(address, "Deskhand: Main");
    attacker.client.send(&callback.create()).await.unwrap();
    assert!(theirs.touch(TICKET));
    while theirs.deliveries().is_empty() {
        tokio::task::yield_now().await;
    }
    let told = theirs.deliveries();
    assert_eq!(told.iter().map(|one| one.status).collect::<Vec<_>>(), [Some(401)]);
    assert_eq!(desk.waiting().await, 0);
    for sandbox in [&ours, &theirs] {
        assert!(!asked(sandbox).iter().any(|path| path.contains("callbackkey")));
    }
}

#[tokio::test]
async fn a_delivery_that_is_replayed_is_no_second_event() {
    let (sandbox, folder) = (sandbox(1).await, tempfile::tempdir().unwrap());
    let desk = Desk::new(&sandbox, &store_in(&folder)).await;
    assert!(sandbox.touch(TICKET));
    desk.kept().await;
    assert_eq!(desk.deliver(&desk.delivery()).await, 200);
    assert_eq!(desk.waiting().await, 1);
    assert_eq!(desk.work_off().await, (1, Worked::Done(1)));
    assert_eq!(desk.deliver(&desk.delivery()).await, 200);
    assert_eq!(desk.work_off().await, (0, Worked::Done(1)));
    assert_eq!(desk.events_of(TICKET).await.len(), 2);
}

#[tokio::test]
async fn a_deleted_ticket_is_marked_as_gone() {
    let (sandbox, folder) = (sandbox(1).await, tempfile::tempdir().unwrap());
    let desk = Desk::new(&sandbox, &store_in(&folder)).await;
    // Said to be deleted while it is there: the look-up decides.
    assert!(sandbox.touch(TICKET));
    desk.kept().await;
    let said = deskhand_command::Announced {
        id: TICKET,
        deleted: true,
    };
    desk.store.keep("Main", said, jiff::Timestamp::now()).await.unwrap();
    assert_eq!(desk.work_off().await, (1, Worked::Done(1)));
    let event = desk.events_of(TICKET).await[0].id;
    assert_eq!(desk.event(event).await.gone_at, None);

    desk.client.send(&delete_ticket(TICKET)).await.unwrap();
    desk.kept().await;
    assert_eq!(desk.work_off().await, (0, Worked::Done(1)));
    assert!(desk.event(event).await.gone_at.is_some());
    assert_eq!(desk.events_of(TICKET).await.len(), 2, "no event is made of it");
}

#[tokio::test]
async fn what_the_store_did_not_take_is_delivered_again() {
    let (sandbox, folder) = (sandbox(1).await, tempfile::tempdir().unwrap());
    let desk = Desk::new(&sandbox, &store_in(&folder)).await;
    desk.inbox.failures.store(1, std::sync::atomic::Ordering::SeqCst);
    assert!(sandbox.touch(TICKET));
    desk.kept().await;
    while sandbox.deliveries().len() < 2 {
        tokio::task::yield_now().await;
    }
    let told = sandbox.deliveries();
    // Of the statuses after which the PSA delivers again.
    assert_eq!(
        told.iter().map(|one| one.status).collect::<Vec<_>>(),
        [Some(429), Some(200)]
    );
    assert_eq!(desk.work_off().await, (1, Worked::Done(1)));
}

#[tokio::test]
async fn killed_between_keeping_and_looking_nothing_is_lost() {
    let (sandbox, folder) = (sandbox(1).await, tempfile::tempdir().unwrap());
    let desk = Desk::new(&sandbox, &store_in(&folder)).await;
    assert!(sandbox.touch(TICKET));
    desk.kept().await;
    desk.kill();
    let desk = Desk::unregistered(&sandbox, &store_in(&folder)).await;
    assert_eq!(desk.work_off().await, (1, Worked::Done(1)));
    assert_eq!(desk.events_of(TICKET).await.len(), 2);
}
