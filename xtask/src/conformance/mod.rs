//! `cargo xtask conformance`: the sandbox's answers and the client's requests against the vendor's description.
//!
//! The description is not part of this repository; where it is not, that is said. What does not agree with it and is
//! meant to be is listed in `deviations.rs`. Recorded answers of the vendor's are checked as well: they show that the
//! checker is not stricter than the vendor.

mod client;
mod description;
mod deviations;
mod finding;
mod http;
mod recorded;
mod requests;
mod schema;
mod tour;
mod visitor;

use anyhow::bail;

use crate::place;
use crate::program::build;
use crate::sandbox::Sandbox;
use description::Description;
use deviations::DEVIATIONS;
use finding::Findings;
use requests::Judge;
use visitor::Visitor;

/// The sandbox for the tour: small, always the same, and to be told what to do.
const OPTIONS: [&str; 3] = ["--tickets", "300", "--control"];

/// Checks both, where the description is there.
pub(crate) fn check() -> anyhow::Result<()> {
    let file = place::description();
    if !file.exists() {
        println!(
            "the vendor's description is not there: {} (`DESKHAND_SHARED` names another folder); nothing was compared",
            file.display()
        );
        return Ok(());
    }
    let description = Description::read(&file)?;
    build()?;
    let mut findings = Findings::default();
    let recorded = recorded(&description, &mut findings)?;
    let answers = answers(&description, &mut findings)?;
    let requests = requests(&description, &mut findings)?;
    println!(
        "{answers} answers of the sandbox, {requests} requests of the program and {recorded} recorded records were compared with the vendor's description"
    );
    let wrong = findings.against(DEVIATIONS);
    if !wrong.is_empty() {
        bail!(
            "{} do not agree with the vendor's description:\n{}",
            wrong.len(),
            wrong.join("\n")
        );
    }
    println!(
        "all agree with it, but for {} deviations that are listed with their reasons",
        DEVIATIONS.len()
    );
    Ok(())
}

fn recorded(description: &Description, findings: &mut Findings) -> anyhow::Result<usize> {
    let folder = place::recordings();
    if !folder.exists() {
        println!("there are no recordings in {}", folder.display());
        return Ok(0);
    }
    recorded::check(&folder, description, findings)
}

fn answers(description: &Description, findings: &mut Findings) -> anyhow::Result<usize> {
    let sandbox = Sandbox::start(&place::deskhand(), &OPTIONS)?;
    let mut visitor = Visitor {
        url: &sandbox.url,
        description,
        findings,
        answers: 0,
    };
    tour::take(&mut visitor)?;
    Ok(visitor.answers)
}

fn requests(description: &Description, findings: &mut Findings) -> anyhow::Result<usize> {
    let sandbox = Sandbox::start(&place::deskhand(), &OPTIONS)?;
    let mut judge = Judge {
        description,
        findings,
        requests: 0,
    };
    client::judge(&sandbox, &mut judge)?;
    Ok(judge.requests)
}
