//! Profiles: named connections in a file that only its owner should be able to read.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use serde::Deserialize;

use crate::exit::BadInput;
use crate::render::error::say;

/// One connection of the file; what it leaves out comes from options or the environment.
#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Profile {
    pub(super) url: Option<String>,
    pub(super) company_id: Option<String>,
    pub(super) public_key: Option<String>,
    pub(super) private_key: Option<String>,
    pub(super) client_id: Option<String>,
    pub(super) api_version: Option<String>,
    pub(super) proxy: Option<String>,
    pub(super) ca_certificate: Option<std::path::PathBuf>,
    pub(super) timeout_seconds: Option<u64>,
    pub(super) ceiling: Option<usize>,
    pub(super) ticket_mark: Option<MarkSetting>,
}

/// Where new tickets are marked: `"externalXRef"`, `"none"`, or the id of a custom field.
#[derive(Clone, Copy, Deserialize)]
#[serde(untagged)]
pub(super) enum MarkSetting {
    CustomField(i64),
    Named(NamedMark),
}

#[derive(Clone, Copy, Deserialize)]
pub(super) enum NamedMark {
    #[serde(rename = "externalXRef")]
    ExternalXRef,
    #[serde(rename = "none")]
    Nowhere,
}

impl std::fmt::Display for MarkSetting {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::CustomField(id) => write!(to, "{id}"),
            Self::Named(NamedMark::ExternalXRef) => to.write_str("externalXRef"),
            Self::Named(NamedMark::Nowhere) => to.write_str("none"),
        }
    }
}

/// Reads one profile of the file.
pub(super) fn read(path: &Path, name: &str) -> anyhow::Result<Profile> {
    let text = std::fs::read_to_string(path).map_err(|error| BadInput::unreadable("profile file", path, &error))?;
    warn_when_others_can_read(path);
    let mut profiles: BTreeMap<String, Profile> =
        toml::from_str(&text).map_err(|error| malformed(path, &text, &error))?;
    profiles.remove(name).ok_or_else(|| {
        let known: Vec<_> = profiles.keys().map(|name| format!("`{name}`")).collect();
        BadInput::new(format!("there is no profile `{name}` in `{}`", path.display()))
            .hint(format!("the file has: {}", known.join(", ")))
            .into()
    })
}

/// The parser's own words quote the line, and a line can hold a key: only its number and what is wrong are kept.
fn malformed(path: &Path, text: &str, error: &toml::de::Error) -> anyhow::Error {
    let line = error.span().map_or(1, |span| {
        text.as_bytes()[..span.start.min(text.len())]
            .split(|b| *b == b'\n')
            .count()
    });
    BadInput::new(format!("`{}`, line {line}: {}", path.display(), error.message()))
        .hint("a profile is `[name]` with url, company_id, public_key, private_key and client_id below it")
        .into()
}

fn warn_when_others_can_read(path: &Path) {
    let open = std::fs::metadata(path).is_ok_and(|about| about.permissions().mode() & 0o077 != 0);
    if open {
        say(&format!(
            "warning: other users can read `{0}`, which holds keys; run `chmod 600 {0}`\n",
            path.display()
        ));
    }
}
