//! Servers that hang, or are not there for a while.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use parking_lot::Mutex;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// A mail server that takes connections and says nothing, until it is told to answer.
#[derive(Clone, Default)]
pub(super) struct MailServer {
    answers: Arc<AtomicBool>,
    connections: Arc<AtomicUsize>,
    letters: Arc<Mutex<Vec<String>>>,
}

impl MailServer {
    /// One that hangs, and its port.
    pub(super) async fn hanging() -> (Self, u16) {
        let server = Self::default();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(server.clone().take(listener));
        (server, port)
    }

    /// From the next connection on it answers.
    pub(super) fn answer(&self) {
        self.answers.store(true, Ordering::Relaxed);
    }

    /// How many connections there were.
    pub(super) fn connections(&self) -> usize {
        self.connections.load(Ordering::Relaxed)
    }

    /// The letters that were taken.
    pub(super) fn letters(&self) -> Vec<String> {
        self.letters.lock().clone()
    }

    async fn take(self, listener: TcpListener) {
        let mut silent = Vec::new();
        while let Ok((stream, _)) = listener.accept().await {
            self.connections.fetch_add(1, Ordering::Relaxed);
            if self.answers.load(Ordering::Relaxed) {
                tokio::spawn(self.clone().converse(stream));
            } else {
                silent.push(stream);
            }
        }
    }

    async fn converse(self, mut stream: TcpStream) {
        let (read, mut write) = stream.split();
        let mut lines = BufReader::new(read).lines();
        write.write_all(b"220 mail ready\r\n").await.unwrap();
        while let Ok(Some(line)) = lines.next_line().await {
            let is_data = line == "DATA";
            let answer = if is_data { "354 go on" } else { "250 ok" };
            write.write_all(format!("{answer}\r\n").as_bytes()).await.unwrap();
            if is_data {
                let mut letter = String::new();
                while let Ok(Some(line)) = lines.next_line().await {
                    if line == "." {
                        break;
                    }
                    letter.push_str(&line);
                    letter.push('\n');
                }
                self.letters.lock().push(letter);
                write.write_all(b"250 taken\r\n").await.unwrap();
            }
        }
    }
}

/// A vault's server that gives one secret, and whose port is closed while it is away.
pub(super) struct VaultServer {
    pub(super) port: u16,
    at_work: Option<JoinHandle<()>>,
}

impl VaultServer {
    pub(super) async fn begin() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let at_work = Some(tokio::spawn(give(listener)));
        Self { port, at_work }
    }

    pub(super) async fn go_away(&mut self) {
        let at_work = self.at_work.take().unwrap();
        at_work.abort();
        assert!(at_work.await.unwrap_err().is_cancelled());
        let refused = TcpStream::connect(("127.0.0.1", self.port)).await;
        assert!(refused.is_err(), "the port is closed");
    }

    pub(super) async fn come_back(&mut self) {
        let listener = TcpListener::bind(("127.0.0.1", self.port)).await.unwrap();
        self.at_work = Some(tokio::spawn(give(listener)));
    }
}

async fn give(listener: TcpListener) {
    let body = r#"{"data":{"data":{"value":"private"},"metadata":{"version":1}}}"#;
    let answer = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    while let Ok((mut stream, _)) = listener.accept().await {
        let mut request = Vec::new();
        while !request.ends_with(b"\r\n\r\n") {
            let mut some = [0; 1_024];
            match stream.read(&mut some).await {
                Ok(length) if length > 0 => request.extend_from_slice(&some[..length]),
                _ => break,
            }
        }
        let _the_other_side_may_have_gone = stream.write_all(answer.as_bytes()).await;
    }
}
