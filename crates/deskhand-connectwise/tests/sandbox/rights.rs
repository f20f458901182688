//! Exactly the named lines of the security role are enough, and each of them is needed: the rows R1 to R13.

use deskhand_sandbox::Level::{Add, Delete, Edit, Inquire};
use deskhand_sandbox::{Level, Running};
use serde_json::{Value, json};

use crate::support::{client_with, open_tickets, run, sandbox, writes};

const TICKETS: &str = "Service Desk > Service Tickets";
const CLOSING: &str = "Service Desk > Close Service Tickets";
const MERGING: &str = "Service Desk > Merge Tickets";
const SETUP: &str = "System > Table Setup";
const COMPANIES: &str = "Companies > Company Maintenance";
const CONTACTS: &str = "Companies > Contacts";

const REFUSED: &str = "You do not have security permission to perform this action.";

/// A line as it is written on the page and in hints.
fn written((line, level): (&str, Level)) -> String {
    format!("{line} > {level:?} Level: All")
}

/// With these lines a command works; without any one of them it does not, and the hint names that line.
async fn takes(slug: &str, inputs: impl Fn(&Running) -> Value, rights: &[(&str, Level)]) {
    let declarations = deskhand_connectwise::declarations();
    let declared = declarations.iter().find(|command| command.slug == slug).unwrap();
    let (mut declared, mut expected): (Vec<_>, Vec<_>) = (
        declared.rights.iter().map(|line| (*line).to_owned()).collect(),
        rights.iter().map(|right| written(*right)).collect(),
    );
    declared.sort();
    expected.sort();
    assert_eq!(declared, expected);

    let sandbox = sandbox(60).await;
    let inputs = inputs(&sandbox);
    for missing in rights {
        let others: Vec<_> = rights.iter().copied().filter(|right| right != missing).collect();
        let output = run(&client_with(&sandbox, &others), slug, inputs.clone()).await;
        let [failure] = output.errors.as_slice() else {
            panic!("{missing:?}: {:?}", output.errors)
        };
        assert_eq!(failure.status_code, 403, "{missing:?}");
        assert!(failure.message.starts_with(REFUSED), "{missing:?}: {}", failure.message);
        let hint = failure.hint.as_deref().unwrap();
        assert!(hint.starts_with("the API member's security role needs:\n"), "{hint}");
        assert!(
            hint.lines().any(|line| line.trim() == written(*missing)),
            "{missing:?}: {hint}"
        );
        let named = hint
            .lines()
            .skip(1)
            .all(|line| expected.iter().any(|right| right == line.trim()));
        assert!(named, "a line that the command does not need: {hint}");
    }
    let output = run(&client_with(&sandbox, rights), slug, inputs).await;
    assert_eq!(output.error(), "");
}

#[tokio::test]
async fn r1_add_ticket_notes() {
    let inputs = |_: &Running| json!({"Ticket IDs": [1001], "Note Text": "x"});
    takes("add-ticket-notes", inputs, &[(TICKETS, Inquire), (TICKETS, Edit)]).await;
}

#[tokio::test]
async fn r2_create_ticket() {
    let inputs =
        |_: &Running| json!({"Summary": "x", "Company ID": 19_000, "Board Name": "Help Desk", "Team": "Night Shift"});
    takes("create-ticket", inputs, &[(TICKETS, Inquire), (TICKETS, Add)]).await;
}

#[tokio::test]
async fn r3_delete_tickets() {
    let inputs = |_: &Running| json!({"Ticket IDs": [1001]});
    takes("delete-tickets", inputs, &[(TICKETS, Inquire), (TICKETS, Delete)]).await;
}

#[tokio::test]
async fn r4_fetch_event() {
    takes("fetch-event", |_: &Running| json!({}), &[(TICKETS, Inquire)]).await;
}

#[tokio::test]
async fn r5_get_company_contacts() {
    let inputs = |_: &Running| json!({"Company IDs": [19_000]});
    takes("get-company-contacts", inputs, &[(CONTACTS, Inquire)]).await;
}

#[tokio::test]
async fn r6_get_tickets() {
    takes(
        "get-tickets",
        |_: &Running| json!({"Ticket IDs": [1001]}),
        &[(TICKETS, Inquire)],
    )
    .await;
}

#[tokio::test]
async fn r7_list_board_statuses() {
    takes(
        "list-board-statuses",
        |_: &Running| json!({"Board ID": 1}),
        &[(SETUP, Inquire)],
    )
    .await;
}

#[tokio::test]
async fn r8_list_board_teams() {
    takes(
        "list-board-teams",
        |_: &Running| json!({"Board ID": 1}),
        &[(SETUP, Inquire)],
    )
    .await;
}

#[tokio::test]
async fn r9_list_boards() {
    takes(
        "list-boards",
        |_: &Running| json!({"Board Name": "Help"}),
        &[(SETUP, Inquire)],
    )
    .await;
}

#[tokio::test]
async fn r10_list_companies() {
    let inputs = |_: &Running| json!({"Company Name": "a", "Status": "Active", "Type": "Customer"});
    takes("list-companies", inputs, &[(COMPANIES, Inquire)]).await;
}

#[tokio::test]
async fn r11_merge_tickets() {
    let inputs = |sandbox: &Running| {
        let tickets = open_tickets(sandbox, 1, 2);
        json!({"Parent Ticket ID": tickets[0], "Merge Ticket IDs": [tickets[1]], "Status": 27})
    };
    let rights = [(MERGING, Inquire), (MERGING, Edit), (TICKETS, Inquire), (TICKETS, Edit)];
    takes("merge-tickets", inputs, &rights).await;
}

#[tokio::test]
async fn r12_update_tickets() {
    let inputs = |sandbox: &Running| json!({"Ticket IDs": open_tickets(sandbox, 1, 1), "Status": ">Closed"});
    let rights = [(TICKETS, Inquire), (TICKETS, Edit), (CLOSING, Inquire), (CLOSING, Edit)];
    takes("update-tickets", inputs, &rights).await;
}

#[tokio::test]
async fn r13_test_connection() {
    takes("test-connection", |_: &Running| json!({}), &[(TICKETS, Inquire)]).await;
}

#[tokio::test]
async fn r1_r3_r11_r12_where_it_can_be_told_the_hint_names_the_one_line_that_is_missing() {
    let sandbox = sandbox(60).await;
    let tickets = open_tickets(&sandbox, 1, 2);
    let note = json!({"Ticket IDs": tickets, "Note Text": "x"});
    let merge = json!({"Parent Ticket ID": tickets[0], "Merge Ticket IDs": [tickets[1]], "Status": 27});
    for (slug, inputs, given, named) in [
        ("add-ticket-notes", &note, vec![], vec![(TICKETS, Inquire)]),
        (
            "add-ticket-notes",
            &note,
            vec![(TICKETS, Inquire)],
            vec![(TICKETS, Edit)],
        ),
        (
            "delete-tickets",
            &json!({"Ticket IDs": tickets}),
            vec![(TICKETS, Inquire)],
            vec![(TICKETS, Delete)],
        ),
        ("merge-tickets", &merge, vec![], vec![(TICKETS, Inquire)]),
        (
            "merge-tickets",
            &merge,
            vec![(TICKETS, Inquire)],
            vec![(MERGING, Inquire), (MERGING, Edit), (TICKETS, Edit)],
        ),
        // Nothing is closed, so the right to close is not what is missing.
        (
            "update-tickets",
            &json!({"Ticket IDs": tickets, "Summary": "x"}),
            vec![],
            vec![(TICKETS, Inquire), (TICKETS, Edit)],
        ),
    ] {
        let output = run(&client_with(&sandbox, &given), slug, inputs.clone()).await;
        let lines: Vec<_> = named
            .into_iter()
            .map(|right| format!("\n  {}", written(right)))
            .collect();
        let hint = format!("the API member's security role needs:{}", lines.concat());
        assert_eq!(output.errors[0].hint.as_deref(), Some(hint.as_str()), "{slug}");
    }
    assert_eq!(sandbox.world().truth().iter().filter(|row| row.gone).count(), 0);
    assert!(!writes(&sandbox).is_empty());
}
