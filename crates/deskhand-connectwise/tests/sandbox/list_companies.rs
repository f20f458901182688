//! List Companies: the rows LC1 to LC6.

use deskhand_sandbox::{FaultKind, Kind, Rule, Running};
use serde_json::{Value, json};

use crate::support::{
    all, asked, assert_failed, assert_unauthorized, at, client, ids, plant, records, run, sandbox, written,
};

const SLUG: &str = "list-companies";

fn company(id: i64, name: &str, types: &Value) -> Value {
    json!({"id": id, "identifier": format!("X{id}"), "name": name, "status": {"id": 4, "name": "Credit Hold"}, "types": types})
}

/// Ids of the companies for which this is true, by name without case, then by id.
fn expected(sandbox: &Running, wanted: impl Fn(&Value) -> bool) -> Vec<i64> {
    let mut companies: Vec<_> = all(sandbox, Kind::Company).into_iter().filter(wanted).collect();
    companies.sort_by_key(|company| (company["name"].as_str().unwrap().to_lowercase(), company["id"].as_i64()));
    ids(&companies)
}

async fn found(sandbox: &Running, inputs: Value) -> Vec<i64> {
    ids(&records(&run(&client(sandbox), SLUG, inputs).await))
}

fn has_type(company: &Value, name: &str) -> bool {
    company["types"]
        .as_array()
        .unwrap()
        .iter()
        .any(|known| known["name"] == name)
}

#[tokio::test]
async fn lc1_lc5_all_companies_come_from_all_pages_by_name() {
    let sandbox = sandbox(1).await;
    for id in (30_000..32_300).rev() {
        let name = format!("Firm {}", id * 7_919 % 2_000);
        plant(&sandbox, Kind::Company, 0, &company(id, &name, &json!([])));
    }
    let output = run(&client(&sandbox), SLUG, json!({})).await;
    assert_eq!(ids(&records(&output)), expected(&sandbox, |_| true));
    assert_eq!(at(&output, "$.Results[*].id").as_array().unwrap().len(), 2_600);
    // Three pages, and those without a type are among them.
    assert!(asked(&sandbox).len() >= 3);
    assert!(records(&output).iter().any(|company| company["types"] == json!([])));
    assert!(!asked(&sandbox).iter().any(|path| path.contains("childConditions")));
}

#[tokio::test]
async fn lc2_a_part_of_the_name_will_do() {
    let sandbox = sandbox(1).await;
    for part in [
        "Harb",
        "müller",
        "O'Neil",
        "Legal \"Partners\"",
        "/ Clinic",
        "& Söhne",
        "ЯРМАРКА",
        "(Trust)",
        "ō",
    ] {
        let wanted = expected(&sandbox, |company| {
            company["name"]
                .as_str()
                .unwrap()
                .to_lowercase()
                .contains(&part.to_lowercase())
        });
        assert!(!wanted.is_empty(), "{part}");
        assert_eq!(found(&sandbox, json!({"Company Name": part})).await, wanted, "{part}");
    }
    assert!(
        found(&sandbox, json!({"Company Name": "no such \"company\""}))
            .await
            .is_empty()
    );
}

#[tokio::test]
async fn lc3_status_is_a_name() {
    let sandbox = sandbox(1).await;
    plant(&sandbox, Kind::Company, 0, &company(30_000, "Late payer", &json!([])));
    for status in ["Active", "Inactive", "Credit Hold"] {
        let wanted = expected(&sandbox, |company| company["status"]["name"] == status);
        assert!(!wanted.is_empty());
        assert_eq!(found(&sandbox, json!({"Status": status})).await, wanted, "{status}");
    }
    assert!(found(&sandbox, json!({"Status": "Activ"})).await.is_empty());
}

#[tokio::test]
async fn lc4_a_company_is_found_by_each_of_its_types() {
    let sandbox = sandbox(1).await;
    let own = json!([{"id": 2, "name": "Customer"}, {"id": 20, "name": "VIP \"Gold\" / Süd"}]);
    plant(&sandbox, Kind::Company, 0, &company(30_000, "Of two types", &own));
    plant(&sandbox, Kind::Company, 0, &company(30_001, "Of none", &json!([])));
    let nine = [
        "Competition",
        "Customer",
        "Not-a-fit",
        "Owner",
        "Partner",
        "Prospect",
        "Suspect",
        "Unknown",
        "Vendor",
    ];
    for (id, kind) in (40_000..).zip(nine) {
        let types = json!([{"id": 1, "name": "Competition"}, {"id": id, "name": kind}]);
        plant(&sandbox, Kind::Company, 0, &company(id, &format!("A {kind}"), &types));
    }
    for kind in nine.into_iter().chain(["VIP \"Gold\" / Süd"]) {
        let wanted = expected(&sandbox, |company| has_type(company, kind));
        assert!(!wanted.is_empty(), "{kind}");
        assert_eq!(found(&sandbox, json!({"Type": kind})).await, wanted, "{kind}");
    }
    for kind in ["Customer", "VIP \"Gold\" / Süd"] {
        assert!(found(&sandbox, json!({"Type": kind})).await.contains(&30_000), "{kind}");
    }
    // A type that nobody has is no mistake.
    let none = run(&client(&sandbox), SLUG, json!({"Type": "Reseller"})).await;
    assert_eq!(written(&none)["returnData"], "Successful");
    assert!(records(&none).is_empty());
}

#[tokio::test]
async fn lc2_lc3_lc4_filters_hold_together() {
    let sandbox = sandbox(1).await;
    let inputs = json!({"Company Name": "group", "Status": "Active", "Type": "Suspect"});
    let wanted = expected(&sandbox, |company| {
        let name = company["name"].as_str().unwrap().to_lowercase();
        name.contains("group") && company["status"]["name"] == "Active" && has_type(company, "Suspect")
    });
    assert!(!wanted.is_empty());
    assert_eq!(found(&sandbox, inputs).await, wanted);
}

#[tokio::test]
async fn lc6_the_documented_sample_and_two_states() {
    assert_unauthorized(SLUG, json!({}), "List Companies").await;
    let sandbox = sandbox(1).await;
    for id in 30_000..31_000 {
        plant(&sandbox, Kind::Company, 0, &company(id, "x", &json!([])));
    }
    sandbox.faults().set(vec![Rule::at(FaultKind::ServerError, 2, 99)]);
    let output = run(&client(&sandbox), SLUG, json!({})).await;
    assert_failed(&output, 500, "A timeout has occured. Please try again.", "");
}
