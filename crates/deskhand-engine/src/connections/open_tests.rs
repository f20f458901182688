//! Connections opened for somebody, with secrets from everywhere.

use std::time::Duration;

use deskhand_command::{BoxFuture, Clock, ReturnData, SystemClock};
use jiff::Timestamp;
use secrecy::ExposeSecret as _;

use super::super::toy::{TOY, ToyIntegration};
use super::super::{Agent, SecretPlace, Site, SiteScope};
use super::*;
use crate::desk::Wanted;
use crate::desk::files::{self, DeskFile};
use crate::desk::toy::ToyStore;
use crate::secrets::toy::random;
use crate::vaults::{Vault, VaultError};

const DESK: &str = "
[[site]]
name = \"North\"
role = \"master\"
[[site]]
name = \"South\"
[[site]]
name = \"Acme\"
role = \"tenant\"
[[connection]]
name = \"Main\"
site = \"North\"
tenants = [\"Acme\"]
server_url = \"https://psa.test\"
company_id = \"acme\"
private_key = \"right\"
";

/// A vault whose secret can be changed, and that can be away.
#[derive(Default)]
struct ToyVault(Mutex<Option<String>>);

impl Vault for ToyVault {
    fn read<'a>(&'a self, _path: &'a str, _field: Option<&'a str>) -> BoxFuture<'a, Result<SecretString, VaultError>> {
        let held = self.0.lock().clone();
        let answer = held.map(SecretString::from);
        let answer = answer.ok_or_else(|| VaultError::away("it cannot be reached", "see whether it runs"));
        Box::pin(std::future::ready(answer))
    }
}

struct Place {
    integration: Arc<ToyIntegration>,
    store: Arc<ToyStore>,
    vault: Arc<ToyVault>,
    connections: Connections,
}

fn keyring() -> Keyring {
    Keyring::from_bytes(&[7; 32], &[])
}

fn person(name: &str, site: &str) -> Actor {
    Actor {
        name: name.to_owned(),
        groups: Vec::new(),
        site: site.to_owned(),
        operator: false,
    }
}

impl Place {
    async fn with(desk: &str) -> Self {
        let (integration, store, vault) = <(Arc<ToyIntegration>, Arc<ToyStore>, Arc<ToyVault>)>::default();
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let vaults = Vaults::new(clock).with("prod", Arc::clone(&vault) as Arc<dyn Vault>, Duration::ZERO);
        let agents = [
            Agent::new("branch", "socks5h://desk@10.0.0.1:1080", Some(SecretPlace::Sealed)).unwrap(),
            Agent::new("plain", "http://10.0.0.2:8080", None).unwrap(),
        ];
        let agents = agents.into_iter().map(|agent| (agent.name.clone(), agent)).collect();
        let connections = Connections::new(
            Arc::clone(&integration) as Arc<dyn Integration>,
            Arc::clone(&store) as Arc<dyn DeskStore>,
            vaults,
            agents,
        );
        connections.use_keyring(Arc::new(keyring()));
        let place = Self {
            integration,
            store,
            vault,
            connections,
        };
        place.apply(desk).await;
        place
    }

    async fn apply(&self, desk: &str) {
        let file = DeskFile {
            name: "desk.toml".to_owned(),
            text: desk.to_owned(),
        };
        let given = files::read(&[file], &TOY).ok().unwrap();
        let keyring = keyring();
        let known = files::look(&*self.store, Some(&keyring)).await.unwrap();
        let names = (["branch".to_owned(), "plain".to_owned()], ["prod".to_owned()]);
        let plan = files::plan(&given, &known, &TOY, (&names.0, &names.1), false);
        let plan = plan.unwrap_or_else(|problems| panic!("{problems:?}"));
        let by = ("ann", Timestamp::UNIX_EPOCH);
        files::apply(&plan, &*self.store, Some(&keyring), &random, by)
            .await
            .unwrap();
    }

    async fn seal(&self, place: &str, parameter: &str, secret: &str) {
        let sealed = keyring().seal(place, parameter, &secret.into(), &random).unwrap();
        self.store.put_secret(&sealed).await.unwrap();
    }

    async fn open(&self, actor: &Actor) -> Result<Opened, Failure> {
        self.connections.open(actor, "Main").await
    }

    /// The secret that the last one was opened with.
    fn last(&self) -> Settings {
        self.integration.opened.lock().last().unwrap().clone()
    }

    async fn unsaved(&self) -> Unsaved {
        let desk = self.connections.desk().await.unwrap();
        Unsaved {
            connection: Connection::clone(&desk.connections["Main"]),
            secrets: BTreeMap::new(),
            sites: Sites::new(),
        }
    }

    async fn test(&self, unsaved: &Unsaved) -> Result<CommandOutput, Failure> {
        let context = Context::new(Arc::new(SystemClock), "a run");
        self.connections.test(&Actor::desk("North"), unsaved, &context).await
    }
}

async fn run(opened: &Opened) -> CommandOutput {
    let context = Context::new(Arc::new(SystemClock), "a run");
    opened.open.commands()[0].run(&context, Map::new()).await
}

#[tokio::test]
async fn everybody_shares_one_open_connection_until_something_changes() {
    let place = Place::with(DESK).await;
    let first = place.open(&person("ann", "North")).await.unwrap();
    let second = place.open(&Actor::desk("Acme")).await.unwrap();
    assert!(Arc::ptr_eq(&first.open, &second.open));
    assert_eq!(place.last().values["apiversion"], "3.0");
    assert_eq!(run(&first).await.return_data, ReturnData::Successful);
    // What says nothing of how to connect opens nothing anew.
    place.apply(&(DESK.to_owned() + "description = \"x\"\n")).await;
    let third = place.open(&Actor::desk("North")).await.unwrap();
    assert!(Arc::ptr_eq(&first.open, &third.open));
    assert_eq!(third.definition.description, "x");
    // Another key does, without another definition.
    place.apply(&DESK.replace("\"right\"", "\"wrong\"")).await;
    let fourth = place.open(&Actor::desk("North")).await.unwrap();
    assert!(!Arc::ptr_eq(&first.open, &fourth.open));
    assert_eq!(place.connections.open.lock().by_digest.len(), 1);
}

#[tokio::test]
async fn two_connections_to_the_same_share_their_limits_and_one_that_is_gone_is_closed() {
    let place = Place::with(DESK).await;
    let twin = DESK.replace("\"Main\"", "\"Twin\"");
    place.apply(&twin).await;
    let main = place.open(&Actor::desk("North")).await.unwrap();
    let twin = place.connections.open(&Actor::desk("North"), "Twin").await.unwrap();
    assert!(Arc::ptr_eq(&main.open, &twin.open));
    let gone = ["Main", "Twin"].map(|name| Wanted {
        kind: Kind::Connection,
        name: name.to_owned(),
        body: None,
    });
    place.store.apply(&gone, "ann", Timestamp::UNIX_EPOCH).await.unwrap();
    assert!(place.open(&Actor::desk("North")).await.is_err());
    assert!(place.connections.open.lock().by_digest.is_empty());
}

#[tokio::test]
async fn c7_c12_c13_whoever_may_not_use_a_connection_does_not_open_it() {
    let place = Place::with(&(DESK.to_owned() + "users = [\"ann\"]\n")).await;
    assert!(place.open(&person("ann", "North")).await.is_ok());
    assert!(place.open(&person("ann", "Acme")).await.is_ok());
    for (actor, words) in [
        (person("bob", "North"), "is not for `bob`"),
        (person("ann", "South"), "is not for the site `South`"),
        (Actor::desk("South"), "is not for the site `South`"),
    ] {
        let failure = place.open(&actor).await.err().unwrap();
        assert_eq!(failure.status_code, 403);
        assert!(failure.message.contains(words), "{}", failure.message);
    }
    assert_eq!(place.integration.opened.lock().len(), 1);
}

#[tokio::test]
async fn c6_c13_an_unknown_name_is_answered_with_names_that_the_actor_may_see() {
    let place = Place::with(DESK).await;
    let ask = async |actor: Actor| {
        let failure = place.connections.open(&actor, "Mian").await.err().unwrap();
        assert_eq!(failure.status_code, 404);
        failure.message
    };
    assert_eq!(
        ask(person("ann", "North")).await,
        "There is no connection `Mian`; did you mean `Main`?"
    );
    let hidden = ask(person("ann", "South")).await;
    assert!(!hidden.contains("Main"), "{hidden}");
}

#[tokio::test]
async fn c14_an_inactive_connection_is_opened_for_nobody() {
    let place = Place::with(&(DESK.to_owned() + "active = false\n")).await;
    for actor in [person("ann", "North"), Actor::desk("North")] {
        let failure = place.open(&actor).await.err().unwrap();
        assert_eq!(failure.status_code, 409);
    }
    assert!(place.integration.opened.lock().is_empty());
    place.apply(&(DESK.to_owned() + "active = true\n")).await;
    assert!(place.open(&Actor::desk("North")).await.is_ok());
}

#[tokio::test]
async fn c10_calls_go_through_the_agent_with_its_password_and_directly_without_one() {
    let place = Place::with(&(DESK.to_owned() + "agent = \"branch\"\n")).await;
    let failure = place.open(&Actor::desk("North")).await.err().unwrap();
    assert_eq!(failure.message, "The password of the agent `branch` is not there.");
    place.seal("agent:branch", "password", "s3:cret").await;
    let opened = place.open(&Actor::desk("North")).await.unwrap();
    let route = place.last().route.unwrap();
    assert_eq!(route.expose_secret(), "socks5h://desk:s3%3Acret@10.0.0.1:1080");
    let output = run(&opened).await;
    assert!(
        output.errors[0].message.ends_with("through the agent `branch`."),
        "{}",
        output.errors[0].message
    );
    place
        .apply(DESK.replace("name = \"Main\"", "name = \"Direct\"").as_str())
        .await;
    place.connections.open(&Actor::desk("North"), "Direct").await.unwrap();
    assert!(place.last().route.is_none());
}

#[tokio::test]
async fn c10_an_agent_that_is_not_declared_any_more_makes_a_command_fail() {
    let place = Place::with(&(DESK.to_owned() + "agent = \"plain\"\n")).await;
    let Place { connections, .. } = &place;
    assert!(connections.open(&Actor::desk("North"), "Main").await.is_ok());
    let without = Connections::new(
        Arc::clone(&place.integration) as Arc<dyn Integration>,
        Arc::clone(&place.store) as Arc<dyn DeskStore>,
        Vaults::new(Arc::new(SystemClock)),
        Agents::new(),
    );
    without.use_keyring(Arc::new(keyring()));
    let failure = without.open(&Actor::desk("North"), "Main").await.err().unwrap();
    assert!(failure.message.contains("no agent `plain`"), "{}", failure.message);
}

#[tokio::test]
async fn c17_a_secret_in_a_vault_is_fetched_when_it_is_needed_and_a_vault_that_is_away_is_named() {
    let place = Place::with(&DESK.replace("\"right\"", "{ vault = \"prod\", path = \"psa\" }")).await;
    let failure = place.open(&Actor::desk("North")).await.err().unwrap();
    assert_eq!(
        failure.message,
        "The vault `prod` gave no secret: it cannot be reached."
    );
    *place.vault.0.lock() = Some("wrong".to_owned());
    let first = place.open(&Actor::desk("North")).await.unwrap();
    assert_eq!(run(&first).await.return_data, ReturnData::Failed);
    *place.vault.0.lock() = Some("right".to_owned());
    let second = place.open(&Actor::desk("North")).await.unwrap();
    assert_eq!(run(&second).await.return_data, ReturnData::Successful);
    assert!(place.store.secrets("Main").await.unwrap().is_empty());
}

#[tokio::test]
async fn c19_a_test_of_unsaved_values_saves_nothing_and_saving_needs_no_test() {
    let place = Place::with(DESK).await;
    let before = place.store.revision().await.unwrap();
    let mut unsaved = place.unsaved().await;
    unsaved.connection.name = "New".to_owned();
    unsaved.secrets.insert("privatekey".to_owned(), "wrong".into());
    let failed = place.test(&unsaved).await.unwrap();
    assert_eq!(failed.errors[0].status_code, 401);
    unsaved.secrets.insert("privatekey".to_owned(), "right".into());
    assert_eq!(place.test(&unsaved).await.unwrap().return_data, ReturnData::Successful);
    assert_eq!(place.store.revision().await.unwrap(), before);
    assert!(place.store.secrets("New").await.unwrap().is_empty());
    assert!(place.connections.open.lock().by_digest.is_empty());
    assert!(place.connections.open(&Actor::desk("North"), "New").await.is_err());
    // The connection of the desk was never tested.
    assert!(place.open(&Actor::desk("North")).await.is_ok());
}

#[tokio::test]
async fn c18_c19_a_test_takes_the_sealed_key_unless_it_would_be_sent_elsewhere() {
    let place = Place::with(DESK).await;
    let mut unsaved = place.unsaved().await;
    unsaved.connection.active = false;
    unsaved.connection.description = "changed".to_owned();
    assert_eq!(place.test(&unsaved).await.unwrap().return_data, ReturnData::Successful);
    let opened = place.integration.opened.lock().len();
    let url = unsaved.connection.values.get_mut("serverurl").unwrap();
    "https://evil.test".clone_into(url);
    let failure = place.test(&unsaved).await.unwrap_err();
    assert!(
        failure.message.contains("the Private Key has to be given again"),
        "{}",
        failure.message
    );
    assert_eq!(place.integration.opened.lock().len(), opened);
    unsaved.secrets.insert("privatekey".to_owned(), "right".into());
    assert!(place.test(&unsaved).await.is_ok());
}

#[tokio::test]
async fn c18_c19_only_operators_test_with_what_they_say_is_in_a_vault() {
    let place = Place::with(&DESK.replace("\"right\"", "{ vault = \"prod\", path = \"main\" }")).await;
    *place.vault.0.lock() = Some("right".to_owned());
    let context = Context::new(Arc::new(SystemClock), "a run");
    let ann = person("ann", "North");
    let mut unsaved = place.unsaved().await;
    assert!(place.connections.test(&ann, &unsaved, &context).await.is_ok());
    let opened = place.integration.opened.lock().len();

    let again = "the Private Key has to be given again";
    let itself = "the Private Key has to be given itself: only operators say what is read from vaults";
    let url = unsaved.connection.values.get_mut("serverurl").unwrap();
    "https://evil.test".clone_into(url);
    let refused = place.connections.test(&ann, &unsaved, &context).await.unwrap_err();
    assert!(refused.message.contains(again), "{}", refused.message);
    unsaved.connection.name = "New".to_owned();
    unsaved.connection.tenants.clear();
    let refused = place.connections.test(&ann, &unsaved, &context).await.unwrap_err();
    assert!(refused.message.contains(itself), "{}", refused.message);
    assert_eq!(place.integration.opened.lock().len(), opened, "nothing is sent");
    assert!(place.test(&unsaved).await.is_ok(), "an operator may");
    unsaved.secrets.insert("privatekey".to_owned(), "typed".into());
    assert!(place.connections.test(&ann, &unsaved, &context).await.is_ok());
}

#[tokio::test]
async fn c19_a_sealed_key_of_a_definition_that_cannot_be_read_has_to_be_given_again() {
    let place = Place::with(DESK).await;
    let unsaved = place.unsaved().await;
    let strange = Wanted {
        kind: Kind::Connection,
        name: "Main".to_owned(),
        body: Some("[[connection]]\nname = \"Main\"\nnew = 1\n".to_owned()),
    };
    let at = Timestamp::UNIX_EPOCH;
    place.store.apply(&[strange], "ann", at).await.unwrap();
    let refused = place.test(&unsaved).await.unwrap_err();
    assert!(refused.message.contains("has to be given again"), "{}", refused.message);
}

#[tokio::test]
async fn c12_c17_whoever_has_a_copy_is_not_told_where_its_secret_should_be() {
    let place = Place::with(&DESK.replace("\"right\"", "{ vault = \"prod\", path = \"main\" }")).await;
    let ours = place.open(&Actor::desk("North")).await.err().unwrap();
    assert!(ours.message.contains("prod"), "{}", ours.message);
    let theirs = place.open(&person("tom", "Acme")).await.err().unwrap();
    assert_eq!(theirs.message, "A secret of the connection `Main` cannot be had now.");
    assert_eq!((theirs.status_code, theirs.retry), (ours.status_code, ours.retry));
    assert!(!format!("{theirs:?}").contains("prod"), "{theirs:?}");
}

#[tokio::test]
async fn c12_c13_whoever_may_not_change_a_connection_may_not_test_a_change_of_it() {
    let place = Place::with(DESK).await;
    let unsaved = place.unsaved().await;
    let context = Context::new(Arc::new(SystemClock), "a run");
    for actor in [person("ann", "Acme"), Actor::desk("Acme"), person("ann", "South")] {
        let failure = place.connections.test(&actor, &unsaved, &context).await.unwrap_err();
        assert_eq!(failure.status_code, 403);
    }
    let ann = person("ann", "North");
    assert!(place.connections.test(&ann, &unsaved, &context).await.is_ok());
}

#[tokio::test]
async fn a_key_that_is_gone_or_a_definition_that_cannot_be_read_says_what_to_do() {
    let place = Place::with(DESK).await;
    place
        .connections
        .use_keyring(Arc::new(Keyring::from_bytes(&[9; 32], &[])));
    let failure = place.open(&Actor::desk("North")).await.err().unwrap();
    assert!(failure.message.contains("is not among the keys"), "{}", failure.message);
    place.store.forget_secrets("Main").await.unwrap();
    let failure = place.open(&Actor::desk("North")).await.err().unwrap();
    assert_eq!(
        failure.message,
        "The Private Key of the connection `Main` is not there."
    );
    let strange = Wanted {
        kind: Kind::Connection,
        name: "Main".to_owned(),
        body: Some("[[connection]]\nname = \"Main\"\nnew = 1\n".to_owned()),
    };
    place
        .store
        .apply(&[strange], "ann", Timestamp::UNIX_EPOCH)
        .await
        .unwrap();
    let failure = place.open(&Actor::desk("North")).await.err().unwrap();
    assert!(failure.message.contains("cannot be read"), "{}", failure.message);
}

#[tokio::test]
async fn c19_what_is_not_saved_can_be_for_a_site_that_is_not_saved_either() {
    let place = Place::with(DESK).await;
    let mut unsaved = place.unsaved().await;
    unsaved.connection.name = "New".to_owned();
    unsaved.connection.tenants.clear();
    unsaved.connection.site = SiteScope::One("East".to_owned());
    unsaved.secrets.insert("privatekey".to_owned(), "right".into());
    let refused = place.test(&unsaved).await.unwrap_err();
    assert!(refused.message.contains("no site `East`"), "{}", refused.message);
    unsaved.sites.insert("East".to_owned(), Site::new("East"));
    assert_eq!(place.test(&unsaved).await.unwrap().return_data, ReturnData::Successful);
    let desk = place.connections.desk().await.unwrap();
    assert!(!desk.sites.contains_key("East") && !desk.connections.contains_key("New"));
}

#[tokio::test]
async fn c13_sites_that_are_not_saved_let_nobody_change_what_is() {
    let place = Place::with(DESK).await;
    let mut unsaved = place.unsaved().await;
    // South would be a site that Main is at home in, if these sites counted.
    unsaved.sites.insert("North".to_owned(), Site::new("North"));
    unsaved.connection.site = SiteScope::One("South".to_owned());
    let context = Context::new(Arc::new(SystemClock), "a run");
    let refused = place
        .connections
        .test(&person("ann", "South"), &unsaved, &context)
        .await;
    assert_eq!(refused.unwrap_err().status_code, 403);
}
