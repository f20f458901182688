//! Connections: what takes too long is closed, and what is under way comes to its end.

use std::sync::Arc;
use std::time::Duration;

use deskhand_server::{Limits, serve};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;

use crate::toys::{Post, SECRET};

/// A server that runs until it is told to end.
struct Served {
    address: std::net::SocketAddr,
    end: Arc<Notify>,
    task: tokio::task::JoinHandle<()>,
}

async fn served(post: &Post, head: Duration) -> Served {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let end = Arc::new(Notify::new());
    let told = Arc::clone(&end);
    let limits = Limits {
        head,
        ..Limits::default()
    };
    let ended = Box::pin(async move { told.notified().await });
    let task = tokio::spawn(serve(listener, post.router.clone(), limits, ended));
    Served { address, end, task }
}

fn delivery() -> String {
    format!("POST /callbacks/{SECRET}?recordId=7 HTTP/1.1\r\nhost: x\r\nx-signature: yes\r\ncontent-length: 1\r\n\r\n7")
}

async fn everything(stream: &mut TcpStream) -> String {
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

#[tokio::test]
async fn who_never_says_what_they_want_is_hung_up_on() {
    let post = Post::new();
    let served = served(&post, Duration::from_millis(20)).await;
    let mut slow = TcpStream::connect(served.address).await.unwrap();
    slow.write_all(b"POST /callbacks/x HTTP/1.1\r\nhost: x\r\nx-a: ")
        .await
        .unwrap();
    let answer = everything(&mut slow).await;
    assert!(!answer.contains(" 200 "), "{answer}");
}

#[tokio::test]
async fn a_delivery_under_way_is_answered_before_the_end() {
    let post = Post::new();
    let gate = Arc::new(Notify::new());
    *post.inbox.gate.lock() = Some(Arc::clone(&gate));
    let served = served(&post, Duration::from_secs(10)).await;
    let mut stream = TcpStream::connect(served.address).await.unwrap();
    stream.write_all(delivery().as_bytes()).await.unwrap();
    while post.toy.seen.lock().is_empty() {
        tokio::task::yield_now().await;
    }
    served.end.notify_one();
    gate.notify_one();
    let answer = everything(&mut stream).await;
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    served.task.await.unwrap();
    assert_eq!(post.waiting().await, [7]);
    assert!(TcpStream::connect(served.address).await.is_err());
}
