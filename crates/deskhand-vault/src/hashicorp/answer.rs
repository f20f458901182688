//! What the server's answers mean.

use deskhand_engine::vaults::VaultError;
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::KvVersion;

/// What was asked for.
pub(super) struct Asked<'a> {
    /// The path with its mount, as policies have it.
    pub(super) place: &'a str,
    pub(super) version: KvVersion,
    pub(super) field: Option<&'a str>,
}

/// All that is read of an answer; everything may be missing.
#[derive(Deserialize, Default)]
struct Answer {
    data: Option<Map<String, Value>>,
    errors: Option<Vec<String>>,
    warnings: Option<Vec<String>>,
}

/// The secret in an answer, or what the answer means.
pub(super) fn secret_in(asked: &Asked<'_>, status: u16, body: &[u8]) -> Result<SecretString, VaultError> {
    let answer = serde_json::from_slice::<Answer>(body);
    if status != 200 {
        return Err(refusal(asked, status, answer.unwrap_or_default()));
    }
    let place = asked.place;
    let not_understood = || {
        VaultError::refused(
            format!("what answered for `{place}` is no KV secret"),
            "see whether the address is that of a HashiCorp Vault or an OpenBao",
        )
    };
    let data = answer.map_err(|_| not_understood())?.data.ok_or_else(not_understood)?;
    match asked.version {
        KvVersion::One => value_in(asked, &data),
        KvVersion::Two => match data.get("data") {
            Some(Value::Object(newest)) => value_in(asked, newest),
            Some(Value::Null) => Err(deleted(place)),
            _ => Err(wrong_version(asked)),
        },
    }
}

fn value_in(asked: &Asked<'_>, fields: &Map<String, Value>) -> Result<SecretString, VaultError> {
    let (name, value) = field(asked, fields)?;
    match value {
        Value::String(text) => Ok(text.as_str().into()),
        Value::Number(number) => Ok(number.to_string().into()),
        _ => Err(VaultError::refused(
            format!("the field `{name}` of `{}` is no text", asked.place),
            "keep the secret as a text of its own",
        )),
    }
}

/// The field that is meant: the one that is named, else `value`, else the only one.
fn field<'a>(asked: &Asked<'a>, fields: &'a Map<String, Value>) -> Result<(&'a str, &'a Value), VaultError> {
    let place = asked.place;
    let names = fields
        .keys()
        .map(|name| format!("`{name}`"))
        .collect::<Vec<_>>()
        .join(", ");
    if let Some(name) = asked.field {
        let found = fields.get(name).map(|value| (name, value));
        return found.ok_or_else(|| {
            VaultError::refused(format!("`{place}` has no field `{name}`"), format!("it has: {names}"))
        });
    }
    if let Some(value) = fields.get("value") {
        return Ok(("value", value));
    }
    let mut all = fields.iter();
    match (all.next(), all.next()) {
        (Some((name, value)), None) => Ok((name, value)),
        _ => Err(VaultError::refused(
            format!("`{place}` has several fields, or none"),
            format!("name one by `field`; it has: {names}"),
        )),
    }
}

fn refusal(asked: &Asked<'_>, status: u16, answer: Answer) -> VaultError {
    let place = asked.place;
    let errors = answer.errors.unwrap_or_default().join("; ");
    let said = if errors.is_empty() {
        format!("status {status}")
    } else {
        format!("status {status}, {}", errors.trim())
    };
    // Some servers say 400 where HashiCorp's says 403.
    if status == 403 || status == 400 && errors.to_ascii_lowercase().contains("permission denied") {
        return VaultError::refused(
            format!("it does not let the desk read `{place}` ({said})"),
            format!(
                "see whether the token is still good, and grant its policy: path \"{place}\" {{ capabilities = [\"read\"] }}"
            ),
        );
    }
    let versioned = answer
        .warnings
        .iter()
        .flatten()
        .any(|warning| warning.contains("versioned"));
    match status {
        404 if versioned => wrong_version(asked),
        404 if answer.data.is_some_and(|data| data.contains_key("metadata")) => deleted(place),
        404 => VaultError::refused(
            format!("there is nothing at `{place}` ({said})"),
            match asked.version {
                KvVersion::Two => {
                    "check the path, which is given without the mount and without `data/`; if the mount is of KV version 1, its declaration has to say so"
                }
                KvVersion::One => {
                    "check the path, which is given without the mount; if the mount is of KV version 2, its declaration has to say so"
                }
            },
        ),
        503 => VaultError::away(format!("it is sealed, or not available ({said})"), "unseal the server"),
        429 | 472 | 473 => VaultError::away(
            format!("it is a standby, or busy ({said})"),
            "name the active server, or try again",
        ),
        301..=308 => VaultError::refused(
            format!("it points elsewhere ({said})"),
            "name the server that it points to; a token is not sent where somebody points",
        ),
        500.. => VaultError::away(format!("it is not well ({said})"), "see the server's log"),
        _ => VaultError::refused(format!("it refused `{place}` ({said})"), "see the server's log"),
    }
}

fn wrong_version(asked: &Asked<'_>) -> VaultError {
    let (is, not) = match asked.version {
        KvVersion::One => ("2", "1"),
        KvVersion::Two => ("1", "2"),
    };
    VaultError::refused(
        format!("the mount of `{}` is of KV version {is}, not {not}", asked.place),
        "say so in the vault's declaration",
    )
}

fn deleted(place: &str) -> VaultError {
    VaultError::refused(
        format!("the newest version of `{place}` was deleted"),
        "undelete it, or put a new version",
    )
}
