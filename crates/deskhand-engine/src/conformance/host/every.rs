//! A playbook with every kind of step.

use serde_json::json;

use super::steps::{
    ask, command, condition, fail, for_each, format, mail, nested, note, playbook, rehearse, repeat, wait,
};
use crate::playbooks::{Does, Playbook, Wait};

/// The playbook that every dismissal sets off, where there is one of that name.
pub(super) const CLOSING: &str = "Closing";

/// The playbook, those that it runs, and the one that its dismissal sets off.
pub(super) fn every_kind() -> Vec<Playbook> {
    let tickets = json!("{{ PlaybookData | jsonpath('$.Look.rawData.Results[*]') }}");
    let ids = json!("{{ PlaybookData | jsonpath('$.Look.rawData.Results[*].id') }}");
    let every = playbook("Every")
        .step("Look", &[], command("get-tickets", json!({})))
        .step(
            "Kind",
            &["Look"],
            condition("{{ PlaybookData.Look.rawData.Results | length > 2 }}", &["true"]),
        )
        .step(
            "Many",
            &["Kind:true"],
            format(json!({"ids": ids, "who": "{{ inputs.who }}"})),
        )
        .step("Few", &["Kind:others"], fail("too few"))
        .step("Each", &["Many"], for_each(tickets))
        .part("Each", "Note", &[], note(json!("{{ item.id }}"), "each"))
        .part("Each", "Odd", &["Note"], condition("{{ item.id % 2 }}", &["1"]))
        .part("Each", "Flag", &["Odd:1"], note(json!("{{ item.id }}"), "odd"))
        .part("Each", "Poll", &["Note"], repeat("{{ turn >= 2 }}", 3, 10))
        .part("Poll", "Turn", &[], note(json!("{{ index }}"), "turn"))
        .step("Batch", &["Many"], note(json!("{{ PlaybookData.Many.ids }}"), "batch"))
        .step(
            "Shaky",
            &["Many"],
            command("shaky", json!({"Ticket ID": 1, "Note": "shaky"})),
        )
        .tries(9, 30)
        .step("Broken", &["Look"], command("broken", json!({})))
        .step("Rescue", &["Broken:failed"], mail("Rescue"))
        .step("Soft", &["Look"], command("broken", json!({})))
        .goes_on()
        .step("After soft", &["Soft"], note(json!(1), "soft"))
        .step("Refused", &["Many"], nested("Refuses", json!({})))
        .step("Excuse", &["Refused:failed"], note(json!(2), "excuse"))
        .step(
            "Rehearse",
            &["Many"],
            rehearse("add-note", json!({"Ticket ID": 3, "Note": "rehearsed"})),
        )
        .step(
            "Rehearsed",
            &["Rehearse"],
            condition("{{ PlaybookData.Rehearse.rawData.Results[0].dryRun }}", &["true"]),
        )
        .step(
            "Answer lost",
            &["Rehearsed:true"],
            command("answer-lost", json!({"Ticket ID": 3, "Note": "answer lost"})),
        )
        .step(
            "Request lost",
            &["Rehearsed:true"],
            command("request-lost", json!({"Ticket ID": 3, "Note": "request lost"})),
        )
        .step("Pause", &["Each", "Batch"], wait(3_600))
        .step(
            "Until",
            &["Pause"],
            Does::Wait(Wait::Until(json!("1970-01-01T02:00:00Z"))),
        )
        .step("Ask", &["Until"], ask(&[], Some(3 * 86_400)))
        .step(
            "Sub",
            &["Ask:approved"],
            nested("Sub", json!({"id": "{{ PlaybookData.Look.rawData.Results[0].id }}"})),
        )
        .step("Never", &["Ask:rejected"], fail("rejected"))
        .step(
            "Escalate",
            &["Sub"],
            Does::Escalate {
                incident_type: json!("Outage"),
                title: json!("By {{ PlaybookData.Ask.by }}"),
            },
        )
        .step("Dismiss", &["Escalate"], Does::Dismiss { reason: json!("done") })
        .step("First", &["Pause", "Never", "Rescue"], note(json!(3), "first"))
        .any()
        .step(
            "Last",
            &[
                "Dismiss",
                "Shaky",
                "After soft",
                "First",
                "Few",
                "Excuse",
                "Answer lost",
                "Request lost",
            ],
            mail("Last"),
        )
        .done();
    let sub = playbook("Sub")
        .step("Note", &[], note(json!("{{ inputs.id }}"), "sub"))
        .step("Wait", &["Note"], wait(60))
        .step("Letter", &["Wait"], mail("Sub"))
        .done();
    let closing = playbook(CLOSING)
        .step("Note", &[], note(json!(2), "closing"))
        .step("Dismiss", &["Note"], Does::Dismiss { reason: json!("again") })
        .done();
    let refuses = playbook("Refuses")
        .step("No", &[], fail("refused"))
        .step("Nothing", &["No:failed"], note(json!(1), "never"))
        .done();
    vec![every, sub, refuses, closing]
}

/// A playbook whose inner run fails twice, and the one that it runs.
pub(super) fn fails_twice() -> Vec<Playbook> {
    let again = playbook("Again")
        .step("Each", &[], for_each(json!([1, 2])))
        .part("Each", "Note", &[], note(json!("{{ item }}"), "each"))
        .step("Sub", &["Each"], nested("Shaky sub", json!({})))
        .step("Wait", &["Each"], wait(7_200))
        .step("End", &["Sub", "Wait"], mail("End"))
        .done();
    let sub = playbook("Shaky sub")
        .step("Before", &[], note(json!(1), "before"))
        .step(
            "Shaky",
            &["Before"],
            command("shaky", json!({"Ticket ID": 2, "Note": "shaky"})),
        )
        .step("After", &["Shaky"], mail("After"))
        .done();
    vec![again, sub]
}
