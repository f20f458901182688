//! What is done for one connection now and then: its door, its registration, and whether its callbacks stay away.

use std::sync::Arc;

use deskhand_command::Failure;
use jiff::Timestamp;

use super::attendant::{Attendant, Attended, Known, Told};
use crate::StoreError;
use crate::callbacks::{
    CallbackPlace, Door, Silence, Tiding, Watched, check_again_after, ensure, id_of, secret_of, silence, tiding,
};
use crate::connections::Opened;
use crate::engine::world::actor_at;
use crate::ingest::failure_of;

impl Attendant {
    /// Opens the connection's door, looks after its registration, and tells whoever has to hear of silence.
    pub(super) async fn look(&self, one: &Attended) {
        let mut known = one.known.lock().await;
        let connection = one.connection.name.as_str();
        let waits = known.failures > 0 && !known.is_due(self.clock().now());
        if !waits && let Err(failure) = self.look_after(one, &mut known).await {
            known.failures += 1;
            let again = check_again_after(known.failures, self.wish.check_every);
            known.check_at = self.clock().now().checked_add(again).ok();
            tracing::warn!(
                connection,
                reason = failure.message,
                hint = failure.hint,
                again_in_minutes = again.as_mins(),
                "Callbacks cannot be looked after; polls go on"
            );
        }
        if let Err(error) = self.tell(one, &mut known).await {
            tracing::warn!(connection, %error, "It cannot be seen whether callbacks stay away");
        }
    }

    async fn look_after(&self, one: &Attended, known: &mut Known) -> Result<(), Failure> {
        let opened = self.open(one, known).await?;
        self.check(one, &opened, known).await
    }

    /// The connection as it is now, behind a door: a secret in a vault may be another one than at the last look.
    async fn open(&self, one: &Attended, known: &mut Known) -> Result<Opened, Failure> {
        let name = one.connection.name.as_str();
        let actor = actor_at(one.connection.site.home());
        let opened = self.world.parts.connections.open(&actor, name).await?;
        if opened.open.callbacks().is_some() {
            let secret = self.secret(name, known).await?;
            self.let_in(one, &opened, &secret)?;
        }
        Ok(opened)
    }

    async fn secret(&self, name: &str, known: &mut Known) -> Result<String, Failure> {
        if let Some(secret) = &known.secret {
            return Ok(secret.clone());
        }
        let mut chance = [0; 32];
        (self.random)(&mut chance).map_err(|error| error.failure())?;
        let secret = self
            .inbox()
            .secret(name, &secret_of(chance))
            .await
            .map_err(failure_of)?;
        known.secret = Some(secret.clone());
        Ok(secret)
    }

    fn let_in(&self, one: &Attended, opened: &Opened, secret: &str) -> Result<(), Failure> {
        let name = one.connection.name.as_str();
        let attended = self.attended.lock();
        // Somebody may have deactivated it while it was opened.
        if !attended
            .get(name)
            .is_some_and(|now| std::ptr::eq(Arc::as_ptr(now), one))
        {
            return Ok(());
        }
        let door = Door {
            connection: name.to_owned(),
            opened: Arc::clone(&opened.open),
            nudge: Arc::clone(&one.nudge),
        };
        if !self.doors.open(secret, door) {
            return Err(Failure::new(
                500,
                "The secret of the callback address in the store could be guessed.",
            ));
        }
        let now = self.clock().now();
        self.world.listening.lock().entry(name.to_owned()).or_insert(now);
        Ok(())
    }

    /// Sees that the connection's callbacks are registered, when that is due.
    async fn check(&self, one: &Attended, opened: &Opened, known: &mut Known) -> Result<(), Failure> {
        let now = self.clock().now();
        let (Some(callbacks), Some(secret)) = (opened.open.callbacks(), &known.secret) else {
            return Ok(());
        };
        if !known.is_due(now) {
            return Ok(());
        }
        let name = one.connection.name.as_str();
        let place = CallbackPlace::new(self.wish.public_url.as_str(), name, secret)?;
        ensure(callbacks, &place, name, &*self.inbox(), &**self.clock()).await?;
        known.failures = 0;
        known.check_at = now.checked_add(check_again_after(0, self.wish.check_every)).ok();
        Ok(())
    }

    /// Tells of callbacks that stay away, once, and once that they come again.
    ///
    /// The letter's id is the silence's, so that nobody tells of it twice: no other process, and not this one after a start.
    async fn tell(&self, one: &Attended, known: &mut Known) -> Result<(), StoreError> {
        let (name, now) = (one.connection.name.as_str(), self.clock().now());
        let Some(listening_since) = self.world.listening.lock().get(name).copied() else {
            return Ok(());
        };
        let reception = self.inbox().reception(name).await?;
        let told_at = match known.told {
            Told::Unknown => self.told_before(name, reception.received).await?,
            Told::Nothing => None,
            Told::Silence(received) => Some(received),
        };
        known.told = told_at.map_or(Told::Nothing, Told::Silence);
        let silence = silence(&reception, now, self.wish.silent_after, listening_since);
        let Some(tiding) = tiding(&reception, told_at, silence) else {
            return Ok(());
        };
        self.send(one, tiding, told_at.unwrap_or(reception.received), now)
            .await?;
        log(name, tiding, now);
        match tiding {
            Tiding::Silent(_) => {
                known.told = Told::Silence(reception.received);
                // Somebody may have disabled it at the product: that is mended at the next look.
                known.check_at = None;
            }
            Tiding::Back => known.told = Told::Nothing,
        }
        Ok(())
    }

    /// Whether people were told of a silence that goes on, before this program was started or by another process.
    async fn told_before(&self, name: &str, received: u64) -> Result<Option<u64>, StoreError> {
        let letter = self.world.parts.store.get_run(&id_of(name, received)).await?;
        Ok(letter.map(|_| received))
    }

    async fn send(&self, one: &Attended, tiding: Tiding, received: u64, now: Timestamp) -> Result<(), StoreError> {
        if self.wish.mail_to.is_empty() {
            return Ok(());
        }
        let watched = Watched {
            connection: &one.connection.name,
            site: one.connection.site.home(),
            to: &self.wish.mail_to,
            received,
            dates: &self.world.parts.dates,
        };
        if self.world.parts.store.start(&watched.letter(tiding, now)).await? {
            self.host.wake();
        }
        Ok(())
    }
}

fn log(connection: &str, tiding: Tiding, now: Timestamp) {
    match tiding {
        Tiding::Silent(silence) => {
            let reason = silence.sentence(connection, now);
            tracing::warn!(connection, reason, hint = Silence::hint(), "Callbacks stay away");
        }
        Tiding::Back => tracing::info!(connection, "Callbacks come again"),
    }
}
