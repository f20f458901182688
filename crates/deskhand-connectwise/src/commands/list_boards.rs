//! List Boards: service boards in the order of the alphabet.

use connectwise_psa::{Condition, ScanRequest};
use deskhand_command::{Column, Declaration, Effect, Failure, KeyField, Of, Outcome, Rows, States, Table};
use schemars::JsonSchema;

use super::Run;
use super::listing::{everything, named_like, sorted};
use super::rights::INQUIRE_SETUP;

/// The inputs; their comments are the help on every surface.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its schema is used: values are read by name")]
struct ListBoardsInputs {
    /// Only boards whose name has this in it, whatever the case. All when left out.
    #[schemars(title = "Board Name")]
    board_name: Option<String>,
    /// Only boards of this business unit (the PSA's department), by its name.
    #[schemars(title = "Business Unit")]
    business_unit: Option<String>,
    /// Only boards of this location, by its name.
    #[schemars(title = "Location")]
    location: Option<String>,
}

pub(super) fn declaration() -> Declaration {
    Declaration {
        title: "List Boards",
        slug: "list-boards",
        summary: "List service boards in the order of the alphabet",
        effect: Effect::Reads,
        rights: &[INQUIRE_SETUP],
        states: States::Two,
        table: Table {
            rows: Rows::Records,
            columns: &[
                Column("ID", "/id"),
                Column("Name", "/name"),
                Column("Business Unit", "/department/name"),
                Column("Location", "/location/name"),
                Column("Inactive", "/inactiveFlag"),
            ],
        },
        key_fields: &[
            KeyField {
                name: "BoardIDs",
                pointer: "/id",
                of: Of::EachRecord,
            },
            KeyField {
                name: "BoardNames",
                pointer: "/name",
                of: Of::Records,
            },
        ],
        inputs: Declaration::inputs_of::<ListBoardsInputs>(),
    }
}

pub(super) async fn perform(run: &Run<'_>) -> Result<Outcome, Failure> {
    let mut scan = ScanRequest::new("service/boards", 1000);
    let name = run.inputs.text("board_name")?;
    let unit = run.inputs.text("business_unit")?;
    let location = run.inputs.text("location")?;
    let all: Vec<_> = name
        .iter()
        .map(|name| Condition::contains("name", name))
        .chain(unit.map(|unit| Condition::equals("department/name", unit)))
        .chain(location.map(|location| Condition::equals("location/name", location)))
        .collect();
    scan.conditions = (!all.is_empty()).then_some(Condition::All(all));
    let boards = everything(run, scan).await?;
    Ok(sorted(named_like(boards, name.as_deref()), &["/name"]))
}
