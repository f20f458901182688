//! Callbacks received for a stage.

use std::net::SocketAddr;
use std::sync::Arc;

use deskhand_engine::callbacks::{CallbackInbox, CallbackWish, Doors, PublicUrl};
use deskhand_engine::engine::Attendant;
use deskhand_server::{Limits, Receiver, router, serve};
use jiff::SignedDuration;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::stage::Stage;

/// Callbacks, received over the network.
pub(crate) struct Receiving {
    pub(crate) attendant: Attendant,
    /// Where it receives.
    pub(crate) address: SocketAddr,
    serving: JoinHandle<()>,
}

impl Receiving {
    /// Receives at an address of its own; nobody attends to anything yet.
    pub(crate) async fn begin(stage: &Stage) -> Self {
        Self::at(stage, ([127, 0, 0, 1], 0).into()).await
    }

    /// Receives at this address.
    pub(crate) async fn at(stage: &Stage, address: SocketAddr) -> Self {
        let listener = TcpListener::bind(address).await.unwrap();
        let address = listener.local_addr().unwrap();
        let url = format!("http://{address}");
        let wish = CallbackWish {
            public_url: PublicUrl::parse(&url).unwrap(),
            silent_after: SignedDuration::from_mins(30),
            check_every: SignedDuration::from_mins(60),
            mail_to: vec!["noc@example.com".to_owned()],
        };
        let doors = Arc::new(Doors::default());
        let inbox: Arc<dyn CallbackInbox> = stage.store.clone();
        let receiver = Receiver::new(Arc::clone(&doors), inbox, Arc::new(stage.time.clone()));
        let never = Box::pin(std::future::pending());
        let random = |to: &mut [u8]| {
            to.fill_with(|| fastrand::u8(..));
            Ok(())
        };
        Self {
            attendant: stage.engine.attendant(wish, doors, Arc::new(random)),
            address,
            serving: tokio::spawn(serve(listener, router(receiver), Limits::default(), never)),
        }
    }

    /// Nobody listens at the address any more.
    pub(crate) async fn hang_up(&mut self) {
        self.serving.abort();
        let ended = (&mut self.serving).await;
        assert!(ended.is_err_and(|error| error.is_cancelled()));
    }
}
