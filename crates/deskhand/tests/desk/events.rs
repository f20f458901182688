//! Where events are, what became of them, and what people make of them, by the program.

use deskhand_engine::desk::EventState;
use deskhand_engine::events::EventFilter;
use jiff::SignedDuration;
use serde_json::{Value, json};

use super::stage::Stage;

const DESK: &str = "[[ingestion]]\nname = \"Tickets\"\nconnection = \"acme\"\nevery = \"15m\"\nfrom = \"2000-01-01 00:00\"\n\
                    [[rule]]\nname = \"Noise\"\nsearch = '{$.id} = 1001'\ndismiss = \"nothing to do\"\n\
                    [[rule]]\nname = \"Outage\"\nsearch = '{$.id} = 1002'\n\
                    escalate = { incident_type = \"Outage\", title = \"Ticket {{ event.recordId }}\" }\n";

const PEOPLE: &str = "[[site]]\nname = \"Branch\"\n[[user]]\nname = \"ann\"\nsites = [\"Main\"]\n\
                      date_form = \"dd/MM/yyyy HH:mm\"\ntime_zone = \"Europe/Berlin\"\n\
                      [[user]]\nname = \"eve\"\nsites = [\"Branch\"]\n";

/// A desk with five events: one that a rule has dismissed, one that a rule has escalated, and three that are open.
async fn five() -> Stage {
    let stage = Stage::set(5).await;
    stage.apply(DESK).await;
    stage.forward(16).await;
    stage
}

impl Stage {
    async fn listed(&self, user: &str, more: &[&str]) -> Vec<Value> {
        let list = ["events", "list", "--output", "json"];
        let printed = self.printed(user, &[&list[..], more].concat()).await;
        serde_json::from_str(&printed).unwrap()
    }

    async fn event_of(&self, ticket: i64) -> String {
        self.listed("", &["--ticket", &ticket.to_string()]).await[0]["id"].to_string()
    }

    async fn shown(&self, event: &str) -> Value {
        let printed = self.printed("", &["events", "show", event, "--json"]).await;
        serde_json::from_str(&printed).unwrap()
    }

    /// Refused as bad usage, with these words and something to do.
    async fn refused(&self, user: &str, arguments: &[&str], words: &str, hint: &str) {
        let ended = self.deskhand(user, arguments).await;
        assert_eq!(ended.code, 2, "{arguments:?}: {}", ended.stdout);
        let hinted = ended.stderr.split_once("\nhint: ");
        let (said, to_do) = hinted.unwrap_or_else(|| panic!("{arguments:?}: {}", ended.stderr));
        assert!(said.contains(words), "{arguments:?}: {said}");
        assert!(to_do.contains(hint), "{arguments:?}: {to_do}");
    }
}

fn tickets(events: &[Value]) -> Vec<i64> {
    events.iter().map(|event| event["recordId"].as_i64().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lists_say_where_each_event_is_and_are_narrowed_by_that_and_by_when_it_was_taken() {
    let stage = five().await;
    stage.apply(PEOPLE).await;
    let table = stage.printed("", &["events", "list"]).await;
    let row = |ticket: &str| table.lines().find(|line| line.contains(ticket)).unwrap().to_owned();
    assert!(table.contains(" State "), "{table}");
    for (ticket, state) in [("1001", "dismissed"), ("1002", "escalated"), ("1003", "open")] {
        assert!(row(ticket).contains(state), "{table}");
    }
    assert_eq!(tickets(&stage.listed("", &["--state", "dismissed"]).await), [1001]);
    let escalated = stage.listed("", &["--state", "escalated"]).await;
    assert_eq!(tickets(&escalated), [1002]);
    assert_eq!(escalated[0]["state"], "escalated");
    assert_eq!(escalated[0]["site"], "Main");
    assert_eq!(stage.listed("", &["--state", "open"]).await.len(), 3);
    assert!(stage.listed("", &["--state", "new"]).await.is_empty());

    let taken_at: jiff::Timestamp = escalated[0]["takenAt"].as_str().unwrap().parse().unwrap();
    let minutes = |minutes: i64| taken_at + SignedDuration::from_mins(minutes);
    let (before, after) = (minutes(-2).to_string(), minutes(2).to_string());
    assert_eq!(
        stage.listed("", &["--since", &before, "--until", &after]).await.len(),
        5
    );
    assert!(stage.listed("", &["--since", &after]).await.is_empty());
    assert!(stage.listed("", &["--until", &before]).await.is_empty());
    // Whoever looks types times as they write them.
    let berlin = |minute: i64| {
        let zoned = minutes(minute).in_tz("Europe/Berlin").unwrap();
        zoned.strftime("%d/%m/%Y %H:%M").to_string()
    };
    assert_eq!(stage.listed("ann", &["--since", &berlin(-2)]).await.len(), 5);
    assert!(stage.listed("ann", &["--since", &berlin(2)]).await.is_empty());
    let list = ["events", "list", "--since", "yesterday"];
    stage
        .refused("ann", &list, "`--since`: `yesterday` is no time", "DESKHAND_USER")
        .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn people_dismiss_escalate_and_reopen_events_and_what_became_of_each_is_told() {
    let stage = five().await;
    let (third, fourth) = (stage.event_of(1003).await, stage.event_of(1004).await);
    let said = stage
        .printed("ann", &["events", "dismiss", &third, &fourth, "--reason", "a drill"])
        .await;
    assert_eq!(
        said,
        format!("Event {third} is dismissed\nEvent {fourth} is dismissed\n")
    );
    let said = stage.printed("", &["events", "reopen", &third, "--as", "bob"]).await;
    assert_eq!(said, format!("Event {third} is open again\n"));
    let escalate = ["events", "escalate", &third, "--incident", "Breach", "--title", "Mail"];
    stage.printed("", &escalate).await;

    let shown = stage.printed("", &["events", "show", &third]).await;
    assert!(
        shown.contains("\nState: escalated, linked to Breach (Mail)\n"),
        "{shown}"
    );
    let told = |words: &str| {
        shown
            .lines()
            .any(|line| line.starts_with("  2") && line.ends_with(words))
    };
    for words in [
        "  opened by engine",
        "  dismissed by ann: a drill",
        "  opened by bob",
        "  escalated by operator: Breach (Mail)",
    ] {
        assert!(told(words), "{words}: {shown}");
    }
    let whole = stage.shown(&third).await;
    assert_eq!(whole["event"]["state"], "escalated");
    let without_times: Vec<Value> = whole["changes"].as_array().unwrap().clone();
    let without_times = without_times.into_iter().map(|mut change| {
        assert!(change["at"].as_str().unwrap().parse::<jiff::Timestamp>().is_ok());
        change.as_object_mut().unwrap().remove("at");
        change
    });
    let expected = [
        json!({"to": "open", "by": "engine"}),
        json!({"to": "dismissed", "by": "ann", "reason": "a drill"}),
        json!({"to": "open", "by": "bob"}),
        json!({"to": "escalated", "by": "operator", "incidentType": "Breach", "title": "Mail"}),
    ];
    assert_eq!(without_times.collect::<Vec<_>>(), expected);
    assert_eq!(whole["incidents"][0]["incidentType"], "Breach");

    // Without a title, an incident is called what the event is.
    stage
        .printed("", &["events", "escalate", &fourth, "--incident", "Breach"])
        .await;
    let whole = stage.shown(&fourth).await;
    assert_eq!(whole["incidents"][0]["title"], whole["event"]["fields"]["Description"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_turn_that_is_wrong_is_refused_with_what_to_do_and_changes_nothing() {
    let stage = five().await;
    let (dismissed, escalated) = (stage.event_of(1001).await, stage.event_of(1002).await);
    let open = stage.event_of(1003).await;
    let unknown = ["events", "dismiss", &open, "999"];
    stage
        .refused("", &unknown, "there is no event 999", "`deskhand events list`")
        .await;
    assert_eq!(
        stage.listed("", &["--state", "open"]).await.len(),
        3,
        "none was changed"
    );
    let again = ["events", "dismiss", &dismissed];
    let already = format!("event {dismissed} is dismissed already");
    stage.refused("", &again, &already, "`deskhand events show").await;
    let already = format!("event {open} is open already");
    stage
        .refused("", &["events", "reopen", &open], &already, "`deskhand events show")
        .await;
    let escalate = ["events", "escalate", &escalated, "--incident", "Outage"];
    let linked = format!("event {escalated} was linked to an incident of the type `Outage` before");
    stage.refused("", &escalate, &linked, "name another type").await;
    let nameless = ["events", "escalate", &open, "--incident", " "];
    stage
        .refused("", &nameless, "`--incident` names no type", "such as")
        .await;

    stage.apply(PEOPLE).await;
    let dismiss = ["events", "dismiss", &open];
    let elsewhere = format!("`eve` does not work for `Main`, the site of event {open}");
    stage.refused("eve", &dismiss, &elsewhere, "theirs are: Branch").await;
    stage
        .refused(
            "anne",
            &dismiss,
            "There is no user `anne`; did you mean `ann`?",
            "one of the desk's users",
        )
        .await;
    stage.printed("eve", &["events", "dismiss", &open, "--as", "ann"]).await;
    assert_eq!(stage.shown(&open).await["changes"][1]["by"], "ann");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_rules_have_not_seen_yet_is_new_and_what_somebody_decides_before_stays_so() {
    let stage = Stage::set(5).await;
    let desk = stage.write(
        "by-hand.toml",
        "[[rule]]\nname = \"Noise\"\nsource = \"Default Event Source\"\ndismiss = \"nothing to do\"\n",
    );
    stage.printed("", &["ingest", "--from", "2000-01-01 00:00"]).await;
    assert_eq!(stage.listed("", &["--state", "new"]).await.len(), 5);
    let event = stage.event_of(1001).await;
    let new = format!("event {event} is new");
    stage
        .refused("", &["events", "reopen", &event], &new, "`deskhand serve`")
        .await;
    stage
        .printed("", &["events", "escalate", &event, "--incident", "Outage"])
        .await;
    stage.printed("", &["apply", "-f", desk.to_str().unwrap()]).await;
    stage.forward(1).await;
    assert_eq!(tickets(&stage.listed("", &["--state", "escalated"]).await), [1001]);
    assert_eq!(stage.listed("", &["--state", "dismissed"]).await.len(), 4);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rule_for_a_site_is_for_its_events_alone_and_has_to_name_one_that_there_is() {
    let stage = Stage::set(5).await;
    stage.apply("[[site]]\nname = \"Branch\"\n").await;
    let rule = |site: &str| {
        format!(
            "[[rule]]\nname = \"First\"\nsource = \"Default Event Source\"\ndismiss = \"x\"\n\n[[rule]]\nname = \"Noise\"\nsite = {site}\ndismiss = \"closed\"\n"
        )
    };
    let file = stage.write("rules.toml", &rule("[\"Main\", \"Brnach\"]"));
    let refused = stage.deskhand("", &["apply", "-f", file.to_str().unwrap()]).await;
    assert_eq!(refused.code, 2, "{}", refused.stdout);
    for words in [
        "line 8",
        "rule `Noise`: there is no site `Brnach`; did you mean `Branch`?",
    ] {
        assert!(refused.stderr.contains(words), "{words}: {}", refused.stderr);
    }

    let of_branch = "[[rule]]\nname = \"Noise\"\nsite = \"Branch\"\ndismiss = \"closed\"\n";
    let of_main = "[[rule]]\nname = \"Outage\"\nsite = [\"Main\"]\nsearch = '{$.id} = 1002'\n\
                   escalate = { incident_type = \"Outage\", title = \"{{ event.site }}\" }\n";
    let job = DESK.split("[[rule]]").next().unwrap();
    let file = stage.write("rules.toml", &format!("{job}{of_branch}{of_main}"));
    stage.printed("", &["apply", "-f", file.to_str().unwrap()]).await;
    stage.forward(16).await;
    assert_eq!(stage.listed("", &["--state", "open"]).await.len(), 4);
    let event = stage.event_of(1002).await;
    assert_eq!(stage.shown(&event).await["incidents"][0]["title"], "Main");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_defined_while_many_events_are_handed_out_counts_for_those_that_are_left() {
    let stage = Stage::set(450).await;
    let job =
        "[[ingestion]]\nname = \"Tickets\"\nconnection = \"acme\"\nevery = \"15m\"\nfrom = \"2000-01-01 00:00\"\n";
    stage.apply(job).await;
    stage.engine.take_over(stage.now()).await.unwrap();
    stage.time.move_by(SignedDuration::from_mins(16));
    let now = stage.now();
    stage.engine.ticker.fire_due(now).await.unwrap();
    stage.engine.host.drive_due(now).await.unwrap();
    let count = async |state| {
        let of_state = EventFilter {
            state: Some(state),
            limit: 1_000,
            ..EventFilter::default()
        };
        stage.store.list_events(&of_state).await.unwrap().len()
    };
    assert!(count(EventState::New).await > 400);
    let handed_out = stage.engine.hand_out(now).await.unwrap();
    let left = count(EventState::New).await;
    assert!(handed_out > 0 && left > 0, "{handed_out} at once");

    let rule = "[[rule]]\nname = \"Noise\"\nsource = \"Default Event Source\"\ndismiss = \"nothing to do\"\n";
    stage.apply(rule).await;
    stage.engine.turn().await.unwrap();
    assert_eq!(count(EventState::New).await, 0);
    assert_eq!(count(EventState::Dismissed).await, left);
}
