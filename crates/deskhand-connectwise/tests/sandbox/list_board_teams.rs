//! List Board Teams: the rows LBT1 to LBT3.

use deskhand_sandbox::Kind;
use serde_json::{Value, json};

use crate::support::{
    all, asked, assert_failed, assert_refused, assert_unauthorized, at, client, no_id, plant, records, run, sandbox,
};

const SLUG: &str = "list-board-teams";

fn named(id: i64, name: &str) -> Value {
    json!({"id": id, "name": name, "boardId": 2, "members": []})
}

#[tokio::test]
async fn lbt1_all_of_one_board_come_from_all_pages_by_name() {
    let sandbox = sandbox(1).await;
    for id in (2_000..3_100).rev() {
        plant(
            &sandbox,
            Kind::BoardTeam,
            2,
            &named(id, &format!("Number {}", id * 7_919 % 1_000)),
        );
    }
    plant(&sandbox, Kind::BoardTeam, 2, &named(4_001, "number 5"));
    plant(&sandbox, Kind::BoardTeam, 2, &named(4_002, "\"Ärger\" / früh"));
    plant(&sandbox, Kind::BoardTeam, 1, &named(4_003, "Of another board"));
    let of_board = |board: i64| {
        let world = sandbox.world();
        world.read(Kind::BoardTeam, |table| {
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
            .all(|path| path.contains("/service/boards/2/teams?"))
    );
    assert_eq!(at(&output, "$.Results[*].name").as_array().unwrap().len(), names.len());
}

#[tokio::test]
async fn lbt2_a_board_is_needed_and_has_to_be_there() {
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
async fn lbt3_the_documented_sample() {
    assert_unauthorized(SLUG, json!({"Board ID": 1}), "List Board Teams").await;
}
