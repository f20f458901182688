//! Definitions on their way into the store.

use std::collections::HashMap;

use deskhand_engine::StoreError;
use deskhand_engine::desk::{Definition, Kind, Wanted};
use jiff::Timestamp;
use sqlx::QueryBuilder;

use super::dialect::{self, Connection, Database};
use super::errors::store_error;
use super::words::{nanos, word};
use super::{ROWS, read, readers};

/// Applies definitions, all or nothing; returns those that changed.
pub(super) async fn apply(
    store: &Database,
    wanted: &[Wanted],
    by: &str,
    at: Timestamp,
) -> Result<Vec<Definition>, StoreError> {
    let mut transaction = dialect::begin(&store.writer).await.map_err(store_error)?;
    let to = &mut *transaction;
    let names: Vec<&str> = wanted.iter().map(|wanted| &*wanted.name).collect();
    let known = read::newest_of(to, &names).await?;
    let changed = changed(wanted, known, by, at);
    supersede(to, &changed).await?;
    insert(to, &changed).await?;
    let removed = changed.iter().filter(|one| one.removed && one.kind == Kind::Ingestion);
    for job in removed {
        readers::left(to, &job.name).await?;
    }
    transaction.commit().await.map_err(store_error)?;
    Ok(changed)
}

/// The versions that come of it; what is wanted twice is applied twice.
fn changed(wanted: &[Wanted], known: Vec<Definition>, by: &str, at: Timestamp) -> Vec<Definition> {
    let mut newest: HashMap<(Kind, String), Definition> = known
        .into_iter()
        .map(|known| ((known.kind, known.name.clone()), known))
        .collect();
    let mut changed = Vec::new();
    for wanted in wanted {
        let key = (wanted.kind, wanted.name.clone());
        let before = newest.get(&key);
        let standing = before.filter(|before| !before.removed).map(|before| &before.body);
        if standing == wanted.body.as_ref() {
            continue;
        }
        let definition = Definition {
            kind: wanted.kind,
            name: wanted.name.clone(),
            version: before.map_or(0, |before| before.version) + 1,
            body: wanted.body.clone().unwrap_or_default(),
            applied_at: at,
            applied_by: by.to_owned(),
            removed: wanted.body.is_none(),
        };
        newest.insert(key, definition.clone());
        changed.push(definition);
    }
    changed
}

/// Makes room for newer versions.
async fn supersede(to: &mut Connection, changed: &[Definition]) -> Result<(), StoreError> {
    for definitions in changed.chunks(ROWS) {
        let mut update = QueryBuilder::new("UPDATE definitions SET newest = 0 FROM (");
        let kinds = kinds(definitions)?;
        update.push_values(definitions.iter().zip(&kinds), |mut values, (definition, kind)| {
            values.push_bind(kind).push_bind(&definition.name);
        });
        update.push(") AS changed WHERE newest = 1 AND kind = changed.column1 AND name = changed.column2");
        update.build().execute(&mut *to).await.map_err(store_error)?;
    }
    Ok(())
}

async fn insert(to: &mut Connection, changed: &[Definition]) -> Result<(), StoreError> {
    let newest: HashMap<(Kind, &str), i64> = changed
        .iter()
        .map(|definition| ((definition.kind, &*definition.name), definition.version))
        .collect();
    for definitions in changed.chunks(ROWS) {
        let mut insert = QueryBuilder::new(
            "INSERT INTO definitions (kind, name, version, newest, removed, body, applied_at, applied_by) ",
        );
        let kinds = kinds(definitions)?;
        insert.push_values(definitions.iter().zip(&kinds), |mut values, (definition, kind)| {
            let is_newest = newest.get(&(definition.kind, &*definition.name)) == Some(&definition.version);
            values.push_bind(kind).push_bind(&definition.name);
            values.push_bind(definition.version).push_bind(i64::from(is_newest));
            values.push_bind(i64::from(definition.removed));
            values.push_bind(dialect::text(&definition.body));
            values.push_bind(nanos(definition.applied_at));
            values.push_bind(dialect::text(&definition.applied_by));
        });
        insert.build().execute(&mut *to).await.map_err(store_error)?;
    }
    Ok(())
}

fn kinds(definitions: &[Definition]) -> Result<Vec<String>, StoreError> {
    definitions.iter().map(|definition| word(definition.kind)).collect()
}
