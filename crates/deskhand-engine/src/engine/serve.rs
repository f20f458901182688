//! The engine at work for as long as the program runs.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;

use super::Engine;

/// What others have changed in the store is found after this long at the latest.
const POLL: Duration = Duration::from_secs(1);

impl Engine {
    /// Does what is due as it becomes due, until `stop` comes; what is at work then is let end for a while.
    ///
    /// A store that does not work is told to the log and tried again, and nothing that was due meanwhile is lost.
    pub async fn serve(&self, stop: impl Future<Output = ()> + Send) {
        let started = Arc::new(Notify::new());
        let clock = Arc::clone(&self.parts.clock);
        tokio::select! {
            () = self.ticker.tick(&*clock, &self.look, &started) => {}
            () = self.look_after() => {}
            () = self.wake_host(&started) => {}
            () = self.host.serve(stop) => {}
        }
    }

    async fn wake_host(&self, started: &Notify) {
        loop {
            started.notified().await;
            self.host.wake();
        }
    }

    /// Takes changed definitions over and hands new events out, looking at the definitions again after each batch.
    async fn look_after(&self) {
        let mut in_trouble = false;
        loop {
            let done = async {
                self.begin().await?;
                let now = self.parts.clock.now();
                if self.take_over(now).await? {
                    self.look.notify_one();
                }
                let handed_out = self.hand_out(now).await?;
                if handed_out > 0 {
                    self.host.wake();
                }
                Ok::<_, crate::StoreError>(handed_out)
            };
            match done.await {
                Ok(handed_out) => {
                    if in_trouble {
                        tracing::info!("definitions and events are looked at again");
                    }
                    in_trouble = false;
                    if handed_out > 0 {
                        continue;
                    }
                }
                Err(error) => {
                    if !in_trouble {
                        tracing::error!(
                            error = error.in_full(),
                            hint = error.hint(),
                            "definitions and events cannot be looked at; trying again"
                        );
                    }
                    in_trouble = true;
                }
            }
            self.parts.clock.sleep(POLL).await;
        }
    }
}
