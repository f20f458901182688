//! `deskhand callbacks`: what is registered at the PSA, and taking ours away.

use std::io::{self, Write as _};

use clap::{Args, Subcommand};
use deskhand_command::{Failure, Registered};
use deskhand_engine::callbacks::{CallbackPlace, Reception, secret_of, withdraw};
use deskhand_engine::connections::{Actor, Connection, Opened, Seen as SeenBy, seen, unknown};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::store_trouble;
use crate::config::Callbacks;
use crate::dates::Dates;
use crate::desk::{DeskOptions, OpenDesk, Person, random};
use crate::exit::{BadInput, Exit};
use crate::render::error::{report_failures, say};
use crate::render::table;

#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// List what is registered at the PSA for each active connection, and when the last callback came
    List(ListOptions),
    /// Take a connection's callback away from the PSA; `deskhand serve` registers it again
    Remove(RemoveOptions),
}

#[derive(Debug, Args)]
pub(crate) struct ListOptions {
    #[command(flatten)]
    desk: DeskOptions,
    /// One JSON array
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct RemoveOptions {
    #[command(flatten)]
    desk: DeskOptions,
    /// The connection's name
    connection: String,
}

/// What there is to see of a connection.
struct Seen {
    connection: String,
    registered: Result<Vec<(bool, Registered)>, Failure>,
    reception: Reception,
}

pub(super) async fn run(verb: &Verb) -> anyhow::Result<Exit> {
    match verb {
        Verb::List(options) => list(options).await,
        Verb::Remove(options) => remove(options).await,
    }
}

async fn list(options: &ListOptions) -> anyhow::Result<Exit> {
    let desk = options.desk.open().await?;
    let wanted = wanted(&desk)?;
    let defined = desk.connections.desk().await.map_err(BadInput::from)?;
    let person = Person::find(None, &defined)?;
    let dates = Dates::of(&person, &desk.operator)?;
    let theirs = seen(&person.acting(&defined, None)?, &defined).into_iter();
    // What a tenant sees is a copy; what is opened is the master's.
    let theirs = theirs.filter_map(|one| defined.connections.get(&one.connection.name));
    let mut seen = Vec::new();
    for connection in theirs.filter(|connection| connection.active) {
        seen.push(Seen {
            connection: connection.name.clone(),
            registered: registered(&desk, wanted, connection).await,
            reception: desk.store.reception(&connection.name).await.map_err(store_trouble)?,
        });
    }
    let mut to = io::stdout().lock();
    if options.json {
        writeln!(to, "{}", seen.iter().map(as_json).collect::<Value>())?;
    } else {
        write!(to, "{}", in_words(&seen, &dates))?;
    }
    let failures: Vec<Failure> = seen.into_iter().filter_map(|one| one.registered.err()).collect();
    report_failures(&failures);
    Ok(if failures.is_empty() {
        Exit::Successful
    } else {
        Exit::Failed
    })
}

async fn remove(options: &RemoveOptions) -> anyhow::Result<Exit> {
    let desk = options.desk.open().await?;
    let wanted = wanted(&desk)?;
    let defined = desk.connections.desk().await.map_err(BadInput::from)?;
    let person = Person::find(None, &defined)?;
    let theirs = seen(&person.acting(&defined, None)?, &defined);
    to_change(&person, &theirs, &options.connection)?;
    let connection = &defined.connections[&options.connection];
    let removed = async {
        let (opened, place) = opened(&desk, wanted, connection).await?;
        let callbacks = opened.open.callbacks().ok_or_else(no_callbacks)?;
        withdraw(callbacks, &place).await
    };
    match removed.await {
        Ok(removed) if removed.steps.is_empty() => {
            say("The PSA has no callback of ours for this connection\n");
            Ok(Exit::Successful)
        }
        Ok(_) => {
            say("The callback is taken away; `deskhand serve` registers it again unless the connection is inactive\n");
            Ok(Exit::Successful)
        }
        Err(failure) => {
            report_failures(&[failure.indicated("Callbacks")]);
            Ok(Exit::Failed)
        }
    }
}

/// Refuses a connection that the person does not see, or may not change.
fn to_change(person: &Person, theirs: &[SeenBy], name: &str) -> Result<(), BadInput> {
    match theirs.iter().find(|one| one.connection.name == name) {
        Some(one) if one.access.edit => Ok(()),
        Some(_) => Err(BadInput::new(format!(
            "the connection `{name}` is not for `{}` to change",
            person.name
        ))
        .hint("its callback is taken away by the users of the site that it is at home in, and by operators")),
        None => {
            let names = theirs.iter().map(|one| one.connection.name.as_str());
            Err(BadInput::new(unknown("connection", name, names))
                .hint("`deskhand connections list` shows those there are"))
        }
    }
}

fn wanted(desk: &OpenDesk) -> anyhow::Result<&Callbacks> {
    desk.operator.callbacks.as_ref().ok_or_else(|| {
        BadInput::new("the configuration has no `[callbacks]`, by which ours would be known")
            .hint("add it with the `public_url` that they were registered for: docs/guides/callbacks.md")
            .into()
    })
}

/// What is registered, and whether it is ours.
async fn registered(
    desk: &OpenDesk,
    wanted: &Callbacks,
    connection: &Connection,
) -> Result<Vec<(bool, Registered)>, Failure> {
    let (opened, place) = opened(desk, wanted, connection).await?;
    let Some(callbacks) = opened.open.callbacks() else {
        return Ok(Vec::new());
    };
    let listed = callbacks.list().await.map_err(|failure| Failure {
        message: format!("{} (connection `{}`)", failure.message, connection.name),
        ..failure.indicated("Callbacks")
    })?;
    Ok(listed.into_iter().map(|one| (place.is_ours(&one), one)).collect())
}

async fn opened(
    desk: &OpenDesk,
    wanted: &Callbacks,
    connection: &Connection,
) -> Result<(Opened, CallbackPlace), Failure> {
    let name = connection.name.as_str();
    let opened = desk
        .connections
        .open(&Actor::desk(connection.site.home()), name)
        .await?;
    let mut chance = [0; 32];
    random(&mut chance).map_err(|error| error.failure())?;
    let secret = desk.store.secret(name, &secret_of(chance)).await;
    let secret = secret.map_err(|error| Failure::new(500, error.to_string()).with_hint(error.hint()))?;
    let place = CallbackPlace::new(wanted.public_url.as_str(), name, &secret)?;
    Ok((opened, place))
}

fn no_callbacks() -> Failure {
    Failure::new(501, "The connection's product has no callbacks.")
}

fn in_words(seen: &[Seen], dates: &Dates) -> String {
    let time = |at: Option<Timestamp>| at.map_or_else(|| "never".to_owned(), |at| dates.show(at));
    if seen.is_empty() {
        return "There are no active connections to be seen; `deskhand apply` makes some\n".to_owned();
    }
    let callbacks: Vec<[String; 6]> = seen.iter().flat_map(rows).collect();
    let receptions = seen.iter().map(|one| {
        let Reception {
            registered_at,
            last_received_at,
            unannounced_at,
            ..
        } = one.reception;
        [
            one.connection.clone(),
            time(registered_at),
            time(last_received_at),
            one.reception.received.to_string(),
            one.reception.waiting.to_string(),
            time(unannounced_at),
        ]
    });
    let receptions = table::table(
        [
            "Connection",
            &dates.heading("Registered"),
            "Last callback",
            "Callbacks",
            "Waiting",
            "Only polls find changes since",
        ],
        receptions,
    );
    let registered = if callbacks.is_empty() {
        "Nothing is registered".to_owned()
    } else {
        table::table(
            ["Connection", "Id", "Whose", "State", "Address", "Description"],
            callbacks,
        )
    };
    format!("{registered}\n{receptions}\n")
}

fn rows(seen: &Seen) -> Vec<[String; 6]> {
    let registered = seen.registered.iter().flatten();
    let row = |(is_ours, one): &(bool, Registered)| {
        [
            seen.connection.clone(),
            one.id.to_string(),
            if *is_ours { "ours" } else { "somebody else's" }.to_owned(),
            state(one).to_owned(),
            shown(&one.address),
            one.marker.clone(),
        ]
    };
    registered.map(row).collect()
}

fn as_json(seen: &Seen) -> Value {
    let callbacks = seen.registered.iter().flatten().map(|(is_ours, one)| {
        json!({
            "id": one.id,
            "ours": is_ours,
            "active": one.active,
            "ofAllTickets": one.complete,
            "address": shown(&one.address),
            "description": one.marker,
        })
    });
    json!({
        "connection": seen.connection,
        "callbacks": seen.registered.as_ref().ok().map(|_| callbacks.collect::<Value>()),
        "registeredAt": seen.reception.registered_at,
        "lastReceivedAt": seen.reception.last_received_at,
        "received": seen.reception.received,
        "waiting": seen.reception.waiting,
        "unannouncedSince": seen.reception.unannounced_at,
    })
}

fn state(one: &Registered) -> &'static str {
    match (one.active, one.complete) {
        (false, _) => "disabled",
        (true, true) => "active, all tickets",
        (true, false) => "active",
    }
}

/// An address without what may be secret: its path, its user and what follows.
fn shown(address: &str) -> String {
    let Some((scheme, rest)) = address.split_once("://") else {
        return "…".to_owned();
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    format!("{scheme}://{host}/…")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_addresses_only_what_is_no_secret_is_shown() {
        for (address, expected) in [
            (
                "https://desk.example.com/callbacks/s3cret",
                "https://desk.example.com/…",
            ),
            (
                "https://me:s3cret@theirs.example.com:8443?k=s3cret",
                "https://theirs.example.com:8443/…",
            ),
            ("s3cret", "…"),
        ] {
            assert_eq!(shown(address), expected);
        }
    }
}
