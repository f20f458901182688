//! A connection through an agent: what fails on the way says which agent it was.

use std::sync::Arc;

use deskhand_command::{
    Announced, Batch, BoxFuture, Callbacks, Command, CommandOutput, Context, Declaration, Delivery, EventSource,
    Failure, Feed, FeedWish, Head, Heads, Lookup, NotBelieved, OpenConnection, Pass, Registered, WantedCallback,
};
use jiff::Timestamp;
use serde_json::{Map, Value};

use super::Agent;

/// Names the agent in every failure that may be the agent's.
pub(super) struct ThroughAgent {
    inner: Arc<dyn OpenConnection>,
    way: Arc<Way>,
    commands: Vec<Arc<dyn Command>>,
}

/// The agent, in words.
struct Way {
    name: String,
    address: String,
    /// Whether what it passes on is readable, so that it can answer in the product's place.
    in_the_open: bool,
}

struct OnTheWay<T> {
    inner: T,
    way: Arc<Way>,
}

impl ThroughAgent {
    pub(super) fn new(inner: Arc<dyn OpenConnection>, agent: &Agent, in_the_open: bool) -> Self {
        let way = Arc::new(Way {
            name: agent.name.clone(),
            address: agent.shown(),
            in_the_open,
        });
        let commands = inner.commands().iter();
        let commands = commands.map(|command| Arc::new(way.on(Arc::clone(command))) as Arc<dyn Command>);
        Self {
            commands: commands.collect(),
            inner,
            way,
        }
    }
}

impl Way {
    fn on<T>(self: &Arc<Self>, inner: T) -> OnTheWay<T> {
        OnTheWay {
            inner,
            way: Arc::clone(self),
        }
    }

    /// Whether an answer like this can be the agent's, or is none at all.
    ///
    /// Tinyproxy says 407 when no password came, and 401 to a wrong one.
    fn is_suspected(&self, status_code: u16) -> bool {
        matches!(status_code, 407 | 502 | 504) || (self.in_the_open && status_code == 401)
    }

    fn blamed(&self, failure: Failure) -> Failure {
        if !self.is_suspected(failure.status_code) {
            return failure;
        }
        let Self { name, address, .. } = self;
        let look =
            format!("see whether the agent `{name}` at {address} is there, takes its password, and reaches the server");
        let hint = match &failure.hint {
            Some(hint) => format!("{look}; {hint}"),
            None => look,
        };
        let message = format!("{} It was sent through the agent `{name}`.", failure.message);
        Failure { message, ..failure }.with_hint(hint)
    }
}

impl OpenConnection for ThroughAgent {
    fn commands(&self) -> &[Arc<dyn Command>] {
        &self.commands
    }

    fn account(&self) -> &str {
        self.inner.account()
    }

    fn place(&self) -> &str {
        self.inner.place()
    }

    fn feed(&self, source: &EventSource, wish: FeedWish) -> Result<Arc<dyn Feed>, Failure> {
        let feed = self.inner.feed(source, wish)?;
        Ok(Arc::new(self.way.on(feed)))
    }

    fn callbacks(&self) -> Option<&dyn Callbacks> {
        self.inner.callbacks().map(|_| self as &dyn Callbacks)
    }
}

impl ThroughAgent {
    /// The product's callbacks; [`OpenConnection::callbacks`] is there only with them.
    fn inner_callbacks(&self) -> Result<&dyn Callbacks, Failure> {
        let callbacks = self.inner.callbacks();
        callbacks.ok_or_else(|| Failure::new(501, "The product has no callbacks."))
    }
}

impl Callbacks for ThroughAgent {
    fn list(&self) -> BoxFuture<'_, Result<Vec<Registered>, Failure>> {
        Box::pin(async move {
            let listed = self.inner_callbacks()?.list().await;
            listed.map_err(|failure| self.way.blamed(failure))
        })
    }

    fn create<'a>(&'a self, wanted: &'a WantedCallback) -> BoxFuture<'a, Result<(), Failure>> {
        Box::pin(async move {
            let created = self.inner_callbacks()?.create(wanted).await;
            created.map_err(|failure| self.way.blamed(failure))
        })
    }

    fn mend<'a>(&'a self, id: i64, wanted: &'a WantedCallback) -> BoxFuture<'a, Result<(), Failure>> {
        Box::pin(async move {
            let mended = self.inner_callbacks()?.mend(id, wanted).await;
            mended.map_err(|failure| self.way.blamed(failure))
        })
    }

    fn remove(&self, id: i64) -> BoxFuture<'_, Result<(), Failure>> {
        Box::pin(async move {
            let removed = self.inner_callbacks()?.remove(id).await;
            removed.map_err(|failure| self.way.blamed(failure))
        })
    }

    fn verify<'a>(&'a self, delivery: &'a Delivery) -> BoxFuture<'a, Result<Announced, NotBelieved>> {
        Box::pin(async move {
            let callbacks = self.inner_callbacks().map_err(NotBelieved::Uncheckable)?;
            callbacks.verify(delivery).await.map_err(|refused| match refused {
                NotBelieved::Uncheckable(failure) => NotBelieved::Uncheckable(self.way.blamed(failure)),
                other => other,
            })
        })
    }

    fn busy_status(&self) -> u16 {
        self.inner_callbacks().map_or(503, Callbacks::busy_status)
    }
}

impl Command for OnTheWay<Arc<dyn Command>> {
    fn declaration(&self) -> &Declaration {
        self.inner.declaration()
    }

    fn run<'a>(&'a self, context: &'a Context, inputs: Map<String, Value>) -> BoxFuture<'a, CommandOutput> {
        Box::pin(async move {
            let mut output = self.inner.run(context, inputs).await;
            output.errors = output
                .errors
                .into_iter()
                .map(|failure| self.way.blamed(failure))
                .collect();
            output
        })
    }
}

impl Feed for OnTheWay<Arc<dyn Feed>> {
    fn resume<'a>(&'a self, position: Option<&'a Value>) -> BoxFuture<'a, Result<Box<dyn Pass>, Failure>> {
        Box::pin(async move {
            let pass = self.inner.resume(position).await;
            let pass = pass.map_err(|failure| self.way.blamed(failure))?;
            Ok(Box::new(self.way.on(pass)) as Box<dyn Pass>)
        })
    }

    fn heads(&self, since: Option<Timestamp>) -> BoxFuture<'_, Result<Box<dyn Heads>, Failure>> {
        Box::pin(async move {
            let heads = self.inner.heads(since).await;
            let heads = heads.map_err(|failure| self.way.blamed(failure))?;
            Ok(Box::new(self.way.on(heads)) as Box<dyn Heads>)
        })
    }

    fn look_up(&self, id: i64) -> BoxFuture<'_, Result<Lookup, Failure>> {
        Box::pin(async move {
            let found = self.inner.look_up(id).await;
            found.map_err(|failure| self.way.blamed(failure))
        })
    }

    fn read_until(&self, position: &Value) -> Option<Timestamp> {
        self.inner.read_until(position)
    }

    fn read_from(&self, position: &Value) -> Option<Timestamp> {
        self.inner.read_from(position)
    }

    fn go_on_from(&self, before: &Value, not_before: Option<Timestamp>) -> Value {
        self.inner.go_on_from(before, not_before)
    }

    fn learn(&self, position: &Value, late: u64, lag_seconds: i64) -> Value {
        self.inner.learn(position, late, lag_seconds)
    }
}

impl Pass for OnTheWay<Box<dyn Pass>> {
    fn next(&mut self) -> BoxFuture<'_, Result<Option<Batch>, Failure>> {
        Box::pin(async move {
            let batch = self.inner.next().await;
            batch.map_err(|failure| self.way.blamed(failure))
        })
    }
}

impl Heads for OnTheWay<Box<dyn Heads>> {
    fn next(&mut self) -> BoxFuture<'_, Result<Option<Vec<Head>>, Failure>> {
        Box::pin(async move {
            let heads = self.inner.next().await;
            heads.map_err(|failure| self.way.blamed(failure))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c10_only_what_may_be_the_agents_doing_names_it() {
        let way = Way {
            name: "branch".to_owned(),
            address: "socks5h://10.0.0.1:1080".to_owned(),
            in_the_open: false,
        };
        let blamed = way
            .blamed(Failure::new(502, "Cannot reach psa.test: Connection refused.").with_hint("check the Server URL"));
        assert_eq!(
            blamed.message,
            "Cannot reach psa.test: Connection refused. It was sent through the agent `branch`."
        );
        let hint = blamed.hint.unwrap();
        assert!(
            hint.contains("the agent `branch` at socks5h://10.0.0.1:1080") && hint.ends_with("check the Server URL")
        );
        let refused = Failure::new(401, "Unauthorized.");
        assert_eq!(way.blamed(refused.clone()), refused);
        let in_the_open = Way {
            in_the_open: true,
            ..way
        };
        assert_ne!(in_the_open.blamed(refused.clone()), refused);
    }

    /// A connection whose product has callbacks and cannot be reached, or has none.
    struct Inner {
        has_callbacks: bool,
    }

    fn away() -> Failure {
        Failure::new(502, "Cannot reach psa.test: Connection refused.")
    }

    impl OpenConnection for Inner {
        fn commands(&self) -> &[Arc<dyn Command>] {
            &[]
        }

        fn account(&self) -> &'static str {
            "acme"
        }

        fn place(&self) -> &'static str {
            "psa.test acme"
        }

        fn feed(&self, _source: &EventSource, _wish: FeedWish) -> Result<Arc<dyn Feed>, Failure> {
            Err(away())
        }

        fn callbacks(&self) -> Option<&dyn Callbacks> {
            self.has_callbacks.then_some(self as &dyn Callbacks)
        }
    }

    impl Callbacks for Inner {
        fn list(&self) -> BoxFuture<'_, Result<Vec<Registered>, Failure>> {
            Box::pin(std::future::ready(Err(away())))
        }

        fn create<'a>(&'a self, _wanted: &'a WantedCallback) -> BoxFuture<'a, Result<(), Failure>> {
            Box::pin(std::future::ready(Err(away())))
        }

        fn mend<'a>(&'a self, _id: i64, _wanted: &'a WantedCallback) -> BoxFuture<'a, Result<(), Failure>> {
            Box::pin(std::future::ready(Err(away())))
        }

        fn remove(&self, _id: i64) -> BoxFuture<'_, Result<(), Failure>> {
            Box::pin(std::future::ready(Err(away())))
        }

        fn verify<'a>(&'a self, delivery: &'a Delivery) -> BoxFuture<'a, Result<Announced, NotBelieved>> {
            let verdict = match &delivery.body[..] {
                b"7" => Ok(Announced { id: 7, deleted: true }),
                b"forged" => Err(NotBelieved::Forged("not signed".to_owned())),
                _ => Err(NotBelieved::Uncheckable(away())),
            };
            Box::pin(std::future::ready(verdict))
        }

        fn busy_status(&self) -> u16 {
            429
        }
    }

    fn through(has_callbacks: bool) -> ThroughAgent {
        let way = Way {
            name: "branch".to_owned(),
            address: "socks5h://10.0.0.1:1080".to_owned(),
            in_the_open: false,
        };
        ThroughAgent {
            inner: Arc::new(Inner { has_callbacks }),
            way: Arc::new(way),
            commands: Vec::new(),
        }
    }

    #[tokio::test]
    async fn callbacks_are_the_products_own_and_their_failures_name_the_agent() {
        assert!(through(false).callbacks().is_none());
        let open = through(true);
        let callbacks = open.callbacks().unwrap();
        let wanted = WantedCallback {
            address: String::new(),
            marker: String::new(),
        };
        let delivery = |body: &'static str| Delivery {
            body: body.into(),
            headers: std::collections::BTreeMap::new(),
        };
        let unreachable = [
            callbacks.list().await.unwrap_err(),
            callbacks.create(&wanted).await.unwrap_err(),
            callbacks.mend(1, &wanted).await.unwrap_err(),
            callbacks.remove(1).await.unwrap_err(),
        ];
        for failure in unreachable {
            assert!(
                failure.message.ends_with("through the agent `branch`."),
                "{}",
                failure.message
            );
        }
        let unknown = callbacks.verify(&delivery("?")).await;
        assert!(matches!(unknown, Err(NotBelieved::Uncheckable(failure)) if failure.message.contains("`branch`")));
        assert!(matches!(
            callbacks.verify(&delivery("forged")).await,
            Err(NotBelieved::Forged(_))
        ));
        assert_eq!(
            callbacks.verify(&delivery("7")).await,
            Ok(Announced { id: 7, deleted: true })
        );
        assert_eq!(callbacks.busy_status(), 429);
    }
}
