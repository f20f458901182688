//! A server that takes every write, answers with what was sent, and remembers the bodies.
//!
//! Lists are forbidden, as they are for a role without Table Setup: names go to it as they were given.

use connectwise_psa::Client;
use serde_json::{Map, Value, json};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

use crate::support::client_as;

/// The server.
pub(crate) struct Stub(MockServer);

impl Stub {
    pub(crate) async fn start() -> Self {
        let server = MockServer::start().await;
        Mock::given(any()).respond_with(answer).mount(&server).await;
        Self(server)
    }

    pub(crate) fn client(&self) -> Client {
        client_as(&self.0.uri(), "company", "public", "private")
    }

    /// The bodies of what was sent with this verb, in order.
    pub(crate) async fn bodies(&self, verb: &str) -> Vec<Value> {
        let requests = self.0.received_requests().await.unwrap().into_iter();
        let of_verb = requests.filter(|request| request.method.as_str() == verb);
        of_verb
            .map(|request| serde_json::from_slice(&request.body).unwrap())
            .collect()
    }
}

fn answer(request: &Request) -> ResponseTemplate {
    let path = request.url.path();
    let id = path.rsplit('/').find_map(|part| part.parse::<i64>().ok());
    let mut record = Map::new();
    match (request.method.as_str(), id) {
        ("POST", _) => record = serde_json::from_slice(&request.body).unwrap(),
        ("PATCH", _) => {
            let changes: Vec<Value> = serde_json::from_slice(&request.body).unwrap();
            for change in changes {
                record.insert(change["path"].as_str().unwrap().to_owned(), change["value"].clone());
            }
        }
        ("GET", Some(_)) if path.contains("/service/tickets/") => {}
        _ => {
            let refusal =
                json!({"code": "Security", "message": "You do not have security permission to perform this action."});
            return ResponseTemplate::new(403).set_body_json(refusal);
        }
    }
    record.insert("id".to_owned(), json!(id.unwrap_or(7_001)));
    let status = if request.method.as_str() == "POST" { 201 } else { 200 };
    ResponseTemplate::new(status).set_body_json(Value::Object(record))
}
