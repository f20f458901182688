//! `deskhand commands`, and the pages that are made from it.
#![expect(clippy::unwrap_used, reason = "test code")]

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

fn printed(arguments: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_deskhand"));
    let output = command.env_clear().args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn declared() -> Vec<Value> {
    serde_json::from_str(&printed(&["commands", "--output", "json"])).unwrap()
}

fn texts(value: &Value) -> Vec<&str> {
    value
        .as_array()
        .unwrap()
        .iter()
        .map(|text| text.as_str().unwrap())
        .collect()
}

#[test]
fn a_program_learns_what_a_command_takes_and_how_it_can_end() {
    let declared = declared();
    let fetch = declared
        .iter()
        .find(|command| command["slug"] == "fetch-event")
        .unwrap();
    assert_eq!(fetch["title"], "Fetch Event");
    assert_eq!(fetch["effect"], "reads");
    assert_eq!(fetch["states"], json!(["Successful", "Failed"]));
    assert_eq!(
        (&fetch["inputs"]["title"], &fetch["inputs"]["description"]),
        (&Value::Null, &Value::Null)
    );
    let number = &fetch["inputs"]["properties"]["number"];
    assert_eq!(number["title"], "Number of Event(s) Fetched");
    assert_eq!((&number["minimum"], &number["maximum"]), (&json!(1), &json!(1000)));
}

#[test]
fn g3_every_command_says_which_rights_it_needs() {
    let table = printed(&["commands"]);
    for command in declared() {
        let slug = command["slug"].as_str().unwrap();
        let help = printed(&["help", slug]);
        assert!(table.contains(slug) && !texts(&command["rights"]).is_empty(), "{slug}");
        for right in texts(&command["rights"]) {
            assert!(right.ends_with(" Level: All"), "{right}");
            assert!(table.contains(right), "the table lacks {right}");
            assert!(help.contains(right), "the help of {slug} lacks {right}");
        }
    }
}

#[test]
fn g5_every_command_has_a_page_with_a_sample_of_each_way_it_can_end() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference/commands");
    for command in declared() {
        let slug = command["slug"].as_str().unwrap();
        let page = std::fs::read_to_string(folder.join(format!("{slug}.md"))).unwrap();
        let outputs: Vec<Value> = page
            .split("```json\n")
            .skip(1)
            .map(|rest| serde_json::from_str(rest.split("\n```").next().unwrap()).unwrap())
            .collect();
        for state in texts(&command["states"]) {
            assert!(
                outputs.iter().any(|output| output["returnData"] == state),
                "{slug} has no sample that is {state}"
            );
        }
        for output in outputs {
            for part in [
                "result",
                "keyFields",
                "contextData",
                "rawData",
                "error",
                "errors",
                "run",
            ] {
                assert!(output.get(part).is_some(), "a sample of {slug} lacks {part}");
            }
        }
    }
}
