//! Callbacks that stay away while the desk is busy.

use connectwise_psa::{Patch, Request};
use deskhand_command::SystemClock;
use deskhand_engine::callbacks::{CallbackInbox as _, note_poll, silence};
use jiff::{SignedDuration, Timestamp};

use crate::desk::{Desk, sandbox, store_in};

const TICKET: i64 = 1_003;
const LIMIT: SignedDuration = SignedDuration::from_mins(30);

async fn is_alarming(desk: &Desk, minutes: i64) -> bool {
    let report = desk.poll().await;
    let always = Timestamp::MIN;
    note_poll(&*desk.store, "Main", &report, &SystemClock, always)
        .await
        .unwrap();
    let later = Timestamp::now() + SignedDuration::from_mins(minutes);
    silence(&desk.store.reception("Main").await.unwrap(), later, LIMIT, always).is_some()
}

#[tokio::test]
async fn silence_is_noticed_by_what_polls_find_and_ends_with_the_next_callback() {
    let (sandbox, folder) = (sandbox(1).await, tempfile::tempdir().unwrap());
    let desk = Desk::new(&sandbox, &store_in(&folder)).await;
    assert!(!is_alarming(&desk, 600).await, "a quiet desk");
    // Somebody disables the callback; ten minutes later a ticket changes.
    let disabled = Patch::new().replace("inactiveFlag", true);
    desk.client
        .send(&Request::patch("system/callbacks/1", &disabled))
        .await
        .unwrap();
    sandbox.world().set_clock(600);
    assert!(sandbox.touch(TICKET));
    assert!(!is_alarming(&desk, 29).await);
    assert!(is_alarming(&desk, 30).await);
    // Mended, and from now on a change is announced.
    desk.ensure().await;
    assert!(!is_alarming(&desk, 0).await);
    assert!(sandbox.touch(TICKET));
    desk.kept().await;
    assert_eq!(desk.store.reception("Main").await.unwrap().unannounced_at, None);
}
