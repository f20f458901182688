//! What a command declares, and how it is run.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use schemars::{JsonSchema, Schema};
use serde_json::{Map, Value};

use crate::journal::{Journal, MemoryJournal};
use crate::{Clock, CommandOutput, KeyField, Table};

/// A future that can be stored and sent; crates hand these across their borders, which keeps rebuilds short.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A command: what it declares, and what it does.
pub trait Command: Send + Sync {
    /// What the command is called, takes, needs and returns.
    fn declaration(&self) -> &Declaration;

    /// Runs the command on inputs whose names may be display names, `snake_case` or slugs.
    fn run<'a>(&'a self, context: &'a Context, inputs: Map<String, Value>) -> BoxFuture<'a, CommandOutput>;
}

/// A command's one description, from which every surface makes its own.
#[derive(Debug, Clone)]
pub struct Declaration {
    /// The display name: "Fetch Event".
    pub title: &'static str,
    /// The stable name in commands and addresses: `fetch-event`.
    pub slug: &'static str,
    /// One sentence: what it does.
    pub summary: &'static str,
    /// What it does to the PSA.
    pub effect: Effect,
    /// The lines of the vendor's security role that it needs, each as an operator finds it there.
    pub rights: &'static [&'static str],
    /// Which values its Return Data can have.
    pub states: States,
    /// What people see of its output: one row a record, or one an item.
    pub table: Table,
    /// What to collect from its output for later steps.
    pub key_fields: &'static [KeyField],
    /// The JSON Schema of its inputs: properties in order, `title` the display name, `description` the help text.
    pub inputs: Schema,
}

impl Declaration {
    /// The schema of an input struct, for [`Declaration::inputs`].
    pub fn inputs_of<T: JsonSchema>() -> Schema {
        schemars::SchemaGenerator::default().into_root_schema_for::<T>()
    }
}

/// What a command does to the PSA.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Nothing changes.
    Reads,
    /// Records are created or changed.
    Writes,
    /// Records are deleted.
    Deletes,
}

/// Which values a command's Return Data can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum States {
    /// Successful or Failed.
    Two,
    /// Successful, Partially Successful or Failed.
    Three,
}

/// The world as a command sees it.
#[derive(Clone)]
pub struct Context {
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// The id of this run, made by the caller.
    pub run_id: String,
    /// The caller's own name for what is to happen once, however often it is asked for.
    pub idempotency_key: Option<String>,
    /// Whether writes are sent, or only said.
    pub mode: Mode,
    /// Where writes are noted before they are sent.
    pub journal: Arc<dyn Journal>,
    /// Where to say how far the work has come.
    pub progress: Arc<dyn Progress>,
}

/// Whether a command that writes does so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mode {
    /// It does.
    #[default]
    Perform,
    /// It says what it would send; nothing in the PSA changes.
    DryRun,
}

impl Context {
    /// A run that nobody watches, with a journal that ends with the process.
    pub fn new(clock: Arc<dyn Clock>, run_id: impl Into<String>) -> Self {
        Self {
            clock,
            run_id: run_id.into(),
            idempotency_key: None,
            mode: Mode::Perform,
            journal: Arc::new(MemoryJournal::default()),
            progress: Arc::new(NoProgress),
        }
    }

    /// What the run's writes are noted under: the caller's key, else the run.
    pub fn write_key(&self) -> &str {
        self.idempotency_key.as_deref().unwrap_or(&self.run_id)
    }
}

/// Hears how far long work has come.
pub trait Progress: Send + Sync {
    /// `done` of `total` records (when known) have been read.
    fn records(&self, done: u64, total: Option<u64>);

    /// Something that people want to know while they wait, in a fragment without a full stop.
    fn says(&self, what: &str);
}

/// Tells nobody.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoProgress;

impl Progress for NoProgress {
    fn records(&self, _done: u64, _total: Option<u64>) {}

    fn says(&self, _what: &str) {}
}
