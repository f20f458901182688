//! `deskhand connections`: what people see of connections, and what they find when they test them.

use deskhand_sandbox::Member;
use serde_json::Value;

use super::stage::Stage;

const PEOPLE: &str = "
[[site]]
name = \"Branch\"
[[user]]
name = \"ann\"
sites = [\"Main\"]
date_form = \"dd/MM/yyyy HH:mm\"
time_zone = \"Europe/Berlin\"
[[user]]
name = \"eve\"
sites = [\"Branch\"]
";

const CHECKED: &str = "health_check = { every_minutes = 5 }\ndescription = \"The one in the cloud\"\n";

fn let_in(stage: &Stage, yes: bool) {
    stage.sandbox.world().set_member(if yes {
        Member::with_every_right("sandbox", "public", "private")
    } else {
        Member::with_rights("public", "private", &[])
    });
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c16_the_list_of_connections_shows_the_health_and_since_when() {
    let stage = Stage::set(5).await;
    stage.apply(PEOPLE).await;
    stage.connect(CHECKED).await;
    let list = ["connections", "list"];
    let json = async |user: &str| -> Value {
        serde_json::from_str(&stage.printed(user, &["connections", "list", "--json"]).await).unwrap()
    };
    assert_eq!(json("").await[0]["health"]["state"], "unchecked", "nothing serves yet");
    stage.forward(6).await;
    assert_eq!(json("").await[0]["health"]["state"], "healthy");
    let_in(&stage, false);
    stage.forward(10).await;
    let health = json("ann").await[0]["health"].clone();
    assert_eq!(health["state"], "failing");
    let checks = stage.runs_of("health:acme").await;
    let failed = checks.iter().rfind(|run| run.reason.is_some()).unwrap();
    let since = failed.ended_at.unwrap();
    assert_eq!(health["since"], since.to_string());
    let table = stage.printed("ann", &list).await;
    let berlin = jiff::tz::TimeZone::get("Europe/Berlin").unwrap();
    let shown = berlin.to_datetime(since).strftime("%d/%m/%Y %H:%M").to_string();
    for words in ["acme", "Main", "(sealed)", "failing", "Since (Europe/Berlin)", &shown] {
        assert!(table.contains(words), "{words}: {table}");
    }

    // Whoever works for another site sees nothing of it.
    assert!(
        stage
            .printed("eve", &list)
            .await
            .starts_with("There are no connections")
    );
    let show = stage.deskhand("eve", &["connections", "show", "acme"]).await;
    assert_eq!(show.code, 2);
    assert!(
        show.stderr
            .contains("there is no connection `acme`; there is none at all"),
        "{}",
        show.stderr
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c5_a_connection_is_shown_with_its_checks_and_without_its_key() {
    let stage = Stage::set(5).await;
    stage.apply(PEOPLE).await;
    stage.connect(CHECKED).await;
    let_in(&stage, false);
    stage.forward(6).await;
    let_in(&stage, true);
    stage.forward(5).await;
    let text = stage.printed("ann", &["connections", "show", "acme"]).await;
    for words in [
        "The one in the cloud",
        "sealed",
        "every 5 minutes",
        "Health: healthy since",
        "passed",
        "failed: ",
        "3.0 (the default)",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
    let json = stage.printed("", &["connections", "show", "acme", "--json"]).await;
    let whole: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(whole["secrets"], serde_json::json!({"private_key": {"sealed": true}}));
    assert_eq!(whole["values"]["company_id"], "sandbox");
    let good: Vec<_> = whole["checks"]
        .as_array()
        .unwrap()
        .iter()
        .map(|check| check["good"] == true)
        .collect();
    assert!(good[0] && good.contains(&false), "{whole:#}");
    for output in [&text, &json] {
        assert!(
            !output.contains("\"private\"") && !output.contains(" private "),
            "{output}"
        );
    }
    let near = stage.deskhand("ann", &["connections", "show", "acne"]).await;
    assert_eq!(near.code, 2);
    assert!(
        near.stderr.contains("did you mean `acme`?") && near.stderr.contains("hint: "),
        "{}",
        near.stderr
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c14_c18_a_connection_of_the_desk_is_tested_and_says_what_is_wrong() {
    let stage = Stage::set(5).await;
    stage.apply(PEOPLE).await;
    let test = ["connections", "test", "acme"];
    assert!(stage.printed("ann", &test).await.contains("Successful"));
    let_in(&stage, false);
    let failed = stage.deskhand("ann", &test).await;
    assert_eq!(failed.code, 1);
    assert!(
        failed
            .stderr
            .starts_with("Test Connection failed.\nStatus Code: 403.\nMessage: "),
        "{}",
        failed.stderr
    );
    let json = stage.deskhand("ann", &["connections", "test", "acme", "--json"]).await;
    let output: Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!((json.code, output["returnData"].as_str()), (1, Some("Failed")));
    let_in(&stage, true);
    // What is not active runs nothing, and can be tested all the same.
    stage.connect("active = false\n").await;
    assert!(stage.printed("ann", &test).await.contains("Successful"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c18_c19_a_definition_in_a_file_is_tested_before_it_is_saved_and_not_saved_by_that() {
    let stage = Stage::set(5).await;
    let url = stage.sandbox.url();
    let definition = |name: &str, site: &str, key: &str| {
        format!(
            "[[connection]]\nname = \"{name}\"\nsite = \"{site}\"\nserver_url = \"{url}\"\ncompany_id = \"sandbox\"\n\
             public_key = \"public\"\nprivate_key = {key}\nclient_id = \"test\"\n"
        )
    };
    let revision = stage.store.revision().await.unwrap();
    let path = stage.folder.path().join("new.toml");
    let file = path.to_str().unwrap();
    let test = async |name: &str| stage.deskhand("", &["connections", "test", "--file", file, name]).await;

    stage.write("new.toml", &definition("new", "Main", "\"wrong\""));
    let wrong = test("new").await;
    assert_eq!(wrong.code, 1);
    assert!(
        wrong.stderr.contains("Status Code: 401.\nMessage: Unauthorized."),
        "{}",
        wrong.stderr
    );
    stage.write("new.toml", &definition("new", "Main", "\"private\""));
    assert_eq!(test("new").await.code, 0, "it passes after it was mended");

    // A site that is not saved either will do; one that is nowhere is named.
    let site = "[[site]]\nname = \"Nearby\"\n";
    stage.write(
        "new.toml",
        &(site.to_owned() + &definition("new", "Nearby", "\"private\"")),
    );
    assert_eq!(test("new").await.code, 0);
    stage.write("new.toml", &definition("new", "Nowhere", "\"private\""));
    let nowhere = test("new").await;
    assert_eq!(nowhere.code, 2);
    assert!(
        nowhere.stderr.contains("there is no site `Nowhere`"),
        "{}",
        nowhere.stderr
    );

    // The sealed key of one that is saved is used where it was used before, and sent nowhere else.
    let sealed = definition("acme", "Main", "{ sealed = true }");
    stage.write("new.toml", &sealed);
    assert_eq!(test("acme").await.code, 0);
    stage.write("new.toml", &sealed.replace(&url, "https://elsewhere.test"));
    let elsewhere = test("acme").await;
    assert_eq!(elsewhere.code, 2, "{}", elsewhere.stdout);
    let known = test("acne").await;
    assert_eq!(known.code, 2);
    assert!(known.stderr.contains("did you mean `acme`?"), "{}", known.stderr);
    assert_eq!(stage.store.revision().await.unwrap(), revision);
}
