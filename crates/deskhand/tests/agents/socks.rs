//! A SOCKS5 proxy that asks for user and password (RFC 1928, RFC 1929), as far as a test needs one.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};

/// It ends with the test's runtime.
pub(crate) struct Socks {
    pub(crate) address: SocketAddr,
    carried: Arc<AtomicUsize>,
}

impl Socks {
    pub(crate) async fn start(user: &'static str, password: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let carried = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&carried);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let count = Arc::clone(&count);
                tokio::spawn(async move { carry(client, user, password, &count).await });
            }
        });
        Self { address, carried }
    }

    /// How many connections it has made.
    pub(crate) fn carried(&self) -> usize {
        self.carried.load(Ordering::Relaxed)
    }
}

async fn carry(mut client: TcpStream, user: &str, password: &str, count: &AtomicUsize) -> Option<()> {
    let _version = client.read_u8().await.ok()?;
    let _methods = counted(&mut client).await?;
    client.write_all(&[5, 2]).await.ok()?;
    let _version = client.read_u8().await.ok()?;
    let (given_user, given_password) = (counted(&mut client).await?, counted(&mut client).await?);
    let right = given_user == user.as_bytes() && given_password == password.as_bytes();
    client.write_all(&[1, u8::from(!right)]).await.ok()?;
    if !right {
        return None;
    }
    let mut request = [0; 4];
    client.read_exact(&mut request).await.ok()?;
    let host = match request[3] {
        1 => {
            let mut address = [0; 4];
            client.read_exact(&mut address).await.ok()?;
            std::net::Ipv4Addr::from(address).to_string()
        }
        _ => String::from_utf8(counted(&mut client).await?).ok()?,
    };
    let port = client.read_u16().await.ok()?;
    let mut server = TcpStream::connect((host, port)).await.ok()?;
    count.fetch_add(1, Ordering::Relaxed);
    client.write_all(&[5, 0, 0, 1, 0, 0, 0, 0, 0, 0]).await.ok()?;
    copy_bidirectional(&mut client, &mut server).await.ok().map(|_| ())
}

/// Bytes behind their number.
async fn counted(client: &mut TcpStream) -> Option<Vec<u8>> {
    let mut bytes = vec![0; client.read_u8().await.ok()?.into()];
    client.read_exact(&mut bytes).await.ok()?;
    Some(bytes)
}
