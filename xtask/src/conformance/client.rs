//! Has the program do everything that it can do, and judges the requests that come of it.

use std::process::Command;

use anyhow::{Context as _, ensure};
use serde_json::Value;

use super::http::ask;
use super::requests::Judge;
use crate::place;
use crate::program::capture;
use crate::sandbox::Sandbox;

/// Commands that read, and the writing ones in earnest; their requests are in the sandbox's log. `TICKET` and the like are
/// replaced by what the sandbox has.
const PERFORMED: &[&[&str]] = &[
    &["test-connection"],
    &["doctor"],
    &["fetch-event", "--number", "3"],
    &[
        "fetch-event",
        "--start-time",
        "2020-01-01 00:00",
        "--end-time",
        "2040-01-01 00:00",
        "--status",
        "STATUS",
        "--priority",
        "Priority 3 - Normal Response",
        "--impact",
        "Medium",
        "--urgency",
        "Medium",
        "--search-condition",
        "company/id > 0",
    ],
    &["get-tickets", "TICKET", "OTHER"],
    &["list-boards"],
    &["list-board-statuses", "--board-id", "BOARD"],
    &["list-board-teams", "--board-id", "BOARD"],
    &[
        "list-companies",
        "--company-name",
        "a",
        "--status",
        "Active",
        "--type",
        "Customer",
    ],
    &["get-company-contacts", "COMPANY"],
    &["ingest", "--store", "STORE"],
    &["ingest", "--store", "STORE", "--sweep", "0"],
    &["add-ticket-notes", "TICKET", "--note-text", "Seen", "--store", "STORE"],
    &["update-tickets", "TICKET", "--summary", "Changed", "--store", "STORE"],
    &[
        "create-ticket",
        "--summary",
        "New",
        "--company-id",
        "COMPANY",
        "--store",
        "STORE",
    ],
    &["delete-tickets", "OTHER", "--store", "STORE"],
];

/// Writing commands with every input that they have; what they would send is in what they print.
const REHEARSED: &[&[&str]] = &[
    &[
        "create-ticket",
        "--summary",
        "New",
        "--company-id",
        "COMPANY",
        "--board-name",
        "BOARDNAME",
        "--status",
        "STATUS",
        "--team",
        "TEAM",
        "--priority",
        "Priority 2 - Quick Response",
        "--urgency",
        "High",
        "--impact",
        "Low",
        "--ticket-contact-name",
        "Jane Doe",
        "--ticket-contact-phone-number",
        "813-555-0100",
        "--ticket-contact-email-address",
        "jane@example.com",
        "--additional-fields",
        "{\"city\": \"Tampa\", \"source\": {\"name\": \"Call\"}}",
    ],
    &["create-ticket", "--summary", "New", "--company-id", "COMPANY"],
    &[
        "update-tickets",
        "TICKET",
        "--summary",
        "Changed",
        "--company-id",
        "COMPANY",
        "--board-name",
        "BOARDNAME",
        "--status",
        "STATUS",
        "--team",
        "TEAM",
        "--priority",
        "Priority 2 - Quick Response",
        "--urgency",
        "High",
        "--impact",
        "Low",
        "--ticket-contact-name",
        "Jane Doe",
        "--ticket-contact-phone-number",
        "813-555-0100",
        "--ticket-contact-email-address",
        "jane@example.com",
        "--automatic-email-cc",
        "a@example.com",
        "--additional-fields",
        "{\"city\": \"Tampa\", \"source\": {\"name\": \"Call\"}}",
    ],
    &[
        "add-ticket-notes",
        "TICKET",
        "--note-text",
        "Seen",
        "--discussion-note",
        "--internal-note",
        "--resolution-note",
    ],
    &[
        "merge-tickets",
        "--parent-ticket-id",
        "TICKET",
        "OTHER",
        "--status",
        "CLOSED",
    ],
    &["delete-tickets", "TICKET"],
];

/// Judges every request of these.
pub(super) fn judge(sandbox: &Sandbox, judge: &mut Judge<'_>) -> anyhow::Result<()> {
    let declared = capture(
        sandbox
            .client(&place::deskhand())
            .args(["commands", "--output", "json"]),
    )?;
    left_out(&serde_json::from_str::<Vec<Value>>(&declared)?)?;
    let folder = tempfile::tempdir()?;
    let store = folder.path().join("store.sqlite").to_string_lossy().into_owned();
    let names = Names::of(sandbox, store)?;
    ask(&sandbox.url, "DELETE", "/_sandbox/requests", "", None)?;
    for words in REHEARSED {
        let mut command = names.command(sandbox, words);
        let printed = capture(command.args(["--dry-run", "--output", "json"]))?;
        let output: Value = serde_json::from_str(&printed)?;
        let mut texts = Vec::new();
        would_send(&output["contextData"], &mut texts);
        ensure!(!texts.is_empty(), "`{}` would send nothing: {printed}", words.join(" "));
        for text in texts {
            judge.text(text)?;
        }
    }
    for words in PERFORMED {
        capture(&mut names.command(sandbox, words))?;
    }
    let log = ask(&sandbox.url, "GET", "/_sandbox/requests", "", None)?.body;
    let log = log.as_array().context("the sandbox noted no requests")?;
    ensure!(!log.is_empty(), "the program asked for nothing");
    for request in log {
        let text = |member: &str| request[member].as_str().unwrap_or_default();
        judge.noted(text("method"), text("path"));
    }
    Ok(())
}

/// An error when a command, or an input of one that writes, is in neither list.
fn left_out(declared: &[Value]) -> anyhow::Result<()> {
    for command in declared {
        let slug = command["slug"].as_str().unwrap_or_default();
        let named = |list: &[&[&str]], word: &str| list.iter().any(|words| words[0] == slug && words.contains(&word));
        if command["effect"] == "reads" {
            ensure!(
                named(PERFORMED, slug),
                "`{slug}` is not performed: it needs a line in PERFORMED"
            );
            continue;
        }
        ensure!(
            named(REHEARSED, slug),
            "`{slug}` is not rehearsed: it needs a line in REHEARSED"
        );
        let inputs = command["inputs"]["properties"].as_object();
        for (input, schema) in inputs.into_iter().flatten() {
            // A list of ids may follow without its name.
            let ids = schema["items"]["type"] == "integer";
            let option = format!("--{}", input.replace('_', "-"));
            ensure!(
                ids || named(REHEARSED, &option),
                "`{slug}` is not rehearsed with `{option}`"
            );
        }
    }
    Ok(())
}

/// Every text under the name `Would Send`, wherever it stands.
fn would_send<'a>(value: &'a Value, texts: &mut Vec<&'a str>) {
    match value {
        Value::Object(members) => {
            texts.extend(members.get("Would Send").and_then(Value::as_str));
            members.values().for_each(|value| would_send(value, texts));
        }
        Value::Array(values) => values.iter().for_each(|value| would_send(value, texts)),
        _ => {}
    }
}

/// What stands for what the sandbox has.
struct Names(Vec<(&'static str, String)>);

impl Names {
    fn of(sandbox: &Sandbox, store: String) -> anyhow::Result<Self> {
        let first = |words: &[&str]| -> anyhow::Result<Vec<Value>> {
            let mut command = sandbox.client(&place::deskhand());
            let lines = capture(command.args(words).args(["--output", "jsonl"]))?;
            lines.lines().map(|line| Ok(serde_json::from_str(line)?)).collect()
        };
        let tickets = first(&[
            "fetch-event",
            "--search-condition",
            "closedFlag = false AND board/id = 1",
        ])?;
        let board = first(&["list-boards"])?
            .into_iter()
            .find(|board| board["id"] == 1)
            .context("no board 1")?;
        let statuses = first(&["list-board-statuses", "--board-id", "1"])?;
        let closed = statuses
            .iter()
            .find(|status| status["closedStatus"] == true)
            .context("no closed status")?;
        let open = statuses
            .iter()
            .find(|status| status["closedStatus"] != true)
            .context("no open status")?;
        let team = first(&["list-board-teams", "--board-id", "1"])?;
        let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let [ticket, other, ..] = tickets.as_slice() else {
            anyhow::bail!("the sandbox has too few tickets");
        };
        Ok(Self(vec![
            ("STORE", store),
            ("TICKET", text(&ticket["id"])),
            ("OTHER", text(&other["id"])),
            ("COMPANY", text(&ticket["company"]["id"])),
            ("BOARD", text(&board["id"])),
            ("BOARDNAME", text(&board["name"])),
            ("STATUS", text(&open["name"])),
            ("CLOSED", text(&closed["id"])),
            ("TEAM", text(&team.first().context("no team")?["name"])),
        ]))
    }

    /// The program with these words.
    fn command(&self, sandbox: &Sandbox, words: &[&str]) -> Command {
        let mut command = sandbox.client(&place::deskhand());
        for word in words {
            let found = self.0.iter().find(|(name, _)| name == word);
            command.arg(found.map_or(*word, |(_, value)| value.as_str()));
        }
        command
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_new_command_or_input_has_to_be_listed() {
        let command = |slug: &str, effect: &str, input: &str| {
            let inputs = json!({"properties": {input: {"type": "string"}, "ids": {"items": {"type": "integer"}}}});
            left_out(&[json!({"slug": slug, "effect": effect, "inputs": inputs})])
        };
        assert!(command("create-ticket", "writes", "board_name").is_ok());
        assert!(command("get-tickets", "reads", "anything").is_ok());
        assert!(command("create-ticket", "writes", "colour").is_err());
        assert!(command("paint-ticket", "writes", "board_name").is_err());
        assert!(command("look-at-ticket", "reads", "board_name").is_err());
    }
}
