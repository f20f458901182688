//! Whose deliveries are believed, and how often the PSA is asked for its key.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use connectwise_psa::Client;
use deskhand_command::{Announced, BoxFuture, Callbacks as _, Clock, Delivery, NotBelieved};
use deskhand_connectwise::TicketCallbacks;
use hmac::{Hmac, Mac as _};
use jiff::{SignedDuration, Timestamp};
use parking_lot::Mutex;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::support::client_as;

/// A clock that tests move.
struct Moved(Mutex<Timestamp>);

impl Moved {
    fn forward(&self, seconds: i64) {
        let mut now = self.0.lock();
        *now += SignedDuration::from_secs(seconds);
    }
}

impl Clock for Moved {
    fn now(&self) -> Timestamp {
        *self.0.lock()
    }

    fn sleep(&self, _duration: Duration) -> BoxFuture<'_, ()> {
        Box::pin(std::future::ready(()))
    }
}

struct Psa {
    server: MockServer,
    clock: Arc<Moved>,
    callbacks: TicketCallbacks,
}

impl Psa {
    async fn new() -> Self {
        let server = MockServer::start().await;
        let clock = Arc::new(Moved(Mutex::new(Timestamp::from_second(1_800_000_000).unwrap())));
        let client: Client = client_as(&server.uri(), "acme", "public", "private");
        let callbacks = TicketCallbacks::new(&client, Arc::clone(&clock) as _);
        Self {
            server,
            clock,
            callbacks,
        }
    }

    /// What is answered from now on to whoever asks for a key.
    async fn answers(&self, answer: ResponseTemplate) {
        self.server.reset().await;
        Mock::given(any()).respond_with(answer).mount(&self.server).await;
    }

    async fn has_key(&self, key: &str) {
        let body = json!({"signing_key": key}).to_string();
        self.answers(ResponseTemplate::new(200).set_body_string(body)).await;
    }

    /// How often a key was asked for since the answer was set.
    async fn asked(&self) -> usize {
        self.server.received_requests().await.unwrap().len()
    }

    /// A delivery about ticket 7 with a member changed, signed with this key.
    async fn deliver(&self, key: &str, member: &str, value: Value) -> Result<Announced, NotBelieved> {
        let host = self.server.uri();
        let mut body = json!({
            "CompanyId": "Acme", "Action": "updated", "Type": "ticket", "ID": 7, "Entity": null,
            "Metadata": {"key_url": format!("{host}/v2025_1//system/callbackkey/index.rails?companyName=Acme&id=1")},
        });
        body[member] = value;
        let body = body.to_string();
        let headers = [("x-content-signature".to_owned(), signature(key, body.as_bytes()))];
        let delivery = Delivery {
            body: body.into(),
            headers: headers.into(),
        };
        self.callbacks.verify(&delivery).await
    }

    async fn updated(&self, key: &str) -> Result<Announced, NotBelieved> {
        self.deliver(key, "Action", json!("updated")).await
    }
}

fn signature(key: &str, body: &[u8]) -> String {
    let key = Sha256::digest(key.as_bytes());
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
    mac.update(body);
    STANDARD.encode(mac.finalize().into_bytes())
}

const SEVEN: Announced = Announced { id: 7, deleted: false };

fn is_forged(verdict: &Result<Announced, NotBelieved>) -> bool {
    matches!(verdict, Err(NotBelieved::Forged(_)))
}

#[tokio::test]
async fn what_the_psas_key_signed_is_believed_and_the_key_asked_for_once_an_hour() {
    let psa = Psa::new().await;
    psa.has_key("k").await;
    for _ in 0..5 {
        assert_eq!(psa.updated("k").await, Ok(SEVEN));
    }
    assert_eq!(psa.asked().await, 1);
    psa.clock.forward(3_600);
    assert_eq!(psa.updated("k").await, Ok(SEVEN));
    assert_eq!(psa.asked().await, 2);
    assert_eq!(
        psa.deliver("k", "Action", json!("deleted")).await,
        Ok(Announced { id: 7, deleted: true })
    );
}

#[tokio::test]
async fn a_new_key_is_found_out_and_forgeries_do_not_make_us_ask_all_the_time() {
    let psa = Psa::new().await;
    psa.has_key("old").await;
    assert_eq!(psa.updated("old").await, Ok(SEVEN));
    for _ in 0..5 {
        assert!(is_forged(&psa.updated("forged").await));
    }
    assert_eq!(psa.asked().await, 1, "the key was asked for a moment ago");
    psa.has_key("new").await;
    psa.clock.forward(10);
    assert_eq!(psa.updated("new").await, Ok(SEVEN));
    assert!(is_forged(&psa.updated("old").await));
    assert_eq!(psa.asked().await, 1);
}

#[tokio::test]
async fn another_company_does_not_speak_for_this_one_and_other_records_are_passed_over() {
    let psa = Psa::new().await;
    psa.has_key("k").await;
    let other = format!(
        "{}/v2025_1/system/callbackkey/index.rails?companyName=Other&id=1",
        psa.server.uri()
    );
    assert!(is_forged(
        &psa.deliver("k", "Metadata", json!({"key_url": other})).await
    ));
    assert_eq!(psa.asked().await, 0);
    assert!(is_forged(&psa.deliver("k", "CompanyId", json!("Other")).await));
    assert_eq!(
        psa.deliver("k", "Type", json!("company")).await,
        Err(NotBelieved::Irrelevant)
    );
    assert_eq!(psa.deliver("k", "ID", Value::Null).await, Err(NotBelieved::Irrelevant));
}

#[tokio::test]
async fn while_the_key_cannot_be_had_deliveries_are_to_come_again() {
    let psa = Psa::new().await;
    psa.answers(ResponseTemplate::new(500)).await;
    for _ in 0..3 {
        let verdict = psa.updated("k").await;
        assert!(
            matches!(&verdict, Err(NotBelieved::Uncheckable(failure)) if failure.status_code == 500),
            "{verdict:?}"
        );
    }
    assert_eq!(psa.asked().await, 1, "a burst asks once");
    psa.has_key("k").await;
    psa.clock.forward(1);
    assert_eq!(psa.updated("k").await, Ok(SEVEN));
    psa.answers(ResponseTemplate::new(404)).await;
    psa.clock.forward(3_600);
    assert!(is_forged(&psa.updated("k").await));
    assert_eq!(psa.callbacks.busy_status(), 429);
}
