//! Get Company Contacts: the contacts of companies, by company and last name.

use connectwise_psa::{Condition, ScanRequest};
use deskhand_command::{Column, Declaration, Effect, Failure, KeyField, Of, Outcome, Rows, States, Table};
use schemars::JsonSchema;

use super::Run;
use super::listing::{everything, sorted};
use super::rights::INQUIRE_CONTACTS;

/// The inputs; their comments are the help on every surface.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its schema is used: values are read by name")]
struct GetCompanyContactsInputs {
    /// The ids of the companies; List Companies shows them. A company that there is not has no contacts.
    #[schemars(title = "Company IDs", length(min = 1))]
    company_ids: Vec<i64>,
}

/// So many ids make a condition that fits into an address.
const IDS_A_REQUEST: usize = 100;

pub(super) fn declaration() -> Declaration {
    Declaration {
        title: "Get Company Contacts",
        slug: "get-company-contacts",
        summary: "Get the contacts of companies, by company and last name",
        effect: Effect::Reads,
        rights: &[INQUIRE_CONTACTS],
        states: States::Two,
        table: Table {
            rows: Rows::Records,
            columns: &[
                Column("ID", "/id"),
                Column("First Name", "/firstName"),
                Column("Last Name", "/lastName"),
                Column("Company", "/company/name"),
                Column("Phone", "/defaultPhoneNbr"),
            ],
        },
        key_fields: &[
            KeyField {
                name: "ContactIDs",
                pointer: "/id",
                of: Of::EachRecord,
            },
            KeyField {
                name: "CompanyIDs",
                pointer: "/company/id",
                of: Of::Records,
            },
        ],
        inputs: Declaration::inputs_of::<GetCompanyContactsInputs>(),
    }
}

pub(super) async fn perform(run: &Run<'_>) -> Result<Outcome, Failure> {
    let companies = run.inputs.required_ids("company_ids")?;
    let mut contacts = Vec::new();
    for some in companies.chunks(IDS_A_REQUEST) {
        let mut scan = ScanRequest::new("company/contacts", 1000);
        scan.conditions = Some(Condition::one_of("company/id", some.iter().copied()));
        contacts.extend(everything(run, scan).await?);
    }
    Ok(sorted(contacts, &["/company/name", "/lastName", "/firstName"]))
}
