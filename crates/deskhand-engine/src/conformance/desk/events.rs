//! What becomes of events.

use jiff::SignedDuration;

use super::super::sample::{batch, claim as claim_feed, event};
use super::sample::{claim_at, claimed, new_run, time};
use super::{Desk, Outcome};
use crate::desk::{EventChange, EventState, EventTurn, HandedOut, Turned};
use crate::events::{Event, EventFilter};

fn change(event: i64, to: Turned) -> EventChange {
    EventChange {
        event,
        to,
        by: "Rule".to_owned(),
        at: time(10),
    }
}

fn escalated(incident_type: &str) -> Turned {
    Turned::Escalated {
        incident_type: incident_type.to_owned(),
        title: "A \"title\"".to_owned(),
    }
}

fn dismissed() -> Turned {
    Turned::Dismissed {
        reason: "noise".to_owned(),
    }
}

fn starting(run: &str, change: EventChange) -> EventTurn {
    EventTurn {
        change,
        starts: vec![new_run(run, 0)],
    }
}

/// Three new events, the oldest first.
async fn three(desk: &Desk) -> Result<Vec<Event>, Box<dyn std::error::Error + Send + Sync>> {
    let lease = claim_feed(&*desk.ingested, "A").await?;
    let new = (1..=3).map(|id| event(id, 5, 1)).collect();
    desk.ingested.commit(&lease, batch(&lease, new)).await?;
    Ok(desk.events.new_events(9).await?)
}

pub(super) async fn a_new_event_is_handed_out_once(desk: &Desk) -> Outcome {
    assert!(desk.events.new_events(9).await?.is_empty());
    let events = three(desk).await?;
    let records: Vec<_> = events.iter().map(|event| event.summary.record_id).collect();
    assert_eq!(records, [1, 2, 3]);
    assert_eq!(desk.events.new_events(2).await?.len(), 2);
    let first = events[0].summary.id;
    let known = desk.ingested.get_event(first).await?.ok_or("it was taken")?;
    assert_eq!((&events[0].summary, &events[0].raw), (&known.summary, &known.raw));
    let handed = |event, to: Turned, run: &str| HandedOut {
        event,
        changes: vec![change(event, Turned::Open), change(event, to)],
        starts: vec![new_run(run, 0)],
    };
    let all = [handed(first, dismissed(), "a"), handed(999, dismissed(), "b")];
    assert_eq!(desk.events.hand_out(&all).await?, 1);
    let again = [handed(first, escalated("Outage"), "c")];
    assert_eq!(desk.events.hand_out(&again).await?, 0);
    assert_eq!(claimed(desk, &claim_at("one", 0, 9)).await?, ["a"]);
    assert_eq!(desk.events.new_events(9).await?.len(), 2);
    let story = desk.events.event_story(first).await?.ok_or("it was taken")?;
    assert_eq!(story.state, EventState::Dismissed);
    assert_eq!(story.changes, [change(first, Turned::Open), change(first, dismissed())]);
    let untouched = desk
        .events
        .event_story(events[1].summary.id)
        .await?
        .ok_or("it was taken")?;
    assert_eq!((untouched.state, untouched.changes.len()), (EventState::New, 0));
    Ok(())
}

pub(super) async fn what_was_turned_by_hand_is_not_handed_out(desk: &Desk) -> Outcome {
    let event = three(desk).await?[0].summary.id;
    assert!(
        desk.events
            .turn_event(&starting("a", change(event, dismissed())))
            .await?
    );
    assert_eq!(desk.events.new_events(9).await?.len(), 2);
    let handed = HandedOut {
        event,
        changes: vec![change(event, Turned::Open)],
        starts: vec![new_run("b", 0)],
    };
    assert_eq!(desk.events.hand_out(&[handed]).await?, 0);
    assert_eq!(claimed(desk, &claim_at("one", 0, 9)).await?, ["a:1"]);
    Ok(())
}

pub(super) async fn a_turn_that_changes_nothing_starts_nothing(desk: &Desk) -> Outcome {
    let event = three(desk).await?[0].summary.id;
    for to in [Turned::Open, dismissed(), Turned::Open] {
        assert!(desk.events.turn_event(&change(event, to.clone()).into()).await?);
        assert!(!desk.events.turn_event(&starting("a", change(event, to))).await?);
    }
    assert!(!desk.events.turn_event(&starting("a", change(999, dismissed()))).await?);
    assert!(claimed(desk, &claim_at("one", 0, 9)).await?.is_empty());
    let story = desk.events.event_story(event).await?.ok_or("it was taken")?;
    assert_eq!((story.state, story.changes.len()), (EventState::Open, 3));
    assert_eq!(desk.events.event_story(999).await?, None);
    Ok(())
}

pub(super) async fn pl11_an_event_is_escalated_once_to_a_type(desk: &Desk) -> Outcome {
    let event = three(desk).await?[0].summary.id;
    assert!(
        desk.events
            .turn_event(&change(event, escalated("Outage")).into())
            .await?
    );
    assert!(
        !desk
            .events
            .turn_event(&change(event, escalated("Outage")).into())
            .await?
    );
    assert!(
        desk.events
            .turn_event(&change(event, escalated("Breach")).into())
            .await?,
        "another type"
    );
    assert!(desk.events.turn_event(&change(event, dismissed()).into()).await?);
    assert!(
        !desk
            .events
            .turn_event(&change(event, escalated("Outage")).into())
            .await?,
        "also later"
    );
    let story = desk.events.event_story(event).await?.ok_or("it was taken")?;
    assert_eq!((story.state, story.changes.len()), (EventState::Dismissed, 3));
    assert_eq!(story.changes[0].to, escalated("Outage"));
    Ok(())
}

pub(super) async fn lists_of_events_are_of_a_state_and_of_a_time(desk: &Desk) -> Outcome {
    let events = three(desk).await?;
    let (first, second) = (events[0].summary.id, events[1].summary.id);
    desk.events
        .turn_event(&change(first, escalated("Outage")).into())
        .await?;
    desk.events.turn_event(&change(second, dismissed()).into()).await?;
    let listed = async |filter: EventFilter| -> Result<Vec<(i64, EventState)>, crate::StoreError> {
        let listed = desk.ingested.list_events(&EventFilter { limit: 9, ..filter }).await?;
        Ok(listed.into_iter().map(|event| (event.record_id, event.state)).collect())
    };
    let (new, dismissed, escalated) = (EventState::New, EventState::Dismissed, EventState::Escalated);
    assert_eq!(
        listed(EventFilter::default()).await?,
        [(3, new), (2, dismissed), (1, escalated)]
    );
    for (id, state) in [(1, escalated), (2, dismissed), (3, new)] {
        let of_state = EventFilter {
            state: Some(state),
            ..EventFilter::default()
        };
        assert_eq!(listed(of_state).await?, [(id, state)]);
    }
    let known = desk.ingested.get_event(first).await?.ok_or("it was taken")?;
    assert_eq!((known.summary.state, known.summary.site.as_str()), (escalated, "Main"));

    for (sites, count) in [
        (vec!["Main"], 3),
        (vec!["Branch", "Main"], 3),
        (vec!["Branch"], 0),
        (vec![], 0),
    ] {
        let of_sites = EventFilter {
            sites: Some(sites.iter().map(|site| (*site).to_owned()).collect()),
            ..EventFilter::default()
        };
        assert_eq!(listed(of_sites).await?.len(), count, "at {sites:?}");
    }

    let taken_at = known.summary.taken_at;
    let a_little = SignedDuration::from_millis(500);
    for (since, until, count) in [
        (Some(taken_at), None, 3),
        (Some(taken_at + a_little), None, 0),
        (None, Some(taken_at), 0),
        (None, Some(taken_at + a_little), 3),
        (Some(taken_at - a_little), Some(taken_at + a_little), 3),
    ] {
        let of_time = EventFilter {
            since,
            until,
            ..EventFilter::default()
        };
        assert_eq!(listed(of_time).await?.len(), count, "from {since:?} until {until:?}");
    }
    Ok(())
}
