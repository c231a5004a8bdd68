//! In what state is the log that was found, and is it the one that this machine has committed to?

use crate::{
    StorageError, StoredEntry,
    backend::{Database, Head, Snapshot},
    batch::LogState,
};
use edgecoder_events::{Event, Position, UnixMillis};
use edgecoder_ledger::{
    GENESIS_PREV,
    checkpoint::Checkpoint,
    entry_hash,
    tree::{Frontier, Hash, leaf_hash},
};
use futures_util::StreamExt;
use std::fmt;

/// The database holds less than, or something else than, a checkpoint that had left this machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RolledBack {
    /// How many entries the checkpoint counts.
    pub checkpoint_size: u64,
    /// How many entries the database holds.
    pub database_size: u64,
}

impl fmt::Display for RolledBack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { checkpoint_size, database_size } = self;
        if database_size < checkpoint_size {
            write!(f, "it has {database_size} entries, the checkpoint counts {checkpoint_size}")
        } else {
            write!(f, "its first {checkpoint_size} entries are not those that the checkpoint counts")
        }
    }
}

/// The log as it was found.
pub(crate) struct Found {
    pub log: LogState,
    pub rolled_back: Option<RolledBack>,
}

/// Reads the log from the newest trustworthy snapshot to `head`, checking every link.
pub(crate) async fn examine(
    database: &dyn Database,
    head: Head,
    origin: &str,
    left_behind: Option<&Checkpoint>,
) -> Result<Found, StorageError> {
    check_origin(database, head, origin).await?;
    let mut log = start(database, head, left_behind).await?;
    let mut root_then = root_at(&log, left_behind);
    let mut entries = database.entries(log.head.size, head.size);
    while let Some(entry) = entries.next().await {
        follow_link(&mut log, &entry?)?;
        root_then = root_then.or_else(|| root_at(&log, left_behind));
    }
    if log.head != head {
        return Err(StorageError::Damaged { position: Position(log.head.size), what: "the entry is missing" });
    }
    let rolled_back = left_behind
        .filter(|checkpoint| root_then != Some(checkpoint.root))
        .map(|checkpoint| RolledBack { checkpoint_size: checkpoint.size, database_size: head.size });
    Ok(Found { log, rolled_back })
}

fn root_at(log: &LogState, checkpoint: Option<&Checkpoint>) -> Option<Hash> {
    checkpoint.filter(|checkpoint| checkpoint.size == log.head.size).map(|_| log.frontier.root())
}

/// Whether the log in the database, where one was begun, is the one of this name.
pub(crate) async fn check_origin(database: &dyn Database, head: Head, origin: &str) -> Result<(), StorageError> {
    let Some(first) = database.entries(0, head.size.min(1)).next().await.transpose()? else { return Ok(()) };
    let found = first.decode()?.origin;
    if found == origin {
        Ok(())
    } else {
        Err(StorageError::OtherLog { found: found.to_owned(), wanted: origin.to_owned() })
    }
}

/// The snapshot where the log still has the entry that it was taken at, and it is not newer than the checkpoint.
async fn start(
    database: &dyn Database,
    head: Head,
    left_behind: Option<&Checkpoint>,
) -> Result<LogState, StorageError> {
    let limit = left_behind.map_or(head.size, |checkpoint| checkpoint.size.min(head.size));
    let Some(snapshot) = database.snapshot().await?.filter(|taken| taken.head.size <= limit) else {
        return Ok(LogState::default());
    };
    let Some(last) = snapshot.head.size.checked_sub(1) else { return Ok(LogState::default()) };
    let there = database.entries(last, snapshot.head.size).next().await.transpose()?;
    let same = there.is_some_and(|entry| entry_hash(&entry.entry) == snapshot.head.hash);
    Ok(if same { restored(&snapshot).unwrap_or_default() } else { LogState::default() })
}

fn restored(snapshot: &Snapshot) -> Option<LogState> {
    let (hashes, rest) = snapshot.frontier.as_chunks::<32>();
    let frontier = Frontier::from_parts(snapshot.head.size, hashes.to_vec()).ok().filter(|_| rest.is_empty())?;
    Some(LogState { head: snapshot.head, recorded_at: snapshot.recorded_at, epoch: snapshot.epoch, frontier })
}

/// Takes one entry onto the log, if it is the one that follows.
fn follow_link(log: &mut LogState, stored: &StoredEntry) -> Result<(), StorageError> {
    let damaged = |what| StorageError::Damaged { position: stored.position, what };
    let entry = stored.decode()?;
    let prev = if log.head.size == 0 { GENESIS_PREV } else { log.head.hash };
    if stored.position.0 != log.head.size || entry.position != log.head.size {
        return Err(damaged("the entry stands at another position"));
    }
    if entry.prev_hash != prev {
        return Err(damaged("the entry does not follow the one before"));
    }
    if entry_hash(&stored.entry) != stored.hash {
        return Err(damaged("the entry is not what was hashed"));
    }
    if let Some(epoch) = epoch_of(&entry) {
        log.epoch = epoch;
    }
    log.frontier.append(leaf_hash(&stored.entry));
    log.head = Head { size: log.head.size + 1, hash: stored.hash };
    log.recorded_at = log.recorded_at.max(UnixMillis(entry.recorded_at_ms));
    Ok(())
}

/// The epoch that an entry opens.
fn epoch_of(entry: &edgecoder_ledger::Entry<'_>) -> Option<u64> {
    if entry.kind != "ledger.restored" {
        return None;
    }
    match Event::from_bytes(entry.kind, entry.schema, entry.payload) {
        Ok(Event::LedgerRestored(restored)) => Some(restored.epoch),
        Ok(_) | Err(_) => None,
    }
}
