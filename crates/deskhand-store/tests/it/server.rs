//! A store in a database: whose it is, who has it, who may have it, and what several do at once.

use std::time::{Duration, Instant};

use deskhand_engine::StoreError;
use deskhand_engine::store::{BatchWrite, EventStore, Unusable};
use deskhand_store::{PostgresStore, StoreAddress};
use sqlx::postgres::PgSslMode;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};

use super::database::{Database, address};
use super::sample::{batch, event, everything, key, request, ten, with_filters};

async fn run(connection: &mut PgConnection, sql: &str) {
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(connection).await.unwrap();
}

/// What is said to a person, the reason included.
fn said(error: &StoreError) -> String {
    let reason = std::error::Error::source(error).map(ToString::to_string);
    format!("{error}: {} ({})", reason.unwrap_or_default(), error.hint())
}

#[tokio::test]
async fn postgres_ends_a_claim_with_its_process() {
    let database = Database::empty().await;
    let (first, second) = (database.open().await, database.open().await);
    let lease = first.claim(&key(), &request("one")).await.unwrap();
    let refused = second.claim(&key(), &request("two")).await.unwrap_err();
    assert!(
        matches!(&refused, StoreError::Held { holder, .. } if holder == "one"),
        "{refused}"
    );
    // What the operating system does when a process is killed: its connections are closed, nothing is given back.
    drop(first);
    let until = Instant::now() + Duration::from_secs(10);
    let taken = loop {
        match second.claim(&key(), &request("two")).await {
            Ok(taken) => break taken,
            Err(error) => assert!(Instant::now() < until, "the server does not notice: {error}"),
        }
    };
    assert!(taken.fence > lease.fence);
    assert!(matches!(second.release(&lease).await, Err(StoreError::Lost)));
    second.release(&taken).await.unwrap();
    database.end().await;
}

#[tokio::test]
async fn postgres_keeps_a_claim_whose_connection_broke() {
    let database = Database::empty().await;
    let (first, second) = (database.open().await, database.open().await);
    let lease = first.claim(&key(), &request("one")).await.unwrap();
    let mut plain = database.plain().await;
    let end = "SELECT pg_terminate_backend(pid, 10000) FROM pg_locks JOIN pg_database ON pg_database.oid = database \
               WHERE locktype = 'advisory' AND datname = current_database()";
    let ended: bool = sqlx::query_scalar(end).fetch_one(&mut plain).await.unwrap();
    assert!(ended);
    first.renew(&lease, request("one").until).await.unwrap();
    let refused = second.claim(&key(), &request("two")).await.unwrap_err();
    assert!(matches!(&refused, StoreError::Held { .. }), "{refused}");
    first.release(&lease).await.unwrap();
    second.claim(&key(), &request("two")).await.unwrap();
    database.end().await;
}

#[tokio::test]
async fn postgres_takes_a_revision_once_whoever_brings_it() {
    let database = Database::empty().await;
    let (one, two) = (database.open().await, database.open().await);
    let first = one.claim(&with_filters("1"), &request("one")).await.unwrap();
    let second = two.claim(&with_filters("2"), &request("two")).await.unwrap();
    assert_eq!(first.scope, second.scope);
    for round in 0..20 {
        let (first, second) = tokio::join!(
            one.commit(&first, batch(ten(round))),
            two.commit(&second, batch(ten(round)))
        );
        assert_eq!(first.unwrap().taken + second.unwrap().taken, 10);
    }
    assert_eq!(one.list_events(&everything()).await.unwrap().len(), 200);
    database.end().await;
}

#[tokio::test]
async fn postgres_is_not_held_up_by_a_commit_that_was_dropped_on_the_way() {
    let database = Database::empty().await;
    let (one, two) = (database.open().await, database.open().await);
    let first = one.claim(&with_filters("1"), &request("one")).await.unwrap();
    let second = two.claim(&with_filters("2"), &request("two")).await.unwrap();
    for wait in 0..40 {
        let commit = one.commit(&first, batch(ten(1)));
        let _dropped = tokio::time::timeout(Duration::from_micros(wait * 200), commit).await;
        two.commit(&second, batch(vec![event(1000 + i64::try_from(wait).unwrap())]))
            .await
            .unwrap();
        let taken = one.list_events(&everything()).await.unwrap();
        let of_one = taken.iter().filter(|event| event.record_id < 1000).count();
        assert!(of_one == 0 || of_one == 10, "{of_one}");
    }
    database.end().await;
}

#[tokio::test]
async fn postgres_takes_any_text_and_long_keys() {
    let database = Database::empty().await;
    let store = database.open().await;
    let long: String = (0..9_000_u32)
        .map(|n| char::from(b'!' + u8::try_from(n * n % 89).unwrap()))
        .collect();
    let lease = store.claim(&with_filters(&long), &request("one")).await.unwrap();
    let keyed = |id| {
        let mut event = event(id);
        event.event_key = Some(long.clone());
        event
    };
    let write = BatchWrite {
        unusable: vec![Unusable {
            record_id: Some(1),
            reason: format!("a zero \0 in a long reason {long}"),
            raw: Some("\0".into()),
        }],
        ..batch(vec![keyed(1), event(3)])
    };
    assert_eq!(store.commit(&lease, write).await.unwrap().taken, 2);
    let again = store.commit(&lease, batch(vec![keyed(2)])).await.unwrap();
    assert_eq!(again.taken, 0, "the key is known");
    assert_eq!(
        store.claim(&with_filters(&long), &request("one")).await.unwrap().feed,
        lease.feed
    );
    database.end().await;
}

#[tokio::test]
async fn postgres_refuses_a_newer_store_with_what_to_do() {
    let database = Database::empty().await;
    database.open().await;
    run(
        &mut database.plain().await,
        "UPDATE deskhand.deskhand_schema SET version = 99",
    )
    .await;
    let error = PostgresStore::open(&database.address()).await.unwrap_err();
    assert!(matches!(error, StoreError::Newer { found: 99, .. }), "{error}");
    assert_eq!(error.hint(), "use the newer program, or another store (`--store`)");
    database.end().await;
}

#[tokio::test]
async fn postgres_leaves_a_schema_of_somebody_else_as_it_is() {
    let database = Database::empty().await;
    let mut plain = database.plain().await;
    run(&mut plain, "CREATE TABLE public.mine (a INT)").await;
    run(&mut plain, "CREATE SCHEMA deskhand; CREATE TABLE deskhand.mine (a INT)").await;
    let error = PostgresStore::open(&database.address()).await.unwrap_err();
    assert!(matches!(error, StoreError::Foreign), "{error}");
    let tables = "SELECT COUNT(*) FROM pg_tables WHERE schemaname IN ('deskhand', 'public')";
    let tables: i64 = sqlx::query_scalar(tables).fetch_one(&mut plain).await.unwrap();
    assert_eq!(tables, 2);

    // Elsewhere in the database, others may have what they like.
    run(&mut plain, "DROP TABLE deskhand.mine").await;
    database.open().await;
    database.end().await;
}

#[tokio::test]
async fn postgres_lets_two_programs_make_one_store_at_once() {
    let database = Database::empty().await;
    let (one, two, three) = tokio::join!(database.open(), database.open(), database.open());
    one.claim(&key(), &request("one")).await.unwrap();
    two.list_runs(1).await.unwrap();
    three.list_runs(1).await.unwrap();
    database.end().await;
}

#[tokio::test]
async fn postgres_is_not_given_a_store_by_looking_for_one() {
    let database = Database::empty().await;
    let address = StoreAddress::Postgres(database.address());
    assert!(deskhand_store::find(&address).await.unwrap().is_none());
    let mut plain = database.plain().await;
    let schema: Option<String> = sqlx::query_scalar("SELECT CAST(to_regnamespace('deskhand') AS TEXT)")
        .fetch_one(&mut plain)
        .await
        .unwrap();
    assert_eq!(schema, None);
    database.open().await;
    assert!(deskhand_store::find(&address).await.unwrap().is_some());
    database.end().await;
}

#[tokio::test]
async fn postgres_says_what_to_do_about_an_address_without_its_password() {
    let database = Database::empty().await;
    let right = database.options();
    let nobody_listens = {
        let port = std::net::TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        right.clone().port(port)
    };
    let expected = [
        (
            right.clone().password("not-this-one"),
            "password authentication failed",
            "check user and password",
        ),
        (
            right.clone().database("nowhere"),
            "\"nowhere\" does not exist",
            "createdb --encoding=UTF8",
        ),
        (
            nobody_listens,
            "cannot be reached: Connection refused",
            "see that the server runs",
        ),
        (
            right.clone().ssl_mode(PgSslMode::VerifyFull),
            "cannot be reached: ",
            "see that the server runs",
        ),
    ];
    for (options, message, hint) in expected {
        let error = PostgresStore::open(&address(&options)).await.unwrap_err();
        let text = format!("{} {error:?}", said(&error));
        assert!(text.contains(message) && text.contains(hint), "{text}");
        assert!(
            !text.contains("not-this-one") && !text.contains("of-the-tests"),
            "{text}"
        );
    }
    database.end().await;
}

#[tokio::test]
async fn postgres_wants_a_database_that_takes_every_text() {
    let database = Database::with("ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0").await;
    let error = PostgresStore::open(&database.address()).await.unwrap_err();
    let text = said(&error);
    assert!(
        text.contains("is LATIN1, not UTF8") && text.contains("createdb"),
        "{text}"
    );
    database.end().await;
}

#[tokio::test]
async fn postgres_needs_no_more_than_a_schema_of_its_own() {
    let database = Database::empty().await;
    let user = format!("{}_user", database.name);
    database
        .on_server(&format!("CREATE ROLE {user} LOGIN PASSWORD 'theirs'"))
        .await;
    let theirs = address(&database.options().username(&user).password("theirs"));
    let error = PostgresStore::open(&theirs).await.unwrap_err();
    let text = said(&error);
    assert!(
        text.contains("permission denied") && text.contains("CREATE SCHEMA deskhand AUTHORIZATION"),
        "{text}"
    );

    run(
        &mut database.plain().await,
        &format!("CREATE SCHEMA deskhand AUTHORIZATION {user}"),
    )
    .await;
    let store = PostgresStore::open(&theirs).await.unwrap();
    let lease = store.claim(&key(), &request("one")).await.unwrap();
    store.commit(&lease, batch(ten(1))).await.unwrap();
    store.release(&lease).await.unwrap();
    let end = format!("DROP OWNED BY {user}; DROP ROLE {user}");
    run(&mut database.plain().await, &end).await;
    database.end().await;
}

#[tokio::test]
async fn postgres_speaks_tls_when_the_address_says_so() {
    let database = Database::empty().await;
    let mut plain = database.plain().await;
    let certificate: String = sqlx::query_scalar("SELECT pg_read_file(current_setting('ssl_cert_file'))")
        .fetch_one(&mut plain)
        .await
        .unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("server.crt");
    std::fs::write(&path, certificate).unwrap();
    let verified = format!("sslmode=verify-full&sslrootcert={}", path.display());
    for query in ["sslmode=require", &verified] {
        let store = PostgresStore::open(&database.address_with(query)).await.unwrap();
        store.list_runs(1).await.unwrap();
        let ours = "SELECT COUNT(*), COUNT(*) FILTER (WHERE ssl) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) \
                    WHERE datname = current_database() AND application_name = 'deskhand'";
        let (all, with_tls): (i64, i64) = sqlx::query_as(ours).fetch_one(&mut plain).await.unwrap();
        assert!(all > 0 && all == with_tls, "{with_tls} of {all}");
    }
    plain.close().await.unwrap();
    database.end().await;
}
