//! A sandbox and somebody who calls it.

use deskhand_sandbox::{Member, Options, Running, start};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

/// A sandbox of its own for each test.
pub(crate) struct Desk {
    pub(crate) sandbox: Running,
    client: reqwest::Client,
    key: String,
}

/// What was answered.
#[derive(Debug, Clone)]
pub(crate) struct Answered {
    pub(crate) status: u16,
    pub(crate) text: String,
    pub(crate) retry_after: Option<String>,
}

impl Desk {
    pub(crate) async fn new() -> Self {
        Self::with(Options::with_tickets(200)).await
    }

    pub(crate) async fn with(options: Options) -> Self {
        let _already = rustls::crypto::ring::default_provider().install_default();
        let options = Options {
            control: true,
            ..options
        };
        Self {
            sandbox: start(options).await.unwrap(),
            client: reqwest::Client::builder().no_proxy().build().unwrap(),
            key: "public".to_owned(),
        }
    }

    /// The same desk, called by somebody else.
    pub(crate) fn called_by(mut self, member: Member) -> Self {
        member.public_key.clone_into(&mut self.key);
        self.sandbox.world().set_member(member);
        self
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let url = format!("{}/v4_6_release/apis/3.0/{path}", self.sandbox.url());
        self.client
            .request(method, url)
            .basic_auth(format!("sandbox+{}", self.key), Some("private"))
            .header("clientId", "x")
    }

    /// Sends it, and returns what came; an error is an answer that never came.
    pub(crate) async fn try_send(&self, method: Method, path: &str, body: &str) -> reqwest::Result<Answered> {
        let request = self.request(method, path).header("content-type", "application/json");
        let answer = request.body(body.to_owned()).send().await?;
        let header = |name: &str| answer.headers().get(name)?.to_str().ok().map(str::to_owned);
        let retry_after = header("retry-after");
        Ok(Answered {
            status: answer.status().as_u16(),
            retry_after,
            text: answer.text().await?,
        })
    }

    pub(crate) async fn send(&self, method: Method, path: &str, body: &str) -> Answered {
        self.try_send(method, path, body).await.unwrap()
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Answered {
        self.send(Method::POST, path, &body.to_string()).await
    }

    pub(crate) async fn patch(&self, path: &str, body: Value) -> Answered {
        self.send(Method::PATCH, path, &body.to_string()).await
    }

    pub(crate) async fn put(&self, path: &str, body: Value) -> Answered {
        self.send(Method::PUT, path, &body.to_string()).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answered {
        self.send(Method::DELETE, path, "").await
    }

    pub(crate) async fn get(&self, path: &str) -> Value {
        let answered = self.send(Method::GET, path, "").await;
        assert_eq!(answered.status, 200, "{path}: {}", answered.text);
        answered.json()
    }

    pub(crate) async fn control(&self, method: Method, what: &str, body: Value) -> Answered {
        let url = format!("{}/_sandbox/{what}", self.sandbox.url());
        let answer = self.client.request(method, url).json(&body).send().await.unwrap();
        Answered {
            status: answer.status().as_u16(),
            retry_after: None,
            text: answer.text().await.unwrap(),
        }
    }

    /// A new ticket on board 1, which has the statuses 20 (new) to 27 (closed, merged).
    pub(crate) async fn ticket(&self) -> i64 {
        let body = json!({"summary": "Test", "company": {"id": 19_000}, "board": {"id": 1}});
        let created = self.post("service/tickets", body).await;
        assert_eq!(created.status, 201, "{}", created.text);
        created.json()["id"].as_i64().unwrap()
    }
}

impl Answered {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    /// The only thing that is wrong with an object: code, message, field.
    pub(crate) fn problem(&self) -> (String, String, String) {
        let problems = self.problems();
        assert_eq!(problems.len(), 1, "{}", self.text);
        problems.into_iter().next().unwrap()
    }

    pub(crate) fn problems(&self) -> Vec<(String, String, String)> {
        assert_eq!(self.status, 400, "{}", self.text);
        let body = self.json();
        assert_eq!(body["code"], "InvalidObject", "{}", self.text);
        let text = |error: &Value, name: &str| error[name].as_str().unwrap().to_owned();
        let errors = body["errors"].as_array().unwrap().iter();
        errors
            .map(|error| (text(error, "code"), text(error, "message"), text(error, "field")))
            .collect()
    }
}
