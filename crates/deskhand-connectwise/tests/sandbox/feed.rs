//! The feed: passes, positions, trouble on the way, heads and looking up.

use std::collections::BTreeMap;

use deskhand_command::event_source::Hash;
use deskhand_command::{Batch, Failure, Feed, Lookup};
use deskhand_connectwise::{FeedOptions, Filters, TicketFeed};
use deskhand_sandbox::{Activity, FaultKind, Kind, Rule, Running};
use jiff::Timestamp;
use serde_json::Value;

use crate::support::{asked, client, ids, sandbox, truth};

fn options() -> FeedOptions {
    FeedOptions {
        filters: Filters::default(),
        hash: Hash::default(),
        from: None,
        page_size: 50,
    }
}

fn feed(sandbox: &Running) -> TicketFeed {
    TicketFeed::new(&client(sandbox), options())
}

/// Everything that a pass brings, and the position after it.
async fn pass(feed: &TicketFeed, position: Option<&Value>) -> Result<(Vec<Batch>, Value), Failure> {
    let mut pass = feed.resume(position).await?;
    let mut batches = Vec::new();
    while let Some(batch) = pass.next().await? {
        batches.push(batch);
    }
    let last = batches.last().unwrap();
    assert!(last.done);
    let position = last.position.clone();
    Ok((batches, position))
}

fn read(batches: &[Batch]) -> Vec<i64> {
    let mut ids: Vec<_> = batches
        .iter()
        .flat_map(|batch| &batch.records)
        .map(|record| record.id)
        .collect();
    ids.sort_unstable();
    ids
}

fn set_aside(batches: &[Batch]) -> Vec<Option<i64>> {
    batches
        .iter()
        .flat_map(|batch| &batch.quarantined)
        .map(|one| one.id)
        .collect()
}

fn since(position: &Value) -> Timestamp {
    position["since"].as_str().unwrap().parse().unwrap()
}

#[tokio::test]
async fn a_pass_brings_everything_once_and_then_looks_back_by_the_lag() {
    let sandbox = sandbox(1_200).await;
    let before = Timestamp::now().as_second();
    let (batches, position) = pass(&feed(&sandbox), None).await.unwrap();
    assert_eq!(read(&batches), ids(&truth(&sandbox)));
    // More than five pages of fifty: several ranges under way, which the position knows.
    assert!(batches[0].position["pass"]["ranges"].as_array().unwrap().len() > 3);
    assert!(
        batches
            .iter()
            .all(|batch| batch.done || batch.position.get("since").is_none())
    );
    let since = since(&position);
    let after = Timestamp::now().as_second();
    assert!((before - 901..=after - 900).contains(&since.as_second()), "{since}");
    assert!(position.get("pass").is_none());

    // Nothing was updated in the last hour, so that nothing comes again.
    let (again, later) = pass(&feed(&sandbox), Some(&position)).await.unwrap();
    assert!(read(&again).is_empty());
    assert!(self::since(&later) >= since);
    let conditions = format!("lastUpdated%20%3E%20%5B{}", since.as_second_minus_one());
    assert!(
        asked(&sandbox).iter().any(|path| path.contains(&conditions)),
        "{conditions}"
    );
}

trait SecondBefore {
    fn as_second_minus_one(&self) -> String;
}

impl SecondBefore for Timestamp {
    /// As it stands in an address.
    fn as_second_minus_one(&self) -> String {
        let before = Timestamp::from_second(self.as_second() - 1).unwrap();
        before.to_string().replace(':', "%3A")
    }
}

#[tokio::test]
async fn what_changes_comes_again_and_has_another_digest() {
    let sandbox = sandbox(300).await;
    let (first, position) = pass(&feed(&sandbox), None).await.unwrap();
    let activity = Activity {
        removals: false,
        ..Activity::default()
    };
    sandbox.act(40, activity, 7);
    sandbox.world().set_codebase("v2026_2");
    let (second, _) = pass(&feed(&sandbox), Some(&position)).await.unwrap();
    let digests: BTreeMap<_, _> = first
        .iter()
        .flat_map(|batch| &batch.records)
        .map(|record| (record.id, record.digest))
        .collect();
    assert!(!read(&second).is_empty());
    for record in second.iter().flat_map(|batch| &batch.records) {
        assert_ne!(digests.get(&record.id), Some(&record.digest), "{}", record.id);
    }
    // Hrefs with another codebase and members that tick are no change.
    sandbox.world().set_volatile(true);
    let (whole, _) = pass(&feed(&sandbox), None).await.unwrap();
    let changed = read(&second);
    for record in whole.iter().flat_map(|batch| &batch.records) {
        if !changed.contains(&record.id) {
            assert_eq!(digests.get(&record.id), Some(&record.digest), "{}", record.id);
        }
    }
}

#[tokio::test]
async fn a_pass_goes_on_where_its_last_stored_batch_left_it() {
    let sandbox = sandbox(1_000).await;
    for stop in [1, 3, 8] {
        let mut stored = Vec::new();
        let mut position = None;
        let mut broken_off = feed(&sandbox).resume(None).await.unwrap();
        for _ in 0..stop {
            let batch = broken_off.next().await.unwrap().unwrap();
            position = Some(batch.position.clone());
            stored.push(batch);
        }
        // A batch that was read and not stored comes again.
        let lost = broken_off.next().await.unwrap().unwrap();
        drop(broken_off);
        let (rest, _) = pass(&feed(&sandbox), position.as_ref()).await.unwrap();
        assert!(lost.records.iter().all(|record| read(&rest).contains(&record.id)));
        stored.extend(rest);
        assert_eq!(read(&stored), ids(&truth(&sandbox)), "after {stop}");
    }
}

#[tokio::test]
async fn trouble_on_the_way_loses_nothing_and_doubles_nothing() {
    let sandbox = sandbox(1_500).await;
    let chance = |fault, probability| Rule::by_chance(fault, probability).seconds(0.0);
    sandbox.faults().set(vec![
        chance(FaultKind::ServerError, 0.04),
        chance(FaultKind::Unavailable, 0.04),
        chance(FaultKind::Reset, 0.04),
        chance(FaultKind::Truncate, 0.04),
        chance(FaultKind::Html, 0.02),
        chance(FaultKind::Empty, 0.02),
        chance(FaultKind::Mislabel, 0.04),
        chance(FaultKind::TooManyRequests, 0.03),
    ]);
    let (mut stored, mut position) = (Vec::new(), None);
    for _ in 0..50 {
        match until_trouble(&feed(&sandbox), &mut position, &mut stored).await {
            Ok(()) => break,
            Err(failure) => assert_ne!(failure.status_code, 400, "{failure:?}"),
        }
    }
    assert!(stored.last().is_some_and(|batch| batch.done));
    assert_eq!(read(&stored), ids(&truth(&sandbox)));
    assert!(set_aside(&stored).is_empty(), "{:?}", set_aside(&stored));
}

async fn until_trouble(
    feed: &TicketFeed,
    position: &mut Option<Value>,
    stored: &mut Vec<Batch>,
) -> Result<(), Failure> {
    let mut pass = feed.resume(position.as_ref()).await?;
    while let Some(batch) = pass.next().await? {
        *position = Some(batch.position.clone());
        stored.push(batch);
    }
    Ok(())
}

#[tokio::test]
async fn a_record_that_fails_its_page_is_set_aside_and_its_neighbours_are_not() {
    let sandbox = sandbox(400).await;
    let all = ids(&truth(&sandbox));
    for poison in [all[0], all[77], all[all.len() - 1]] {
        sandbox.world().set_poison(poison);
        let (batches, _) = pass(&feed(&sandbox), None).await.unwrap();
        let quarantined: Vec<_> = batches.iter().flat_map(|batch| &batch.quarantined).collect();
        assert_eq!(quarantined.len(), 1);
        assert_eq!(quarantined[0].id, Some(poison));
        assert_eq!(
            quarantined[0].reason,
            "the PSA does not hand the ticket out: A timeout has occured. Please try again."
        );
        let others: Vec<_> = all.iter().copied().filter(|id| *id != poison).collect();
        assert_eq!(read(&batches), others);
    }
}

#[tokio::test]
async fn an_outage_sets_nothing_aside_and_the_pass_can_go_on() {
    let sandbox = sandbox(600).await;
    let feed = feed(&sandbox);
    let mut broken_off = feed.resume(None).await.unwrap();
    let first = broken_off.next().await.unwrap().unwrap();
    sandbox.faults().set(vec![Rule::by_chance(FaultKind::ServerError, 1.0)]);
    let (mut stored, mut failure) = (vec![first], None);
    while failure.is_none() {
        match broken_off.next().await {
            Ok(batch) => stored.extend(batch),
            Err(error) => failure = Some(error),
        }
    }
    assert_eq!(failure.unwrap().status_code, 500);
    assert!(set_aside(&stored).is_empty() && stored.iter().all(|batch| !batch.done));
    sandbox.faults().set(Vec::new());
    let position = stored.last().unwrap().position.clone();
    let (rest, _) = pass(&feed, Some(&position)).await.unwrap();
    stored.extend(rest);
    assert_eq!(read(&stored), ids(&truth(&sandbox)));
}

#[tokio::test]
async fn the_servers_clock_counts_and_not_ours() {
    let sandbox = sandbox(10).await;
    sandbox.world().clock.set_offset(-90);
    let theirs = || Timestamp::now().as_second() - 90 - 900;
    let before = theirs();
    let (_, position) = pass(&feed(&sandbox), None).await.unwrap();
    let since = since(&position).as_second();
    assert!((before - 1..=theirs()).contains(&since), "{since}");
}

#[tokio::test]
async fn a_first_time_and_filters_are_kept_to_and_other_filters_begin_anew() {
    let sandbox = sandbox(400).await;
    let from: Timestamp = Timestamp::from_second(Timestamp::now().as_second() - 200 * 86_400).unwrap();
    let with = |search: &str| {
        let declarations = deskhand_connectwise::declarations();
        let declaration = declarations.iter().find(|one| one.slug == "fetch-event").unwrap();
        let given = serde_json::json!({"Search Condition": search})
            .as_object()
            .unwrap()
            .clone();
        let inputs = deskhand_command::input::Inputs::new(declaration, given).unwrap();
        FeedOptions {
            filters: Filters::read(&inputs).unwrap(),
            from: Some(from),
            ..options()
        }
    };
    let wanted = |level: &'static str| {
        let tickets = truth(&sandbox).into_iter().filter(move |ticket| {
            let stamp: Timestamp = ticket["_info"]["lastUpdated"].as_str().unwrap().parse().unwrap();
            ticket["impact"] == level && stamp.as_second() >= from.as_second()
        });
        ids(&tickets.collect::<Vec<_>>())
    };
    let high = TicketFeed::new(&client(&sandbox), with("impact = \"High\""));
    let (batches, position) = pass(&high, None).await.unwrap();
    assert_eq!(read(&batches), wanted("High"));
    let low = TicketFeed::new(&client(&sandbox), with("impact = \"Low\""));
    assert_eq!(read(&pass(&low, Some(&position)).await.unwrap().0), wanted("Low"));
    assert!(read(&pass(&high, Some(&position)).await.unwrap().0).is_empty());

    // What the filter leaves out is elsewhere.
    let (inside, outside) = (wanted("High")[0], wanted("Low")[0]);
    assert!(matches!(high.look_up(inside).await.unwrap(), Lookup::Found(record) if record.id == inside));
    assert!(matches!(high.look_up(outside).await.unwrap(), Lookup::Elsewhere));
    assert!(matches!(high.look_up(5).await.unwrap(), Lookup::Gone));
}

#[tokio::test]
async fn fe11_a_pass_whose_search_the_psa_refuses_is_explained_like_the_command() {
    let sandbox = sandbox(10).await;
    let declaration = deskhand_connectwise::declarations();
    let declaration = declaration.iter().find(|one| one.slug == "fetch-event").unwrap();
    for (search, hint) in [
        ("id == 5", "Search Condition: `==` at character 4 is not an operator"),
        ("borad/id = 5", "did you mean `board/id`?"),
    ] {
        let given = serde_json::json!({"Search Condition": search})
            .as_object()
            .unwrap()
            .clone();
        let inputs = deskhand_command::input::Inputs::new(declaration, given).unwrap();
        let filters = Filters::read(&inputs).unwrap();
        let feed = TicketFeed::new(&client(&sandbox), FeedOptions { filters, ..options() });
        let failures = [
            feed.resume(None).await.err().unwrap(),
            feed.heads(None).await.err().unwrap(),
            feed.look_up(1_000).await.unwrap_err(),
        ];
        for failure in failures {
            assert!(
                failure.hint.as_deref().unwrap_or_default().contains(hint),
                "{search}: {failure:?}"
            );
        }
    }
}

#[tokio::test]
async fn a_pass_whose_filter_is_too_long_for_an_address_knows_when_it_began() {
    let sandbox = sandbox(400).await;
    let wanted: Vec<_> = ids(&truth(&sandbox)).into_iter().filter(|id| id % 2 == 0).collect();
    let search: Vec<_> = wanted.iter().map(|id| format!("id = {id}")).collect();
    let declaration = deskhand_connectwise::declarations();
    let declaration = declaration.iter().find(|one| one.slug == "fetch-event").unwrap();
    let given = serde_json::json!({"Search Condition": search.join(" or ")})
        .as_object()
        .unwrap()
        .clone();
    let inputs = deskhand_command::input::Inputs::new(declaration, given).unwrap();
    let filters = Filters::read(&inputs).unwrap();
    let feed = TicketFeed::new(&client(&sandbox), FeedOptions { filters, ..options() });
    let before = Timestamp::now().as_second();
    let (batches, position) = pass(&feed, None).await.unwrap();
    assert_eq!(read(&batches), wanted);
    let (after, since) = (Timestamp::now().as_second(), since(&position).as_second());
    assert!((before - 901..=after - 900).contains(&since), "{since}");
}

#[tokio::test]
async fn heads_list_every_ticket_and_looking_up_finds_it() {
    let sandbox = sandbox(700).await;
    let feed = feed(&sandbox);
    let mut heads = feed.heads(None).await.unwrap();
    let mut found = Vec::new();
    while let Some(batch) = heads.next().await.unwrap() {
        found.extend(batch);
    }
    found.sort_unstable_by_key(|head| head.id);
    assert_eq!(
        found.iter().map(|head| head.id).collect::<Vec<_>>(),
        ids(&truth(&sandbox))
    );
    let one = found[3];
    let Lookup::Found(record) = feed.look_up(one.id).await.unwrap() else {
        panic!("it is there")
    };
    assert_eq!((record.id, record.stamp), (one.id, one.stamp));
    sandbox.world().remove(Kind::Ticket, one.id);
    assert!(matches!(feed.look_up(one.id).await.unwrap(), Lookup::Gone));

    let recent = Timestamp::from_second(found.iter().map(|head| head.stamp).max().unwrap() - 86_400).unwrap();
    let mut heads = feed.heads(Some(recent)).await.unwrap();
    let some = heads.next().await.unwrap().unwrap();
    assert!(some.iter().all(|head| head.stamp >= recent.as_second()) && some.len() < found.len());
}
