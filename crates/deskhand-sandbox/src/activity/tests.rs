use std::collections::BTreeMap;

use super::*;
use crate::fault::Faults;
use crate::seed::{Desk, Seed, plant};
use crate::world::{Document, Kind, World};

fn desk(tickets: u64) -> (World, Desk, Faults) {
    let world = World::empty();
    let seed = Seed {
        tickets,
        ..Seed::default()
    };
    let desk = plant(&world, &seed);
    (world, desk, Faults::new(1))
}

fn worker((world, desk, faults): &(World, Desk, Faults), activity: Activity) -> Worker<'_> {
    Worker {
        world,
        desk,
        faults,
        activity,
    }
}

fn unruly() -> Activity {
    Activity {
        commit_lag_seconds: 0.02,
        skew_seconds: 2,
        removals: true,
        upheaval: true,
        mix: Mix {
            show: 4,
            ..Mix::default()
        },
        ..Activity::default()
    }
}

#[test]
fn the_truth_is_one_story_for_each_ticket() {
    let all = desk(200);
    let (world, _, faults) = &all;
    let worker = worker(&all, unruly());
    let mut random = fastrand::Rng::with_seed(5);
    for _ in 0..3_000 {
        worker.step(&mut random);
    }
    world.make_all_visible();
    let truth = world.truth();
    for pair in truth.windows(2).filter(|pair| pair[0].id == pair[1].id) {
        let follows = pair[0].until_ms.is_some_and(|until| until <= pair[1].from_ms);
        assert!(follows && pair[0].edit < pair[1].edit, "{pair:?}");
    }
    let current = truth.iter().filter(|row| row.until_ms.is_none());
    let current: BTreeMap<_, _> = current.map(|row| (row.id, (row.edit, row.stamp))).collect();
    let now = world.clock.now_ms();
    let visible: BTreeMap<_, _> = world.read(Kind::Ticket, |table| {
        let service = table.after(0, now).filter(|ticket| ticket.service);
        service
            .map(|ticket| (ticket.id, (ticket.edit, ticket.updated)))
            .collect()
    });
    assert_eq!(current, visible);
    for (id, (edit, updated)) in visible {
        let read = Document::read(world.newest(Kind::Ticket, id).unwrap().raw, 0).unwrap();
        assert_eq!((read.edit, read.updated), (edit, updated));
    }
    let fired = faults.fired();
    for what in [
        "commit-lag",
        "skew",
        "same-second",
        "deleted",
        "converted",
        "moved",
        "returned",
        "renamed",
        "codebase",
    ] {
        assert!(fired.get(what).is_some_and(|times| *times >= 2), "{what}: {fired:?}");
    }
    assert!(!world.poisons().is_empty());
}

#[test]
fn work_goes_on_with_time_that_is_moved() {
    let all = desk(100);
    let (world, ..) = &all;
    let lagging = Activity {
        commit_lag_seconds: 30.0,
        ..Activity::default()
    };
    let worker = worker(&all, lagging);
    let mut random = fastrand::Rng::with_seed(5);
    for _ in 0..50 {
        worker.step(&mut random);
    }
    let edits = || world.truth().iter().map(|row| row.edit).max().unwrap();
    let shown = |world: &World| world.truth().len();
    let before = shown(world);
    world.set_clock(31);
    assert!(shown(world) > before && edits() > 0);
}

#[test]
fn an_id_that_was_deleted_is_not_given_again() {
    let all = desk(3);
    let (world, ..) = &all;
    let worker = worker(&all, Activity::default());
    assert!(worker.delete_one(1_002) && !worker.delete_one(1_002));
    let create = Activity {
        mix: Mix {
            create: 1_000_000_000,
            ..Mix::default()
        },
        ..Activity::default()
    };
    let worker = Worker {
        activity: create,
        ..worker
    };
    worker.step(&mut fastrand::Rng::with_seed(1));
    assert!(world.newest(Kind::Ticket, 1_002).is_none() && world.newest(Kind::Ticket, 1_003).is_some());
}

#[test]
fn single_acts_do_what_they_say() {
    let all = desk(10);
    let (world, ..) = &all;
    let worker = worker(&all, Activity::default());
    let mut random = fastrand::Rng::with_seed(1);
    assert!(worker.touch(1_000, &mut random) && !worker.touch(5, &mut random));
    assert_eq!(world.newest(Kind::Ticket, 1_000).unwrap().edit, 1);
    assert!(worker.convert_one(1_001, &mut random));
    assert!(!world.newest(Kind::Ticket, 1_001).unwrap().service);
    assert!(worker.move_one(1_002) && world.visible(Kind::Ticket, 1_002).is_none());
    assert!(worker.return_one(1_002, &mut random) && !worker.return_one(1_002, &mut random));
    assert_eq!(world.visible(Kind::Ticket, 1_002).unwrap().edit, 1);
    assert_eq!(worker.one_second(5), 5);
    let stamps = world.read(Kind::Ticket, |table| {
        let service = table.newest_after(0).filter(|ticket| ticket.service);
        service.take(5).map(|ticket| ticket.updated).collect::<Vec<_>>()
    });
    assert!(stamps.iter().all(|stamp| *stamp == stamps[0]));
    let gone: Vec<_> = world.truth().into_iter().filter(|row| row.gone).collect();
    assert_eq!(gone.iter().map(|row| row.id).collect::<Vec<_>>(), [1_001, 1_002]);
}

#[test]
fn updates_change_more_than_the_stamp() {
    let all = desk(20);
    let (world, ..) = &all;
    let worker = worker(&all, Activity::default());
    let mut random = fastrand::Rng::with_seed(3);
    let members = |world: &World| -> serde_json::Value {
        serde_json::from_slice(&world.newest(Kind::Ticket, 1_000).unwrap().raw).unwrap()
    };
    let mut changed = std::collections::BTreeSet::new();
    for _ in 0..60 {
        let before = members(world);
        worker.touch(1_000, &mut random);
        let after = members(world);
        let names = before
            .as_object()
            .unwrap()
            .keys()
            .chain(after.as_object().unwrap().keys());
        changed.extend(names.filter(|name| before.get(name) != after.get(name)).cloned());
    }
    for name in [
        "summary",
        "status",
        "priority",
        "owner",
        "resources",
        "actualHours",
        "severity",
        "customFields",
        "_info",
    ] {
        assert!(changed.contains(name), "{name}: {changed:?}");
    }
}
