//! Notes of tickets.

use reqwest::Method;
use serde_json::json;

use crate::desk::Desk;

#[tokio::test]
async fn a_note_comes_back_as_recorded() {
    let desk = Desk::new().await;
    let id = desk.ticket().await;
    let path = format!("service/tickets/{id}/notes");
    let created = desk
        .post(&path, json!({"text": "a\nb", "internalAnalysisFlag": true}))
        .await;
    assert_eq!(created.status, 201, "{}", created.text);
    let note = created.json();
    let names: Vec<_> = note.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(
        names,
        [
            "id",
            "ticketId",
            "text",
            "detailDescriptionFlag",
            "internalAnalysisFlag",
            "resolutionFlag",
            "issueFlag",
            "member",
            "dateCreated",
            "createdBy",
            "internalFlag",
            "externalFlag",
            "_info"
        ]
    );
    assert_eq!(
        (&note["ticketId"], &note["text"], &note["createdBy"]),
        (&json!(id), &json!("a\nb"), &json!("public"))
    );
    assert_eq!(
        (&note["internalFlag"], &note["externalFlag"], &note["issueFlag"]),
        (&json!(true), &json!(true), &json!(false))
    );
    assert_eq!(
        note["_info"],
        json!({"lastUpdated": note["dateCreated"], "updatedBy": "public"})
    );
    assert_eq!(desk.get(&format!("{path}/{}", note["id"])).await, note);
    assert_eq!(desk.get(&path).await, json!([note]));
}

#[tokio::test]
async fn a_note_that_nobody_would_see_is_refused_as_recorded() {
    let desk = Desk::new().await;
    let id = desk.ticket().await;
    let path = format!("service/tickets/{id}/notes");
    let refused = desk.post(&path, json!({"text": "x"})).await;
    let recorded = "{\r\n  \"code\": \"InvalidObject\",\r\n  \"message\": \"serviceNote object is invalid\",\r\n  \"errors\": [\r\n    {\r\n      \"code\": \"ServiceNote\",\r\n      \"message\": \"Please choose where to display the notes in order to save this record.\",\r\n      \"resource\": \"serviceNote\",\r\n      \"field\": \"detailDescriptionFlag, internalAnalysisFlag, resolutionFlag\"\r\n    }\r\n  ]\r\n}";
    assert_eq!((refused.status, refused.text.as_str()), (400, recorded));
    assert_eq!(
        desk.post(&path, json!({"text": " ", "resolutionFlag": true}))
            .await
            .problem()
            .2,
        "text"
    );
    let unknown = desk.post(&path, json!({"text": "x", "emailContactFlag": true})).await;
    assert!(unknown.status == 400 && unknown.text.contains("on object of type 'ServiceNote'"));
    assert_eq!(desk.get(&format!("{path}/count")).await, json!({"count": 0}));
    let none = desk
        .post(
            "service/tickets/404/notes",
            json!({"text": "x", "resolutionFlag": true}),
        )
        .await;
    assert_eq!(
        (none.status, &none.json()["message"]),
        (404, &json!("Service Ticket 404 not found"))
    );
}

#[tokio::test]
async fn notes_are_listed_by_conditions_order_and_page() {
    let desk = Desk::new().await;
    let (one, other) = (desk.ticket().await, desk.ticket().await);
    let path = format!("service/tickets/{one}/notes");
    for (text, flag) in [
        ("first", "detailDescriptionFlag"),
        ("second", "resolutionFlag"),
        ("third", "detailDescriptionFlag"),
    ] {
        assert_eq!(desk.post(&path, json!({"text": text, flag: true})).await.status, 201);
    }
    let note = json!({"text": "elsewhere", "detailDescriptionFlag": true});
    assert_eq!(
        desk.post(&format!("service/tickets/{other}/notes"), note).await.status,
        201
    );
    let texts = |query: &str| {
        let path = format!("{path}{query}");
        let desk = &desk;
        async move {
            let notes = desk.get(&path).await;
            let notes = notes.as_array().unwrap().iter();
            notes
                .map(|note| note["text"].as_str().unwrap().to_owned())
                .collect::<Vec<_>>()
        }
    };
    assert_eq!(texts("?orderBy=id desc").await, ["third", "second", "first"]);
    assert_eq!(
        texts("?conditions=detailDescriptionFlag=true").await,
        ["first", "third"]
    );
    assert_eq!(texts("?conditions=text contains 'eco'").await, ["second"]);
    assert_eq!(
        texts("?conditions=createdBy='public' and dateCreated > [2020-01-01]&pageSize=1&page=2").await,
        ["second"]
    );
    assert_eq!(
        desk.get(&format!("{path}/count?conditions=resolutionFlag=true")).await,
        json!({"count": 1})
    );
    let refused = desk.send(Method::GET, &format!("{path}?conditions=note='x'"), "").await;
    assert_eq!(
        (refused.status, &refused.json()["message"]),
        (400, &json!("note is not a recognized name."))
    );
    assert_eq!(desk.sandbox.description(one).as_deref(), Some("first"));
}

#[tokio::test]
async fn a_note_is_changed_replaced_and_deleted() {
    let desk = Desk::new().await;
    let id = desk.ticket().await;
    let notes = format!("service/tickets/{id}/notes");
    let created = desk
        .post(
            &notes,
            json!({"text": "x", "detailDescriptionFlag": true, "internalAnalysisFlag": true}),
        )
        .await;
    let path = format!("{notes}/{}", created.json()["id"]);
    let patched = desk
        .patch(&path, json!([{"op": "replace", "path": "text", "value": "y"}]))
        .await
        .json();
    assert_eq!(
        (&patched["text"], &patched["internalAnalysisFlag"]),
        (&json!("y"), &json!(true))
    );
    let replaced = desk
        .put(&path, json!({"text": "z", "resolutionFlag": true}))
        .await
        .json();
    assert_eq!(
        (&replaced["text"], &replaced["detailDescriptionFlag"]),
        (&json!("z"), &json!(false))
    );
    let refused = desk
        .patch(
            &path,
            json!([{"op": "replace", "path": "resolutionFlag", "value": false}]),
        )
        .await;
    assert_eq!(refused.problem().0, "ServiceNote");
    let stranger = path.replace(&format!("tickets/{id}"), "tickets/1001");
    assert_eq!(desk.patch(&stranger, json!([])).await.status, 404);
    assert_eq!(desk.delete(&path).await.status, 204);
    let gone = desk.send(Method::GET, &path, "").await;
    assert_eq!(gone.status, 404);
    assert!(gone.text.contains("Service Note"), "{}", gone.text);
}

#[tokio::test]
async fn a_note_moves_its_tickets_stamp_and_shows_in_all_notes() {
    let desk = Desk::new().await;
    desk.sandbox.world().set_clock(100);
    let before = desk.get("service/tickets/1003").await;
    let note = json!({"text": "x", "detailDescriptionFlag": true, "customerUpdatedFlag": true});
    let note = desk.post("service/tickets/1003/notes", note).await.json();
    let after = desk.get("service/tickets/1003").await;
    assert!(before["_info"]["lastUpdated"].as_str() < after["_info"]["lastUpdated"].as_str());
    assert_eq!(
        (&after["customerUpdatedFlag"], &after["_info"]["updatedBy"]),
        (&json!(true), &json!("public"))
    );
    let all = desk.get("service/tickets/1003/allNotes").await;
    let expected = (&note["id"], &json!("TicketNote"), &json!(1003), &json!(false));
    assert_eq!(
        (
            &all[0]["id"],
            &all[0]["noteType"],
            &all[0]["ticket"]["id"],
            &all[0]["mergedFlag"]
        ),
        expected
    );
}

#[tokio::test]
async fn a_note_of_a_contact_has_no_member() {
    let desk = Desk::new().await;
    let id = desk.ticket().await;
    let body = json!({"text": "x", "detailDescriptionFlag": true, "contact": {"id": 3}});
    let note = desk.post(&format!("service/tickets/{id}/notes"), body).await.json();
    assert_eq!((&note["contact"]["id"], note.get("member")), (&json!(3), None));
}
