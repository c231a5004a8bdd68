//! A PostgreSQL database of a journey's own, on the server that `cargo xtask test` starts.

use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};
use tokio::runtime::Runtime;

/// The address of a new, empty database; `None` where there is no server. The name is the journey's.
#[expect(clippy::disallowed_methods, reason = "the one who runs the journeys says where the server is")]
pub fn database(name: &str) -> Option<String> {
    let Ok(server) = std::env::var("EDGECODER_TEST_POSTGRES") else {
        assert!(std::env::var("CI").as_deref() != Ok("true"), "EDGECODER_TEST_POSTGRES must name a server");
        println!("skipped: EDGECODER_TEST_POSTGRES names no PostgreSQL server");
        return None;
    };
    let (address, _) = server.rsplit_once('/').expect("the address of a server ends with a database");
    Runtime::new().unwrap().block_on(async {
        let mut connection = PgConnection::connect(&server).await.unwrap();
        for statement in ["DROP DATABASE IF EXISTS", "CREATE DATABASE"] {
            connection.execute(AssertSqlSafe(format!("{statement} {name}"))).await.unwrap();
        }
        connection.close().await.unwrap();
    });
    Some(format!("{address}/{name}"))
}
