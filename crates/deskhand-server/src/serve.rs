//! Connections, within bounds: how many there are, and how long one may take to say what it wants.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use deskhand_command::BoxFuture;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;

/// What connections are allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Connections at a time; more wait.
    pub connections: usize,
    /// How long one may take to send the head of a request, and be idle before it.
    pub head: Duration,
    /// How long requests may take to end when everything is to end.
    pub farewell: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 256,
            head: Duration::from_secs(10),
            farewell: Duration::from_secs(5),
        }
    }
}

/// Serves until `end` is there, then lets what is under way come to its end.
pub fn serve(
    listener: TcpListener,
    router: Router,
    limits: Limits,
    end: BoxFuture<'static, ()>,
) -> BoxFuture<'static, ()> {
    Box::pin(async move {
        let (ending, ended) = watch::channel(());
        let mut connections = JoinSet::new();
        tokio::select! {
            () = accept(&listener, &router, limits, &ended, &mut connections) => {}
            () = end => {}
        }
        drop(listener);
        let _nobody_is_left = ending.send(());
        let finished = async { while connections.join_next().await.is_some() {} };
        if tokio::time::timeout(limits.farewell, finished).await.is_err() {
            tracing::warn!("Requests were cut off at the end");
        }
    })
}

async fn accept(
    listener: &TcpListener,
    router: &Router,
    limits: Limits,
    ended: &watch::Receiver<()>,
    connections: &mut JoinSet<()>,
) {
    let places = Arc::new(Semaphore::new(limits.connections));
    while let Ok(place) = Arc::clone(&places).acquire_owned().await {
        while connections.try_join_next().is_some() {}
        match listener.accept().await {
            Ok((stream, _)) => {
                let (router, ended) = (router.clone(), ended.clone());
                connections.spawn(async move {
                    converse(stream, router, limits.head, ended).await;
                    drop(place);
                });
            }
            // Too many open files, mostly: others end meanwhile.
            Err(error) => {
                tracing::warn!(%error, "A connection cannot be accepted");
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
        }
    }
}

async fn converse(stream: TcpStream, router: Router, head: Duration, mut ended: watch::Receiver<()>) {
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(head)
        .max_buf_size(64 << 10)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(router));
    let mut connection = std::pin::pin!(connection);
    let outcome = tokio::select! {
        outcome = connection.as_mut() => outcome,
        _ = ended.changed() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = outcome {
        tracing::debug!(%error, "A connection broke");
    }
}
