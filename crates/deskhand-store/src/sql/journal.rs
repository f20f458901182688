//! The journal of writes.

use deskhand_command::BoxFuture;
use deskhand_command::journal::{Claim, Claimed, Ending, Intent, Journal, JournalError, Write, WriteId};
use deskhand_engine::StoreError;
use jiff::Timestamp;
use sqlx::Row as _;

use super::dialect::{self, Database, Row};
use super::errors::{broken, damaged, store_error};

/// The journal of one connection to a place, in the store.
///
/// Writes that are older than places have their connection as their place, so that both are asked for; ending one puts it
/// right.
#[derive(Debug, Clone)]
pub(super) struct StoreJournal {
    store: Database,
    connection: String,
    place: String,
}

const COLUMNS: &str = "id, key, step, command, target, request, sent_at, marker, state, record_id, reason";

impl StoreJournal {
    pub(super) fn of((connection, place): (&str, &str), store: &Database) -> Self {
        Self {
            store: store.clone(),
            connection: connection.to_owned(),
            place: place.to_owned(),
        }
    }
}

/// Writes of every connection, the newest first; only those that nobody knows the end of, or all.
pub(super) async fn list(store: &Database, all: bool, limit: u32) -> Result<Vec<(String, Write)>, StoreError> {
    let which = if all {
        "TRUE"
    } else {
        "state IS NULL OR state = 'unknown'"
    };
    let sql = format!("SELECT {COLUMNS}, connection FROM writes WHERE {which} ORDER BY id DESC LIMIT $1");
    let rows = sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(i64::from(limit))
        .fetch_all(&store.readers)
        .await;
    rows.map_err(store_error)?.iter().map(with_connection).collect()
}

/// One write, and the connection that it went to.
pub(super) async fn get(store: &Database, id: WriteId) -> Result<Option<(String, Write)>, StoreError> {
    let sql = format!("SELECT {COLUMNS}, connection FROM writes WHERE id = $1");
    let row = sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(id)
        .fetch_optional(&store.readers)
        .await;
    row.map_err(store_error)?.as_ref().map(with_connection).transpose()
}

/// Says what became of a write that nobody knew the end of; false when it has ended, or there is none.
pub(super) async fn resolve(store: &Database, id: WriteId, ending: &Ending) -> Result<bool, StoreError> {
    let (state, record, reason) = columns_of(ending);
    let resolved = sqlx::query(
        "UPDATE writes SET state = $1, record_id = $2, reason = $3 WHERE id = $4 AND (state IS NULL OR state = 'unknown')",
    )
    .bind(state)
    .bind(record)
    .bind(reason.map(dialect::text))
    .bind(id)
    .execute(&store.writer)
    .await;
    Ok(resolved.map_err(store_error)?.rows_affected() > 0)
}

impl Journal for StoreJournal {
    fn claim<'a>(&'a self, claim: &'a Claim) -> BoxFuture<'a, Result<Claimed, JournalError>> {
        Box::pin(async move { self.claim_key(claim).await.map_err(|error| in_words(&error)) })
    }

    fn find<'a>(&'a self, key: &'a str, step: &'a str) -> BoxFuture<'a, Result<Option<Write>, JournalError>> {
        Box::pin(async move { self.find_write(key, step).await.map_err(|error| in_words(&error)) })
    }

    fn begin<'a>(&'a self, intent: &'a Intent) -> BoxFuture<'a, Result<Option<WriteId>, JournalError>> {
        Box::pin(async move { self.begin_write(intent).await.map_err(|error| in_words(&error)) })
    }

    fn end<'a>(&'a self, write: WriteId, ending: &'a Ending) -> BoxFuture<'a, Result<(), JournalError>> {
        Box::pin(async move { self.end_write(write, ending).await.map_err(|error| in_words(&error)) })
    }

    fn resend(&self, write: WriteId, sent_at: Timestamp) -> BoxFuture<'_, Result<bool, JournalError>> {
        Box::pin(async move { self.send_later(write, sent_at).await.map_err(|error| in_words(&error)) })
    }

    fn conclude<'a>(
        &'a self,
        write: WriteId,
        sent_at: Timestamp,
        ending: &'a Ending,
    ) -> BoxFuture<'a, Result<bool, JournalError>> {
        Box::pin(async move {
            let concluded = self.end_unless_sent(write, sent_at, ending).await;
            concluded.map_err(|error| in_words(&error))
        })
    }

    fn take(&self, write: WriteId, record: i64) -> BoxFuture<'_, Result<bool, JournalError>> {
        Box::pin(async move { self.take_record(write, record).await.map_err(|error| in_words(&error)) })
    }

    fn made<'a>(&'a self, target: &'a str) -> BoxFuture<'a, Result<Vec<i64>, JournalError>> {
        Box::pin(async move { self.made_at(target).await.map_err(|error| in_words(&error)) })
    }

    fn unsettled<'a>(&'a self, request: &'a str) -> BoxFuture<'a, Result<u64, JournalError>> {
        Box::pin(async move { self.unsettled_count(request).await.map_err(|error| in_words(&error)) })
    }
}

impl StoreJournal {
    async fn claim_key(&self, claim: &Claim) -> Result<Claimed, StoreError> {
        let inserted = sqlx::query(
            "INSERT INTO write_keys (connection, key, command, inputs) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
        )
        .bind(&self.connection)
        .bind(&claim.key)
        .bind(&claim.command)
        .bind(&claim.inputs)
        .execute(&self.store.writer)
        .await
        .map_err(store_error)?;
        if inserted.rows_affected() > 0 {
            return Ok(Claimed::New);
        }
        let (command, inputs): (String, String) =
            sqlx::query_as("SELECT command, inputs FROM write_keys WHERE connection = $1 AND key = $2")
                .bind(&self.connection)
                .bind(&claim.key)
                .fetch_one(&self.store.writer)
                .await
                .map_err(store_error)?;
        let same = command == claim.command && inputs == claim.inputs;
        Ok(if same { Claimed::Again } else { Claimed::Taken })
    }

    async fn find_write(&self, key: &str, step: &str) -> Result<Option<Write>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM writes WHERE connection = $1 AND key = $2 AND step = $3 ORDER BY id DESC LIMIT 1"
        );
        let row = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(&self.connection)
            .bind(key)
            .bind(step)
            .fetch_optional(&self.store.readers)
            .await;
        row.map_err(store_error)?.as_ref().map(write_of).transpose()
    }

    async fn begin_write(&self, intent: &Intent) -> Result<Option<WriteId>, StoreError> {
        let id = sqlx::query_scalar(
            "INSERT INTO writes (connection, key, step, command, target, request, sent_at, marker, place) \
             SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9 WHERE NOT EXISTS (\
             SELECT 1 FROM writes WHERE connection = $1 AND key = $2 AND step = $3 AND state IN ('done', 'unknown')) \
             ON CONFLICT DO NOTHING RETURNING id",
        )
        .bind(&self.connection)
        .bind(&intent.key)
        .bind(&intent.step)
        .bind(&intent.command)
        .bind(&intent.target)
        .bind(&intent.request)
        .bind(intent.sent_at.as_millisecond())
        .bind(&intent.marker)
        .bind(&self.place)
        .fetch_optional(&self.store.writer)
        .await;
        id.map_err(store_error)
    }

    async fn end_write(&self, write: WriteId, ending: &Ending) -> Result<(), StoreError> {
        let (state, record, reason) = columns_of(ending);
        let ended = sqlx::query(
            "UPDATE writes SET state = $1, record_id = $2, taken_id = NULL, reason = $3, place = $5 \
             WHERE id = $4 AND ($1 = 'done' OR state IS NULL OR state = 'unknown')",
        )
        .bind(state)
        .bind(record)
        .bind(reason.map(dialect::text))
        .bind(write)
        .bind(&self.place)
        .execute(&self.store.writer)
        .await;
        ended.map(|_| ()).map_err(store_error)
    }

    async fn send_later(&self, write: WriteId, sent_at: Timestamp) -> Result<bool, StoreError> {
        let noted = sqlx::query("UPDATE writes SET sent_at = $1 WHERE id = $2 AND state IS NULL")
            .bind(sent_at.as_millisecond())
            .bind(write)
            .execute(&self.store.writer)
            .await;
        Ok(noted.map_err(store_error)?.rows_affected() > 0)
    }

    async fn end_unless_sent(&self, write: WriteId, sent_at: Timestamp, ending: &Ending) -> Result<bool, StoreError> {
        let (state, record, reason) = columns_of(ending);
        let ended = sqlx::query(
            "UPDATE writes SET state = $1, record_id = $2, reason = $3, place = $5 \
             WHERE id = $4 AND state IS NULL AND sent_at = $6",
        )
        .bind(state)
        .bind(record)
        .bind(reason.map(dialect::text))
        .bind(write)
        .bind(&self.place)
        .bind(sent_at.as_millisecond())
        .execute(&self.store.writer)
        .await;
        Ok(ended.map_err(store_error)?.rows_affected() > 0)
    }

    /// One statement; where others take at the same moment, the unique index lets one of them.
    async fn take_record(&self, write: WriteId, record: i64) -> Result<bool, StoreError> {
        let taken = sqlx::query(
            "UPDATE writes SET state = $1, record_id = $2, taken_id = $2, reason = NULL, place = $4 \
             WHERE id = $3 AND NOT EXISTS (\
             SELECT 1 FROM writes AS other WHERE other.place IN ($4, $5) AND other.target = writes.target \
             AND other.record_id = $2 AND other.id <> writes.id)",
        )
        .bind(DONE)
        .bind(record)
        .bind(write)
        .bind(&self.place)
        .bind(&self.connection)
        .execute(&self.store.writer)
        .await;
        match taken {
            Err(sqlx::Error::Database(error)) if error.is_unique_violation() => Ok(false),
            taken => Ok(taken.map_err(store_error)?.rows_affected() > 0),
        }
    }

    async fn made_at(&self, target: &str) -> Result<Vec<i64>, StoreError> {
        let made = sqlx::query_scalar(
            "SELECT record_id FROM writes WHERE place IN ($1, $2) AND target = $3 AND record_id IS NOT NULL",
        )
        .bind(&self.place)
        .bind(&self.connection)
        .bind(target)
        .fetch_all(&self.store.readers)
        .await;
        made.map_err(store_error)
    }

    async fn unsettled_count(&self, request: &str) -> Result<u64, StoreError> {
        let count: i64 = sqlx::query_scalar(
            "SELECT COUNT(*) FROM writes WHERE place IN ($1, $2) AND request = $3 AND (state IS NULL OR state = 'unknown')",
        )
        .bind(&self.place)
        .bind(&self.connection)
        .bind(request)
        .fetch_one(&self.store.readers)
        .await
        .map_err(store_error)?;
        Ok(count.unsigned_abs())
    }
}

const DONE: &str = "done";
const NOT_DONE: &str = "not-done";
const UNKNOWN: &str = "unknown";

fn columns_of(ending: &Ending) -> (&'static str, Option<i64>, Option<&str>) {
    match ending {
        Ending::Done { record } => (DONE, *record, None),
        Ending::NotDone { reason } => (NOT_DONE, None, Some(reason)),
        Ending::Unknown { reason } => (UNKNOWN, None, Some(reason)),
    }
}

fn with_connection(row: &Row) -> Result<(String, Write), StoreError> {
    Ok((row.get("connection"), write_of(row)?))
}

fn write_of(row: &Row) -> Result<Write, StoreError> {
    let reason = || row.get::<Option<String>, _>("reason").unwrap_or_default();
    let ending = match row.get::<Option<&str>, _>("state") {
        None => None,
        Some(DONE) => Some(Ending::Done {
            record: row.get("record_id"),
        }),
        Some(NOT_DONE) => Some(Ending::NotDone { reason: reason() }),
        Some(UNKNOWN) => Some(Ending::Unknown { reason: reason() }),
        Some(_) => return Err(damaged("the state of a write")),
    };
    Ok(Write {
        id: row.get("id"),
        intent: Intent {
            key: row.get("key"),
            step: row.get("step"),
            command: row.get("command"),
            target: row.get("target"),
            request: row.get("request"),
            sent_at: Timestamp::from_millisecond(row.get("sent_at")).map_err(broken)?,
            marker: row.get("marker"),
        },
        ending,
    })
}

fn in_words(error: &StoreError) -> JournalError {
    let cause = std::error::Error::source(error)
        .map(|cause| format!(": {cause}"))
        .unwrap_or_default();
    JournalError {
        message: format!("{error}{cause}"),
        hint: error.hint().to_owned(),
    }
}
