//! What is over for long enough goes by itself.

use deskhand_engine::EventStore as _;
use deskhand_engine::events::EventFilter;
use deskhand_engine::runs::{RunFilter, RunOutcome, RunStore as _};
use jiff::Timestamp;

use crate::place::{Place, asked_to_end, until};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn runs_and_events_go_when_their_days_are_over_and_no_event_comes_again() {
    let place = Place::set().await;
    let desk = std::fs::read_to_string(place.folder.path().join("desk.toml")).unwrap();
    let often = "cron = \"* * * * * *\"\nfrom = \"2000-01-01 00:00\"";
    place.write("desk.toml", &desk.replace("every = \"24h\"", often));
    let child = place.serve().await;
    let store = place.open().await;
    let ended = RunFilter {
        outcome: Some(RunOutcome::Successful),
        limit: 1_000,
        ..RunFilter::default()
    };
    let all = EventFilter {
        limit: 1_000,
        ..EventFilter::default()
    };
    until("a first run", async || {
        !store.find_runs(&ended).await.unwrap().is_empty()
    })
    .await;
    let events = store.list_events(&all).await.unwrap();
    assert_eq!(events.len(), 20);
    let (code, said) = asked_to_end(child).await;
    assert_eq!(code, 0, "{said}");

    // What was taken in this very second is not older than no day.
    let taken_at = events.iter().map(|event| event.taken_at).max().unwrap();
    until("the next second", async || {
        Timestamp::now().as_second() > taken_at.as_second()
    })
    .await;
    let before = store.find_runs(&ended).await.unwrap();
    let config = std::fs::read_to_string(place.folder.path().join("deskhand.toml")).unwrap();
    place.write(
        "deskhand.toml",
        &format!("{config}[keep]\nruns_days = 0\nevents_days = 0\n"),
    );
    let child = place.serve().await;
    until("forgetting runs", async || {
        let there = store.find_runs(&ended).await.unwrap();
        before.iter().all(|run| there.iter().all(|known| known.id != run.id))
    })
    .await;
    until("forgetting events", async || {
        store.list_events(&all).await.unwrap().is_empty()
    })
    .await;
    let read = async || store.find_runs(&ended).await.unwrap().len();
    let so_far = read().await;
    until("two more passes", async || read().await >= so_far + 2).await;
    assert!(store.list_events(&all).await.unwrap().is_empty(), "none comes again");
    let (code, said) = asked_to_end(child).await;
    assert_eq!(code, 0, "{said}");
}
