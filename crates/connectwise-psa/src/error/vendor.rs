//! The vendor's error bodies, and what to make of bodies that are none.

use serde::Deserialize;

/// What the vendor said: `{"code","message","errors":[…]}`, or `{"error","message"}` in its 429.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VendorError {
    /// A word such as `NotFound`, `InvalidObject`, `ApiFindCondition`, `ConnectWiseApi`, `Security`.
    pub code: String,
    /// The vendor's sentence.
    pub message: String,
    /// What is wrong with single members.
    pub errors: Vec<FieldError>,
}

/// What is wrong with one member of a record.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default)]
pub struct FieldError {
    /// A word such as `MissingRequiredField`.
    pub code: Option<String>,
    /// The vendor's sentence.
    pub message: Option<String>,
    /// The kind of record, `ticket`.
    pub resource: Option<String>,
    /// The member, `company/id`.
    pub field: Option<String>,
}

#[derive(Deserialize)]
struct Body {
    #[serde(alias = "error", alias = "Code")]
    code: Option<String>,
    #[serde(alias = "Message")]
    message: Option<String>,
    #[serde(default)]
    errors: Option<Vec<FieldError>>,
}

/// How much of a foreign body is worth showing, in characters.
const SHOWN: usize = 200;

impl VendorError {
    /// Reads an error body; `None` when it is something else.
    pub(crate) fn parse(body: &[u8]) -> Option<Self> {
        let body: Body = serde_json::from_slice(without_mark(body)).ok()?;
        if body.code.is_none() && body.message.is_none() {
            return None;
        }
        let tidy = |text: Option<String>| text.map(|text| one_line(&text)).unwrap_or_default();
        Some(Self {
            code: tidy(body.code),
            message: tidy(body.message),
            errors: body.errors.unwrap_or_default(),
        })
    }

    /// Without the private key, should a server have echoed it.
    pub(super) fn scrubbed(mut self, credentials: &crate::Credentials) -> Self {
        let members = self.errors.iter_mut().flat_map(|error| {
            let FieldError {
                code,
                message,
                resource,
                field,
            } = error;
            [code, message, resource, field].into_iter().flatten()
        });
        for text in [&mut self.code, &mut self.message].into_iter().chain(members) {
            *text = credentials.scrub(text);
        }
        self
    }

    /// The vendor's sentence with those about single members.
    pub(crate) fn sentence(&self) -> String {
        let mut sentence = if self.message.is_empty() {
            self.code.clone()
        } else {
            self.message.clone()
        };
        for error in &self.errors {
            if let Some(message) = error.message.as_deref().filter(|message| !message.is_empty()) {
                sentence.push_str(": ");
                sentence.push_str(&one_line(message));
            }
        }
        sentence
    }
}

/// What a body that is no vendor error looks like, in words.
pub(crate) fn describe(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(without_mark(body));
    let text = text.trim();
    if text.is_empty() {
        return "an empty answer".to_owned();
    }
    let begins = |tag: &str| {
        text.get(..tag.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(tag))
    };
    if begins("<!doctype") || begins("<html") || begins("<head") {
        let title = title_of(text).map(|title| format!(": {title}")).unwrap_or_default();
        return format!("a web page instead of data{title}");
    }
    let shown: String = one_line(text).chars().take(SHOWN).collect();
    if shown.len() < text.len() {
        format!("{shown}…")
    } else {
        shown
    }
}

/// True for 500s that complain about the type of a value: the same request fails again.
pub(crate) fn is_type_error(message: &str) -> bool {
    const TEXTS: [&str; 4] = [
        "Error converting value",
        "Unexpected character encountered while parsing",
        "String was not recognized as a valid",
        "Could not convert",
    ];
    TEXTS.iter().any(|text| message.contains(text))
}

fn title_of(page: &str) -> Option<String> {
    let lower = page.to_ascii_lowercase();
    let start = lower.find("<title>")? + "<title>".len();
    let end = start + lower.get(start..)?.find("</title>")?;
    let title: String = one_line(page.get(start..end)?).chars().take(SHOWN).collect();
    Some(title).filter(|title| !title.is_empty())
}

fn without_mark(body: &[u8]) -> &[u8] {
    body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body)
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pretty_bodies_with_carriage_returns_and_a_mark_are_read() {
        let body =
            b"\xef\xbb\xbf{\r\n  \"code\": \"NotFound\",\r\n  \"message\": \"Service Ticket 404 not found\"\r\n}";
        let error = VendorError::parse(body).unwrap();
        assert_eq!(
            (error.code.as_str(), error.message.as_str()),
            ("NotFound", "Service Ticket 404 not found")
        );
    }

    #[test]
    fn the_429_body_has_error_instead_of_code() {
        let error = VendorError::parse(br#"{"error":"ConnectWiseAPI","message":"Too many requests."}"#).unwrap();
        assert_eq!(error.code, "ConnectWiseAPI");
    }

    #[test]
    fn field_errors_are_part_of_the_sentence_and_null_errors_are_none() {
        let body = br#"{"code":"InvalidObject","message":"ticket object is invalid","errors":[{"code":"NotFound","message":"company 19299 not found","resource":"ticket","field":"company/id"}]}"#;
        let error = VendorError::parse(body).unwrap();
        assert_eq!(error.sentence(), "ticket object is invalid: company 19299 not found");
        assert_eq!(error.errors[0].field.as_deref(), Some("company/id"));
        assert!(VendorError::parse(br#"{"code":"Security","message":"SSL is required.","errors":null}"#).is_some());
    }

    #[test]
    fn other_bodies_are_described() {
        assert_eq!(describe(b""), "an empty answer");
        assert_eq!(
            describe(b"Cannot route. Codebase/company is invalid"),
            "Cannot route. Codebase/company is invalid"
        );
        let page = b"<!DOCTYPE html><html><head><TITLE>404 - File or directory\r\n not found.</TITLE></head>";
        assert_eq!(
            describe(page),
            "a web page instead of data: 404 - File or directory not found."
        );
        assert!(VendorError::parse(b"[1]").is_none() && VendorError::parse(b"{\"id\":1}").is_none());
    }

    /// Half a minute of bodies: the vendor's, cut, bent and mixed with noise; each is read or described.
    #[test]
    fn fuzz_no_body_makes_it_panic() {
        let seeds: [&[u8]; 5] = [
            b"{\r\n  \"code\": \"NotFound\",\r\n  \"message\": \"Service Ticket 404 not found\"\r\n}",
            br#"{"code":"InvalidObject","message":"ticket object is invalid","errors":[{"code":"NotFound","message":"company 1 not found","resource":"ticket","field":"company/id"}]}"#,
            br#"{"error":"ConnectWiseAPI","message":"Too many requests."}"#,
            "<!DOCTYPE html><html><head><title>\u{1e9e} 503 \u{0130}</title></head>".as_bytes(),
            b"Cannot route. Codebase/company is invalid",
        ];
        let mut random = fastrand::Rng::with_seed(7);
        let until = std::time::Instant::now() + std::time::Duration::from_secs(30);
        let mut bodies = 0_u64;
        while std::time::Instant::now() < until {
            for _ in 0..1_000 {
                let body = bent(seeds[random.usize(..seeds.len())], &mut random);
                if let Some(error) = VendorError::parse(&body) {
                    assert!(error.sentence().lines().count() <= 1, "{error:?}");
                }
                assert!(describe(&body).chars().count() <= 2 * SHOWN + 50);
                bodies += 1;
            }
        }
        println!("{bodies} bodies");
    }

    fn bent(seed: &[u8], random: &mut fastrand::Rng) -> Vec<u8> {
        let mut body = seed.to_vec();
        for _ in 0..random.usize(..6) {
            let at = random.usize(..=body.len());
            match random.u8(..5) {
                0 => body.truncate(at),
                1 => body.insert(at, random.u8(..)),
                2 if at < body.len() => body[at] = random.u8(..),
                3 => body
                    .splice(at..at, seed.iter().copied().take(random.usize(..30)))
                    .for_each(drop),
                _ => body.drain(..at / 8).for_each(drop),
            }
        }
        body
    }
}
