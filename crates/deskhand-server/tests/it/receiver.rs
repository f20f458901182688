//! What a delivery is answered, and what is kept by then.

use std::sync::Arc;
use std::task::Poll;

use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use axum::response::Response;
use deskhand_server::LARGEST_BODY;
use tokio::sync::Notify;
use tower::ServiceExt as _;

use crate::toys::{Post, SECRET};

fn request(secret: &str, signature: &str, body: impl Into<Body>) -> Request<Body> {
    let request = Request::builder()
        .method(Method::POST)
        .uri(format!("/callbacks/{secret}?recordId=7&action=updated"))
        .header("X-Signature", signature);
    request.body(body.into()).unwrap()
}

impl Post {
    async fn send(&self, request: Request<Body>) -> Response {
        self.router.clone().oneshot(request).await.unwrap()
    }

    /// Status of the answer, which never has a body and, when the sender is to come again, says when.
    async fn answer(&self, request: Request<Body>) -> u16 {
        let answer = self.send(request).await;
        let (head, body) = answer.into_parts();
        assert!(axum::body::to_bytes(body, 99).await.unwrap().is_empty());
        let again = head.headers.contains_key("retry-after");
        assert_eq!(again, head.status == StatusCode::SERVICE_UNAVAILABLE);
        head.status.as_u16()
    }
}

#[tokio::test]
async fn a_delivery_is_kept_before_it_is_answered() {
    let post = Post::new();
    // White space and all: a signature is over bytes.
    assert_eq!(post.answer(request(SECRET, "yes", " 7\n")).await, 200);
    assert_eq!(post.toy.seen.lock()[0].body, " 7\n");
    assert_eq!(post.waiting().await, [7]);
    post.nudge.notified().await;
    assert_eq!(post.answer(request(SECRET, "yes", "7")).await, 200);
    assert_eq!(post.waiting().await, [7], "delivered again, it waits once");
}

#[tokio::test]
async fn what_is_not_believed_is_refused_without_a_reason() {
    let post = Post::new();
    assert_eq!(post.answer(request(SECRET, "no", "7")).await, 401);
    assert_eq!(post.answer(request(&SECRET.to_uppercase(), "yes", "7")).await, 404);
    assert_eq!(post.answer(request("x", "yes", "7")).await, 404);
    let mut twice = request(SECRET, "yes", "7");
    twice.headers_mut().append("x-signature", "no".parse().unwrap());
    assert_eq!(post.answer(twice).await, 401);
    assert_eq!(post.waiting().await, [0_i64; 0]);
    let seen = post.toy.seen.lock().len();
    assert_eq!(seen, 2, "for an address that is none, nothing is checked");
}

#[tokio::test]
async fn what_no_feed_reads_is_answered_and_not_kept() {
    let post = Post::new();
    assert_eq!(post.answer(request(SECRET, "yes", "a company")).await, 200);
    assert_eq!(post.waiting().await, [0_i64; 0]);
}

#[tokio::test]
async fn what_cannot_be_kept_or_checked_now_may_come_again() {
    let post = Post::new();
    *post.inbox.broken.lock() = true;
    assert_eq!(post.answer(request(SECRET, "yes", "7")).await, 503);
    *post.inbox.broken.lock() = false;
    assert_eq!(post.answer(request(SECRET, "yes", "7")).await, 200);
    assert_eq!(post.waiting().await, [7]);
    assert_eq!(post.answer(request(SECRET, "yes", "")).await, 503);
}

#[tokio::test]
async fn a_body_has_a_limit_whether_it_says_its_length_or_not() {
    let post = Post::new();
    let long = "7".repeat(LARGEST_BODY + 1);
    let mut declared = request(SECRET, "yes", long.clone());
    declared.headers_mut().insert("content-length", long.len().into());
    assert_eq!(post.answer(declared).await, 413);
    assert_eq!(post.answer(request(SECRET, "yes", long)).await, 400);
    assert!(post.toy.seen.lock().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_body_that_never_ends_is_not_waited_for() {
    let post = Post::new();
    let begun = tokio::time::Instant::now();
    let never = Body::new(Never);
    assert_eq!(post.answer(request(SECRET, "yes", never)).await, 503);
    assert!(
        begun.elapsed() < std::time::Duration::from_secs(5),
        "the PSA waits five seconds"
    );
    assert!(post.toy.seen.lock().is_empty());
}

#[tokio::test]
async fn more_than_so_many_at_once_may_come_again() {
    let post = Post::with_turns(1);
    let gate = Arc::new(Notify::new());
    *post.inbox.gate.lock() = Some(Arc::clone(&gate));
    let mut first = std::pin::pin!(post.answer(request(SECRET, "yes", "7")));
    let started = std::future::poll_fn(|context| Poll::Ready(first.as_mut().poll(context).is_pending()));
    assert!(started.await);
    assert_eq!(post.answer(request(SECRET, "yes", "8")).await, 503);
    gate.notify_one();
    assert_eq!(first.await, 200);
    *post.inbox.gate.lock() = None;
    assert_eq!(post.answer(request(SECRET, "yes", "8")).await, 200);
    assert_eq!(post.waiting().await.len(), 2);
}

#[tokio::test]
async fn nothing_else_is_served() {
    let post = Post::new();
    let get = |path: &str| Request::get(path).body(Body::empty()).unwrap();
    let health = post.send(get("/healthz")).await;
    assert_eq!(health.status(), 200);
    assert_eq!(post.send(get(&format!("/callbacks/{SECRET}"))).await.status(), 405);
    assert_eq!(post.send(get("/")).await.status(), 404);
    assert_eq!(post.send(get("/callbacks")).await.status(), 404);
}

/// A body of which nothing ever comes.
struct Never;

impl axum::body::HttpBody for Never {
    type Data = bytes::Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        self: std::pin::Pin<&mut Self>,
        _context: &mut std::task::Context<'_>,
    ) -> Poll<Option<Result<hyper::body::Frame<Self::Data>, Self::Error>>> {
        Poll::Pending
    }
}
