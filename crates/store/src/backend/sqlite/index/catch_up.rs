//! Brings the index up to the log before anyone asks it: the tail after a crash, everything after the file was deleted.

use super::{Lagging, Log, Row, SqliteConnection, StorageError, StreamExt, hash, unsigned, write};
use sqlx::Executor;

/// How many entries are indexed in one transaction.
const ENTRIES_AT_ONCE: usize = 16_384;

struct Indexed {
    size: u64,
    blob_id: i64,
}

pub(super) async fn run(connection: &mut SqliteConnection, log: &Log) -> Result<(), StorageError> {
    let indexed = trusted(connection, log).await?;
    index_entries(connection, log, indexed.size).await?;
    index_blobs(connection, log, indexed.blob_id).await
}

/// How far the index goes; nowhere where it belongs to another log than this one.
async fn trusted(connection: &mut SqliteConnection, log: &Log) -> Result<Indexed, StorageError> {
    let row = sqlx::query("SELECT size, hash, blob_id FROM indexed").fetch_one(&mut *connection).await?;
    let indexed = Indexed { size: unsigned(row.try_get(0)?), blob_id: row.try_get(2)? };
    let same_contents = indexed.blob_id <= log.newest_blob().await?;
    let same_log = match indexed.size.checked_sub(1) {
        None => true,
        Some(last) => match log.entries(last, indexed.size).next().await {
            Some(entry) => entry?.hash == hash(&row, 1)?,
            None => false,
        },
    };
    if same_log && same_contents {
        return Ok(indexed);
    }
    tracing::warn!("the index belongs to another log and is built anew");
    connection
        .execute(
            "BEGIN; DELETE FROM stream_positions; DELETE FROM idempotency_keys; DELETE FROM blob_rows; \
             DELETE FROM snapshot; UPDATE indexed SET size = 0, hash = zeroblob(32), blob_id = 0; COMMIT",
        )
        .await?;
    Ok(Indexed { size: 0, blob_id: 0 })
}

async fn index_entries(connection: &mut SqliteConnection, log: &Log, from: u64) -> Result<(), StorageError> {
    let mut entries = log.entries(from, log.head().await?.size);
    let mut lagging = Lagging::default();
    while let Some(entry) = entries.next().await {
        lagging.note_entry(&entry?)?;
        if lagging.entries >= ENTRIES_AT_ONCE {
            write::write(connection, &std::mem::take(&mut lagging)).await?;
        }
    }
    if lagging.is_empty() { Ok(()) } else { write::write(connection, &lagging).await }
}

async fn index_blobs(connection: &mut SqliteConnection, log: &Log, mut after: i64) -> Result<(), StorageError> {
    loop {
        let rows = log.blobs_after(after).await?;
        let Some((_, newest)) = rows.last() else { return Ok(()) };
        after = *newest;
        write::write(connection, &Lagging::default().with_blobs(rows)).await?;
    }
}
