//! A PostgreSQL database of a journey's own, on the server that `cargo xtask test` starts.

use edgecoder_testkit::postgres_database;
use tokio::runtime::Runtime;

/// The address of a new, empty database; `None` where there is no server. The name is the journey's.
pub fn database(name: &str) -> Option<String> {
    Runtime::new().unwrap().block_on(postgres_database(name))
}
