//! List Boards: the rows LB1 to LB6.

use deskhand_sandbox::{FaultKind, Kind, Rule, Running};
use serde_json::{Value, json};

use crate::support::{
    all, asked, assert_failed, assert_unauthorized, at, client, ids, plant, records, run, sandbox, written,
};

const SLUG: &str = "list-boards";

fn board(id: i64, name: &str) -> Value {
    json!({"id": id, "name": name, "location": {"id": 3, "name": "Łódź Office"},
        "department": {"id": 9, "name": "R&D \"Lab\""}, "inactiveFlag": id % 2 == 0})
}

/// Ids of the boards for which this is true, by name without case, then by id.
fn expected(sandbox: &Running, wanted: impl Fn(&Value) -> bool) -> Vec<i64> {
    let mut boards: Vec<_> = all(sandbox, Kind::Board).into_iter().filter(wanted).collect();
    boards.sort_by_key(|board| (board["name"].as_str().unwrap().to_lowercase(), board["id"].as_i64()));
    ids(&boards)
}

async fn found(sandbox: &Running, inputs: Value) -> Vec<i64> {
    ids(&records(&run(&client(sandbox), SLUG, inputs).await))
}

#[tokio::test]
async fn lb1_all_boards_come_from_all_pages_by_name() {
    let sandbox = sandbox(1).await;
    for id in (100..1_200).rev() {
        plant(
            &sandbox,
            Kind::Board,
            0,
            &board(id, &format!("Board {}", id * 7_919 % 1_000)),
        );
    }
    for (id, name) in [
        (50, "alerts"),
        (51, "ALERTS (automated)"),
        (52, "Integration"),
        (53, "integration"),
    ] {
        plant(&sandbox, Kind::Board, 0, &board(id, name));
    }
    let output = run(&client(&sandbox), SLUG, json!({})).await;
    let names: Vec<_> = records(&output)
        .iter()
        .map(|board| board["name"].as_str().unwrap().to_lowercase())
        .collect();
    assert_eq!(names.len(), 1_110);
    assert!(names.is_sorted());
    assert_eq!(ids(&records(&output)), expected(&sandbox, |_| true));
    assert!(asked(&sandbox).len() > 1, "one page holds a thousand");
    assert_eq!(at(&output, "$.Results[*].name").as_array().unwrap().len(), 1_110);
}

#[tokio::test]
async fn lb2_a_part_of_the_name_will_do_and_means_itself() {
    let sandbox = sandbox(1).await;
    for (id, name) in [
        (50, "100% \"Gold\" *Desk*"),
        (51, "Störungen / Nacht"),
        (52, "a\\b [x] under_score"),
        (53, "1000 Gold"),
    ] {
        plant(&sandbox, Kind::Board, 0, &board(id, name));
    }
    for part in [
        "Integ",
        "integration",
        "DESK",
        "\"Gold\"",
        "100%",
        "*Desk*",
        "/",
        "STÖRUNGEN",
        "a\\b",
        "[x]",
        "r_s",
        "(",
    ] {
        let wanted = expected(&sandbox, |board| {
            board["name"]
                .as_str()
                .unwrap()
                .to_lowercase()
                .contains(&part.to_lowercase())
        });
        assert!(!wanted.is_empty(), "{part}");
        assert_eq!(found(&sandbox, json!({"Board Name": part})).await, wanted, "{part}");
    }
}

#[tokio::test]
async fn lb3_lb4_business_unit_and_location_go_by_name() {
    let sandbox = sandbox(1).await;
    plant(&sandbox, Kind::Board, 0, &board(50, "Research"));
    for unit in ["Engineering", "Security", "R&D \"Lab\""] {
        let wanted = expected(&sandbox, |board| board["department"]["name"] == unit);
        assert!(!wanted.is_empty());
        assert_eq!(found(&sandbox, json!({"Business Unit": unit})).await, wanted, "{unit}");
    }
    for location in ["Tampa Office", "Łódź Office"] {
        let wanted = expected(&sandbox, |board| board["location"]["name"] == location);
        assert_eq!(
            found(&sandbox, json!({"Location": location})).await,
            wanted,
            "{location}"
        );
    }
    // A part of these names is none.
    assert!(found(&sandbox, json!({"Business Unit": "Engineer"})).await.is_empty());
    assert!(found(&sandbox, json!({"Location": "Tampa"})).await.is_empty());
}

#[tokio::test]
async fn lb5_filters_hold_together_and_nothing_found_is_successful() {
    let sandbox = sandbox(1).await;
    let inputs = json!({"Board Name": "e", "Business Unit": "Engineering", "Location": "Tampa Office"});
    let wanted = expected(&sandbox, |board| {
        board["department"]["name"] == "Engineering"
            && board["location"]["name"] == "Tampa Office"
            && board["name"].as_str().unwrap().contains('e')
    });
    assert_eq!(found(&sandbox, inputs).await, wanted);
    assert!(!wanted.is_empty());
    let none = run(
        &client(&sandbox),
        SLUG,
        json!({"Business Unit": "Engineering", "Location": "Dublin Office"}),
    )
    .await;
    let json = written(&none);
    assert_eq!(
        (&json["returnData"], &json["rawData"], &json["error"]),
        (&json!("Successful"), &json!({"Results": []}), &json!(""))
    );
    assert_eq!(json["keyFields"], json!({"BoardIDs": [], "BoardNames": []}));
}

#[tokio::test]
async fn lb6_the_documented_sample_and_two_states() {
    assert_unauthorized(SLUG, json!({}), "List Boards").await;
    // The second page never comes: nothing of the first is handed on.
    let sandbox = sandbox(1).await;
    for id in 100..1_200 {
        plant(&sandbox, Kind::Board, 0, &board(id, "x"));
    }
    sandbox.faults().set(vec![Rule::at(FaultKind::ServerError, 2, 99)]);
    let output = run(&client(&sandbox), SLUG, json!({})).await;
    assert_failed(&output, 500, "A timeout has occured. Please try again.", "");
}
