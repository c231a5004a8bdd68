//! A PostgreSQL database of a test's own, on the server that `cargo xtask test` starts, and a log in it.

use crate::{SetClock, memory_log::log_in};
use edgecoder_store::{Backend, Store};
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};
use std::sync::Arc;

/// The address of a new, empty database of this name; `None`, said aloud, where there is no server.
///
/// # Panics
/// Where the server can not make it, and in CI where none is named.
#[expect(clippy::disallowed_methods, reason = "the one who runs the tests says where the server is")]
pub async fn postgres_database(name: &str) -> Option<String> {
    let Ok(server) = std::env::var("EDGECODER_TEST_POSTGRES") else {
        assert!(std::env::var("CI").as_deref() != Ok("true"), "EDGECODER_TEST_POSTGRES must name a server");
        println!("skipped: EDGECODER_TEST_POSTGRES names no PostgreSQL server");
        return None;
    };
    let (address, _) = server.rsplit_once('/').expect("the address of a server ends with a database");
    let mut connection = PgConnection::connect(&server).await.expect("the server answers");
    for statement in ["DROP DATABASE IF EXISTS", "CREATE DATABASE"] {
        let statement = AssertSqlSafe(format!("{statement} {name}"));
        connection.execute(statement).await.expect("the server makes databases");
    }
    connection.close().await.expect("the server answers");
    Some(format!("{address}/{name}"))
}

/// Begins an empty log in a database; the same one every time, but for the hour.
///
/// # Panics
/// Where `origin` is no name of a log, or the database can not be used.
pub async fn postgres_log(origin: &str, clock: Arc<SetClock>, database: &str) -> Store {
    log_in(Backend::postgres(database), origin, clock).await
}
