//! Servers that refuse, hang or break off, each played line by line.
#![expect(clippy::unwrap_used, reason = "test code")]

use std::sync::Arc;
use std::time::Duration;

use deskhand_command::{Failure, Retry, SystemClock};
use deskhand_engine::mail::{Letter, Mailer as _};
use deskhand_mail::{Security, SmtpMailer, SmtpSettings};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpListener;

/// What a played server does when a line begins so; an empty line begins the conversation.
type Script = &'static [(&'static str, Does)];

#[derive(Clone, Copy)]
enum Does {
    Says(&'static str),
    Hangs,
    BreaksOff,
}

use Does::{BreaksOff, Hangs, Says};

const HELLO: (&str, Does) = ("", Says("220 mail ready"));
const PLAIN: (&str, Does) = ("EHLO", Says("250-mail\r\n250-AUTH PLAIN LOGIN\r\n250 8BITMIME"));
const AUTH: (&str, Does) = ("AUTH", Says("235 ok"));
const MAIL: (&str, Does) = ("MAIL", Says("250 ok"));
const RCPT: (&str, Does) = ("RCPT", Says("250 ok"));
const DATA: (&str, Does) = ("DATA", Says("354 go on"));
const TAKEN: (&str, Does) = (".", Says("250 taken"));
const QUIT: (&str, Does) = ("QUIT", Says("221 bye"));

/// Plays one conversation.
async fn play(listener: TcpListener, script: Script) {
    let (mut stream, _) = listener.accept().await.unwrap();
    let (read, mut write) = stream.split();
    let mut lines = BufReader::new(read).lines();
    let mut line = String::new();
    let mut in_letter = false;
    loop {
        if !in_letter || line == "." {
            in_letter = false;
            let known = script.iter().find(|(begin, _)| {
                if begin.is_empty() {
                    line.is_empty()
                } else {
                    line.starts_with(begin)
                }
            });
            match known.map(|(_, does)| *does) {
                Some(Says(words)) => {
                    in_letter = words.starts_with("354");
                    if write.write_all(format!("{words}\r\n").as_bytes()).await.is_err() {
                        return;
                    }
                }
                Some(Hangs) => std::future::pending().await,
                Some(BreaksOff) => return,
                None => panic!("nobody expected `{line}`"),
            }
        }
        match lines.next_line().await {
            Ok(Some(next)) => line = next,
            _ => return,
        }
    }
}

fn letter() -> Letter {
    Letter {
        message_id: "run 1".to_owned(),
        to: vec!["noc@example.com".to_owned()],
        subject: "Hello".to_owned(),
        text: "Text".to_owned(),
    }
}

async fn sent(script: Script, change: impl FnOnce(&mut SmtpSettings)) -> Result<(), Failure> {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut settings = SmtpSettings::new("127.0.0.1", "deskhand@example.com");
    settings.port = Some(listener.local_addr().unwrap().port());
    settings.security = Security::None;
    change(&mut settings);
    let mailer = SmtpMailer::new(settings, Arc::new(SystemClock)).unwrap();
    let letter = letter();
    tokio::select! {
        biased;
        sent = mailer.send(&letter) => sent,
        () = async { play(listener, script).await; std::future::pending().await } => unreachable!(),
    }
}

async fn failure(script: Script, change: impl FnOnce(&mut SmtpSettings)) -> Failure {
    sent(script, change).await.unwrap_err()
}

fn logged_in(settings: &mut SmtpSettings) {
    settings.user = Some("me".to_owned());
    settings.password = Some("hunter2".into());
}

fn assert_says(failure: &Failure, status: u16, message: &str, hint: &str, retry: Retry) {
    assert_eq!(failure.status_code, status, "{}", failure.message);
    assert!(
        failure.message.starts_with("The mail server 127.0.0.1:"),
        "{}",
        failure.message
    );
    assert!(failure.message.contains(message), "{}", failure.message);
    assert!(failure.hint.as_deref().unwrap().contains(hint), "{:?}", failure.hint);
    assert_eq!(failure.retry, retry);
    assert!(!format!("{failure:?}").contains("hunter2"));
}

#[tokio::test]
async fn a_letter_is_taken() {
    sent(&[HELLO, PLAIN, MAIL, RCPT, DATA, TAKEN, QUIT], |_| {})
        .await
        .unwrap();
}

#[tokio::test]
async fn a_letter_that_was_taken_is_sent_whatever_becomes_of_the_goodbye() {
    sent(&[HELLO, PLAIN, MAIL, RCPT, DATA, TAKEN, ("QUIT", BreaksOff)], |_| {})
        .await
        .unwrap();
    sent(&[HELLO, PLAIN, MAIL, RCPT, DATA, TAKEN, ("QUIT", Hangs)], |_| {})
        .await
        .unwrap();
}

#[tokio::test]
async fn a_wrong_password_is_told() {
    let script = &[
        HELLO,
        PLAIN,
        ("AUTH", Says("535 5.7.8 Authentication credentials invalid")),
        QUIT,
    ];
    let failure = failure(script, logged_in).await;
    let message = "does not accept user and password: 535 5.7.8 Authentication credentials invalid.";
    assert_says(&failure, 401, message, "password for programs", Retry::Never);
}

#[tokio::test]
async fn a_server_without_starttls_is_refused_before_anything_is_said() {
    let failure = failure(&[HELLO, PLAIN, QUIT], |settings| {
        settings.security = Security::StartTls;
        logged_in(settings);
    })
    .await;
    assert_says(&failure, 502, "does not offer STARTTLS.", "use `tls`", Retry::Never);
}

#[tokio::test]
async fn a_server_without_passwords_is_told() {
    let failure = failure(&[HELLO, ("EHLO", Says("250 mail")), QUIT], logged_in).await;
    assert_says(
        &failure,
        502,
        "has no way to log in with a password.",
        "leave user and password out",
        Retry::Never,
    );
}

#[tokio::test]
async fn a_server_that_does_not_relay_is_told() {
    let failure = failure(
        &[
            HELLO,
            PLAIN,
            MAIL,
            ("RCPT", Says("554 5.7.1 <noc@example.com>: Relay access denied")),
            QUIT,
        ],
        |_| {},
    )
    .await;
    let message = "does not send letters of deskhand@example.com on: 554 5.7.1 <noc@example.com>: Relay access denied.";
    assert_says(&failure, 403, message, "allow this machine to relay", Retry::Never);
}

#[tokio::test]
async fn an_unknown_address_is_told() {
    let failure = failure(
        &[HELLO, PLAIN, MAIL, ("RCPT", Says("550 5.1.1 No such user")), QUIT],
        |_| {},
    )
    .await;
    assert_says(
        &failure,
        403,
        "refuses an address: 550 5.1.1 No such user.",
        "to whom",
        Retry::Never,
    );
}

#[tokio::test]
async fn a_server_that_wants_a_login_is_told() {
    let failure = failure(
        &[HELLO, PLAIN, ("MAIL", Says("530 5.7.0 Authentication required")), QUIT],
        |_| {},
    )
    .await;
    assert_says(
        &failure,
        401,
        "wants to know who sends: 530",
        "give user and password",
        Retry::Never,
    );
}

#[tokio::test]
async fn a_server_that_is_busy_is_tried_later() {
    let failure = failure(&[HELLO, PLAIN, ("MAIL", Says("451 4.3.2 Try again")), QUIT], |_| {}).await;
    assert_says(
        &failure,
        503,
        "does not take letters now: 451 4.3.2 Try again.",
        "later",
        Retry::Away,
    );
    let failure = self::failure(&[("", Says("421 too many connections"))], |_| {}).await;
    assert_says(&failure, 503, "does not take letters now: 421", "later", Retry::Away);
}

#[tokio::test]
async fn a_server_that_hangs_does_not_hang_us() {
    let given_up = async |script: Script, message: &str, hint: &str, retry: Retry| {
        let failure = failure(script, |settings| {
            settings.timeout = Duration::from_secs(10);
            settings.taking = Duration::from_secs(10);
            logged_in(settings);
        })
        .await;
        assert_says(&failure, 504, &format!("{message} within 10 seconds."), hint, retry);
    };
    let slow = "slow or stuck";
    tokio::join!(
        given_up(
            &[("", Hangs)],
            "did not say hello",
            "a port for TLS stays silent",
            Retry::Away
        ),
        given_up(
            &[HELLO, PLAIN, ("AUTH", Hangs)],
            "did not answer to user and password",
            slow,
            Retry::Away
        ),
        given_up(
            &[HELLO, PLAIN, AUTH, ("MAIL", Hangs)],
            "did not take the letter",
            slow,
            Retry::Later
        ),
        given_up(
            &[HELLO, PLAIN, AUTH, MAIL, RCPT, DATA, (".", Hangs)],
            "did not take the letter",
            slow,
            Retry::Later
        ),
    );
}

#[tokio::test]
async fn a_server_that_breaks_off_is_tried_later() {
    let failure = failure(&[HELLO, PLAIN, MAIL, RCPT, DATA, (".", BreaksOff)], |_| {}).await;
    assert_says(&failure, 502, "broke off: ", "again later", Retry::Later);
}

#[tokio::test]
async fn a_server_that_is_not_there_is_told() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut settings = SmtpSettings::new("127.0.0.1", "deskhand@example.com");
    settings.port = Some(listener.local_addr().unwrap().port());
    drop(listener);
    let mailer = SmtpMailer::new(settings, Arc::new(SystemClock)).unwrap();
    let failure = mailer.send(&letter()).await.unwrap_err();
    assert_says(
        &failure,
        502,
        "cannot be reached: Connection refused",
        "usually 587",
        Retry::Away,
    );
}
