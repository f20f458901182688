//! As much of HTTP as it takes to ask the sandbox.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use anyhow::{Context as _, bail};
use serde_json::Value;

/// What was answered.
pub(super) struct Answer {
    pub(super) status: u16,
    /// `Null` where there is none.
    pub(super) body: Value,
}

/// Asks the server at `http://host:port` and reads until it hangs up.
pub(super) fn ask(url: &str, verb: &str, target: &str, headers: &str, body: Option<&Value>) -> anyhow::Result<Answer> {
    let host = url.trim_start_matches("http://");
    let body = body.map(Value::to_string).unwrap_or_default();
    let mut stream = TcpStream::connect(host).with_context(|| format!("cannot connect to {url}"))?;
    write!(
        stream,
        "{verb} {target} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n{headers}\r\n{body}",
        body.len()
    )?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    read(&String::from_utf8(answer)?).with_context(|| format!("{verb} {target}"))
}

fn read(answer: &str) -> anyhow::Result<Answer> {
    let Some((head, body)) = answer.split_once("\r\n\r\n") else {
        bail!("an answer without an end of its headers: {answer}");
    };
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
    let body = match body {
        "" => Value::Null,
        body => serde_json::from_str(body).with_context(|| format!("an answer that is no JSON: {body}"))?,
    };
    Ok(Answer {
        status: status.with_context(|| format!("an answer without status: {head}"))?,
        body,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn status_and_body_are_read_and_nothing_is_guessed() {
        let answer = read("HTTP/1.1 200 OK\r\nx: y\r\n\r\n{\"a\":1}").unwrap();
        assert_eq!((answer.status, &answer.body["a"]), (200, &Value::from(1)));
        assert!(read("HTTP/1.1 204 No Content\r\n\r\n").unwrap().body.is_null());
        for broken in [
            "",
            "HTTP/1.1 200 OK\r\n",
            "HTTP/1.1 x\r\n\r\n",
            "HTTP/1.1 200 OK\r\n\r\n<html>",
        ] {
            assert!(read(broken).is_err(), "{broken}");
        }
    }
}
