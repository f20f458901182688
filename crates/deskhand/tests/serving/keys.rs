//! The key that secrets are sealed with gives way to another one while the desk works.

use deskhand_engine::runs::{RunFilter, RunOutcome, RunStore as _};
use deskhand_store::SqliteStore;

use crate::place::{Place, asked_to_end, until};

async fn ended(store: &SqliteStore, outcome: RunOutcome) -> usize {
    let filter = RunFilter {
        outcome: Some(outcome),
        limit: 1_000,
        ..RunFilter::default()
    };
    store.find_runs(&filter).await.unwrap().len()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_is_changed_while_the_desk_works_and_no_run_notices() {
    let place = Place::set().await;
    let desk = std::fs::read_to_string(place.folder.path().join("desk.toml")).unwrap();
    let schedule =
        "[[schedule]]\nname = \"Boards\"\ncommand = \"list-boards\"\nconnection = \"acme\"\ncron = \"* * * * * *\"\n";
    place.write("desk.toml", &(desk + schedule));
    let child = place.serve().await;
    let store = place.open().await;
    until("a first run", async || ended(&store, RunOutcome::Successful).await > 0).await;

    let old = std::fs::read_to_string(place.folder.path().join("key")).unwrap();
    let (code, new, stderr) = place.run(&["key", "new"]).await;
    assert_eq!(code, 0, "{stderr}");
    place.write("key", &(new.clone() + &old));
    let (code, stdout, stderr) = place.run(&["key", "rotate"]).await;
    assert_eq!((code, &*stderr), (0, ""));
    assert!(stdout.starts_with("1 secrets were sealed anew\n"), "{stdout}");
    place.write("key", &new);

    let before = ended(&store, RunOutcome::Successful).await;
    until("three more runs", async || {
        ended(&store, RunOutcome::Successful).await >= before + 3
    })
    .await;
    assert_eq!(ended(&store, RunOutcome::Failed).await, 0);
    let (code, said) = asked_to_end(child).await;
    assert_eq!(code, 0, "{said}");
}
