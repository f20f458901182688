//! Receiving callbacks for a desk.

use std::pin::pin;
use std::sync::Arc;

use deskhand_engine::callbacks::{CallbackInbox, Doors};
use deskhand_engine::engine::{Attendant, Engine};
use deskhand_server::{Limits, Receiver, router};
use tokio::net::TcpListener;

use super::{OpenDesk, random};
use crate::config::Callbacks;
use crate::exit::{BadInput, Trouble};

/// Where callbacks are received, and who attends to them.
pub(crate) struct Receiving {
    listener: TcpListener,
    receiver: Receiver,
    attendant: Arc<Attendant>,
    /// In words.
    pub(crate) place: String,
}

impl OpenDesk {
    /// Takes the address at which callbacks are received; `None` where the configuration has none.
    pub(crate) async fn receiving(&self, engine: &Engine) -> anyhow::Result<Option<Receiving>> {
        let Some(wanted) = &self.operator.callbacks else {
            return Ok(None);
        };
        if !wanted.mail_to.is_empty() && self.operator.mail.is_none() {
            let bad = BadInput::new("`mail_to` of `[callbacks]` cannot be written to: there is no mail server");
            return Err(bad.hint("add `[mail]` to the configuration").into());
        }
        let listener = listen(wanted).await?;
        let doors = Arc::new(Doors::default());
        let inbox: Arc<dyn CallbackInbox> = self.store.clone();
        Ok(Some(Receiving {
            place: format!("{} for {}", listener.local_addr()?, wanted.public_url.as_str()),
            listener,
            receiver: Receiver::new(Arc::clone(&doors), inbox, engine.clock()),
            attendant: Arc::new(engine.attendant(wanted.wish(), doors, Arc::new(random))),
        }))
    }
}

async fn listen(wanted: &Callbacks) -> anyhow::Result<TcpListener> {
    let listener = TcpListener::bind(wanted.listen).await;
    let refused = |error| Trouble {
        message: format!("callbacks cannot be received at {}: {error}", wanted.listen),
        hint: "end what listens there, or give `listen` of `[callbacks]` another address".to_owned(),
        can_pass: false,
    };
    Ok(listener.map_err(refused)?)
}

impl Receiving {
    /// Receives callbacks and attends to them until `stop` comes; what is being received then is answered first.
    pub(crate) async fn until(self, stop: impl Future<Output = ()> + Send + 'static) {
        let received = deskhand_server::serve(self.listener, router(self.receiver), Limits::default(), Box::pin(stop));
        let mut received = pin!(received);
        tokio::select! {
            () = &mut received => {}
            () = self.attendant.serve() => {}
        }
    }
}
