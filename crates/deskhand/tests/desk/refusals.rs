//! What is refused at once, with its line and what to do, rather than at three in the morning.

use super::stage::Stage;

/// Applies a file, which is refused with each of these lines.
async fn refused(stage: &Stage, text: &str, lines: &[&str]) {
    let path = stage.write("desk/wrong.toml", text);
    let ended = stage.deskhand("", &["apply", "-f", path.to_str().unwrap()]).await;
    assert_eq!(ended.code, 2, "{text}: {}{}", ended.stdout, ended.stderr);
    for line in lines {
        assert!(ended.stderr.contains(line), "{line}\nis not in\n{}", ended.stderr);
    }
    assert_eq!(ended.stderr.matches(", line ").count(), lines.len(), "{}", ended.stderr);
}

async fn accepted(stage: &Stage, text: &str) {
    let path = stage.write("desk/right.toml", text);
    stage.printed("", &["apply", "-f", path.to_str().unwrap()]).await;
}

const GREET: &str = "[playbook]\nname = \"Greet\"\n[[input]]\nname = \"company\"\nkind = \"number\"\n\
                     [[input]]\nname = \"loud\"\nkind = \"flag\"\ndefault = false\n\
                     [[input]]\nname = \"words\"\ndefault = \"hello\"\n\
                     [[step]]\nname = \"A\"\nformat = { it = \"{{ inputs.company }}\" }\n";

const ON_EVENT: &str = "[playbook]\nname = \"On event\"\n[[trigger]]\nevent = {}\n\
                        [[step]]\nname = \"Look\"\nformat = { id = \"{{ event.id }}\" }\n";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_inputs_of_a_schedules_command_are_checked_when_it_is_applied() {
    let stage = Stage::set(1).await;
    let text = r#"
[[schedule]]
name = "Fetch"
every = "1h"
connection = "acme"
command = "fetch-event"
[schedule.inputs]
"Number of Event(s) Fetched" = "many"
Nonsense = 3
"Search Condition" = "id = {{ event.id }}"

[[schedule]]
name = "Get"
every = "1h"
connection = "acme"
command = "get-tickets"
"#;
    refused(
        &stage,
        text,
        &[
            "wrong.toml, line 8: schedule `Fetch`: `Number of Event(s) Fetched`: a whole number is expected",
            "line 9: schedule `Fetch`: `fetch-event` has no input `Nonsense`; ",
            "line 10: schedule `Fetch`: there is no `event` here; templates here can read `now` and `run`",
            "line 13: schedule `Get`: the input `Ticket IDs` is missing",
        ],
    )
    .await;
    let right = text
        .replace("\"many\"", "5")
        .replace("Nonsense = 3\n", "\"Start Time\" = 2026-01-01\n")
        .replace("event.id", "1")
        .replace("\"get-tickets\"", "\"get-tickets\"\ninputs = { \"Ticket IDs\" = [1] }");
    accepted(&stage, &right).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_playbook_is_scheduled_or_set_off_with_what_it_takes_or_not_at_all() {
    let stage = Stage::set(1).await;
    stage.apply(GREET).await;
    stage.apply(ON_EVENT).await;
    let text = r#"
[[schedule]]
name = "One"
every = "1h"
playbook = "Greet"
inputs = { compny = 3, loud = "maybe" }
[[schedule]]
name = "Two"
every = "1h"
playbook = "On event"
[[ingestion]]
name = "Three"
every = "1h"
connection = "acme"
playbook = "Greet"
[[rule]]
name = "Four"
[rule.escalate]
incident_type = "Outage"
title = "x"
playbook = "Greet"
"#;
    refused(
        &stage,
        text,
        &[
            "line 6: schedule `One`: the playbook has no input `compny`; did you mean `company`?",
            "line 6: schedule `One`: `loud` is to be a flag (true or false)",
            "line 6: schedule `One`: the input `company` is missing; it has no default",
            "line 10: schedule `Two`: `On event` needs `event`, which its step `Look` reads, and a schedule gives it none",
            "line 15: ingestion `Three`: nobody gives `company` when an event sets `Greet` off; give that input a default",
            "line 21: rule `Four`: nobody gives `company`",
        ],
    )
    .await;
    let right = "[[schedule]]\nname = \"One\"\nevery = \"1h\"\nplaybook = \"Greet\"\ninputs = { company = 3 }\n\
                 [[ingestion]]\nname = \"Three\"\nevery = \"1h\"\nconnection = \"acme\"\nplaybook = \"On event\"\n";
    accepted(&stage, right).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_playbook_is_run_by_hand_with_what_it_takes_or_not_at_all() {
    let stage = Stage::set(1).await;
    stage.apply(GREET).await;
    stage.apply(ON_EVENT).await;
    let greet = ["playbook", "run", "Greet"];
    for (inputs, words) in [
        (&["company=abc"][..], "`company` is to be a number"),
        (&["company=1", "loud=maybe"], "`loud` is to be a flag (true or false)"),
        (&["company=1", "company=2"], "the input `company` is given twice"),
        (&["compny=1"], "no input `compny`; did you mean `company`?"),
        (&[], "the input `company` is missing"),
    ] {
        let inputs: Vec<_> = inputs.iter().flat_map(|input| ["--input", *input]).collect();
        let ended = stage.deskhand("", &[&greet[..], &inputs].concat()).await;
        assert_eq!(ended.code, 2, "{inputs:?}: {}", ended.stdout);
        assert!(
            ended.stderr.contains(words) && ended.stderr.contains("\nhint: "),
            "{inputs:?}: {}",
            ended.stderr
        );
    }
    let by_hand = stage.deskhand("", &["playbook", "run", "On event"]).await;
    assert_eq!(by_hand.code, 2);
    for words in [
        "`On event` needs `event`, which its step `Look` reads",
        "\nhint: nobody gives one by hand",
    ] {
        assert!(by_hand.stderr.contains(words), "{}", by_hand.stderr);
    }
    // A text that looks like a number is one where a text is wanted.
    let right = ["--input", "company=1", "--input", "words=42", "--input", "loud=true"];
    stage.printed("", &[&greet[..], &right].concat()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_connection_cannot_work_with_is_refused_with_the_line_of_the_member() {
    let stage = Stage::set(1).await;
    stage.configure("[[vault]]\nkind = \"env\"\nname = \"env\"\nallow = [\"ACME_*\"]\n");
    let connection = |name: &str, url: &str, key: &str, more: &str| {
        format!(
            "[[connection]]\nname = \"{name}\"\nsite = \"Main\"\nserver_url = \"{url}\"\ncompany_id = \"acme\"\n\
             public_key = \"public\"\nprivate_key = {key}\n{more}"
        )
    };
    let text = [
        connection("A", "not a url", "\"x\"", "timeout = 0\nceiling = 0\n"),
        connection("B", "htps://x", "{ vault = \"env\", path = \"OTHER\" }", ""),
        connection("C", "https://x.test", "\"x\"", "api_version = \"3/0\"\n"),
        connection(
            "D",
            "https://x.test",
            "{ vault = \"emv\", path = \"ACME_KEY\" }",
            "health_check = { every_minutes = 5, mail_to = [\"noc@example.com\", \"noc\"] }\n",
        ),
    ]
    .concat();
    refused(
        &stage,
        &text,
        &[
            "line 4: connection `A`: the Server URL is not an address",
            "line 8: connection `A`: the Timeout is a whole number above 0, not `0`",
            "line 9: connection `A`: the Ceiling is a whole number above 0, not `0`",
            "line 13: connection `B`: the Server URL begins with `htps:`; it must begin with https:",
            "line 16: connection `B`: the vault `env` gives no secret: the variable `OTHER` is not among those that may be \
             read; those are: ACME_*",
            "line 18: connection `C`: the API version `3/0` is none",
            "line 26: connection `D`: there is no vault `emv`; did you mean `env`?; vaults are declared as [[vault]] in the \
             operator's configuration",
            "line 32: connection `D`: `noc` is no mail address; write it as `name@example.com`",
        ],
    )
    .await;
    accepted(
        &stage,
        &connection("B", "https://x.test", "{ vault = \"env\", path = \"ACME_KEY\" }", ""),
    )
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn people_who_are_named_are_there_on_a_desk_that_has_some() {
    let stage = Stage::set(1).await;
    let asks = "[playbook]\nname = \"Ask\"\n[[step]]\nname = \"Ask\"\napproval = \"Go on?\"\n\
                by = [\"first lien\", \"ann\"]\nnotify = \"somebody\"\n";
    let mail = "`somebody` is no mail address";
    refused(&stage, asks, &[mail]).await;
    stage
        .apply("[[user]]\nname = \"ann\"\nsites = [\"Main\"]\ngroups = [\"first line\"]\n")
        .await;
    refused(
        &stage,
        asks,
        &[
            "line 6: step `Ask`: there is no user or group `first lien`; did you mean `first line`?",
            mail,
        ],
    )
    .await;
    let url = stage.sandbox.url();
    let text = format!(
        "[[connection]]\nname = \"acme\"\nsite = \"Main\"\nserver_url = \"{url}\"\ncompany_id = \"sandbox\"\n\
         public_key = \"public\"\nprivate_key = {{ sealed = true }}\nclient_id = \"test\"\nusers = [\"anne\"]\n\
         groups = [\"first line\", \"ann\"]\n[[user]]\nname = \"bob\"\nsites = [\"Main\"]\nmail = \"bob\"\n"
    );
    refused(
        &stage,
        &text,
        &[
            "line 9: connection `acme`: there is no user `anne`; did you mean `ann`?",
            "line 10: connection `acme`: there is no group `ann`",
            "line 14: user `bob`: `bob` is no mail address",
        ],
    )
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sites_rules_and_alerts_are_held_against_what_can_be() {
    let stage = Stage::set(1).await;
    let text = r#"
[[site]]
name = "Branch"
[[ingestion]]
name = "A"
connection = "acme"
every = "1h"
site = "Branch"
[[schedule]]
name = "B"
command = "list-boards"
connection = "acme"
cron = "0 25 * * *"
[[schedule]]
name = "C"
command = "list-boards"
connection = "acme"
every = "1h"
site = "Brunch"
[[rule]]
name = "D"
escalate = { incident_type = "{{ event.id }}", title = "{{ event.feilds.Summary }}" }
[[rule]]
name = "E"
source = "Default Event Source"
dismiss = "{{ evnt.id }}"
[[ingestion]]
name = "F"
connection = "acme"
every = "1h"
alert = { to = ["noc"] }
"#;
    refused(
        &stage,
        text,
        &[
            "line 8: ingestion `A`: the connection `acme` is not for the site `Branch`; use a connection of this site",
            "line 10: schedule `B`: cron: `0 25 * * *` is no cron expression: the hour cannot be `25`; it is 0 to 23",
            "line 19: schedule `C`: there is no site `Brunch`; did you mean `Branch`?",
            "line 22: rule `D`: `incident_type` is the same for every event",
            "line 22: rule `D`: `event` has no `feilds`; did you mean `fields`?",
            "line 26: rule `E`: there is no `evnt` here; did you mean `event`?",
            "line 28: ingestion `F`: alert: `noc` is no address",
        ],
    )
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dry_run_says_what_applying_would_say_and_to_the_same_people() {
    let stage = Stage::set(1).await;
    let text = "[[connection]]\nname = \"new\"\nsite = \"Main\"\nserver_url = \"https://x.test\"\ncompany_id = \"acme\"\n\
                public_key = \"public\"\nprivate_key = \"x\"\n";
    let path = stage.write("desk/new.toml", text);
    let applying = ["apply", "-f", path.to_str().unwrap()];
    let dry = [&applying[..], &["--dry-run"]].concat();
    for arguments in [&applying[..], &dry] {
        let ended = stage.deskhand_without_key("", arguments).await;
        assert_eq!(ended.code, 2, "{arguments:?}: {}", ended.stdout);
        assert!(ended.stderr.contains("no key to seal"), "{}", ended.stderr);
    }
    let users =
        "[[user]]\nname = \"ann\"\nsites = [\"Main\"]\noperator = true\n[[user]]\nname = \"tom\"\nsites = [\"Main\"]\n";
    accepted(&stage, users).await;
    for arguments in [&applying[..], &dry] {
        let ended = stage.deskhand("tom", arguments).await;
        assert_eq!(ended.code, 2, "{arguments:?}: {}", ended.stdout);
        assert!(ended.stderr.contains("`tom` is no operator"), "{}", ended.stderr);
    }
    let would = stage.printed("ann", &dry).await;
    assert_eq!(would, "connection `new` would be created\n");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_in_another_encoding_is_told_what_to_do() {
    let stage = Stage::set(1).await;
    let path = stage.write("desk/old.toml", "");
    std::fs::write(&path, b"[[site]]\nname = \"M\xfcnchen\"\n").unwrap();
    let ended = stage.deskhand("", &["apply", "-f", path.to_str().unwrap()]).await;
    assert_eq!(ended.code, 2, "{}", ended.stdout);
    assert!(
        ended
            .stderr
            .contains("\nhint: it is no text in UTF-8: save it as UTF-8"),
        "{}",
        ended.stderr
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_pruned_cannot_be_referred_to() {
    let stage = Stage::set(1).await;
    stage.apply(GREET).await;
    let path = stage.write(
        "desk/desk.toml",
        "[[schedule]]\nname = \"One\"\nevery = \"1h\"\nplaybook = \"Greet\"\ninputs = { company = 3 }\n",
    );
    let file = path.to_str().unwrap();
    let pruned = stage.deskhand("", &["apply", "-f", file, "--prune"]).await;
    assert_eq!(pruned.code, 2, "{}", pruned.stdout);
    assert!(pruned.stderr.contains("no playbook `Greet`"), "{}", pruned.stderr);
    stage.printed("", &["apply", "-f", file]).await;
}

/// What stands on the desk before something of it is applied alone.
const STANDING: &str = r#"
[[site]]
name = "Hub"
role = "master"
[[site]]
name = "North"
[[site]]
name = "Acme"
role = "tenant"
[[user]]
name = "ann"
operator = true
sites = ["Hub"]
groups = ["first line"]
[[connection]]
name = "Shared"
share_to_internal_sites = true
recipient_site = "North"
server_url = "https://x.test"
company_id = "acme"
public_key = "public"
private_key = "x"
[[connection]]
name = "PSA"
site = "Hub"
tenants = ["Acme"]
groups = ["first line"]
server_url = "https://x.test"
company_id = "acme"
public_key = "public"
private_key = "x"
[[ingestion]]
name = "Tickets"
connection = "PSA"
every = "1h"
site = "Hub"
[[schedule]]
name = "Boards"
connection = "PSA"
command = "list-boards"
every = "1h"
site = "Acme"
"#;

/// The connection `PSA` of [`STANDING`], with other members in place of its site and tenants.
fn psa(members: &str) -> String {
    format!(
        "[[connection]]\nname = \"PSA\"\ngroups = [\"first line\"]\nserver_url = \"https://x.test\"\n\
         company_id = \"acme\"\npublic_key = \"public\"\nprivate_key = {{ sealed = true }}\n{members}"
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_on_the_desk_already_is_not_broken_by_a_part_of_it() {
    let stage = Stage::set(1).await;
    accepted(&stage, STANDING).await;
    let export = stage.folder.path().join("export");
    stage.printed("ann", &["export", "-f", export.to_str().unwrap()]).await;
    let no_master = "[[site]]\nname = \"Hub\"\n";
    let cases = [
        (
            "[[site]]\nname = \"North\"\nkind = \"client\"\n".to_owned(),
            "on the desk: connection `Shared`: the recipient site of a connection shared to internal sites",
        ),
        (
            no_master.to_owned(),
            "on the desk: connection `PSA`: only a master shares with tenants, and the site `Hub` is none",
        ),
        (
            "[[user]]\nname = \"ann\"\noperator = true\nsites = [\"Hub\"]\n".to_owned(),
            "on the desk: connection `PSA`: there is no group `first line`",
        ),
        (
            psa("site = \"South\"\n[[site]]\nname = \"South\"\n"),
            "on the desk: ingestion `Tickets`: the connection `PSA` is not for the site `Hub`",
        ),
        (
            psa("site = \"Hub\"\n"),
            "on the desk: schedule `Boards`: the connection `PSA` is not for the site `Acme`",
        ),
    ];
    for (text, words) in &cases {
        let path = stage.write("desk/part.toml", text);
        let file = path.to_str().unwrap();
        let ended = stage.deskhand("ann", &["apply", "-f", file]).await;
        assert_eq!(ended.code, 2, "{text}: {}", ended.stdout);
        for words in [
            words,
            "hint: nothing was changed; what is on the desk already would not fit",
        ] {
            assert!(ended.stderr.contains(words), "{words}\nis not in\n{}", ended.stderr);
        }
    }
    let again = stage.printed("ann", &["apply", "-f", export.to_str().unwrap()]).await;
    assert_eq!(again, "Nothing changes: all of it is there already\n");
    // Together with what it takes, it is applied.
    let both = format!("{no_master}{}", psa("site = \"Hub\"\n"));
    let schedule = "[[schedule]]\nname = \"Boards\"\nconnection = \"PSA\"\ncommand = \"list-boards\"\nevery = \"1h\"\n";
    let path = stage.write("desk/part.toml", &format!("{both}{schedule}"));
    stage.printed("ann", &["apply", "-f", path.to_str().unwrap()]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_wrong_on_the_desk_before_is_not_in_the_way_of_anything_else() {
    let stage = Stage::set(1).await;
    // This way in holds nothing against the names of others.
    stage
        .apply("[[ingestion]]\nname = \"Lost\"\nconnection = \"acne\"\nevery = \"1h\"\nsite = \"Mine\"\n")
        .await;
    accepted(&stage, "[[site]]\nname = \"Main 2\"\n").await;
    accepted(&stage, STANDING).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_that_is_wrong_is_said_at_once_and_nothing_that_only_follows_from_it() {
    let stage = Stage::set(1).await;
    let text = r#"
[[site]]
name = "Branch"
kind = "external"
[[connection]]
name = "new"
site = "Branch"
tiemout = 5
[[user]]
name = "ann"
sites = ["Branch"]
groups = "first line"
[[schedule]]
name = "One"
every = "1h"
connection = "new"
command = "list-bords"
site = "Branch"
[[ingestion]]
name = "Two"
connection = "acme"
every = "10s"
"#;
    refused(
        &stage,
        text,
        &[
            "line 4: site `Branch`: unknown variant `external`",
            "line 8: connection `new`: unknown field `tiemout`",
            "line 12: user `ann`: invalid type",
            "line 17: schedule `One`: there is no command `list-bords`; did you mean `list-boards`?",
            "line 20: ingestion `Two`: every: `10s` is too often",
        ],
    )
    .await;
    let folder = stage.write("folder/one.toml", "[[schedule]\n");
    stage.write("folder/two.toml", "[[site]]\nname = \"S\"\nkind = \"external\"\n");
    stage.write("folder/three.toml", "[[conection]]\nname = \"c\"\n");
    stage.write(
        "folder/four.toml",
        "[playbook]\nname = \"P\"\n[[step]]\nname = \"A\"\nwiat = \"1s\"\n",
    );
    let folder = folder.parent().unwrap().to_str().unwrap();
    let said = stage.deskhand("", &["apply", "-f", folder]).await.stderr;
    for words in [
        "one.toml, line 1: ",
        "two.toml, line 3: site `S`: unknown variant `external`",
        "three.toml, line 1: there is no kind of definition `conection`; did you mean `connection`?",
        "four.toml, line 5: step `A`: a step has no `wiat`; did you mean `wait`?",
    ] {
        assert!(said.contains(words), "{words}\nis not in\n{said}");
    }
}
