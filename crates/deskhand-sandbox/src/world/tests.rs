use proptest::prelude::*;

use super::*;

fn ticket(id: i64, edit: u32, company: i64) -> Document {
    let raw = format!(
        "{{\"id\":{id},\"summary\":\"s\",\"cost\":0.00,\"company\":{{\"id\":{company},\"name\":\"Old\"}},\
         \"_info\":{{\"lastUpdated\":\"2026-01-01T00:00:00Z\"}},\
         \"customFields\":[{{\"id\":9,\"caption\":\"Edit Count\",\"value\":{edit}}}]}}"
    );
    Document::read(raw.into(), 0).unwrap()
}

#[test]
fn a_row_waits_for_its_time_and_shows_its_older_self_until_then() {
    let world = World::empty();
    world.seed(Kind::Ticket, ticket(1, 0, 5));
    let later = world.clock.now_ms() + 60_000;
    world.put(Kind::Ticket, ticket(1, 1, 5), later);
    world.put(Kind::Ticket, ticket(2, 0, 5), later);
    let seen = |id| world.visible(Kind::Ticket, id).map(|ticket| ticket.edit);
    assert_eq!((seen(1), seen(2)), (Some(0), None));
    assert_eq!(world.truth().len(), 1);
    world.set_clock(61);
    assert_eq!((seen(1), seen(2)), (Some(1), Some(0)));
    assert_eq!(world.truth().len(), 3);
}

#[test]
fn a_clock_that_goes_back_hides_nothing() {
    let world = World::empty();
    world.set_clock(3_600);
    world.put(Kind::Ticket, ticket(1, 0, 5), 0);
    let later = world.clock.now_ms() + 60_000;
    world.put(Kind::Ticket, ticket(2, 0, 5), later);
    world.set_clock(0);
    assert!(world.visible(Kind::Ticket, 1).is_some() && world.visible(Kind::Ticket, 2).is_none());
    world.put(Kind::Ticket, ticket(1, 1, 5), 0);
    assert_eq!(world.visible(Kind::Ticket, 1).unwrap().edit, 1);
    world.set_clock(61);
    assert!(world.visible(Kind::Ticket, 2).is_some());
}

#[test]
fn a_renamed_company_changes_its_tickets_and_no_stamp() {
    let world = World::empty();
    for id in 1..=3 {
        world.seed(Kind::Ticket, ticket(id, 0, 4 + id % 2));
    }
    assert!(world.rename_company(5, "New & \"better\""));
    assert!(!world.rename_company(77, "Nobody"));
    let raw = |id| String::from_utf8(world.newest(Kind::Ticket, id).unwrap().raw.to_vec()).unwrap();
    assert!(raw(1).contains(r#""name":"New & \"better\"""#) && raw(1).contains("\"cost\":0.00"));
    assert!(raw(2).contains("\"name\":\"Old\""));
    let stamps: Vec<_> = world.truth().iter().map(|row| (row.edit, row.until_ms)).collect();
    assert_eq!(stamps, [(0, None); 3]);
    let read = Document::read(world.newest(Kind::Ticket, 1).unwrap().raw, 0).unwrap();
    assert_eq!(read.updated, world.newest(Kind::Ticket, 1).unwrap().updated);
}

#[test]
fn several_tickets_can_be_poisoned_and_none() {
    let world = World::empty();
    world.set_poisons([3, 4]);
    assert!(world.is_poisoned(3) && world.is_poisoned(4) && !world.is_poisoned(5));
    world.set_poison(0);
    assert!(world.poisons().is_empty() && !world.is_poisoned(3));
}

/// What can happen to a ticket.
#[derive(Debug, Clone)]
enum Happens {
    Put { lag_ms: i64 },
    Remove,
    Hide,
    Show,
    Wait { seconds: i64 },
    SetBack { seconds: i64 },
    ShowAll,
}

fn happens() -> impl Strategy<Value = Happens> {
    prop_oneof![
        3 => Just(Happens::Put { lag_ms: 0 }),
        // Half a second off every wait, so that nothing becomes visible between two looks.
        3 => (0_i64..20).prop_map(|seconds| Happens::Put { lag_ms: seconds * 1000 + 500 }),
        1 => Just(Happens::Remove),
        1 => Just(Happens::Hide),
        1 => Just(Happens::Show),
        3 => (1_i64..10).prop_map(|seconds| Happens::Wait { seconds }),
        1 => (1_i64..5).prop_map(|seconds| Happens::SetBack { seconds }),
        1 => Just(Happens::ShowAll),
    ]
}

fn happen(world: &World, id: i64, edit: &mut u32, what: &Happens) {
    match what {
        Happens::Put { lag_ms } => {
            *edit += 1;
            world.put(Kind::Ticket, ticket(id, *edit, 5), world.clock.now_ms() + lag_ms);
        }
        Happens::Remove => drop(world.remove(Kind::Ticket, id)),
        Happens::Hide => {
            if let Some(ticket) = world.newest(Kind::Ticket, id) {
                world.hide(ticket);
            }
        }
        Happens::Show => {
            if let Some(shown) = world.show(id) {
                *edit += 1;
                world.put(Kind::Ticket, ticket(shown.id, *edit, 5), 0);
            }
        }
        Happens::Wait { seconds } => world.set_clock(world.clock.offset() + seconds),
        Happens::SetBack { seconds } => world.set_clock(world.clock.offset() - seconds),
        Happens::ShowAll => world.make_all_visible(),
    }
}

proptest! {
    /// Whatever happens, a ticket's revisions follow one another without overlap, and what is visible is the last.
    #[test]
    fn the_truth_is_one_story_and_ends_with_what_is_visible(story in prop::collection::vec((1_i64..3, happens()), 1..40)) {
        let world = World::empty();
        let mut edits = [0_u32; 3];
        for (id, what) in &story {
            happen(&world, *id, &mut edits[usize::try_from(*id).unwrap()], what);
            for id in 1..3 {
                let rows: Vec<_> = world.truth().into_iter().filter(|row| row.id == id).collect();
                for pair in rows.windows(2) {
                    prop_assert!(pair[0].edit < pair[1].edit, "{rows:?}");
                    prop_assert!(pair[0].until_ms.is_some_and(|until| until <= pair[1].from_ms), "{rows:?}");
                }
                prop_assert!(rows.iter().all(|row| row.until_ms.is_none_or(|until| row.from_ms < until)));
                let current = rows.last().filter(|row| row.until_ms.is_none()).map(|row| row.edit);
                let visible = world.visible(Kind::Ticket, id).map(|ticket| ticket.edit);
                prop_assert_eq!(visible, current, "{:?} after {:?}", rows, what);
            }
            let now = world.clock.now_ms();
            world.read(Kind::Ticket, |table| {
                let walked: Vec<_> = table.after(0, now).map(|ticket| ticket.id).collect();
                if let Some(page) = table.page(0, 10, now) {
                    let paged: Vec<_> = page.records.iter().map(|ticket| ticket.id).collect();
                    prop_assert_eq!((&paged, page.total), (&walked, walked.len()));
                }
                Ok(())
            })?;
        }
    }
}
