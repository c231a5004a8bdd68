//! Can a service do its work? One answer for all of them: what is wrong, and 503 where something is.

use super::Json;
use axum::http::StatusCode;
use edgecoder_events::Clock;
use edgecoder_store::{Standing, Store};
use edgecoder_wire::runtime::Health;
use std::time::Duration;

/// How long the database has to answer before it counts as absent.
const DATABASE_WAIT: Duration = Duration::from_secs(2);
/// How far the clock may stand behind the newest entry: machines' clocks differ by as much.
const MAX_SETBACK_MS: u64 = 60_000;

/// What a service's health page answers.
pub fn health(service: &str, problems: Vec<String>) -> (StatusCode, Json<Health>) {
    let ok = problems.is_empty();
    let status = if ok { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let version = env!("CARGO_PKG_VERSION").to_owned();
    (status, Json(Health { ok, service: service.to_owned(), version, problems }))
}

/// Why nothing can be recorded in the ledger now; empty where it can.
pub async fn ledger_problems(store: &Store, clock: &dyn Clock) -> Vec<String> {
    let is_there = matches!(tokio::time::timeout(DATABASE_WAIT, store.is_there()).await, Ok(Ok(())));
    let absence = (!is_there).then(|| "the ledger's database does not answer".to_owned());
    let standing = match store.standing() {
        Standing::Leading => None,
        Standing::Standby => Some("another process leads this ledger; this one takes over when it is gone"),
        Standing::RolledBack(_) => {
            Some("the ledger is older than its checkpoint: see `edgecoder ledger accept-restore`")
        }
    };
    let trouble =
        store.trouble().map(|why| format!("the newest append could not be written ({why}): is the disk full?"));
    let standing = standing.map(str::to_owned);
    [absence, standing, trouble, setback(store, clock)].into_iter().flatten().collect()
}

fn setback(store: &Store, clock: &dyn Clock) -> Option<String> {
    let behind_ms = store.newest_recorded_at().ms_since(clock.now());
    (behind_ms > MAX_SETBACK_MS).then(|| {
        let minutes = behind_ms.div_ceil(60_000);
        format!("the clock stands {minutes} minutes behind the newest entry: was it set back? Machines are refused")
    })
}
