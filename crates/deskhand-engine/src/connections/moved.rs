//! Since when a connection leads to where it leads.
//!
//! A name can be given to another server or account: from then on the same numbers are other records there.

use std::collections::HashMap;

use deskhand_command::{Failure, Settings};
use jiff::Timestamp;
use parking_lot::Mutex;

use super::settings::values;
use super::{Connection, Connections};
use crate::desk::{Definition, Desk, Kind};
use crate::secrets::SecretError;

/// What was found out of connections, with when each was defined as it is.
pub(super) type Moved = Mutex<HashMap<String, (Timestamp, Option<Timestamp>)>>;

impl Connections {
    /// When a connection was led to another place than before; `None` for one that has always led there.
    ///
    /// What cannot be read of its earlier versions led elsewhere.
    pub async fn moved_at(&self, name: &str) -> Result<Option<Timestamp>, Failure> {
        let desk = self.desk().await?;
        let Some(defined_at) = desk.defined_at.get(name).copied() else {
            return Ok(None);
        };
        if let Some((of, moved)) = self.moved.lock().get(name)
            && *of == defined_at
        {
            return Ok(*moved);
        }
        let versions = self.store.versions(Kind::Connection, name).await;
        let mut versions = versions.map_err(|error| SecretError::Store(error).failure())?;
        versions.retain(|version| !version.removed);
        versions.sort_by_key(|version| std::cmp::Reverse(version.version));
        let moved = self.moved_in(&versions);
        self.moved.lock().insert(name.to_owned(), (defined_at, moved));
        Ok(moved)
    }

    /// The newest first.
    fn moved_in(&self, versions: &[Definition]) -> Option<Timestamp> {
        let mut places = versions
            .iter()
            .map(|version| (self.place_of(version), version.applied_at));
        let (here, mut since) = places.next()?;
        for (place, applied_at) in places {
            if place.is_none() || place != here {
                return Some(since);
            }
            since = applied_at;
        }
        None
    }

    fn place_of(&self, version: &Definition) -> Option<String> {
        let desk = Desk::read(std::slice::from_ref(version), self.integration.description());
        let connection: &Connection = desk.connections.get(&version.name)?;
        let settings = Settings {
            values: values(connection, self.integration.description()),
            ..Settings::default()
        };
        self.integration.place(&settings).ok()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use jiff::SignedDuration;

    use super::super::Agents;
    use super::super::toy::ToyIntegration;
    use super::*;
    use crate::desk::toy::ToyStore;
    use crate::desk::{DeskStore as _, Wanted};
    use crate::vaults::Vaults;

    const DAY: SignedDuration = SignedDuration::from_hours(24);

    fn day(number: i32) -> Timestamp {
        Timestamp::UNIX_EPOCH + DAY * number
    }

    #[tokio::test]
    async fn a_connection_has_moved_when_its_server_or_account_was_another_before() {
        let store = Arc::new(ToyStore::default());
        let vaults = Vaults::new(Arc::new(deskhand_command::SystemClock));
        let connections = Connections::new(
            Arc::new(ToyIntegration::default()),
            Arc::clone(&store) as Arc<dyn crate::desk::DeskStore>,
            vaults,
            Agents::new(),
        );
        let define = async |on: i32, values: Option<&str>| {
            let body = values.map(|values| {
                format!("[[connection]]\nname = \"acme\"\nsite = \"Main\"\nprivate_key = {{ vault = \"v\", path = \"k\" }}\n{values}")
            });
            let wanted = Wanted {
                kind: Kind::Connection,
                name: "acme".to_owned(),
                body,
            };
            store.apply(&[wanted], "test", day(on)).await.unwrap();
        };
        let moved = async || connections.moved_at("acme").await.unwrap();
        let one = "server_url = \"https://one.test\"\ncompany_id = \"a\"\n";
        define(1, Some(one)).await;
        assert_eq!(moved().await, None, "it has never led anywhere else");
        define(2, Some(&format!("{one}description = \"The same\"\n"))).await;
        assert_eq!(moved().await, None);
        define(3, Some("server_url = \"https://one.test\"\ncompany_id = \"b\"\n")).await;
        assert_eq!(moved().await, Some(day(3)), "another account");
        define(
            4,
            Some("server_url = \"https://one.test\"\ncompany_id = \"b\"\nactive = false\n"),
        )
        .await;
        assert_eq!(moved().await, Some(day(3)));
        define(5, None).await;
        assert_eq!(moved().await, None, "there is none");
        define(6, Some(one)).await;
        assert_eq!(moved().await, Some(day(6)), "another again, after it was away");
    }
}
