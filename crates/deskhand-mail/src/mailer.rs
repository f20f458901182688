//! The way of a letter to the server.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::{Duration, SystemTime};

use deskhand_command::{BoxFuture, Clock, Failure};
use deskhand_engine::mail::{Letter, Mailer};
use lettre::Message;
use lettre::message::Mailbox;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use secrecy::ExposeSecret as _;

use crate::failure::{Stage, failed, not_offered, timed_out};
use crate::message::message_of;
use crate::settings::{Security, SmtpSettings};

/// A server that has taken a letter may take this long to say goodbye.
const GOODBYE: Duration = Duration::from_secs(1);

/// Sends letters by SMTP.
pub struct SmtpMailer {
    settings: SmtpSettings,
    from: Mailbox,
    tls: Option<TlsParameters>,
    clock: Arc<dyn Clock>,
}

impl SmtpMailer {
    /// A mailer with these settings; those that cannot work are refused. Nothing is sent by that.
    pub fn new(settings: SmtpSettings, clock: Arc<dyn Clock>) -> Result<Self, Failure> {
        let from = settings.check()?;
        let tls = tls(&settings)?;
        Ok(Self {
            settings,
            from,
            tls,
            clock,
        })
    }

    async fn deliver(&self, message: &Message) -> Result<(), Failure> {
        let (stage, patience) = (Progress::default(), &self.settings);
        let connecting = tokio::time::timeout(patience.timeout, self.connect(&stage));
        let connected = connecting.await;
        let mut connection = connected.unwrap_or_else(|_| Err(timed_out(stage.get(), patience)))?;
        let letter = message.formatted();
        let sending = tokio::time::timeout(patience.taking, connection.send(message.envelope(), &letter));
        let sent = match sending.await {
            Ok(sent) => sent.map_err(|error| failed(Stage::Send, patience, &error)),
            Err(_) => return Err(timed_out(Stage::Send, patience)),
        };
        // What becomes of the goodbye changes nothing about the letter.
        let _goodbye = tokio::time::timeout(GOODBYE, connection.abort()).await;
        sent.map(drop)
    }

    /// Connects, makes it private and logs in, as far as the settings say.
    async fn connect(&self, stage: &Progress) -> Result<AsyncSmtpConnection, Failure> {
        let (settings, hello) = (&self.settings, ClientId::default());
        let failed = |stage| move |error: Error| failed(stage, settings, &error);
        let address = (settings.host.as_str(), settings.port());
        let wrapped = self.tls.clone().filter(|_| settings.security == Security::Tls);
        let connection = AsyncSmtpConnection::connect_tokio1(address, Some(settings.timeout), &hello, wrapped, None);
        let mut connection = connection.await.map_err(failed(Stage::Connect))?;
        if let (Security::StartTls, Some(tls)) = (settings.security, &self.tls) {
            if !connection.can_starttls() {
                return Err(not_offered(settings));
            }
            stage.set(Stage::StartTls);
            connection
                .starttls(tls.clone(), &hello)
                .await
                .map_err(failed(Stage::StartTls))?;
        }
        if let (Some(user), Some(password)) = (&settings.user, &settings.password) {
            stage.set(Stage::LogIn);
            let credentials = Credentials::new(user.clone(), password.expose_secret().to_owned());
            let login = connection.auth(&[Mechanism::Plain, Mechanism::Login], &credentials);
            login.await.map_err(failed(Stage::LogIn))?;
        }
        Ok(connection)
    }
}

impl Mailer for SmtpMailer {
    fn send<'a>(&'a self, letter: &'a Letter) -> BoxFuture<'a, Result<(), Failure>> {
        Box::pin(async move {
            let now = SystemTime::try_from(self.clock.now()).unwrap_or(SystemTime::UNIX_EPOCH);
            let message = message_of(letter, &self.from, now)?;
            self.deliver(&message).await
        })
    }
}

fn tls(settings: &SmtpSettings) -> Result<Option<TlsParameters>, Failure> {
    if settings.security == Security::None {
        return Ok(None);
    }
    let refused = |error: Error| {
        let message = format!("The certificate authority for the mail server cannot be used: {error}.");
        Failure::new(400, message).with_hint("give it as PEM, as one or more `BEGIN CERTIFICATE` blocks")
    };
    let mut parameters = TlsParameters::builder(settings.host.clone());
    if let Some(pem) = &settings.ca_certificate {
        parameters = parameters.add_root_certificate(Certificate::from_pem(pem).map_err(refused)?);
    }
    parameters.build().map(Some).map_err(refused)
}

/// How far a letter has come, also for whoever gives it up.
#[derive(Default)]
struct Progress(AtomicU8);

impl Progress {
    fn set(&self, stage: Stage) {
        self.0.store(stage as u8, Ordering::Relaxed);
    }

    fn get(&self) -> Stage {
        let reached = self.0.load(Ordering::Relaxed);
        let stages = [Stage::Connect, Stage::StartTls, Stage::LogIn];
        stages
            .into_iter()
            .find(|stage| *stage as u8 == reached)
            .unwrap_or(Stage::Send)
    }
}
