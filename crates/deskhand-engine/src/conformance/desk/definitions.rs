//! Definitions and secrets.

use super::sample::time;
use super::{Desk, Outcome};
use crate::desk::{Kind, SealedSecret, Wanted};
use crate::store::{BatchWrite, LeaseRequest};

fn wanted(kind: Kind, name: &str, body: Option<&str>) -> Wanted {
    Wanted {
        kind,
        name: name.to_owned(),
        body: body.map(str::to_owned),
    }
}

const BODY: &str = "name = \"é\"\r\n# a comment\n";

pub(super) async fn only_changes_get_a_version(desk: &Desk) -> Outcome {
    let store = &desk.definitions;
    let first = [
        wanted(Kind::Site, "Main", Some("")),
        wanted(Kind::Playbook, "P", Some(BODY)),
        wanted(Kind::Rule, "P", Some(BODY)),
    ];
    let before = store.revision().await?;
    let changed = store.apply(&first, "ada", time(1)).await?;
    assert_eq!(changed.len(), 3);
    let p = &changed[1];
    assert_eq!(
        (p.kind, p.name.as_str(), p.version, p.body.as_str()),
        (Kind::Playbook, "P", 1, BODY)
    );
    assert_eq!(
        (p.applied_at, p.applied_by.as_str(), p.removed),
        (time(1), "ada", false)
    );
    let revision = store.revision().await?;
    assert!(revision > before);
    assert!(store.apply(&first, "bob", time(2)).await?.is_empty());
    assert_eq!(store.revision().await?, revision, "nothing changed");
    let second = [
        wanted(Kind::Playbook, "P", Some("x")),
        wanted(Kind::Playbook, "p", Some(BODY)),
    ];
    let changed = store.apply(&second, "bob", time(3)).await?;
    let versions: Vec<_> = changed.iter().map(|one| (one.name.as_str(), one.version)).collect();
    assert_eq!(versions, [("P", 2), ("p", 1)], "case matters");
    assert!(store.revision().await? > revision);
    let newest = store.definitions().await?;
    let all: Vec<_> = newest
        .iter()
        .map(|one| (one.kind, one.name.as_str(), one.version))
        .collect();
    let expected = [
        (Kind::Site, "Main", 1),
        (Kind::Playbook, "P", 2),
        (Kind::Playbook, "p", 1),
        (Kind::Rule, "P", 1),
    ];
    assert_eq!(all, expected, "by kind and name");
    let old = store.definition(Kind::Playbook, "P", 1).await?;
    assert_eq!(old.map(|old| old.body).as_deref(), Some(BODY));
    assert_eq!(store.definition(Kind::Playbook, "P", 3).await?, None);
    assert_eq!(store.definition(Kind::Schedule, "P", 1).await?, None);
    Ok(())
}

pub(super) async fn what_was_taken_away_keeps_its_versions(desk: &Desk) -> Outcome {
    let store = &desk.definitions;
    let body = [wanted(Kind::Playbook, "P", Some(BODY))];
    let away = [wanted(Kind::Playbook, "P", None)];
    assert!(store.apply(&away, "ada", time(1)).await?.is_empty(), "there is none");
    store.apply(&body, "ada", time(1)).await?;
    let changed = store.apply(&away, "ada", time(2)).await?;
    assert_eq!((changed.len(), changed[0].version, changed[0].removed), (1, 2, true));
    assert!(store.apply(&away, "ada", time(3)).await?.is_empty());
    assert!(store.definitions().await?.is_empty());
    let old = store.definition(Kind::Playbook, "P", 1).await?;
    assert_eq!(
        old.map(|old| old.body).as_deref(),
        Some(BODY),
        "a run may still need it"
    );
    store.apply(&body, "ada", time(4)).await?;
    assert_eq!(store.definitions().await?[0].version, 3);
    let versions = store.versions(Kind::Playbook, "P").await?;
    let all: Vec<_> = versions.iter().map(|one| (one.version, one.removed)).collect();
    assert_eq!(all, [(3, false), (2, true), (1, false)]);
    assert!(store.versions(Kind::Rule, "P").await?.is_empty());
    Ok(())
}

pub(super) async fn all_or_nothing_is_applied_in_order(desk: &Desk) -> Outcome {
    let store = &desk.definitions;
    let twice = [
        wanted(Kind::Site, "A", Some("one")),
        wanted(Kind::Site, "A", Some("two")),
        wanted(Kind::Site, "A", Some("two")),
    ];
    assert_eq!(store.apply(&twice, "ada", time(1)).await?.len(), 2);
    assert_eq!(store.definitions().await?[0].body, "two");
    Ok(())
}

fn secret(parameter: &str, key: &str, sealed: &[u8]) -> SealedSecret {
    SealedSecret {
        connection: "main".to_owned(),
        parameter: parameter.to_owned(),
        key_id: key.to_owned(),
        sealed: sealed.to_vec(),
    }
}

pub(super) async fn secrets_are_kept_by_parameter(desk: &Desk) -> Outcome {
    let store = &desk.definitions;
    let other = SealedSecret {
        connection: "Main".to_owned(),
        ..secret("a", "k1", &[9])
    };
    for secret in [
        secret("b", "k1", &[0, 255]),
        secret("a", "k1", &[1]),
        other.clone(),
        secret("a", "k1", &[2]),
    ] {
        store.put_secret(&secret).await?;
    }
    let mut known = store.secrets("main").await?;
    known.sort_by(|one, other| one.parameter.cmp(&other.parameter));
    assert_eq!(known, [secret("a", "k1", &[2]), secret("b", "k1", &[0, 255])]);
    store.forget_secrets("main").await?;
    assert!(store.secrets("main").await?.is_empty());
    assert_eq!(store.secrets("Main").await?, [other]);
    Ok(())
}

pub(super) async fn a_secret_is_resealed_if_it_is_what_it_was(desk: &Desk) -> Outcome {
    let store = &desk.definitions;
    let (old, kept) = (secret("a", "k1", &[1]), secret("b", "k2", &[2]));
    store.put_secret(&old).await?;
    store.put_secret(&kept).await?;
    assert_eq!(store.secrets_of_other_keys("k2", 9).await?, std::slice::from_ref(&old));
    assert_eq!(store.secrets_of_other_keys("k3", 1).await?.len(), 1);
    let new = secret("a", "k2", &[3]);
    assert!(store.reseal(&old, &new).await?);
    assert!(
        !store.reseal(&old, &secret("a", "k2", &[4])).await?,
        "it was replaced meanwhile"
    );
    assert!(store.secrets_of_other_keys("k2", 9).await?.is_empty());
    assert_eq!(
        store.secrets("main").await?.iter().find(|one| one.parameter == "a"),
        Some(&new)
    );
    Ok(())
}

pub(super) async fn a_removed_jobs_feed_begins_anew(desk: &Desk) -> Outcome {
    let (store, ingested) = (&desk.definitions, &desk.ingested);
    let key = crate::conformance::sample::key("A");
    let position = async |reader: &str| -> Result<Option<serde_json::Value>, crate::StoreError> {
        let request = LeaseRequest {
            holder: "one".to_owned(),
            now: time(0),
            until: time(100),
            reader: Some(reader.to_owned()),
        };
        let lease = ingested.claim(&key, &request).await?;
        let position = lease.position.clone();
        let write = BatchWrite {
            position: Some(1.into()),
            ..crate::conformance::sample::batch(&lease, vec![])
        };
        ingested.commit(&lease, write).await?;
        Ok(position)
    };
    let defined = |name: &str, body| wanted(Kind::Ingestion, name, body);
    store
        .apply(&[defined("J", Some("")), defined("K", Some(""))], "ada", time(1))
        .await?;
    assert_eq!(position("J").await?, None);
    store.apply(&[defined("J", Some("x"))], "ada", time(2)).await?;
    assert_eq!(position("J").await?, Some(1.into()), "it was only changed");
    store.apply(&[defined("J", None)], "ada", time(3)).await?;
    store.apply(&[defined("J", Some("x"))], "ada", time(4)).await?;
    assert_eq!(position("J").await?, None, "it was away");
    assert_eq!(position("J").await?, Some(1.into()), "once");
    assert_eq!(position("K").await?, Some(1.into()));
    store.apply(&[defined("J", None)], "ada", time(5)).await?;
    store.apply(&[defined("J", Some("x"))], "ada", time(6)).await?;
    assert_eq!(position("J").await?, Some(1.into()), "K has read it all the time");
    store
        .apply(&[defined("J", None), defined("K", None)], "ada", time(7))
        .await?;
    store.apply(&[defined("L", Some("x"))], "ada", time(8)).await?;
    assert_eq!(position("L").await?, None, "nobody was there");
    Ok(())
}
