//! Callbacks, received over the network and attended to.

use connectwise_psa::{Callback, Patch};
use deskhand_sandbox::{Level, Member};

use super::receiver::Receiving;
use super::stage::Stage;

const TICKET: i64 = 1_003;

const JOB: &str =
    "[[ingestion]]\nname = \"Tickets\"\nconnection = \"acme\"\nevery = \"15m\"\nfrom = \"2000-01-01 00:00\"\n";

/// A desk that has read everything, and whose callbacks are registered.
async fn set() -> (Stage, Receiving) {
    let stage = Stage::set(20).await;
    stage.apply(JOB).await;
    stage.forward(16).await;
    assert_eq!(stage.events_of(TICKET).await, 1);
    let receiving = Receiving::begin(&stage).await;
    receiving.attendant.turn().await;
    assert_eq!(stage.callbacks().len(), 1);
    (stage, receiving)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_becomes_an_event_without_a_poll_and_the_poll_finds_it_known() {
    let (stage, receiving) = set().await;
    let passes = stage.runs_of("ingestion:Tickets").await.len();
    assert!(stage.sandbox.touch(TICKET));
    stage.delivered(1, 200).await;
    receiving.attendant.turn().await;
    assert_eq!(stage.events_of(TICKET).await, 2);
    assert_eq!(stage.runs_of("ingestion:Tickets").await.len(), passes);
    stage.forward(16).await;
    assert!(stage.runs_of("ingestion:Tickets").await.len() > passes);
    assert_eq!(stage.events_of(TICKET).await, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_job_that_cannot_work_holds_up_no_other() {
    let (stage, receiving) = set().await;
    let strange = "source = \"Gone\"\n";
    stage.apply(&JOB.replace("\"Tickets\"", "\"A strange one\"")).await;
    stage
        .apply(&format!("{}{strange}", JOB.replace("\"Tickets\"", "\"A strange one\"")))
        .await;
    stage.forward(16).await;
    assert!(stage.sandbox.touch(TICKET));
    stage.delivered(1, 200).await;
    receiving.attendant.turn().await;
    assert_eq!(stage.events_of(TICKET).await, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_registration_that_somebody_disabled_is_mended_when_it_is_looked_at() {
    let (stage, receiving) = set().await;
    let client = stage.client();
    let theirs = Callback::of_all_tickets("https://theirs.example.com/hook?recordId=", "Their sync");
    client.send(&theirs.create()).await.unwrap();
    for id in [1, 2] {
        let disabled = Patch::new().replace("inactiveFlag", true);
        let path = format!("system/callbacks/{id}");
        client
            .send(&connectwise_psa::Request::patch(path, &disabled))
            .await
            .unwrap();
    }
    let inactive = || {
        let callbacks = stage.callbacks();
        callbacks
            .iter()
            .map(|one| one["inactiveFlag"] == true)
            .collect::<Vec<_>>()
    };
    receiving.attendant.turn().await;
    assert_eq!(inactive(), [true, true], "it was looked at just now");
    stage.forward(50).await;
    receiving.attendant.turn().await;
    assert_eq!(inactive(), [true, true]);
    stage.forward(15).await;
    receiving.attendant.turn().await;
    assert_eq!(inactive(), [false, true], "theirs is nobody's to mend");
    assert!(stage.sandbox.touch(TICKET));
    stage.delivered(1, 200).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_the_right_it_is_tried_again_and_polls_go_on() {
    let stage = Stage::set(20).await;
    stage.apply(JOB).await;
    let may = |rights: &[(&'static str, Level)]| {
        let member = Member::with_rights("public", "private", rights);
        stage.sandbox.world().set_member(member);
    };
    let looks = [
        ("Service Desk > Service Tickets", Level::Inquire),
        ("System > Table Setup", Level::Inquire),
    ];
    may(&looks);
    let receiving = Receiving::begin(&stage).await;
    stage.forward(16).await;
    receiving.attendant.turn().await;
    assert_eq!((stage.callbacks().len(), stage.events_of(TICKET).await), (0, 1));
    may(&[&looks[..], &[("System > Table Setup", Level::Add)]].concat());
    receiving.attendant.turn().await;
    assert!(stage.callbacks().is_empty(), "not before a minute is over");
    stage.forward(1).await;
    receiving.attendant.turn().await;
    assert_eq!(stage.callbacks().len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_deactivated_connection_nothing_is_received_or_sent_until_it_is_active_again() {
    let (stage, receiving) = set().await;
    stage.connect("active = false\n").await;
    stage.sandbox.log().clear();
    stage.forward(1).await;
    receiving.attendant.turn().await;
    assert!(stage.sandbox.touch(TICKET));
    stage.delivered(1, 404).await;
    stage.forward(180).await;
    receiving.attendant.turn().await;
    assert_eq!(stage.sandbox.log().count(), 0, "not even to take the registration away");
    assert_eq!(stage.callbacks().len(), 1);
    assert_eq!(stage.store.reception("acme").await.unwrap().waiting, 0);

    stage.connect("").await;
    stage.engine.turn().await.unwrap();
    receiving.attendant.turn().await;
    assert!(stage.sandbox.touch(TICKET + 1));
    stage.delivered(1, 200).await;
    receiving.attendant.turn().await;
    assert_eq!(stage.events_of(TICKET + 1).await, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_answered_and_not_read_yet_is_read_once_after_a_kill() {
    let (stage, mut receiving) = set().await;
    assert!(stage.sandbox.touch(TICKET));
    stage.delivered(1, 200).await;
    // Nothing is closed, nothing is given back.
    receiving.hang_up().await;
    let address = receiving.address;
    std::mem::forget(receiving);
    let stage = stage.killed().await;
    assert_eq!(stage.events_of(TICKET).await, 1);
    let receiving = Receiving::at(&stage, address).await;
    stage.engine.take_over(stage.now()).await.unwrap();
    for _ in 0..2 {
        receiving.attendant.turn().await;
        assert_eq!(stage.events_of(TICKET).await, 2);
    }
    stage.forward(16).await;
    assert_eq!(stage.events_of(TICKET).await, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_announced_to_a_job_that_rests_waits_for_it() {
    let (stage, receiving) = set().await;
    assert!(stage.engine.ticker.pause("ingestion:Tickets").await.unwrap());
    assert!(stage.sandbox.touch(TICKET));
    stage.delivered(1, 200).await;
    receiving.attendant.turn().await;
    assert_eq!(stage.events_of(TICKET).await, 1);
    let now = stage.now();
    assert!(stage.engine.ticker.resume("ingestion:Tickets", now).await.unwrap());
    receiving.attendant.turn().await;
    assert_eq!(stage.events_of(TICKET).await, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn callbacks_that_stay_away_are_told_once_and_once_that_they_come_again() {
    let (stage, mut receiving) = set().await;
    stage.forward(60).await;
    receiving.attendant.turn().await;
    assert_eq!(stage.letters.subjects(), [""; 0], "a quiet desk");
    // The way to us is gone, and a poll finds what nobody announced.
    receiving.hang_up().await;
    assert!(stage.sandbox.touch(TICKET));
    stage.forward(16).await;
    receiving.attendant.turn().await;
    stage.forward(13).await;
    receiving.attendant.turn().await;
    stage.forward(1).await;
    assert_eq!(stage.letters.subjects(), [""; 0], "not for half an hour yet");
    stage.forward(17).await;
    let alarm = "The callbacks of \"acme\" stay away";
    for _ in 0..3 {
        receiving.attendant.turn().await;
        stage.forward(1).await;
        assert_eq!(stage.letters.subjects(), [alarm]);
    }
    // Whoever comes next knows that it was told.
    let address = receiving.address;
    std::mem::forget(receiving);
    let stage = stage.killed().await;
    stage.engine.take_over(stage.now()).await.unwrap();
    let receiving = Receiving::at(&stage, address).await;
    receiving.attendant.turn().await;
    stage.forward(40).await;
    receiving.attendant.turn().await;
    stage.forward(1).await;
    assert_eq!(stage.letters.subjects(), [alarm]);

    receiving.attendant.turn().await;
    assert!(stage.sandbox.touch(TICKET));
    stage.delivered(1, 200).await;
    for _ in 0..2 {
        receiving.attendant.turn().await;
        stage.forward(1).await;
        assert_eq!(
            stage.letters.subjects(),
            [alarm, "The callbacks of \"acme\" come again"]
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_changed_while_nobody_was_there_to_hear_of_it_is_no_silence() {
    let (stage, mut receiving) = set().await;
    stage.forward(30).await;
    receiving.hang_up().await;
    let address = receiving.address;
    std::mem::forget(receiving);
    let stage = stage.killed().await;
    assert!(stage.sandbox.touch(TICKET));
    stage.engine.take_over(stage.now()).await.unwrap();
    let receiving = Receiving::at(&stage, address).await;
    receiving.attendant.turn().await;
    stage.forward(16).await;
    assert_eq!(stage.events_of(TICKET).await, 2, "a poll has read it");
    stage.forward(60).await;
    receiving.attendant.turn().await;
    stage.forward(1).await;
    assert_eq!(stage.letters.subjects(), [""; 0]);
}

const PEOPLE: &str = "[[site]]\nname = \"Main\"\nrole = \"master\"\n[[site]]\nname = \"Branch\"\nrole = \"tenant\"\n\
                      [[site]]\nname = \"Other\"\n[[user]]\nname = \"ann\"\nsites = [\"Main\"]\n\
                      [[user]]\nname = \"eve\"\nsites = [\"Branch\"]\n[[user]]\nname = \"tom\"\nsites = [\"Other\"]\n";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_callback_is_taken_away_by_those_who_may_change_the_connection_and_seen_by_those_who_see_it() {
    let (stage, receiving) = set().await;
    let address = receiving.address;
    stage.configure(&format!("[callbacks]\npublic_url = \"http://{address}\"\n"));
    stage.apply(PEOPLE).await;
    stage.connect("tenants = [\"Branch\"]\n").await;

    for (user, sees) in [("tom", false), ("eve", true), ("ann", true)] {
        let listed = stage.printed(user, &["callbacks", "list", "--json"]).await;
        assert_eq!(listed.contains("\"acme\""), sees, "{user}: {listed}");
    }
    let remove = ["callbacks", "remove", "acme"];
    for (user, words) in [
        ("tom", "there is no connection `acme`"),
        ("eve", "the connection `acme` is not for `eve` to change"),
    ] {
        let ended = stage.deskhand(user, &remove).await;
        assert_eq!(ended.code, 2, "{user}: {}", ended.stderr);
        assert!(
            ended.stderr.contains(words) && ended.stderr.contains("\nhint: "),
            "{}",
            ended.stderr
        );
        assert_eq!(stage.callbacks().len(), 1);
    }
    let ended = stage.deskhand("ann", &remove).await;
    assert!(
        ended.code == 0 && ended.stderr.contains("is taken away"),
        "{}",
        ended.stderr
    );
    assert_eq!(stage.callbacks().len(), 0);
}
