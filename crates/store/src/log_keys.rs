//! Which of this machine's keys is the log's own now? The log says it: a file may have been left behind by a crash.

use crate::{StorageError, StoredEntry, backend::Database};
use edgecoder_events::{Event, PublicKey, StreamName, Version};
use edgecoder_identity::KeyHistory;
use edgecoder_ledger::note::{LogKey, VerifierKey};
use std::sync::{Arc, Mutex, PoisonError};

/// How many events of the log about itself are read at once.
const PAGE: usize = 256;

/// The keys that this machine has. The first one signs.
pub(crate) struct LogKeys(Mutex<Vec<Arc<LogKey>>>);

impl LogKeys {
    /// The key that signs where the log does not say otherwise, and others that may have been or become the log's.
    pub(crate) fn new(first: LogKey, others: Vec<LogKey>) -> Self {
        Self(Mutex::new(std::iter::once(first).chain(others).map(Arc::new).collect()))
    }

    /// The key that signs.
    pub(crate) fn present(&self) -> Arc<LogKey> {
        self.with(|keys| Arc::clone(keys.first().expect("there is a first key, and none is ever taken away")))
    }

    /// All of them: what any of them signed was signed on this machine.
    pub(crate) fn trusted(&self) -> Vec<VerifierKey> {
        self.with(|keys| keys.iter().map(|key| key.verifier_key()).collect())
    }

    /// Has one more, which does not sign yet.
    pub(crate) fn add(&self, key: LogKey) {
        self.with(|keys| keys.push(Arc::new(key)));
    }

    /// Lets `key` sign from now on; false where this machine does not have it.
    pub(crate) fn choose(&self, key: &PublicKey) -> bool {
        self.with(|keys| {
            let found = keys.iter().position(|known| public_key(known) == *key);
            found.map(|index| keys[..=index].rotate_right(1)).is_some()
        })
    }

    fn with<T>(&self, work: impl FnOnce(&mut Vec<Arc<LogKey>>) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The key as events name it.
pub(crate) fn public_key(key: &LogKey) -> PublicKey {
    PublicKey(key.verifier_key().public_key().to_bytes())
}

/// Which keys the log says that it had.
pub(crate) async fn history(database: &dyn Database) -> Result<KeyHistory, StorageError> {
    let (stream, mut after, mut history) = (StreamName::ledger(), Version(0), KeyHistory::default());
    loop {
        let positions = database.positions(&stream, after, PAGE).await?;
        for entry in &database.entries_at(&positions).await? {
            after = take_in(&mut history, entry)?;
        }
        if positions.len() < PAGE {
            return Ok(history);
        }
    }
}

fn take_in(history: &mut KeyHistory, entry: &StoredEntry) -> Result<Version, StorageError> {
    let recorded = entry.recorded()?;
    match &recorded.event {
        Event::LedgerCreated(created) => *history = KeyHistory::begin(created.log_key),
        Event::LogKeyRotated(rotated) => history.rotate(recorded.position.0, rotated.new_key),
        _ => {}
    }
    Ok(recorded.version)
}
