//! Somebody who receives callbacks.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::Value;

/// What was received.
#[derive(Debug, Clone)]
pub(crate) struct Received {
    pub(crate) path: String,
    pub(crate) signature: String,
    pub(crate) body: Vec<u8>,
}

/// A server that notes what it is told, and answers what it is to answer.
pub(crate) struct Receiver {
    pub(crate) url: String,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    received: Vec<Received>,
    /// The next answers; 200 after them, and 0 is none at all.
    answers: VecDeque<u16>,
}

impl Receiver {
    pub(crate) async fn new(answers: &[u16]) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook?recordId=", listener.local_addr().unwrap());
        let state = Arc::new(Mutex::new(State {
            answers: answers.iter().copied().collect(),
            ..State::default()
        }));
        let kept = Arc::clone(&state);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let state = Arc::clone(&state);
                let service = service_fn(move |request| receive(Arc::clone(&state), request));
                let served = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service);
                tokio::spawn(served);
            }
        });
        Self { url, state: kept }
    }

    /// What was received, once there are so many of it.
    pub(crate) async fn at_least(&self, count: usize) -> Vec<Received> {
        let begun = Instant::now();
        loop {
            let received = self.state.lock().unwrap().received.clone();
            if received.len() >= count {
                return received;
            }
            assert!(
                begun.elapsed() < Duration::from_secs(20),
                "{} of {count}",
                received.len()
            );
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }
}

async fn receive(
    state: Arc<Mutex<State>>,
    request: hyper::Request<hyper::body::Incoming>,
) -> Result<hyper::Response<Full<Bytes>>, Infallible> {
    let path = request.uri().to_string();
    let signature = request
        .headers()
        .get("x-content-signature")
        .unwrap()
        .to_str()
        .unwrap()
        .to_owned();
    let body = request.into_body().collect().await.unwrap().to_bytes().to_vec();
    let answer = {
        let mut state = state.lock().unwrap();
        state.received.push(Received { path, signature, body });
        state.answers.pop_front().unwrap_or(200)
    };
    if answer == 0 {
        std::future::pending::<()>().await;
    }
    let mut response = hyper::Response::new(Full::default());
    *response.status_mut() = hyper::StatusCode::from_u16(answer).unwrap();
    Ok(response)
}

impl Received {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}
