//! List Board Statuses: the statuses of a board, the closed ones among them, in the order of the alphabet.

use connectwise_psa::ScanRequest;
use deskhand_command::{Column, Declaration, Effect, Failure, KeyField, Of, Outcome, Rows, States, Table};
use schemars::JsonSchema;

use super::Run;
use super::listing::{everything, sorted};
use super::rights::INQUIRE_SETUP;

/// The inputs; their comments are the help on every surface.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its schema is used: values are read by name")]
struct ListBoardStatusesInputs {
    /// The id of the board; List Boards shows them.
    #[schemars(title = "Board ID", range(min = 1))]
    board_id: i64,
}

pub(super) fn declaration() -> Declaration {
    Declaration {
        title: "List Board Statuses",
        slug: "list-board-statuses",
        summary: "List the statuses of a board, the closed ones among them",
        effect: Effect::Reads,
        rights: &[INQUIRE_SETUP],
        states: States::Two,
        table: Table {
            rows: Rows::Records,
            columns: &[
                Column("ID", "/id"),
                Column("Name", "/name"),
                Column("Closed", "/closedStatus"),
                Column("Default", "/defaultFlag"),
                Column("Inactive", "/inactive"),
            ],
        },
        key_fields: &[
            KeyField {
                name: "StatusIDs",
                pointer: "/id",
                of: Of::EachRecord,
            },
            KeyField {
                name: "StatusNames",
                pointer: "/name",
                of: Of::Records,
            },
        ],
        inputs: Declaration::inputs_of::<ListBoardStatusesInputs>(),
    }
}

pub(super) async fn perform(run: &Run<'_>) -> Result<Outcome, Failure> {
    let board = run.inputs.required_id("board_id")?;
    let scan = ScanRequest::new(format!("service/boards/{board}/statuses"), 1000);
    Ok(sorted(everything(run, scan).await?, &["/name"]))
}
