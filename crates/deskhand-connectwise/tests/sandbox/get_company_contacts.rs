//! Get Company Contacts: the rows GCC1 to GCC5.

use deskhand_sandbox::{FaultKind, Kind, Rule, Running};
use serde_json::{Value, json};

use crate::support::{
    all, asked, assert_failed, assert_refused, assert_unauthorized, at, client, ids, no_ids, plant, records, run,
    sandbox, written,
};

const SLUG: &str = "get-company-contacts";

/// Nothing comes after everything.
fn part(contact: &Value, pointer: &str) -> (bool, String) {
    let text = contact.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
    (text.is_empty(), text.to_lowercase())
}

/// Ids of the contacts of these companies, by company, last name and first name.
fn expected(sandbox: &Running, companies: &[i64]) -> Vec<i64> {
    let of = |contact: &Value| companies.contains(&contact["company"]["id"].as_i64().unwrap());
    let mut contacts: Vec<_> = all(sandbox, Kind::Contact).into_iter().filter(of).collect();
    contacts.sort_by_key(|contact| {
        let parts = ["/company/name", "/lastName", "/firstName"].map(|pointer| part(contact, pointer));
        (parts, contact["id"].as_i64())
    });
    ids(&contacts)
}

async fn found(sandbox: &Running, companies: &[i64]) -> Vec<i64> {
    let output = run(&client(sandbox), SLUG, json!({"Company IDs": companies})).await;
    ids(&records(&output))
}

fn contact(id: i64, company: &Value, last_name: &Value) -> Value {
    json!({"id": id, "firstName": "Zoë", "lastName": last_name, "company": company})
}

#[tokio::test]
async fn gcc1_all_contacts_of_the_companies_and_no_others() {
    let sandbox = sandbox(1).await;
    let company = all(&sandbox, Kind::Company).remove(7);
    let company = json!({"id": company["id"], "name": company["name"]});
    for id in 5_000..6_500 {
        plant(
            &sandbox,
            Kind::Contact,
            0,
            &contact(id, &company, &json!(format!("Name {id}"))),
        );
    }
    let companies = [19_007, 19_002, 19_100];
    let output = run(&client(&sandbox), SLUG, json!({"Company IDs": companies})).await;
    let contacts = records(&output);
    assert_eq!(contacts.len(), 1_512);
    assert_eq!(ids(&contacts), expected(&sandbox, &companies));
    assert!(
        contacts
            .iter()
            .all(|contact| companies.contains(&contact["company"]["id"].as_i64().unwrap()))
    );
    assert_eq!(at(&output, "$.Results[*].id"), json!(ids(&contacts)));
    assert!(asked(&sandbox).len() > 1, "one page holds a thousand");
}

#[tokio::test]
async fn gcc2_order_is_by_company_then_last_name_without_case() {
    let sandbox = sandbox(1).await;
    let company = |at: usize| {
        let company = &all(&sandbox, Kind::Company)[at];
        json!({"id": company["id"], "name": company["name"]})
    };
    for (id, at, last) in [
        (5_000, 0, json!("de Vries")),
        (5_001, 0, json!("De Vries")),
        (5_002, 0, json!("adams")),
        (5_003, 0, json!("Zimmer")),
        (5_004, 0, json!(null)),
        (5_005, 1, json!("")),
        (5_006, 1, json!("Ärger")),
    ] {
        plant(&sandbox, Kind::Contact, 0, &contact(id, &company(at), &last));
    }
    let ids = found(&sandbox, &[19_001, 19_000]).await;
    assert_eq!(ids, expected(&sandbox, &[19_000, 19_001]));
    let place = |id: i64| ids.iter().position(|known| *known == id).unwrap();
    // Harbor before Juniper, whatever the order of the input; nobody's name last within each.
    assert!(place(5_002) < place(5_000) && place(5_000) < place(5_001) && place(5_001) < place(5_003));
    let of_first = expected(&sandbox, &[19_000]);
    assert_eq!(ids[..of_first.len()], of_first);
    let last = |contact: i64| {
        contact == 5_004
            || all(&sandbox, Kind::Contact)
                .iter()
                .any(|known| known["id"] == contact && known.get("lastName").is_none())
    };
    assert!(last(of_first[of_first.len() - 1]));
}

#[tokio::test]
async fn gcc3_anything_but_a_list_of_ids_is_refused() {
    let sandbox = sandbox(1).await;
    for wrong in no_ids() {
        assert_refused(&sandbox, SLUG, json!({"Company IDs": wrong}), "Company IDs").await;
    }
    assert_refused(&sandbox, SLUG, json!({}), "Company IDs").await;
}

#[tokio::test]
async fn gcc4_many_companies_are_asked_for_in_parts_and_sorted_together() {
    let sandbox = sandbox(1).await;
    let mut companies: Vec<i64> = (19_000..19_250).rev().collect();
    // One that there is not changes nothing.
    companies.insert(3, 404);
    assert_eq!(found(&sandbox, &companies).await, expected(&sandbox, &companies));
    assert_eq!(asked(&sandbox).len(), 3);
    let none = run(&client(&sandbox), SLUG, json!({"Company IDs": [404]})).await;
    assert_eq!(written(&none)["returnData"], "Successful");
    assert!(records(&none).is_empty());

    sandbox.faults().set(vec![Rule::at(FaultKind::ServerError, 3, 99)]);
    let output = run(&client(&sandbox), SLUG, json!({"Company IDs": companies})).await;
    assert_failed(&output, 500, "A timeout has occured. Please try again.", "");
    assert!(output.results.is_empty());
}

#[tokio::test]
async fn gcc5_the_documented_sample() {
    assert_unauthorized(SLUG, json!({"Company IDs": [19_000]}), "Get Company Contacts").await;
}
