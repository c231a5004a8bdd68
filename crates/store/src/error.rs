//! What can go wrong below: the disk, the database, and bytes that are not what they must be.

use edgecoder_events::{DecodeError, Position, PublicKey};
use edgecoder_ledger::EntryError;
use std::io;

/// How PostgreSQL's codes begin where it is being shut down or started, has no connection left, or lost this one.
/// *Source*: its manual, "PostgreSQL Error Codes".
const ABSENCE: [&str; 3] = ["57P", "53", "08"];

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
    #[error("the log there is {found:?}, and not {wanted:?}")]
    OtherLog { found: String, wanted: String },
    #[error("the index of the log cannot be written: {0}")]
    Index(String),
    #[error("the log could not be begun: {0}")]
    Begin(String),
    #[error("this machine does not have the log's key {0}: put its file back beside the others")]
    LogKeyMissing(PublicKey),
    #[error("a stored value is damaged: {0}")]
    Value(&'static str),
}

impl StorageError {
    /// Whether the database does not answer now: what is asked later may be answered.
    pub fn is_absence(&self) -> bool {
        use sqlx::Error::{Io, PoolClosed, PoolTimedOut, Protocol, WorkerCrashed};
        let Self::Database(error) = self else { return false };
        let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
        // A connection that breaks in the middle of an answer is an answer that breaks the protocol.
        matches!(error, Io(_) | PoolClosed | PoolTimedOut | Protocol(_) | WorkerCrashed)
            || code.is_some_and(|code| ABSENCE.iter().any(|class| code.starts_with(class)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_that_does_not_answer_is_absent_and_a_damaged_log_is_not() {
        let refused = sqlx::Error::Io(io::ErrorKind::ConnectionRefused.into());
        let broken = sqlx::Error::Protocol("expected 5 bytes, got 0".into());
        for error in [refused, broken, sqlx::Error::PoolTimedOut] {
            assert!(StorageError::from(error).is_absence());
        }
        assert!(!StorageError::from(sqlx::Error::RowNotFound).is_absence());
        assert!(!StorageError::Damaged { position: Position(1), what: "a hash" }.is_absence());
    }
}
