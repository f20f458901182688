//! Random histories, in the store and in the model.

use std::collections::BTreeMap;

use fastrand::Rng;
use serde_json::json;

use super::sample::{batch, claim, event, everything};
use super::{Fresh, Outcome};
use crate::EventStore;
use crate::events::{Dismissal, NewEvent};
use crate::store::{BatchWrite, Lease, MemoryStore};

pub(super) async fn any_history_comes_to_the_same_as_in_the_model(fresh: &Fresh<'_>) -> Outcome {
    for seed in 0..12 {
        let mut random = Rng::with_seed(seed);
        let (store, model) = (fresh().await, MemoryStore::default());
        for round in 0..12 {
            let source = if random.bool() { "A" } else { "B" };
            let (there, here) = (claim(&*store, source).await?, claim(&model, source).await?);
            assert_eq!(
                (there.fence, &there.position),
                (here.fence, &here.position),
                "seed {seed} round {round}"
            );
            let random_batch = random_batch(&mut random);
            let written = store.commit(&there, random_batch(&there)).await?;
            assert_eq!(
                written,
                model.commit(&here, random_batch(&here)).await?,
                "seed {seed} round {round}"
            );
            assert_eq!(
                store.known(&there, 3).await?,
                model.known(&here, 3).await?,
                "seed {seed} round {round}"
            );
        }
        assert_eq!(
            everything_of(&*store).await?,
            everything_of(&model).await?,
            "seed {seed}"
        );
    }
    Ok(())
}

fn random_batch(random: &mut Rng) -> impl Fn(&Lease) -> BatchWrite + use<> {
    let candidates: Vec<_> = (0..random.usize(0..30)).map(|_| random_event(random)).collect();
    let passed_over: Vec<_> = (0..random.usize(0..3))
        .map(|_| (random.i64(0..9), Dismissal::NoSource))
        .collect();
    let gone: Vec<_> = (0..random.usize(0..3)).map(|_| random.i64(0..9)).collect();
    let position = random.bool().then(|| json!(random.u32(..)));
    move |lease| BatchWrite {
        passed_over: passed_over.clone(),
        gone: gone.clone(),
        position: position.clone(),
        ..batch(lease, candidates.clone())
    }
}

fn random_event(random: &mut Rng) -> NewEvent {
    NewEvent {
        settled: random.bool(),
        late: random.u8(0..10) == 0,
        event_key: (random.u8(0..3) == 0).then(|| random.u8(0..20).to_string()),
        ..event(random.i64(0..9), random.i64(0..6), random.u8(0..3))
    }
}

/// Everything that people can see, as text.
async fn everything_of(store: &dyn EventStore) -> Result<Vec<String>, Box<dyn std::error::Error + Send + Sync>> {
    let mut all = Vec::new();
    for summary in store.list_events(&everything()).await? {
        let event = store.get_event(summary.id).await?.ok_or("it was listed")?;
        // Dismissals come in the order of their reasons; whichever that is, it is one of them.
        let dismissals: BTreeMap<_, _> = event.dismissals.iter().cloned().collect();
        all.push(format!(
            "{:?} {dismissals:?}",
            crate::Event {
                dismissals: Vec::new(),
                ..event
            }
        ));
    }
    for run in store.list_runs(100).await? {
        all.push(format!("{run:?}"));
    }
    Ok(all)
}
