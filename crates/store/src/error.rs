//! What can go wrong below: the disk, the database, and bytes that are not what they must be.

use edgecoder_events::{DecodeError, Position, PublicKey};
use edgecoder_ledger::EntryError;
use std::io;

/// Why stored bytes could not be written or read.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
    #[error("schema of the database: {0}")]
    Migration(#[from] sqlx::migrate::MigrateError),
    #[error("file: {0}")]
    Io(#[from] io::Error),
    #[error("entry {} does not decode: {source}", position.0)]
    Entry { position: Position, source: EntryError },
    #[error("the event at {} does not decode: {source}", position.0)]
    Event { position: Position, source: DecodeError },
    #[error("the log is damaged at {}: {what}", position.0)]
    Damaged { position: Position, what: &'static str },
    #[error("the index of the log cannot be written: {0}")]
    Index(String),
    #[error("the log could not be begun: {0}")]
    Begin(String),
    #[error("this machine does not have the log's key {0}: put its file back beside the others")]
    LogKeyMissing(PublicKey),
    #[error("a stored value is damaged: {0}")]
    Value(&'static str),
}
