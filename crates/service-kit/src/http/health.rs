//! Can a service do its work? One answer for all of them: what is wrong, and 503 where something is.

use super::Json;
use axum::http::StatusCode;
use edgecoder_store::{Standing, Store};
use edgecoder_wire::runtime::Health;

/// What a service's health page answers.
pub fn health(service: &str, problems: Vec<String>) -> (StatusCode, Json<Health>) {
    let ok = problems.is_empty();
    let status = if ok { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let version = env!("CARGO_PKG_VERSION").to_owned();
    (status, Json(Health { ok, service: service.to_owned(), version, problems }))
}

/// Why nothing can be recorded in the ledger now; empty where it can.
pub fn ledger_problems(store: &Store) -> Vec<String> {
    let standing = match store.standing() {
        Standing::Leading => None,
        Standing::Standby => Some("another process leads this ledger; this one takes over when it is gone"),
        Standing::RolledBack(_) => {
            Some("the ledger is older than its checkpoint: see `edgecoder ledger accept-restore`")
        }
    };
    let trouble =
        store.trouble().map(|why| format!("the newest append could not be written ({why}): is the disk full?"));
    standing.map(str::to_owned).into_iter().chain(trouble).collect()
}
