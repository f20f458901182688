//! List Board Statuses: the rows LBS1 to LBS4.

use deskhand_sandbox::Kind;
use serde_json::{Value, json};

use crate::support::{
    all, asked, assert_failed, assert_refused, assert_unauthorized, at, client, no_id, plant, records, run, sandbox,
    written,
};

const SLUG: &str = "list-board-statuses";

fn named(id: i64, name: &str) -> Value {
    json!({"id": id, "name": name, "inactive": id % 2 == 1, "closedStatus": false, "sortOrder": 3, "board": {"id": 2}})
}

#[tokio::test]
async fn lbs1_all_of_one_board_come_from_all_pages_by_name() {
    let sandbox = sandbox(1).await;
    for id in (2_000..3_100).rev() {
        plant(
            &sandbox,
            Kind::BoardStatus,
            2,
            &named(id, &format!("Number {}", id * 7_919 % 1_000)),
        );
    }
    plant(&sandbox, Kind::BoardStatus, 2, &named(4_001, "number 5"));
    plant(&sandbox, Kind::BoardStatus, 2, &named(4_002, "\"Ärger\" / früh"));
    plant(&sandbox, Kind::BoardStatus, 1, &named(4_003, "Of another board"));
    let of_board = |board: i64| {
        let world = sandbox.world();
        world.read(Kind::BoardStatus, |table| {
            table.newest_after(0).filter(|record| record.parent == board).count()
        })
    };
    let output = run(&client(&sandbox), SLUG, json!({"Board ID": 2})).await;
    let names: Vec<_> = records(&output)
        .iter()
        .map(|record| {
            (
                record["name"].as_str().unwrap().to_lowercase(),
                record["id"].as_i64().unwrap(),
            )
        })
        .collect();
    assert!(names.is_sorted(), "by name without case, ties by id");
    assert_eq!(names.len(), of_board(2));
    assert!(names.len() > 1_100 && names.iter().all(|(_, id)| *id != 4_003));
    assert!(
        asked(&sandbox)
            .iter()
            .all(|path| path.contains("/service/boards/2/statuses?"))
    );
    assert_eq!(at(&output, "$.Results[*].name").as_array().unwrap().len(), names.len());
    // Inactive ones are there, and the PSA's own order is another.
    assert!(records(&output).iter().any(|status| status["inactive"] == true));
    let own_order: Vec<_> = records(&output)
        .iter()
        .map(|status| status["sortOrder"].as_i64().unwrap())
        .collect();
    assert!(!own_order.is_sorted());
}

#[tokio::test]
async fn lbs2_a_board_is_needed_and_has_to_be_there() {
    let sandbox = sandbox(1).await;
    for wrong in no_id() {
        assert_refused(&sandbox, SLUG, json!({"Board ID": wrong}), "Board ID").await;
    }
    assert_refused(&sandbox, SLUG, json!({}), "Board ID").await;
    assert!(!all(&sandbox, Kind::Board).iter().any(|board| board["id"] == 404));
    let output = run(&client(&sandbox), SLUG, json!({"Board ID": 404})).await;
    assert_failed(&output, 404, "Service Board 404 not found", "");
}

#[tokio::test]
async fn lbs3_a_closing_status_can_be_picked_by_a_path() {
    let sandbox = sandbox(1).await;
    let output = run(&client(&sandbox), SLUG, json!({"Board ID": 3})).await;
    let closing = at(&output, "$.Results[?(@.closedStatus==true)].id");
    assert_eq!(closing, json!([66, 67]));
    assert_eq!(
        at(&output, "$.Results[?(@.closedStatus==true)].name"),
        json!([">Closed", ">Closed - Merged"])
    );
    let open = at(&output, "$.Results[?(@.closedStatus==false)].id");
    assert_eq!(open.as_array().unwrap().len(), 6);
    assert_eq!(
        written(&output)["keyFields"]["StatusIDs"],
        at(&output, "$.Results[*].id")
    );
}

#[tokio::test]
async fn lbs4_the_documented_sample() {
    assert_unauthorized(SLUG, json!({"Board ID": 1}), "List Board Statuses").await;
}
