//! Reading of files, with everything that can be wrong with them.

use std::time::Duration;

use deskhand_command::{Declaration, Effect, Rows, States, Table};
use proptest::prelude::*;
use schemars::JsonSchema;
use serde_json::{Map, Value, json};

use super::*;

#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its schema is looked at")]
struct ToyInputs {
    /// The ids of the records. They may be many.
    #[schemars(title = "Record IDs", length(min = 1))]
    record_ids: Vec<i64>,
    /// The shelf.
    #[schemars(title = "Shelf ID", range(min = 1))]
    shelf_id: Option<i64>,
    /// What to say.
    #[schemars(title = "Note Text", length(max = 10))]
    note_text: Option<String>,
    /// Whether.
    #[schemars(title = "Internal Note")]
    internal_note: Option<bool>,
    /// More.
    #[schemars(title = "Additional Fields")]
    additional_fields: Option<Map<String, Value>>,
}

fn declared(title: &'static str, slug: &'static str) -> Declaration {
    Declaration {
        title,
        slug,
        summary: "",
        effect: Effect::Writes,
        rights: &[],
        states: States::Two,
        table: Table {
            rows: Rows::Records,
            columns: &[],
        },
        key_fields: &[],
        inputs: Declaration::inputs_of::<ToyInputs>(),
    }
}

fn commands() -> [Declaration; 2] {
    [
        declared("Label Records", "label-records"),
        declared("Look Up", "look-up"),
    ]
}

fn read_with(text: &str, edit: impl FnOnce(&mut Known<'_>)) -> Result<Playbook, Vec<String>> {
    let commands = commands();
    let mut known = Known::commands(&commands);
    edit(&mut known);
    read(text, &known).map_err(|problems| problems.iter().map(ToString::to_string).collect())
}

/// Reads steps below a head of three lines.
fn steps(text: &str) -> Result<Playbook, Vec<String>> {
    read_with(&format!("[playbook]\nname = \"P\"\nsummary = \"S\"\n{text}"), |_| {})
}

fn problems(text: &str) -> Vec<String> {
    steps(text).unwrap_err()
}

const EVERYTHING: &str = r#"
[playbook]
name = "Everything"
summary = "Has one of each."

[[input]]
name = "days"
kind = "number"
default = 14
help = "How many."

[[trigger]]
event = { connection = "acme", source = "Alerts", search = '{$.priority.name} contains "Priority 1"' }
at_most = 3
[[trigger]]
dismissal = {}
[[trigger]]
schedule = "0 7 * * 1-5"
zone = "Europe/Berlin"
inputs = { days = 7 }
[[trigger]]
failure_of = "*"

[[step]]
name = "Look"
command = "look-up"
connection = "acme"
inputs = { "Record IDs" = "{{ event.raw.id }}", shelf_id = [1, 2], "Note Text" = 2026-01-02 }
retries = 2
pause = "30s"
on_failure = "go_on"

[[step]]
name = "Open"
condition = "{{ PlaybookData['Look'].returnData }}"
branches = ["yes", "no"]

[[step]]
name = "Each"
after = "Open: yes"
for_each = "{{ PlaybookData | jsonpath('$.[\"Look\"].rawData.Results[*]') }}"

[[step]]
name = "Label"
inside = "Each"
command = "label-records"
connection = "acme"
inputs = { "Record IDs" = ["{{ item.id }}"], "Note Text" = "{{ index }}" }
dry_run = true

[[step]]
name = "Rest"
inside = "Each"
wait = "2h"

[[step]]
name = "Again"
after = "Look: failed"
repeat_until = "{{ PlaybookData['Count'].n > 2 }}"
limit = 5
pause = "1m"

[[step]]
name = "Count"
inside = "Again"
format = { n = "{{ turn }}" }

[[step]]
name = "Ask"
after = ["Each", "Again"]
join = "any"
approval = "Go on?"
by = ["anna"]
notify = "anna@example.com"
expires = "3d"

[[step]]
name = "Sub"
after = "Ask: approved"
playbook = "Other"
inputs = { n = 1 }

[[step]]
name = "Tomorrow"
wait_until = "{{ now | shift('1 day') }}"

[[step]]
name = "Write"
mail = { to = ["a@example.com", "b@example.com"], subject = "S", text = "T" }

[[step]]
name = "Raise"
escalate = { incident_type = "Outage", title = "{{ event.fields['Description'] }}" }

[[step]]
name = "Drop"
after = "Ask: rejected"
dismiss = "Nobody wants it"

[[step]]
name = "Stop"
after = "Ask: expired"
fail = "Nobody answered"
"#;

#[test]
fn every_member_of_a_file_is_read() {
    let playbook = read_with(EVERYTHING, |_| {}).unwrap();
    let step = |name: &str| playbook.steps.iter().find(|step| step.name == name).unwrap();
    assert_eq!(
        (playbook.name.as_str(), playbook.inputs[0].kind),
        ("Everything", InputKind::Number)
    );
    assert_eq!(playbook.inputs[0].default, Some(json!(14)));
    assert!(matches!(&playbook.triggers[0], Trigger::Event(event) if event.search.is_some()));
    assert!(matches!(&playbook.triggers[1], Trigger::Dismissal(event) if event.connection.is_none()));
    assert!(matches!(&playbook.triggers[0], Trigger::Event(event) if event.at_most == Some(3)));
    assert_eq!(playbook.at_most(), 25, "the other trigger does not say");
    assert!(matches!(&playbook.triggers[2], Trigger::Schedule { inputs, .. } if inputs["days"] == 7));
    assert!(matches!(&playbook.triggers[3], Trigger::Failure { of: None }));
    let look = step("Look");
    let thirty = Duration::from_secs(30);
    assert_eq!(
        (look.retries, look.on_failure),
        (
            Retries {
                times: 2,
                pause: thirty
            },
            OnFailure::GoOn
        )
    );
    assert!(matches!(&look.does, Does::Command { inputs, .. } if inputs["Note Text"] == "2026-01-02"));
    let after = |name: &str| step(name).after.clone();
    let place = |name: &str, branch: Option<&str>| After {
        step: playbook.steps.iter().position(|step| step.name == name).unwrap(),
        branch: branch.map(str::to_owned),
    };
    assert_eq!(after("Look"), []);
    assert_eq!(after("Open"), [place("Look", None)]);
    assert_eq!(after("Each"), [place("Open", Some("yes"))]);
    assert_eq!(after("Label"), []);
    assert_eq!(after("Rest"), [place("Label", None)]);
    assert_eq!(after("Again"), [place("Look", Some(FAILED))]);
    assert_eq!(after("Ask"), [place("Each", None), place("Again", None)]);
    assert_eq!(after("Tomorrow"), [place("Sub", None)]);
    assert_eq!((step("Ask").join, step("Open").join), (Join::Any, Join::All));
    assert_eq!(step("Rest").inside, Some(place("Each", None).step));
    let minute = Duration::from_secs(60);
    assert!(matches!(&step("Again").does, Does::Repeat { limit: 5, pause, .. } if *pause == minute));
    let days = Duration::from_secs(3 * 86400);
    assert!(matches!(&step("Ask").does, Does::Approval { expires: Some(expires), .. } if *expires == days));
    assert!(matches!(&step("Rest").does, Does::Wait(Wait::For(wait)) if *wait == Duration::from_secs(7200)));
    assert!(matches!(&step("Write").does, Does::Mail { to, .. } if to.as_array().unwrap().len() == 2));
}

#[test]
fn what_is_no_toml_is_said_with_its_line() {
    let said = problems("[[step]\nname = \"A\"\n");
    assert!(said[0].starts_with("line 4: "), "{said:?}");
}

#[test]
fn unknown_members_are_said_with_their_lines_wherever_they_are() {
    let text = r#"[playbok]
[[input]]
name = "a"
sort = "text"
[[trigger]]
event = { conection = "acme" }
[[step]]
name = "A"
wiat = "2h"
[[step]]
name = "B"
wait = "2h"
branches = ["x"]
[[step]]
name = "C"
mail = { to = "a", subject = "b", body = "c", text = "" }
"#;
    assert_eq!(
        problems(text),
        [
            "line 4: a playbook's file has no `playbok`; did you mean `playbook`?",
            "line 7: `[[input]]` number 1: unknown field `sort`, expected one of `name`, `kind`, `default`, `help`",
            "line 9: `[[trigger]]` number 1: unknown field `conection`, expected one of `connection`, `source`, `search`",
            "line 11: step `A`: it does nothing; give it one of `command`, `condition`, `format`, `for_each`, `repeat_until`, `wait`, `wait_until`, `approval`, `playbook`, `mail`, `escalate`, `dismiss` and `fail`",
            "line 12: step `A`: a step has no `wiat`; did you mean `wait`?",
            "line 16: step `B`: `branches` goes with `condition` only; take it out",
            "line 19: step `C`: unknown field `body`, expected one of `to`, `subject`, `text`",
        ]
    );
}

#[test]
fn steps_that_do_nothing_or_two_things_or_lack_something_are_said() {
    let text = r#"[[step]]
name = "A"
wait = "2h"
fail = "x"
[[step]]
name = "B"
command = "look-up"
inputs = { record_ids = [1] }
[[step]]
name = "C"
condition = "{{ 1 }}"
[[step]]
name = "D"
wait = "two hours"
[[step]]
name = "E"
repeat_until = "{{ true }}"
pause = "1s"
[[step]]
name = "F"
inside = "E"
wait = "1s"
pause = "1s"
[[step]]
name = "G: x"
wait = "1s"
[[step]]
name = "H/I"
wait = "1s"
[[step]]
wait = "1s"
[[step]]
name = "J"
after = 3
wait = "1s"
"#;
    assert_eq!(
        problems(text),
        [
            "line 5: step `A`: it does several things: `wait` and `fail`; make a step of each",
            "line 10: step `B`: `connection` is missing; a command runs on a connection",
            "line 14: step `C`: it has no branches; name them: branches = [\"yes\", \"no\"]",
            "line 17: step `D`: `two hours` is no duration; durations are written `30s`, `15m`, `2h` or `3d`",
            "line 20: step `E`: `limit` is missing; say how many turns there are at most: limit = 10",
            "line 26: step `F`: `pause` goes with `command`, `repeat_until`, `playbook` and `mail` only; take it out",
            "line 28: step `G: x`: its name has a colon before a blank, which separates a step from its branch",
            "line 31: step `H/I`: its name has more in it than letters, digits, blanks and - _ . : @",
            "line 33: a step needs a name",
            "line 37: step `J`: a text or a list of texts is expected",
        ]
    );
}

#[test]
fn triggers_are_one_thing_that_can_be() {
    let text = r#"[[trigger]]
event = {}
failure_of = "*"
[[trigger]]
event = { search = "{$.a} ~ b" }
zone = "Europe/Berlin"
[[trigger]]
failure_of = "P"
[[trigger]]
schedule = "sometimes"
inputs = { dys = 1, days = "x" }
[[trigger]]
failure_of = "Oter"
[[input]]
name = "days"
kind = "number"
[[input]]
name = "flag"
kind = "flag"
default = "yes"
[[input]]
name = "days"
default = "1"
[[step]]
name = "A"
wait = "1s"
"#;
    let said = read_with(&format!("[playbook]\nname = \"P\"\n\n{text}"), |known| {
        known.schedule = &|text, _| {
            if text == "sometimes" {
                Err(format!("`{text}` is no time"))
            } else {
                Ok(())
            }
        };
        let other = KnownPlaybook {
            name: "Other".to_owned(),
            inputs: Vec::new(),
            runs: Vec::new(),
            needs: Vec::new(),
        };
        known.playbooks = Some(Box::leak(Box::new([other])));
    });
    assert_eq!(
        said.unwrap_err(),
        [
            "line 4: a trigger is exactly one thing; give it one of `event`, `dismissal`, `schedule` and `failure_of`",
            "line 8: a comparison such as {$.status.name} = \"New\" is expected at `{$.a} ~ b`",
            "line 9: `zone` goes with `schedule` only; take it out",
            "line 11: a playbook is not set off by its own failure; use `after = \"step: failed\"` inside it, or `*` for every other playbook",
            "line 13: `sometimes` is no time",
            "line 14: `days` is to be a number",
            "line 14: the playbook has no input `dys`; did you mean `days`?",
            "line 16: there is no playbook `Oter`; did you mean `Other`?",
            "line 18: nobody gives `days` when the trigger of line 7 sets the playbook off; give it a default",
            "line 23: the default of `flag` is no flag (true or false)",
            "line 25: there are two inputs `days`",
        ]
    );
}

#[test]
fn how_often_a_ticket_may_set_a_playbook_off_is_a_number_and_goes_with_events() {
    let text = "[[trigger]]\nevent = {}\nat_most = 0\n[[trigger]]\ndismissal = {}\nat_most = 1001\n[[trigger]]\n\
                failure_of = \"*\"\nat_most = 3\n[[step]]\nname = \"A\"\nwait = \"1s\"\n";
    assert_eq!(
        problems(text),
        [
            "line 6: a number from 1 to 1000 is expected; it is how often one ticket may set the playbook off within a day",
            "line 9: a number from 1 to 1000 is expected; it is how often one ticket may set the playbook off within a day",
            "line 12: `at_most` goes with `event` or `dismissal` only; take it out",
        ]
    );
    let text = "[playbook]\nname = \"P\"\n[[trigger]]\nevent = {}\nat_most = 7\n[[trigger]]\nfailure_of = \"*\"\n\
                [[step]]\nname = \"A\"\nwait = \"1s\"\n";
    assert_eq!(read_with(text, |_| {}).unwrap().at_most(), 7);
}

#[test]
fn commands_inputs_and_connections_have_to_be_there() {
    let text = r#"[[step]]
name = "A"
command = "lok-up"
connection = "amce"
[[step]]
name = "B"
command = "Look Up"
connection = "{{ inputs.where }}"
[[step]]
name = "C"
command = "look-up"
connection = "acme"
inputs.shelf_id = "three"
inputs."Note Txt" = "x"
[[step]]
name = "D"
command = "look-up"
connection = "acme"
[step.inputs]
"Record IDs" = [1, "x"]
"Shelf ID" = [1, 0]
"Note Text" = "longer than that"
"Internal Note" = "maybe"
"Additional Fields" = "city"
[[step]]
name = "E"
command = "look-up"
connection = "acme"
inputs = { "Record IDs" = [], record_ids = "1, 2" }
[[step]]
name = "F"
command = "look-up"
connection = "acme"
[step.inputs]
"Record IDs" = "{{ now }}"
"Shelf ID" = ["{{ now }}", "12"]
"Note Text" = ["a", "b"]
"Internal Note" = "False"
additional-fields = { city = "Tampa" }
"#;
    let said = read_with(
        &format!("[playbook]\nname = \"P\"\n[[input]]\nname = \"where\"\n{text}"),
        |known| {
            known.connections = Some(Box::leak(Box::new(["acme".to_owned()])));
        },
    );
    assert_eq!(
        said.unwrap_err(),
        [
            "line 7: step `A`: there is no command `lok-up`; did you mean `look-up`?",
            "line 8: step `A`: there is no connection `amce`; did you mean `acme`?",
            "line 11: step `B`: there is no command `Look Up`; write `look-up`",
            "line 17: step `C`: `shelf_id`: a whole number is expected",
            "line 17: step `C`: the input `Record IDs` is missing; The ids of the records",
            "line 18: step `C`: `look-up` has no input `Note Txt`; did you mean `Note Text`?",
            "line 24: step `D`: `Record IDs`: in its list, a whole number is expected",
            "line 25: step `D`: `Shelf ID`: it is to be at least 1",
            "line 26: step `D`: `Note Text`: at most 10 characters are possible, and this has 16",
            "line 27: step `D`: `Internal Note`: true or false is expected",
            "line 28: step `D`: `Additional Fields`: a JSON object is expected, such as { city = \"Tampa\" }",
            "line 33: step `E`: `Record IDs`: at least one element is expected",
            "line 33: step `E`: `record_ids` is given twice, under two names",
        ]
    );
}

#[test]
fn steps_come_after_steps_and_branches_that_there_are() {
    let text = r#"[[step]]
name = "A"
wait = "1s"
[[step]]
name = "A"
wait = "1s"
[[step]]
name = "B"
after = ["Aa", "A: yes", "A: failed"]
wait = "1s"
[[step]]
name = "C"
condition = "x"
branches = ["yes", "yes", "others", ""]
[[step]]
name = "D"
after = "C: ys"
wait = "1s"
[[step]]
name = "Loop"
for_each = [1, 2]
[[step]]
name = "E"
inside = "Loop"
after = "A"
wait = "1s"
[[step]]
name = "F"
after = "E"
wait = "1s"
[[step]]
name = "G"
inside = "Lop"
wait = "1s"
[[step]]
name = "H"
inside = "A"
wait = "1s"
[[step]]
name = "Ask"
approval = "Well?"
[[step]]
name = "I"
wait = "1s"
[[step]]
name = "J"
join = "any"
wait = "1s"
[[step]]
name = "Empty"
for_each = 3
[[step]]
name = "Hollow"
for_each = [1]
"#;
    assert_eq!(
        problems(text),
        [
            "line 8: step `A`: there are two steps of this name; the other one is in line 5; rename one of them",
            "line 12: step `B`: `A` has no branch `yes`; it has `failed`",
            "line 12: step `B`: there is no step `Aa`; did you mean `A`?",
            "line 17: step `C`: a branch has a name without blanks around it",
            "line 17: step `C`: the branch `others` is always there; call it otherwise, or leave it out",
            "line 17: step `C`: there are two branches `yes`",
            "line 20: step `D`: `C` has no branch `ys`; it has `yes`, `yes`, `others`, ``, `others` and `failed`",
            "line 28: step `E`: `A` is inside no other, and this step is inside `Loop`; only steps of the same part come after each other; a part begins when the step around it does",
            "line 32: step `F`: `E` is inside `Loop`, and this step is inside no other; give it inside = \"Loop\", or let it come after `Loop`, which ends when all of it has",
            "line 36: step `G`: there is no step `Lop`; did you mean `Loop`?",
            "line 40: step `H`: `A` neither repeats nor goes through a list, so that nothing can be inside it; other steps can be inside `Hollow` and `Loop`",
            "line 46: step `I`: it follows a question, and does not say which answer; write after = \"Ask: approved\", or \"Ask\" for any answer",
            "line 50: step `J`: there is nothing to join; name the steps before it: after = [\"…\", \"…\"]",
            "line 54: step `Empty`: a list is expected, or a template that yields one; for_each = \"{{ inputs.tickets }}\"",
            "line 56: step `Hollow`: nothing is inside it; give the steps that it is to do again inside = \"Hollow\"",
        ]
    );
}

#[test]
fn circles_and_what_is_never_reached_are_said_once() {
    let text = r#"[[step]]
name = "A"
after = "C"
wait = "1s"
[[step]]
name = "B"
wait = "1s"
[[step]]
name = "C"
wait = "1s"
[[step]]
name = "D"
wait = "1s"
[[step]]
name = "Self"
after = "Self"
wait = "1s"
[[step]]
name = "End"
after = []
fail = "x"
[[step]]
name = "Never"
wait = "1s"
[[step]]
name = "Never either"
wait = "1s"
[[step]]
name = "In"
inside = "Out"
for_each = [1]
[[step]]
name = "Out"
inside = "In"
for_each = [1]
[[step]]
name = "Caught"
after = "End: failed"
wait = "1s"
"#;
    assert_eq!(
        problems(text),
        [
            "line 6: step `A`: `A`, `B` and `C` come after each other; let one of them begin: after = []",
            "line 19: step `Self`: it comes after itself; let one of them begin: after = []",
            "line 26: step `Never`: it is never reached; let it come after a step or a branch that leads somewhere, or take it out",
            "line 29: step `Never either`: it is never reached; let it come after a step or a branch that leads somewhere, or take it out",
            "line 33: step `In`: it is inside itself, directly or by way of others",
            "line 37: step `Out`: it is inside itself, directly or by way of others",
        ]
    );
}

#[test]
fn d3_templates_read_only_what_comes_before_on_the_same_way() {
    let text = r#"[[step]]
name = "Look"
format = { a = "{{ inputs.dys }}", b = ["{{ PlaybookData.Later }}"] }
[[step]]
name = "Left"
format = { a = "{{ PlaybookData['Look'].a }}" }
[[step]]
name = "Right"
after = "Look"
format = { a = "{{ PlaybookData | jsonpath('$.[\"Left\"].a') }}", b = "{{ PlaybookData.Right }}" }
[[step]]
name = "Loop"
after = ["Left", "Right"]
repeat_until = "{{ PlaybookData.Inner.a and turn > 1 and PlaybookData.Look }}"
limit = 3
[[step]]
name = "Inner"
inside = "Loop"
format = { a = "{{ PlaybookData.Left }}{{ PlaybookData.Loop }}{{ turn }}{{ item }}" }
[[step]]
name = "Later"
format = { a = "{{ PlaybookData.Inner }}", b = "{{ PlaybookData.Lok }}{{ PlaybookData[inputs.x] }}" }
"#;
    assert_eq!(
        problems(text),
        [
            "line 6: step `Look`: it reads `Later`, which does not come before it; nothing comes before it",
            "line 6: step `Look`: the playbook has no input `dys`; describe it in an [[input]]",
            "line 13: step `Right`: it reads `Left`, which does not come before it; before it come `Look`",
            "line 13: step `Right`: it reads `Right`, which does not come before it; before it come `Look`",
            "line 22: step `Inner`: it reads `Loop`, which does not come before it; before it come `Look`, `Left` and `Right`",
            "line 22: step `Inner`: there is no `item` here; templates here can read `PlaybookData`, `event`, `failure`, `index`, `inputs`, `now`, `run` and `turn`",
            "line 25: step `Later`: it reads `Inner`, which does not come before it; before it come `Look`, `Left`, `Right` and `Loop`",
            "line 25: step `Later`: it reads `Lok`, and there is no such step; did you mean `Look`?",
            "line 25: step `Later`: the playbook has no input `x`; describe it in an [[input]]",
        ]
    );
}

#[test]
fn templates_that_cannot_be_are_said() {
    let text = r#"[[step]]
name = "A"
mail = { to = "{{ x", subject = "{{ now | dte }}", text = "{{ PlaybookData | jsonpath('$[') }}" }
[[step]]
name = "B"
format = { a = "{{ now is definde }}", b = "{{ nw }}", c = "{% for x in range(3) %}{{ loop.index }}{{ x }}{% endfor %}" }
"#;
    let said = problems(text);
    assert_eq!(said.len(), 5, "{said:#?}");
    assert!(said.iter().any(|said| said.contains("the template cannot be read")));
    assert!(said.contains(&"line 6: step `A`: there is no filter `dte`".to_owned()));
    assert!(said.iter().any(|said| said.contains("`$[` is no JSONPath")));
    assert!(said.contains(&"line 9: step `B`: there is no test `definde`".to_owned()));
    assert!(said.contains(&"line 9: step `B`: there is no `nw` here; did you mean `now`?".to_owned()));
}

#[test]
fn playbooks_that_steps_run_have_to_be_there_and_to_end() {
    let text = r#"
[playbook]
name = "P"
[[step]]
name = "A"
playbook = "P"
[[step]]
name = "B"
playbook = "Othr"
[[step]]
name = "C"
playbook = "Other"
inputs = { m = 1, n = "{{ now }}" }
[[step]]
name = "D"
playbook = "Third"
inputs = { n = "x" }
"#;
    let third = "[playbook]\nname = \"Third\"\n[[input]]\nname = \"n\"\nkind = \"number\"\n[[input]]\nname = \"k\"\n[[step]]\nname = \"A\"\nplaybook = \"Other\"\n";
    let other = "[playbook]\nname = \"Other\"\n[[input]]\nname = \"n\"\nkind = \"number\"\n[[step]]\nname = \"A\"\nplaybook = \"P\"\n";
    let playbooks = [sketch(third).unwrap(), sketch(other).unwrap(), sketch(text).unwrap()];
    let commands = commands();
    let mut known = Known::commands(&commands);
    known.playbooks = Some(&playbooks);
    let said: Vec<_> = read(text, &known)
        .unwrap_err()
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(
        said,
        [
            "line 6: step `A`: a playbook cannot run itself; use a step with `repeat_until`",
            "line 9: step `B`: there is no playbook `Othr`; did you mean `Other`?",
            "line 12: step `C`: `Other` runs this playbook in turn, so that it would never end; use a step with `repeat_until`",
            "line 13: step `C`: the playbook has no input `m`; did you mean `n`?",
            "line 16: step `D`: `Third` runs this playbook in turn, so that it would never end; use a step with `repeat_until`",
            "line 17: step `D`: `n` is to be a number",
            "line 17: step `D`: the input `k` is missing; it has no default",
        ]
    );
}

#[test]
fn a_file_without_a_head_or_steps_is_refused() {
    let said = read_with("", |_| {}).unwrap_err();
    assert_eq!(
        said,
        [
            "line 1: `[playbook]` is missing; begin with [playbook] and a name",
            "line 1: a playbook needs a step; begin one with [[step]]",
        ]
    );
}

proptest! {
    #[test]
    fn no_file_makes_it_panic(
        any in ".{0,60}",
        cut in 0..EVERYTHING.len(),
        lines in prop::collection::vec(prop::sample::select(EVERYTHING.lines().collect::<Vec<_>>()), 0..40),
    ) {
        let cut = EVERYTHING.get(..cut).unwrap_or_default();
        for text in [any.as_str(), cut, &lines.join("\n")] {
            let either = read_with(text, |_| {});
            prop_assert!(either.is_ok() || !either.unwrap_err().is_empty());
            let _sketched = sketch(text);
        }
    }
}

#[test]
fn addresses_people_and_what_triggers_do_not_give_are_told_before_a_playbook_is_applied() {
    let text = r#"[[trigger]]
schedule = "1h"
[[step]]
name = "Look"
format = { id = "{{ event.id }}" }
[[step]]
name = "Ask"
approval = "Go on?"
by = ["ann", "first lien"]
notify = ["noc", "noc@example.com"]
[[step]]
name = "Write"
after = "Ask: approved"
mail = { to = "{{ inputs.x | default('a') }}", subject = "S", text = "T" }
[[step]]
name = "Others"
playbook = "Other"
"#;
    let text = format!("[playbook]\nname = \"P\"\n{text}[[input]]\nname = \"x\"\ndefault = \"a@b.c\"\n");
    assert!(read_with(&text, |_| {}).is_ok());
    let said = read_with(&text, |known| {
        known.strictly = true;
        known.people = Some(Box::leak(Box::new(["ann".to_owned(), "first line".to_owned()])));
        let other = "[playbook]\nname = \"Other\"\n[[step]]\nname = \"A\"\ndismiss = \"x\"\n";
        let other = sketch(other).unwrap();
        known.playbooks = Some(Box::leak(Box::new([other])));
    });
    assert_eq!(
        said.unwrap_err(),
        [
            "line 3: step `Look` reads `event`, which this does not give; ask `event is defined` first",
            "line 11: step `Ask`: there is no user or group `first lien`; did you mean `first line`?",
            "line 12: step `Ask`: `noc` is no mail address; write it as `name@example.com`",
            "line 19: step `Others`: `Other` needs `event`, which its step `A` reads; a step gives a playbook its inputs and \
             nothing else",
        ]
    );
}
