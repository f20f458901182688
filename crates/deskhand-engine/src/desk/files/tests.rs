//! A desk's folder: read, planned, applied and written out again.

use jiff::Timestamp;
use proptest::prelude::*;
use secrecy::ExposeSecret as _;

use super::read::{GivenConnection, body_of};
use super::*;
use crate::connections::toy::TOY;
use crate::connections::{Connection, SecretPlace, SiteKind, SiteRole, SiteScope, Users, VaultReference};
use crate::desk::toy::ToyStore;
use crate::desk::{Desk, DeskStore as _, Kind};
use crate::health::HealthCheck;
use crate::secrets::toy::random;
use crate::secrets::{Keyring, SecretError};

const SITES: &str = "
[[site]]
name = \"North\"
role = \"master\"
time_zone = \"Europe/Vienna\"
[[site]]
name = \"Client\"
kind = \"client\"
[[site]]
name = \"Acme\"
role = \"tenant\"
";

const MAIN: &str = "
[[connection]]
name = \"Main\"
site = \"North\"
server_url = \"https://psa.test\"
company_id = \"acme\"
private_key = \"hunter2\"
";

const REST: &str = "
[[user]]
name = \"ann\"
sites = [\"North\"]
groups = [\"first line\"]
time_zone = \"Europe/Vienna\"
date_form = \"dd/MM/yyyy HH:mm\"
[[source]]
name = \"Alerts\"
search = '{$.type.name} = \"Alert\"'
[[schedule]]
name = \"Nightly\"
cron = \"0 2 * * *\"
command = { name = \"fetch-event\", inputs = { Number = 5 } }
[[rule]]
name = \"Noise\"
[[ingestion]]
name = \"Tickets\"
connection = \"Main\"
";

const PLAYBOOK: &str =
    "# Close what is stale\n[playbook]\nname = \"Close stale tickets\"\n\n[[step]]\nname = \"Look\"\n";

/// A desk that is applied to, step by step.
struct Place {
    store: ToyStore,
    keyring: Option<Keyring>,
}

fn file(name: &str, text: &str) -> DeskFile {
    DeskFile {
        name: name.to_owned(),
        text: text.to_owned(),
    }
}

fn desk(connections: &str) -> Vec<DeskFile> {
    vec![
        file("sites.toml", SITES),
        file("connections.toml", connections),
        file("more/rest.toml", REST),
        file("playbooks/stale.toml", PLAYBOOK),
    ]
}

fn wrong(text: &str) -> Vec<String> {
    let Err(problems) = read(&[file("desk.toml", text)], &TOY) else {
        panic!("it was read: {text}");
    };
    problems.iter().map(ToString::to_string).collect()
}

fn said(changes: &[Change]) -> Vec<String> {
    let changes = changes.iter();
    changes
        .map(|change| format!("{} {} {:?}", change.kind.table(), change.name, change.what))
        .collect()
}

impl Place {
    fn new() -> Self {
        Self {
            store: ToyStore::default(),
            keyring: Some(Keyring::from_bytes(&[7; 32], &[])),
        }
    }

    async fn plan(&self, files: &[DeskFile], prune: bool) -> Result<Plan, Vec<String>> {
        let known = look(&self.store, self.keyring.as_ref()).await.unwrap();
        let words = |problems: Vec<Problem>| problems.iter().map(ToString::to_string).collect::<Vec<_>>();
        let given = read(files, &TOY).map_err(words)?;
        let (agents, vaults) = (["branch".to_owned()], ["prod".to_owned()]);
        plan(&given, &known, &TOY, (&agents, &vaults), prune).map_err(words)
    }

    async fn perform(&self, plan: &Plan) -> Result<(), SecretError> {
        let by = ("ann", Timestamp::UNIX_EPOCH);
        apply(plan, &self.store, self.keyring.as_ref(), &random, by)
            .await
            .map(|_| ())
    }

    async fn apply(&self, files: &[DeskFile], prune: bool) -> Result<Vec<String>, Vec<String>> {
        let plan = self.plan(files, prune).await?;
        self.perform(&plan).await.unwrap();
        Ok(said(&plan.changes))
    }

    async fn sealed(&self, parameter: &str) -> Option<String> {
        let secrets = self.store.secrets("Main").await.unwrap();
        let sealed = secrets.into_iter().find(|known| known.parameter == parameter)?;
        let keyring = self.keyring.as_ref().unwrap();
        Some(keyring.open(&sealed).unwrap().expose_secret().to_owned())
    }
}

#[tokio::test]
async fn a_folder_is_applied_once_and_the_second_time_changes_nothing() {
    let place = Place::new();
    let changes = place.apply(&desk(MAIN), false).await.unwrap();
    assert_eq!(
        changes,
        [
            "site Acme Created",
            "site Client Created",
            "site North Created",
            "user ann Created",
            "connection Main Created",
            "source Alerts Created",
            "ingestion Tickets Created",
            "schedule Nightly Created",
            "playbook Close stale tickets Created",
            "rule Noise Created",
        ]
    );
    assert_eq!(place.apply(&desk(MAIN), true).await.unwrap(), [""; 0]);
}

#[tokio::test]
async fn what_is_exported_holds_no_secret_and_applied_again_changes_nothing() {
    let place = Place::new();
    let with_pin = MAIN.to_owned() + "pin = { vault = \"prod\", path = \"psa\" }\n";
    place.apply(&desk(&with_pin), false).await.unwrap();
    let files = export(&place.store.definitions().await.unwrap());
    assert!(files.iter().all(|file| !file.text.contains("hunter2")));
    let names: Vec<&str> = files.iter().map(|file| file.name.as_str()).collect();
    assert!(names.contains(&"connections.toml") && names.contains(&"playbooks/close-stale-tickets.toml"));
    let connections = files.iter().find(|file| file.name == "connections.toml").unwrap();
    assert!(connections.text.contains("sealed = true") && connections.text.contains("path = \"psa\""));
    let playbook = files.iter().find(|file| file.name.starts_with("playbooks/")).unwrap();
    assert_eq!(playbook.text, PLAYBOOK);
    assert_eq!(place.apply(&files, true).await.unwrap(), [""; 0]);
    assert_eq!(place.sealed("privatekey").await.as_deref(), Some("hunter2"));
}

#[tokio::test]
async fn only_pruning_takes_away_what_is_in_no_file() {
    let place = Place::new();
    place.apply(&desk(MAIN), false).await.unwrap();
    let rest = [file("sites.toml", SITES)];
    assert_eq!(place.apply(&rest, false).await.unwrap(), [""; 0]);
    let gone = place.apply(&rest, true).await.unwrap();
    assert!(gone.contains(&"connection Main Removed".to_owned()), "{gone:?}");
    assert!(place.store.secrets("Main").await.unwrap().is_empty());
    assert_eq!(place.store.definitions().await.unwrap().len(), 3);
}

#[tokio::test]
async fn c5_changing_something_else_keeps_the_key_and_giving_another_one_changes_it() {
    let place = Place::new();
    place.apply(&desk(MAIN), false).await.unwrap();
    let kept = MAIN.replace("\"hunter2\"", "{ sealed = true }") + "description = \"x\"\n";
    assert_eq!(
        place.apply(&desk(&kept), false).await.unwrap(),
        ["connection Main Changed"]
    );
    assert_eq!(place.sealed("privatekey").await.as_deref(), Some("hunter2"));
    let other = kept.replace("{ sealed = true }", "\"hunter3\"");
    assert_eq!(
        place.apply(&desk(&other), false).await.unwrap(),
        ["connection Main Secret"]
    );
    assert_eq!(place.sealed("privatekey").await.as_deref(), Some("hunter3"));
}

#[tokio::test]
async fn c5_a_key_is_not_taken_along_to_another_address() {
    let place = Place::new();
    place.apply(&desk(MAIN), false).await.unwrap();
    let kept = MAIN.replace("\"hunter2\"", "{ sealed = true }");
    for change in [
        kept.replace("psa.test", "evil.test"),
        kept.clone() + "agent = \"branch\"\n",
        kept.clone() + "ca_certificate = \"-----BEGIN CERTIFICATE-----\"\n",
    ] {
        let problems = place.apply(&desk(&change), false).await.unwrap_err();
        assert_eq!(problems.len(), 1, "{problems:?}");
        assert!(
            problems[0]
                .starts_with("connections.toml, line 3: connection `Main`: the Private Key has to be given again"),
            "{}",
            problems[0]
        );
    }
    let moved = MAIN.replace("psa.test", "new.test");
    assert_eq!(
        place.apply(&desk(&moved), false).await.unwrap(),
        ["connection Main Changed"]
    );
    assert_eq!(place.sealed("privatekey").await.as_deref(), Some("hunter2"));
}

#[tokio::test]
async fn killed_anywhere_no_key_is_left_with_an_address_that_it_was_not_given_for() {
    let moved = MAIN.replace("psa.test", "new.test").replace("hunter2", "hunter3");
    let mut ended = 0;
    for writes in 0.. {
        let place = Place::new();
        place.apply(&desk(MAIN), false).await.unwrap();
        let plan = place.plan(&desk(&moved), false).await.unwrap();
        place.store.ends_after(Some(writes));
        let outcome = place.perform(&plan).await;
        place.store.ends_after(None);
        let body = place
            .store
            .versions(Kind::Connection, "Main")
            .await
            .unwrap()
            .remove(0)
            .body;
        let right = if body.contains("new.test") {
            "hunter3"
        } else {
            "hunter2"
        };
        let key = place.sealed("privatekey").await;
        assert!(
            key.is_none() || key.as_deref() == Some(right),
            "after {writes} writes: {key:?}"
        );
        place.apply(&desk(&moved), false).await.unwrap();
        assert_eq!(place.sealed("privatekey").await.as_deref(), Some("hunter3"));
        assert_eq!(place.apply(&desk(&moved), true).await.unwrap(), [""; 0]);
        if outcome.is_ok() {
            break;
        }
        ended += 1;
    }
    assert_eq!(ended, 3, "forgetting, changing and keeping are one write each");
}

#[tokio::test]
async fn c17_with_a_vault_only_the_reference_is_kept_and_without_it_the_value_is_needed() {
    let place = Place::new();
    place.apply(&desk(MAIN), false).await.unwrap();
    let in_vault = MAIN.replace("\"hunter2\"", "{ vault = \"prod\", path = \"psa\", field = \"key\" }");
    assert_eq!(
        place.apply(&desk(&in_vault), false).await.unwrap(),
        ["connection Main Changed"]
    );
    assert!(place.store.secrets("Main").await.unwrap().is_empty());
    let body = &place.store.versions(Kind::Connection, "Main").await.unwrap()[0].body;
    assert!(body.contains("vault = \"prod\"") && !body.contains("hunter2"), "{body}");
    let back = MAIN.replace("\"hunter2\"", "{ sealed = true }");
    let problems = place.apply(&desk(&back), false).await.unwrap_err();
    assert!(
        problems[0].contains("there is no sealed Private Key yet"),
        "{problems:?}"
    );
    let without = MAIN.replace("private_key = \"hunter2\"\n", "");
    let problems = place.apply(&desk(&without), false).await.unwrap_err();
    assert!(problems[0].contains("the Private Key is missing"), "{problems:?}");
}

#[tokio::test]
async fn a_secret_of_two_that_moves_to_a_vault_leaves_the_other_sealed() {
    let place = Place::new();
    let two = MAIN.to_owned() + "pin = \"1234\"\n";
    place.apply(&desk(&two), false).await.unwrap();
    let one = two.replace("\"1234\"", "{ vault = \"prod\", path = \"pin\" }");
    place.apply(&desk(&one), false).await.unwrap();
    assert_eq!(place.sealed("pin").await, None);
    assert_eq!(place.sealed("privatekey").await.as_deref(), Some("hunter2"));
}

#[tokio::test]
async fn without_a_key_nothing_is_applied_that_has_a_secret() {
    let mut place = Place::new();
    place.keyring = None;
    let plan = place.plan(&desk(MAIN), false).await.unwrap();
    assert!(matches!(place.perform(&plan).await, Err(SecretError::NoKey)));
    assert!(place.store.definitions().await.unwrap().is_empty());
}

#[tokio::test]
async fn c6_a_name_is_there_once_in_a_desk() {
    let twice = desk(&(MAIN.to_owned() + MAIN));
    let problems = Place::new().apply(&twice, false).await.unwrap_err();
    assert_eq!(
        problems,
        ["connections.toml, line 10: connection `Main`: another one has this name (connections.toml, line 3)"]
    );
    let place = Place::new();
    place.apply(&desk(MAIN), false).await.unwrap();
    let like = MAIN.replace("\"Main\"", "\"main\"");
    let problems = place.apply(&[file("c.toml", &like)], false).await.unwrap_err();
    assert!(problems[0].contains("there is `Main` already"), "{problems:?}");
    let changed = MAIN.to_owned() + "description = \"upserted by its name\"\n";
    assert_eq!(
        place.apply(&[file("c.toml", &changed)], false).await.unwrap(),
        ["connection Main Changed"]
    );
}

#[test]
fn c9_a_recipient_site_is_asked_for_exactly_when_a_connection_is_shared() {
    let with = |site: &str| wrong(&MAIN.replace("site = \"North\"\n", site)).remove(0);
    for (site, expected) in [
        ("share_to_internal_sites = true\n", "needs a `recipient_site`"),
        (
            "site = \"North\"\nrecipient_site = \"North\"\n",
            "`recipient_site` has a meaning only",
        ),
        ("recipient_site = \"North\"\n", "`recipient_site` has a meaning only"),
        ("", "needs a `site`, or `share_to_internal_sites"),
        (
            "site = \"North\"\nshare_to_internal_sites = true\nrecipient_site = \"North\"\n",
            "take one out",
        ),
    ] {
        let said = with(site);
        assert!(
            said.starts_with("desk.toml, line 3: connection `Main`") && said.contains(expected),
            "{said}"
        );
    }
    let shared = MAIN.replace(
        "site = \"North\"\n",
        "share_to_internal_sites = true\nrecipient_site = \"North\"\n",
    );
    assert!(read(&[file("desk.toml", &shared)], &TOY).is_ok());
}

#[test]
fn mistakes_are_named_with_file_and_line_and_no_secret_is_quoted() {
    for (text, expected) in [
        (
            "[[site]]\nname = \"A\"\nkidn = \"client\"\n",
            "line 3: site `A`: unknown field `kidn`",
        ),
        (
            "[[site]]\nname = \"A\"\nkind = \"external\"\n",
            "line 3: site `A`: unknown variant `external`",
        ),
        (
            "[[site]]\nname = \"A\"\ntime_zone = \"Vienna\"\n",
            "line 2: site `A`: there is no time zone `Vienna`",
        ),
        ("[[site]]\nkind = \"client\"\n", "line 1: a site needs a `name`"),
        (
            "[[site]]\nname = \" A\"\n",
            "line 2: the name of a site is some visible text",
        ),
        ("[site]\nname = \"A\"\n", "line 1: a site is written `[[site]]`"),
        (
            "\n[[sites]]\nname = \"A\"\n",
            "line 2: there is no kind of definition `sites`; did you mean `site`?",
        ),
        ("[[site]]\nname = \"A\n", "line 2: "),
        (
            "[[user]]\nname = \"ann\"\n",
            "line 2: user `ann`: a user works for at least one",
        ),
        (
            "[[user]]\nname = \"ann\"\nsites = [\"N\"]\ndate_form = \"DD/MM/yyyy\"\n",
            "line 4: user `ann`: `DD/MM/yyyy` cannot be a form of dates: `DD` means nothing, did you mean `dd`?",
        ),
        (
            "[[user]]\nname = \"ann\"\ntime_zone = \"Vienna\"\nsites = [\"N\"]\n",
            "line 3: user `ann`: `Vienna` is no time zone",
        ),
        (
            "[[connection]]\nname = \"M\"\nserver_ulr = \"x\"\nsite = \"N\"\n",
            "line 3: connection `M`: unknown field `server_ulr`",
        ),
        (
            "[[connection]]\nname = \"M\"\nsite = \"N\"\nprivate_key = [\"hunter2\"]\n",
            "line 4: connection `M`: `private_key` is the secret itself",
        ),
        (
            "[[connection]]\nname = \"M\"\nsite = \"N\"\nprivate_key = { value = \"hunter2\" }\n",
            "line 4: connection `M`: `private_key` is the secret itself",
        ),
        (
            "[[connection]]\nname = \"M\"\nsite = \"N\"\nprivate_key = \" \"\n",
            "line 4: connection `M`: `private_key` is empty",
        ),
        (
            "[[connection]]\nname = \"M\"\nsite = \"N\"\nserver_url = \"a\"\nserverurl = \"b\"\n",
            "`server_url` is there twice",
        ),
        (
            "[[connection]]\nname = \"M\"\nsite = \"N\"\n[connection.health_check]\nevery = 5\n",
            "line 5: connection `M`: unknown field `every`",
        ),
        (
            "[[source]]\nname = \"A\"\nserch = \"x\"\n",
            "line 3: source `A`: unknown field `serch`",
        ),
        (
            "[[source]]\nname = \"A\"\nsearch = \"{x\"\n",
            "source `A`: search: a comparison",
        ),
        ("[[rule]]\n", "line 1: a rule needs a `name`"),
        ("[playbook]\ntitle = \"x\"\n", "line 1: a playbook needs a `name`"),
    ] {
        let said = wrong(text);
        assert!(
            said[0].starts_with("desk.toml, ") && said[0].contains(expected),
            "{said:?}"
        );
        assert!(!said[0].contains("hunter2"), "{said:?}");
    }
}

#[test]
fn everything_that_is_wrong_is_said_at_once() {
    let said = wrong("[[site]]\nname = \"\"\n[[user]]\nname = \"ann\"\n[[rules]]\nname = \"x\"\n");
    assert_eq!(said.len(), 3, "{said:?}");
    let said = wrong("[[site]]\nname = \"A\"\nx = 1\n[[user]]\nname = \"ann\"\n[[site]]\nname = \"B\"\ny = 1\n");
    assert_eq!(said.len(), 3, "{said:?}");
}

#[tokio::test]
async fn references_are_held_against_what_there_will_be() {
    let place = Place::new();
    let lonely = [
        file("c.toml", MAIN),
        file("u.toml", "[[user]]\nname = \"ann\"\nsites = [\"North\"]\n"),
    ];
    let problems = place.apply(&lonely, false).await.unwrap_err();
    assert_eq!(problems.len(), 2, "{problems:?}");
    place.apply(&[file("sites.toml", SITES)], false).await.unwrap();
    assert!(place.apply(&lonely, false).await.is_ok());
    // Pruned, the sites would be gone.
    assert!(place.plan(&lonely, true).await.is_err());
}

#[test]
fn one_definition_that_cannot_be_read_leaves_the_others() {
    let definition = |kind, name: &str, body: &str| crate::desk::Definition {
        kind,
        name: name.to_owned(),
        version: 1,
        body: body.to_owned(),
        applied_at: Timestamp::UNIX_EPOCH,
        applied_by: "ann".to_owned(),
        removed: false,
    };
    let desk = Desk::read(
        &[
            definition(Kind::Site, "North", "[[site]]\nname = \"North\"\n"),
            definition(
                Kind::Connection,
                "Main",
                "[[connection]]\nname = \"Main\"\nfrom_the_future = 1\n",
            ),
        ],
        &TOY,
    );
    assert_eq!((desk.sites.len(), desk.connections.len()), (1, 0));
    assert!(
        desk.unreadable[0].2.contains("from_the_future"),
        "{:?}",
        desk.unreadable
    );
}

fn texts() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec("[a-zA-Z \"'\\\\\n#=]{1,9}", 0..3)
}

fn connections() -> impl Strategy<Value = Connection> {
    let site = prop_oneof![
        "[A-Z][a-z]{0,5}".prop_map(SiteScope::One),
        "[A-Z][a-z]{0,5}".prop_map(|recipient| SiteScope::SharedToInternalSites { recipient }),
    ];
    let users = prop_oneof![
        Just(Users::Everybody),
        (texts(), texts()).prop_map(|(users, groups)| Users::Listed { users, groups }),
    ];
    let secret = prop_oneof![
        Just(SecretPlace::Sealed),
        (".{0,9}", prop::option::of(".{0,9}")).prop_map(|(path, field)| {
            SecretPlace::Vault(VaultReference {
                vault: "prod".to_owned(),
                path,
                field,
            })
        }),
    ];
    let health = (1..99_u32, texts()).prop_map(|(every_minutes, mail_to)| HealthCheck { every_minutes, mail_to });
    let value = prop::collection::btree_map(
        prop_oneof![Just("serverurl".to_owned()), Just("apiversion".to_owned())],
        ".{0,12}",
        0..3,
    );
    let secrets = prop::collection::btree_map(
        prop_oneof![Just("privatekey".to_owned()), Just("pin".to_owned())],
        secret,
        0..3,
    );
    let parts = (
        "[A-Za-z][ -~]{0,8}[a-z]",
        site,
        texts(),
        users,
        any::<bool>(),
        ".{0,20}",
        prop::option::of("[a-z]{1,5}"),
    );
    let more = (value, secrets, prop::option::of(health), prop::option::of(".{0,40}"));
    (parts, more).prop_map(|(parts, more)| Connection {
        name: parts.0,
        site: parts.1,
        tenants: parts.2,
        users: parts.3,
        active: parts.4,
        description: parts.5,
        agent: parts.6,
        values: more.0,
        secrets: more.1,
        health_check: more.2,
        ca_certificate: more.3,
    })
}

proptest! {
    #[test]
    fn every_connection_is_read_back_as_it_was_written(connection in connections()) {
        let body = body_of(&connection, &TOY);
        let given = read(&[file("c.toml", &body)], &TOY);
        let Ok(mut given) = given else { panic!("{body}") };
        let one = given.remove(0);
        prop_assert_eq!(&one.body, &body);
        let Defined::Connection(GivenConnection { connection: read, secrets }) = one.defined else { panic!() };
        prop_assert_eq!(read, connection);
        prop_assert!(secrets.is_empty());
    }
}

#[test]
fn sites_and_users_are_read_as_they_are_meant() {
    let given = read(&desk(MAIN), &TOY).ok().unwrap();
    let sites: Vec<_> = given
        .iter()
        .filter_map(|one| match &one.defined {
            Defined::Site(site) => Some((site.name.as_str(), site.kind, site.role)),
            _ => None,
        })
        .collect();
    assert_eq!(
        sites,
        [
            ("North", SiteKind::Internal, SiteRole::Master),
            ("Client", SiteKind::Client, SiteRole::Alone),
            ("Acme", SiteKind::Internal, SiteRole::Tenant),
        ]
    );
    let nightly = given.iter().find(|one| one.kind == Kind::Schedule).unwrap();
    assert_eq!((nightly.file.as_str(), nightly.line), ("more/rest.toml", 12));
    let Defined::Table(table) = &nightly.defined else {
        panic!()
    };
    assert_eq!(table["command"]["inputs"]["Number"].as_integer(), Some(5));
}
