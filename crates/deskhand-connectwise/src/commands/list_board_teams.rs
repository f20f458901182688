//! List Board Teams: the teams of a board, in the order of the alphabet.

use connectwise_psa::ScanRequest;
use deskhand_command::{Column, Declaration, Effect, Failure, KeyField, Of, Outcome, Rows, States, Table};
use schemars::JsonSchema;

use super::Run;
use super::listing::{everything, sorted};
use super::rights::INQUIRE_SETUP;

/// The inputs; their comments are the help on every surface.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its schema is used: values are read by name")]
struct ListBoardTeamsInputs {
    /// The id of the board; List Boards shows them.
    #[schemars(title = "Board ID", range(min = 1))]
    board_id: i64,
}

pub(super) fn declaration() -> Declaration {
    Declaration {
        title: "List Board Teams",
        slug: "list-board-teams",
        summary: "List the teams of a board",
        effect: Effect::Reads,
        rights: &[INQUIRE_SETUP],
        states: States::Two,
        table: Table {
            rows: Rows::Records,
            columns: &[
                Column("ID", "/id"),
                Column("Name", "/name"),
                Column("Team Leader", "/teamLeader/name"),
                Column("Default", "/defaultFlag"),
            ],
        },
        key_fields: &[
            KeyField {
                name: "TeamIDs",
                pointer: "/id",
                of: Of::EachRecord,
            },
            KeyField {
                name: "TeamNames",
                pointer: "/name",
                of: Of::Records,
            },
        ],
        inputs: Declaration::inputs_of::<ListBoardTeamsInputs>(),
    }
}

pub(super) async fn perform(run: &Run<'_>) -> Result<Outcome, Failure> {
    let board = run.inputs.required_id("board_id")?;
    let scan = ScanRequest::new(format!("service/boards/{board}/teams"), 1000);
    Ok(sorted(everything(run, scan).await?, &["/name"]))
}
