//! A letter as the bytes that are sent.

use std::fmt::Write as _;
use std::time::SystemTime;

use deskhand_command::Failure;
use deskhand_engine::mail::Letter;
use lettre::Message;
use lettre::message::Mailbox;
use lettre::message::header::{ContentType, MIME_VERSION_1_0};

/// Makes the message of a letter. Nothing that a letter holds can become a header of its own.
pub(crate) fn message_of(letter: &Letter, from: &Mailbox, at: SystemTime) -> Result<Message, Failure> {
    if letter.to.is_empty() {
        return Err(Failure::new(400, "The letter is addressed to nobody."));
    }
    let mut builder = Message::builder()
        .from(from.clone())
        .date(at)
        .subject(one_line(&letter.subject))
        .message_id(Some(message_id(&letter.message_id, from.email.domain())));
    for to in &letter.to {
        builder = builder.to(recipient(to)?);
    }
    // The end of the conversation is the end of the last line, too.
    let text = letter.text.trim_end_matches(['\r', '\n']).to_owned();
    let builder = builder.header(MIME_VERSION_1_0).header(ContentType::TEXT_PLAIN);
    builder
        .body(text)
        .map_err(|error| Failure::new(400, format!("The letter cannot be written: {error}.")))
}

fn recipient(to: &str) -> Result<Mailbox, Failure> {
    let parsed = to.parse::<Mailbox>().ok().filter(|_| !to.contains(char::is_control));
    parsed.ok_or_else(|| {
        let message = format!("`{}` is no address.", to.escape_debug());
        Failure::new(400, message).with_hint("write it as `noc@example.com` or `Name <noc@example.com>`")
    })
}

/// The text on one line.
fn one_line(text: &str) -> String {
    let words = text.split(char::is_control).filter(|words| !words.is_empty());
    words.collect::<Vec<_>>().join(" ")
}

/// `<id@domain>`, everything in the id that may not stand there written as numbers; different ids stay different.
fn message_id(id: &str, domain: &str) -> String {
    let mut local = String::with_capacity(id.len());
    for byte in id.bytes() {
        if byte.is_ascii_alphanumeric() || byte == b'-' {
            local.push(char::from(byte));
        } else {
            let _never_fails = write!(local, "={byte:02X}");
        }
    }
    format!("<{local}@{domain}>")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letter() -> Letter {
        Letter {
            message_id: "alert:Nightly@schedule:Nightly@2026-11-26T06:00:00Z".to_owned(),
            to: vec!["noc@example.com".to_owned(), "Jo Doe <jo@example.com>".to_owned()],
            subject: "The playbook \"Nightly\" has failed".to_owned(),
            text: "Why: the keys are wrong.\n".to_owned(),
        }
    }

    fn written(letter: &Letter) -> Result<String, Failure> {
        let from = "Deskhand <deskhand@example.com>".parse().unwrap();
        let message = message_of(letter, &from, SystemTime::UNIX_EPOCH)?;
        Ok(String::from_utf8(message.formatted()).unwrap())
    }

    /// The names of the headers, in order.
    fn headers(written: &str) -> Vec<&str> {
        let (headers, _) = written.split_once("\r\n\r\n").unwrap();
        let lines = headers.split("\r\n").filter(|line| !line.starts_with(' '));
        lines.map(|line| line.split_once(':').unwrap().0).collect()
    }

    const HEADERS: [&str; 8] = [
        "From",
        "Date",
        "Subject",
        "Message-ID",
        "To",
        "MIME-Version",
        "Content-Type",
        "Content-Transfer-Encoding",
    ];

    #[test]
    fn a_letter_is_written_with_its_id_and_all_it_is_for() {
        let written = written(&letter()).unwrap();
        assert_eq!(headers(&written), HEADERS);
        for line in [
            "From: Deskhand <deskhand@example.com>",
            "To: noc@example.com, \"Jo Doe\" <jo@example.com>",
            "Subject: The playbook \"Nightly\" has failed",
            "Message-ID: <alert=3ANightly=40schedule=3ANightly=402026-11-26T06=3A00=3A00Z@example.com>",
            "Date: Thu, 01 Jan 1970 00:00:00 +0000",
        ] {
            assert!(
                written.contains(&format!("{line}\r\n")),
                "{line} is missing in\n{written}"
            );
        }
        assert!(written.ends_with("\r\n\r\nWhy: the keys are wrong."), "{written}");
    }

    #[test]
    fn the_same_letter_has_the_same_id_and_another_one_has_not() {
        let id = |id: &str| message_id(id, "example.com");
        assert_eq!(id("run 1/Tell"), id("run 1/Tell"));
        let all = ["a b", "a=20b", "a.b", "a/b", "a", "ä", ""].map(id);
        for (at, one) in all.iter().enumerate() {
            assert!(!all[at + 1..].contains(one), "{one}");
        }
    }

    #[test]
    fn nothing_in_a_letter_becomes_a_header() {
        for evil in [
            "x\r\nBcc: all@example.com",
            "x\nBcc: all@example.com",
            "x\r\n\r\ntext",
            "\r\nBcc: a@b",
            "x\u{0}\u{85}y",
        ] {
            let mut subject = letter();
            subject.subject = evil.to_owned();
            assert_eq!(headers(&written(&subject).unwrap()), HEADERS, "{evil:?} as subject");
            let mut id = letter();
            id.message_id = evil.to_owned();
            assert_eq!(headers(&written(&id).unwrap()), HEADERS, "{evil:?} as id");
            for to in [
                evil.to_owned(),
                format!("{evil} <a@example.com>"),
                format!("a@example.com{evil}"),
            ] {
                let mut letter = letter();
                letter.to = vec![to];
                let failure = written(&letter).unwrap_err();
                assert!(failure.message.ends_with("is no address."), "{}", failure.message);
            }
        }
    }

    #[test]
    fn a_subject_of_any_letters_is_encoded() {
        let mut letter = letter();
        letter.subject = "Störung: 接続".to_owned();
        let written = written(&letter).unwrap();
        assert!(
            written.is_ascii() && written.contains("Subject: =?utf-8?b?"),
            "{written}"
        );
    }

    #[test]
    fn a_letter_to_nobody_is_refused() {
        let mut letter = letter();
        letter.to.clear();
        assert_eq!(
            written(&letter).unwrap_err().message,
            "The letter is addressed to nobody."
        );
    }
}
