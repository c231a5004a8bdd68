//! A log that lasts as long as its test.

use crate::SetClock;
use edgecoder_ledger::note::LogKey;
use edgecoder_store::{Backend, Limits, Store, StoreSettings};
use rand::{SeedableRng, rngs::StdRng};
use std::sync::Arc;

/// Begins an empty log in memory; the same one every time, but for the hour.
///
/// # Panics
/// Where `origin` is no name of a log.
pub async fn memory_log(origin: &str, clock: Arc<SetClock>) -> Store {
    log_in(Backend::Memory, origin, clock).await
}

/// Begins a log where `backend` says.
pub(crate) async fn log_in(backend: Backend, origin: &str, clock: Arc<SetClock>) -> Store {
    let settings = StoreSettings {
        backend,
        origin: origin.to_owned(),
        log_key: LogKey::from_seed(origin, &[7; 32]).expect("a name of a log"),
        clock,
        rng: Box::new(StdRng::seed_from_u64(1)),
        checkpoint_file: None,
        limits: Limits::default(),
    };
    Store::open(settings).await.expect("an empty log opens")
}
