//! What becomes of announced records: the same as of those that a pass reads.

use std::sync::Arc;
use std::time::Duration;

use deskhand_command::{Announced, BoxFuture, Clock, EventSource, Failure, Feed, Heads, Lookup, Pass, Retry};
use jiff::Timestamp;
use serde_json::Value;

use super::inbox::changed;
use super::sample::{everything, key, request};
use super::toy::Toy;
use super::{FreshInbox, Outcome};
use crate::EventStore;
use crate::callbacks::{CallbackFeed, CallbackInbox, Worked, work_off};
use crate::ingest::{IngestJob, Ingestor, Quiet, ToTheEnd};
use crate::store::{LeaseRequest, StoreError};

const SECONDS: i64 = 1_000_000;

/// A toy that is quiet, and whose first pass is over.
struct Desk {
    toy: Toy,
    store: Arc<dyn EventStore>,
    inbox: Arc<dyn CallbackInbox>,
    feed: CallbackFeed,
}

impl Desk {
    async fn new(fresh: &FreshInbox<'_>) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        let (store, inbox) = fresh().await;
        let toy = Toy::new(7, 9);
        toy.calm_down();
        let feed = feed_of(&toy, Arc::new(toy.clone()), &store);
        let desk = Self {
            toy,
            store,
            inbox,
            feed,
        };
        let (_, ended) = desk.poll("first").await;
        ended.map_err(|failure| failure.message)?;
        desk.toy.calm_down();
        Ok(desk)
    }

    async fn poll(&self, run: &str) -> (u64, Result<(), Failure>) {
        let (report, ended) = self.feed.ingestor.run(&self.feed.job, run).await;
        (report.taken, ended)
    }

    async fn announce(&self, announced: Announced) -> Result<(), StoreError> {
        self.inbox.keep("main", announced, self.toy.now()).await
    }

    async fn work_off(&self) -> (u64, Worked) {
        let (report, worked) = work_off(&*self.inbox, "main", std::slice::from_ref(&self.feed)).await;
        (report.taken, worked)
    }

    async fn events(&self) -> Result<usize, StoreError> {
        Ok(self.store.list_events(&everything()).await?.len())
    }

    /// The position that the feed is at.
    async fn position(&self) -> Result<Option<Value>, StoreError> {
        let request = LeaseRequest {
            holder: "a look".to_owned(),
            ..request("", self.toy.now().as_second(), SECONDS)
        };
        let lease = self.store.claim(&self.feed.job.key, &request).await?;
        self.store.release(&lease).await?;
        Ok(lease.position)
    }
}

fn feed_of(toy: &Toy, feed: Arc<dyn Feed>, store: &Arc<dyn EventStore>) -> CallbackFeed {
    CallbackFeed {
        ingestor: Ingestor {
            feed,
            store: Arc::clone(store),
            clock: Arc::new(toy.clone()),
            observer: Arc::new(Quiet),
            mandate: Arc::new(ToTheEnd),
        },
        job: IngestJob {
            key: key("A"),
            sources: Arc::new(vec![EventSource::default_source()]),
            holder: "this process".to_owned(),
            patient: false,
            reader: None,
            not_before: None,
        },
    }
}

pub(super) async fn a_change_becomes_an_event_without_a_poll(fresh: &FreshInbox<'_>) -> Outcome {
    let desk = Desk::new(fresh).await?;
    let (before, position) = (desk.events().await?, desk.position().await?);
    assert_eq!(desk.work_off().await, (0, Worked::Idle));
    desk.toy.update(3);
    desk.toy.update(99);
    for id in [3, 99, 50] {
        desk.announce(changed(id)).await?;
    }
    assert_eq!(desk.work_off().await, (2, Worked::Done(3)));
    assert_eq!(desk.events().await?, before + 2);
    assert_eq!(desk.position().await?, position, "a callback moves nothing");
    assert_eq!(desk.work_off().await, (0, Worked::Idle));
    desk.toy.calm_down();
    let (taken, ended) = desk.poll("second").await;
    assert_eq!(
        (taken, ended),
        (0, Ok(())),
        "the poll reads them again, and they are known"
    );
    Ok(())
}

pub(super) async fn what_is_announced_again_is_no_second_event(fresh: &FreshInbox<'_>) -> Outcome {
    let desk = Desk::new(fresh).await?;
    desk.toy.update(3);
    desk.announce(changed(3)).await?;
    let handed_out = desk.inbox.waiting("main", 10).await?;
    assert_eq!(desk.work_off().await, (1, Worked::Done(1)));
    let events = desk.events().await?;
    // Delivered again; and killed after the event was stored, before the inbox knew.
    desk.announce(handed_out[0].announced).await?;
    assert_eq!(desk.work_off().await, (0, Worked::Done(1)));
    assert_eq!(desk.events().await?, events);
    Ok(())
}

pub(super) async fn a_deleted_record_is_marked_when_it_is_gone_indeed(fresh: &FreshInbox<'_>) -> Outcome {
    let desk = Desk::new(fresh).await?;
    let deleted = |id| Announced { id, deleted: true };
    desk.toy.delete(3);
    desk.toy.delete(4);
    // 3 is gone and said to be, 4 is gone and nobody said so, 5 is said to be and is there.
    for announced in [deleted(3), changed(4), deleted(5)] {
        desk.announce(announced).await?;
    }
    assert_eq!(desk.work_off().await, (0, Worked::Done(3)));
    for summary in desk.store.list_events(&everything()).await? {
        let event = desk.store.get_event(summary.id).await?.ok_or("it was listed")?;
        assert_eq!(event.gone_at.is_some(), summary.record_id == 3, "{}", summary.record_id);
    }
    Ok(())
}

pub(super) async fn what_cannot_be_looked_at_now_waits(fresh: &FreshInbox<'_>) -> Outcome {
    let desk = Desk::new(fresh).await?;
    desk.toy.update(3);
    desk.announce(changed(3)).await?;
    let away = |retry| CallbackFeed {
        ingestor: Ingestor {
            feed: Arc::new(Away(retry)),
            ..desk.feed.ingestor.clone()
        },
        job: IngestJob {
            key: key("B"),
            ..desk.feed.job.clone()
        },
    };
    let both = [desk.feed.clone(), away(Retry::Later)];
    let (report, worked) = work_off(&*desk.inbox, "main", &both).await;
    assert!(matches!(worked, Worked::Failed(failure) if failure.status_code == 502));
    assert_eq!(report.taken, 1, "the other feed has it");
    assert_eq!(desk.inbox.reception("main").await?.waiting, 1);
    assert_eq!(work_off(&*desk.inbox, "main", &[]).await.1, Worked::Idle);
    assert_eq!(desk.inbox.reception("main").await?.waiting, 1);
    assert_eq!(desk.work_off().await, (0, Worked::Done(1)));
    desk.announce(changed(3)).await?;
    // Its poll reads what it has missed, when it works again.
    let alone = work_off(&*desk.inbox, "main", &[away(Retry::Never)]).await.1;
    assert!(matches!(alone, Worked::Failed(_)), "{alone:?}");
    let both = [away(Retry::Never), desk.feed.clone()];
    assert_eq!(work_off(&*desk.inbox, "main", &both).await.1, Worked::Done(1));
    assert_eq!(desk.inbox.reception("main").await?.waiting, 0);
    Ok(())
}

pub(super) async fn a_held_feed_is_left_alone_and_nothing_is_lost(fresh: &FreshInbox<'_>) -> Outcome {
    let desk = Desk::new(fresh).await?;
    desk.toy.update(3);
    desk.announce(changed(3)).await?;
    let now = desk.toy.now().as_second();
    // A run of this very process.
    let run = desk
        .store
        .claim(&desk.feed.job.key, &request("this process", now, SECONDS))
        .await?;
    assert_eq!(desk.work_off().await, (0, Worked::Held));
    desk.store.renew(&run, Timestamp::from_second(SECONDS)?).await?;
    assert_eq!(desk.inbox.reception("main").await?.waiting, 1);
    desk.store.release(&run).await?;
    assert_eq!(desk.work_off().await, (1, Worked::Done(1)));
    Ok(())
}

pub(super) async fn a_poll_waits_while_callbacks_hold_its_feed(fresh: &FreshInbox<'_>) -> Outcome {
    let desk = Desk::new(fresh).await?;
    desk.toy.update(3);
    let now = desk.toy.now().as_second();
    let brief = request("this process (callbacks)", now, SECONDS);
    let lease = desk.store.claim(&desk.feed.job.key, &brief).await?;
    let store = Arc::clone(&desk.store);
    let clock = GivesBack {
        toy: desk.toy.clone(),
        give_back: Box::new(move || {
            let (store, lease) = (Arc::clone(&store), lease.clone());
            Box::pin(async move {
                let _already = store.release(&lease).await;
            })
        }),
    };
    let ingestor = Ingestor {
        clock: Arc::new(clock),
        ..desk.feed.ingestor.clone()
    };
    let (report, ended) = ingestor.run(&desk.feed.job, "second").await;
    assert_eq!((report.taken, ended), (1, Ok(())));
    Ok(())
}

/// A clock that, when somebody waits, has the claim given back.
struct GivesBack {
    toy: Toy,
    give_back: Box<dyn Fn() -> BoxFuture<'static, ()> + Send + Sync>,
}

impl Clock for GivesBack {
    fn now(&self) -> Timestamp {
        self.toy.now()
    }

    fn sleep(&self, _duration: Duration) -> BoxFuture<'_, ()> {
        (self.give_back)()
    }
}

/// A PSA that cannot be reached, or that refuses for good.
struct Away(Retry);

impl Feed for Away {
    fn resume<'a>(&'a self, _position: Option<&'a Value>) -> BoxFuture<'a, Result<Box<dyn Pass>, Failure>> {
        Box::pin(std::future::ready(Err(self.away())))
    }

    fn heads(&self, _since: Option<Timestamp>) -> BoxFuture<'_, Result<Box<dyn Heads>, Failure>> {
        Box::pin(std::future::ready(Err(self.away())))
    }

    fn look_up(&self, _id: i64) -> BoxFuture<'_, Result<Lookup, Failure>> {
        Box::pin(std::future::ready(Err(self.away())))
    }

    fn read_until(&self, _position: &Value) -> Option<Timestamp> {
        None
    }

    fn read_from(&self, _position: &Value) -> Option<Timestamp> {
        None
    }

    fn go_on_from(&self, before: &Value, _not_before: Option<Timestamp>) -> Value {
        before.clone()
    }

    fn learn(&self, position: &Value, _late: u64, _lag_seconds: i64) -> Value {
        position.clone()
    }
}

impl Away {
    fn away(&self) -> Failure {
        Failure::new(502, "The PSA is away.").with_retry(self.0)
    }
}
