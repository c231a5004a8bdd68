//! What does a store need to know before it opens?

use edgecoder_events::Clock;
use edgecoder_ledger::note::LogKey;
use rand::CryptoRng;
use std::{path::PathBuf, sync::Arc};

/// Where the log is kept.
#[derive(Debug, Clone)]
pub enum Backend {
    /// As long as the process lives.
    Memory,
    /// In one directory of this machine, for one process.
    Sqlite { dir: PathBuf },
    /// In a PostgreSQL database that several processes share; one of them leads.
    Postgres { url: String, schema: String },
}

impl Backend {
    /// PostgreSQL with the product's own schema name.
    pub fn postgres(url: impl Into<String>) -> Self {
        Self::Postgres { url: url.into(), schema: "edgecoder".to_owned() }
    }
}

/// What a store is opened with.
pub struct StoreSettings {
    pub backend: Backend,
    /// The log's name, as every checkpoint and entry carries it.
    pub origin: String,
    /// Signs the checkpoints.
    pub log_key: LogKey,
    pub clock: Arc<dyn Clock>,
    /// Makes event ids, subject keys and nonces.
    pub rng: Box<dyn CryptoRng + Send>,
    /// Where the newest checkpoint is kept; on another disk than the log it also notices a restored log.
    pub checkpoint_file: Option<PathBuf>,
    pub limits: Limits,
}

/// How much is held at most, in memory and in one transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Appends that wait for the sequencer; who comes later waits in [`crate::Store::reserve`].
    pub queued_appends: usize,
    /// Bytes of the payloads and contents that wait; what does not find room is refused.
    pub queued_bytes: usize,
    /// Events of one transaction.
    pub batch_events: usize,
    /// Bytes of the payloads and contents of one transaction.
    pub batch_bytes: usize,
    /// Events of one append.
    pub append_events: usize,
    /// Bytes of the contents of one append.
    pub append_blob_bytes: usize,
    /// Events that followers find in memory.
    pub recent_events: usize,
    /// Stream versions, and as many idempotency keys, that need no question to the database.
    pub remembered: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            queued_appends: 4096,
            queued_bytes: 256 * 1024 * 1024,
            batch_events: 2048,
            batch_bytes: 8 * 1024 * 1024,
            append_events: 1024,
            append_blob_bytes: 64 * 1024 * 1024,
            recent_events: 16 * 1024,
            remembered: 64 * 1024,
        }
    }
}
