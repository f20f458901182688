//! List Companies: companies in the order of the alphabet.

use connectwise_psa::{Condition, ScanRequest};
use deskhand_command::{Column, Declaration, Effect, Failure, KeyField, Of, Outcome, Rows, States, Table};
use schemars::JsonSchema;

use super::Run;
use super::listing::{everything, named_like, sorted};
use super::rights::INQUIRE_COMPANIES;

/// The inputs; their comments are the help on every surface.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its schema is used: values are read by name")]
struct ListCompaniesInputs {
    /// Only companies whose name has this in it, whatever the case. All when left out.
    #[schemars(title = "Company Name")]
    company_name: Option<String>,
    /// Only companies with this status, by its name: Active.
    #[schemars(title = "Status")]
    status: Option<String>,
    /// Only companies that have this type among theirs: Competition, Customer, Not-a-fit, Owner, Partner, Prospect, Suspect,
    /// Unknown, Vendor, or one of your own.
    #[schemars(title = "Type")]
    r#type: Option<String>,
}

pub(super) fn declaration() -> Declaration {
    Declaration {
        title: "List Companies",
        slug: "list-companies",
        summary: "List companies in the order of the alphabet",
        effect: Effect::Reads,
        rights: &[INQUIRE_COMPANIES],
        states: States::Two,
        table: Table {
            rows: Rows::Records,
            columns: &[
                Column("ID", "/id"),
                Column("Name", "/name"),
                Column("Identifier", "/identifier"),
                Column("Status", "/status/name"),
                Column("Phone", "/phoneNumber"),
            ],
        },
        key_fields: &[
            KeyField {
                name: "CompanyIDs",
                pointer: "/id",
                of: Of::EachRecord,
            },
            KeyField {
                name: "CompanyNames",
                pointer: "/name",
                of: Of::Records,
            },
        ],
        inputs: Declaration::inputs_of::<ListCompaniesInputs>(),
    }
}

pub(super) async fn perform(run: &Run<'_>) -> Result<Outcome, Failure> {
    let mut scan = ScanRequest::new("company/companies", 1000);
    let name = run.inputs.text("company_name")?;
    let status = run
        .inputs
        .text("status")?
        .map(|status| Condition::equals("status/name", status));
    let named = name.iter().map(|name| Condition::contains("name", name));
    let all: Vec<_> = named.chain(status).collect();
    scan.conditions = (!all.is_empty()).then_some(Condition::All(all));
    // A company has several types, which the vendor filters by apart from its own members.
    scan.child_conditions = run
        .inputs
        .text("type")?
        .map(|kind| Condition::equals("types/name", kind));
    let companies = everything(run, scan).await?;
    Ok(sorted(named_like(companies, name.as_deref()), &["/name"]))
}
