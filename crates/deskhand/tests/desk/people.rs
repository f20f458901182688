//! What the desk's users may do, and as whom their runs act.

use deskhand_engine::runs::RunOutcome;

use super::program::Ended;
use super::stage::Stage;

const PEOPLE: &str = "
[[site]]
name = \"Branch\"
[[user]]
name = \"ann\"
sites = [\"Main\"]
[[user]]
name = \"bob\"
sites = [\"Main\"]
[[user]]
name = \"eve\"
sites = [\"Branch\"]
[[user]]
name = \"olga\"
sites = [\"Main\"]
operator = true
";

const LOOK: &str = "[playbook]\nname = \"Look\"\nsummary = \"Reads a ticket.\"\n[[step]]\nname = \"Read\"\n\
    command = \"get-tickets\"\nconnection = \"acme\"\ninputs = { \"Ticket IDs\" = [1003] }\n";

const OUTER: &str = "[playbook]\nname = \"Outer\"\nsummary = \"Has it read.\"\n[[step]]\nname = \"Inner\"\n\
    playbook = \"Look\"\n";

const ASK: &str = "[playbook]\nname = \"Ask\"\nsummary = \"Asks.\"\n[[step]]\nname = \"Ask\"\napproval = \"Go on?\"\n";

/// Ann may use the connection, and the others not.
async fn set() -> Stage {
    let stage = Stage::set(5).await;
    for file in [PEOPLE, LOOK, OUTER, ASK] {
        stage.apply(file).await;
    }
    stage.connect("users = [\"ann\"]\n").await;
    stage
}

fn refused(ended: &Ended, words: &str) {
    assert_eq!(ended.code, 2, "{}", ended.stdout);
    assert!(
        ended.stderr.contains(words) && ended.stderr.contains("\nhint: "),
        "{}",
        ended.stderr
    );
}

/// How a run ends that this user starts, and why.
async fn ending(stage: &Stage, user: &str, playbook: &str) -> (Option<RunOutcome>, String) {
    let key = format!("{user} {playbook}");
    let arguments = ["playbook", "run", playbook, "--idempotency-key", &key];
    stage.printed(user, &arguments).await;
    stage.forward(1).await;
    let summary = stage.story(&format!("hand:{key}")).await.summary;
    (summary.outcome, summary.reason.unwrap_or_default())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_uses_what_the_user_may_use_who_asked_for_it_and_so_do_its_own_runs() {
    let stage = set().await;
    for playbook in ["Look", "Outer"] {
        let (outcome, reason) = ending(&stage, "ann", playbook).await;
        assert_eq!(outcome, Some(RunOutcome::Successful), "{playbook}: {reason}");
        let (outcome, reason) = ending(&stage, "bob", playbook).await;
        assert_eq!(outcome, Some(RunOutcome::Failed), "{playbook}");
        assert!(reason.contains("is not for `bob`"), "{playbook}: {reason}");
        let (outcome, reason) = ending(&stage, "olga", playbook).await;
        assert_eq!(outcome, Some(RunOutcome::Successful), "{playbook}: {reason}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_name_that_the_desk_does_not_know_decides_nothing() {
    let stage = set().await;
    let (outcome, _) = ending(&stage, "ann", "Ask").await;
    assert_eq!(outcome, None, "it waits for an answer");
    let run = "hand:ann Ask";
    let desk = stage.write("more.toml", "[[site]]\nname = \"More\"\n");
    let desk = desk.to_string_lossy();
    let there = stage.folder.path().join("there");
    let there = there.to_string_lossy();
    let decisions: [&[&str]; 6] = [
        &["runs", "cancel", run],
        &["runs", "approve", run],
        &["runs", "retry", run],
        &["playbook", "run", "Look"],
        &["apply", "-f", &desk],
        &["export", "--folder", &there],
    ];
    for arguments in decisions {
        refused(&stage.deskhand("ghost", arguments).await, "here is no user `ghost`");
    }
    refused(
        &stage.deskhand("ann", &["runs", "cancel", run, "--as", ""]).await,
        "nobody has an empty name",
    );
    assert_eq!(stage.story(run).await.summary.outcome, None, "it still waits");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn users_look_after_runs_of_their_sites_and_operators_define_the_desk() {
    let stage = set().await;
    ending(&stage, "ann", "Ask").await;
    let run = "hand:ann Ask";
    let elsewhere = "`eve` does not work for the site `Main`";
    refused(&stage.deskhand("eve", &["runs", "cancel", run]).await, elsewhere);
    refused(
        &stage
            .deskhand("eve", &["playbook", "run", "Look", "--site", "Main"])
            .await,
        elsewhere,
    );
    let desk = stage.write("more.toml", "[[site]]\nname = \"More\"\n");
    let apply = ["apply", "-f", &desk.to_string_lossy()];
    refused(&stage.deskhand("ann", &apply).await, "`ann` is no operator");
    stage.printed("olga", &apply).await;
    let too_early = stage.deskhand("ann", &["runs", "retry", run]).await;
    refused(&too_early, "run `hand:ann Ask` has not ended");
    stage.printed("bob", &["runs", "cancel", run]).await;
    stage.forward(1).await;
    assert_eq!(stage.story(run).await.summary.outcome, Some(RunOutcome::Cancelled));
}

/// Which of these somebody is told of, by each verb that lists or shows.
async fn sees(stage: &Stage, user: &str, event: &str) -> [bool; 6] {
    let lists = |arguments: &'static [&'static str], what: &'static str| async move {
        stage.printed(user, arguments).await.contains(what)
    };
    let shows = async |arguments: &[&str]| stage.deskhand(user, arguments).await.code == 0;
    [
        lists(&["events", "list"], "1003").await,
        shows(&["events", "show", event]).await,
        lists(&["runs", "list"], "hand:ann Ask").await,
        shows(&["runs", "show", "hand:ann Ask"]).await,
        lists(&["runs", "questions"], "hand:ann Ask").await,
        lists(&["schedules", "list"], "ingestion:Tickets").await
            && shows(&["schedules", "show", "ingestion:Tickets"]).await,
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn users_see_what_belongs_to_their_sites_and_operators_see_everything() {
    let stage = set().await;
    stage
        .apply(
            "[[ingestion]]\nname = \"Tickets\"\nconnection = \"acme\"\nevery = \"15m\"\nfrom = \"2000-01-01 00:00\"\n",
        )
        .await;
    stage.forward(16).await;
    ending(&stage, "ann", "Ask").await;
    let events = stage
        .printed("olga", &["events", "list", "--output", "jsonl", "--ticket", "1003"])
        .await;
    let event: serde_json::Value = serde_json::from_str(events.lines().next().unwrap()).unwrap();
    let event = event["id"].to_string();
    assert_eq!(sees(&stage, "ann", &event).await, [true; 6]);
    assert_eq!(sees(&stage, "olga", &event).await, [true; 6]);
    assert_eq!(sees(&stage, "", &event).await, [true; 6], "whoever runs the program");
    assert_eq!(sees(&stage, "eve", &event).await, [false; 6]);
    refused(
        &stage.deskhand("eve", &["events", "show", &event]).await,
        "there is no event",
    );
}
