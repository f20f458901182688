//! Times in the form that people have chosen.

use deskhand_engine::runs::Plan;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Map, Value};

use super::stage::Stage;

const PEOPLE: &str = "
[[user]]
name = \"ann\"
sites = [\"Main\"]
date_form = \"dd/MM/yyyy HH:mm\"
time_zone = \"Europe/Berlin\"
[[user]]
name = \"bob\"
sites = [\"Main\"]
date_form = \"M/d/yyyy h:mm tt\"
time_zone = \"America/New_York\"
[[user]]
name = \"cem\"
sites = [\"Main\"]
";

/// A desk of three, one of whom has chosen nothing and has the deployment's form.
async fn stage() -> Stage {
    let stage = Stage::set(60).await;
    stage.apply(PEOPLE).await;
    stage.configure("[dates]\nform = \"dd.MM.yyyy HH:mm\"\nzone = \"Asia/Tokyo\"\n");
    stage
}

/// How each of them sees a time.
fn shown(time: Timestamp) -> [(&'static str, &'static str, String); 3] {
    let wall = |zone: &str, pattern: &str| {
        let zone = TimeZone::get(zone).unwrap();
        zone.to_datetime(time).strftime(pattern).to_string()
    };
    [
        ("ann", "Europe/Berlin", wall("Europe/Berlin", "%d/%m/%Y %H:%M")),
        (
            "bob",
            "America/New_York",
            wall("America/New_York", "%-m/%-d/%Y %-I:%M %p"),
        ),
        ("cem", "Asia/Tokyo", wall("Asia/Tokyo", "%d.%m.%Y %H:%M")),
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn g4_times_are_typed_and_shown_in_each_persons_form_and_requests_carry_utc() {
    let stage = stage().await;
    let newest = stage
        .printed("ann", &["fetch-event", "--number", "1", "--output", "json"])
        .await;
    let newest: Value = serde_json::from_str(&newest).unwrap();
    let updated = newest["rawData"]["Results"][0]["_info"]["lastUpdated"]
        .as_str()
        .unwrap();
    let shown = shown(updated.parse().unwrap());
    for (typed, (user, zone, shown)) in ["15/04/2024 02:00", "4/14/2024 8:00 PM", "15.04.2024 09:00"]
        .iter()
        .zip(shown)
    {
        for typed in [typed, "2024-04-15T00:00:00Z"] {
            stage.sandbox.log().clear();
            let table = stage
                .printed(user, &["fetch-event", "--number", "1", "--start-time", typed])
                .await;
            let asked = stage.sandbox.log().all().pop().unwrap().path;
            assert!(
                asked.contains("lastUpdated%20%3E%20%5B2024-04-14T23%3A59%3A59Z%5D&"),
                "{user} {typed}: {asked}"
            );
            assert!(table.contains(&format!("Updated ({zone})")), "{user}: {table}");
            assert!(
                table.contains(&shown) && !table.contains(updated),
                "{user}, {shown}: {table}"
            );
        }
        let json = stage
            .printed(user, &["fetch-event", "--number", "1", "--output", "json"])
            .await;
        let json: Value = serde_json::from_str(&json).unwrap();
        assert_eq!(json["contextData"], newest["contextData"], "{user}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn g4_a_time_in_another_form_is_refused_with_the_form_and_an_example_before_anything_is_sent() {
    let stage = stage().await;
    for (user, typed, form) in [
        ("ann", "4/14/2024 8:00 PM", "dd/MM/yyyy HH:mm (24/12/2026 17:30)"),
        ("bob", "15/04/2024 02:00", "M/d/yyyy h:mm tt (12/24/2026 11:30 AM)"),
        ("cem", "15/04/2024 02:00", "dd.MM.yyyy HH:mm (25.12.2026 01:30)"),
    ] {
        let fetch = stage.deskhand(user, &["fetch-event", "--end-time", typed]).await;
        let words = format!("`{typed}` is no time; type it as {form}, or as 2026-12-24T16:30:00Z");
        let message = "Fetch Event failed.\nStatus Code: 400.\nMessage: The value for parameter (End Time) is invalid.";
        assert_eq!(fetch.code, 2, "{}", fetch.stderr);
        assert!(
            fetch.stderr.contains(message) && fetch.stderr.contains(&words),
            "{}",
            fetch.stderr
        );
        let runs = stage.deskhand(user, &["runs", "list", "--since", typed]).await;
        assert_eq!(runs.code, 2, "{}", runs.stderr);
        assert!(runs.stderr.contains(&format!("`--since`: {words}")), "{}", runs.stderr);
    }
    let unknown = stage
        .deskhand("anne", &["fetch-event", "--end-time", "15/04/2024 02:00"])
        .await;
    assert_eq!(unknown.code, 2);
    assert!(
        unknown.stderr.contains("There is no user `anne`; did you mean `ann`?"),
        "{}",
        unknown.stderr
    );
    assert_eq!(stage.sandbox.log().count(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn g4_what_the_desk_keeps_is_shown_in_each_persons_form_and_json_is_utc() {
    let stage = stage().await;
    stage
        .apply(
            "[[ingestion]]\nname = \"Tickets\"\nconnection = \"acme\"\nevery = \"15m\"\nfrom = \"2000-01-01 00:00\"\n",
        )
        .await;
    stage.forward(16).await;
    let run = stage.runs_of("ingestion:Tickets").await.pop().unwrap();
    let event = stage.store.get_event(1).await.unwrap().unwrap();
    let schedule = stage.store.get_schedule("ingestion:Tickets").await.unwrap().unwrap();
    let (asked, taken, next) = (
        shown(run.created_at),
        shown(event.summary.taken_at),
        shown(schedule.next_at.unwrap()),
    );
    for ((user, zone, asked), ((.., taken), (.., next))) in asked.into_iter().zip(taken.into_iter().zip(next)) {
        let since = ["runs", "list", "--since", &asked];
        let listed = stage.printed(user, &since).await;
        assert!(
            listed.contains(&format!("Asked for ({zone})")) && listed.contains(&asked),
            "{listed}"
        );
        let before = ["runs", "list", "--until", &asked];
        assert_eq!(stage.printed(user, &before).await, "There are no such runs\n", "{user}");
        let story = stage.printed(user, &["runs", "show", &run.id]).await;
        assert!(story.contains(&format!("  {asked}  began")), "{story}");
        let event = stage.printed(user, &["events", "show", "1"]).await;
        assert!(event.contains(&format!("taken {taken} ({zone})")), "{event}");
        let schedules = stage.printed(user, &["schedules", "list"]).await;
        assert!(
            schedules.contains(&format!("Next ({zone})")) && schedules.contains(&next),
            "{schedules}"
        );
        let json = stage.printed(user, &["runs", "show", &run.id, "--json"]).await;
        assert!(
            json.contains(&run.created_at.to_string()) && !json.contains(&asked),
            "{json}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn g4_a_playbook_has_times_in_utc_whoever_starts_it() {
    let stage = stage().await;
    stage
        .apply(
            "[playbook]\nname = \"Reads\"\nsummary = \"Reads since a time.\"\n[[step]]\nname = \"Read\"\n\
             command = \"fetch-event\"\nconnection = \"acme\"\n\
             inputs = { \"Start Time\" = \"2024-04-15 00:00\", \"Number of Event(s) Fetched\" = 1 }\n",
        )
        .await;
    stage.sandbox.log().clear();
    let plan = Plan::Playbook {
        name: "Reads".to_owned(),
        version: 1,
    };
    stage.run("by hand", plan, Map::new()).await;
    let asked = stage.sandbox.log().all().pop().unwrap().path;
    assert!(asked.contains("%5B2024-04-14T23%3A59%3A59Z%5D"), "{asked}");
}
