//! A connection through an agent: what fails on the way says which agent it was.

use std::sync::Arc;

use deskhand_command::{
    Batch, BoxFuture, Command, CommandOutput, Context, Declaration, EventSource, Failure, Feed, Head, Heads, Lookup,
    OpenConnection, Pass,
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
}

struct OnTheWay<T> {
    inner: T,
    way: Arc<Way>,
}

impl ThroughAgent {
    pub(super) fn new(inner: Arc<dyn OpenConnection>, agent: &Agent) -> Self {
        let way = Arc::new(Way {
            name: agent.name.clone(),
            address: agent.shown(),
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

    /// No answer came: the product may be away, or the agent.
    fn blamed(&self, failure: Failure) -> Failure {
        if !matches!(failure.status_code, 502 | 504) {
            return failure;
        }
        let Self { name, address } = self;
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

    fn feed(&self, source: &EventSource, from: Option<Timestamp>) -> Result<Arc<dyn Feed>, Failure> {
        let feed = self.inner.feed(source, from)?;
        Ok(Arc::new(self.way.on(feed)))
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
    }
}
