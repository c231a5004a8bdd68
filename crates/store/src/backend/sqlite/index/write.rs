//! Writes the index behind the log: takes what has gathered, sorts it, writes it in one transaction.

use super::{
    super::statement::{ROWS, with_rows},
    Connection, IdempotencyKey, Lagging, Row, Shared, Span, SqliteConnectOptions, SqliteConnection, StorageError,
    number, unsigned,
};
use edgecoder_events::{BlobRef, Position, StreamName, Version};
use std::{sync::Arc, time::Duration};

/// How long entries gather: fuller transactions touch fewer pages per entry.
const GATHER: Duration = Duration::from_millis(20);

/// How long a write that failed waits before it is tried again: a disk may have room by then.
const RETRY: Duration = Duration::from_secs(1);

/// Writes until the index is closed. While it cannot be written, the log takes no events.
pub(super) async fn run(connection: SqliteConnection, options: SqliteConnectOptions, shared: Arc<Shared>) {
    let mut writer = Some(connection);
    let mut changed = shared.changed.subscribe();
    loop {
        let (lagging, closing) = take(&shared);
        if !lagging.is_empty() {
            if !write_in_the_end(&mut writer, &options, &lagging, &shared).await {
                return;
            }
            shared.memory().writing = Arc::default();
            shared.tick();
        } else if closing {
            break;
        }
        if !closing {
            // The sender lives in `shared`, so waiting cannot fail.
            let _ = changed.changed().await;
            let _ = tokio::time::timeout(GATHER, closing_begins(&shared)).await;
        }
    }
    if let Some(connection) = writer
        && let Err(error) = connection.close().await
    {
        tracing::warn!(%error, "the index of the log did not close; it is caught up at the next start");
    }
}

/// Tries until it is written; false where the index is closed before that.
async fn write_in_the_end(
    writer: &mut Option<SqliteConnection>,
    options: &SqliteConnectOptions,
    lagging: &Lagging,
    shared: &Shared,
) -> bool {
    while let Err(error) = write_anew(writer, options, lagging).await {
        tracing::error!(%error, "the index of the log cannot be written; the log takes no events until it can");
        shared.memory().broken = Some(error.to_string());
        shared.tick();
        if tokio::time::timeout(RETRY, closing_begins(shared)).await.is_ok() {
            return false;
        }
    }
    shared.memory().broken = None;
    true
}

/// A connection whose write failed is not used again: see `Writer::Lost` of the log.
async fn write_anew(
    writer: &mut Option<SqliteConnection>,
    options: &SqliteConnectOptions,
    lagging: &Lagging,
) -> Result<(), StorageError> {
    let (mut connection, may_be_written) = match writer.take() {
        Some(connection) => (connection, false),
        None => (SqliteConnection::connect_with(options).await?, true),
    };
    if !(may_be_written && has(&mut connection, lagging).await?) {
        write(&mut connection, lagging).await?;
    }
    *writer = Some(connection);
    Ok(())
}

/// Whether these entries are in the index: the answer to a commit may have been lost.
async fn has(connection: &mut SqliteConnection, lagging: &Lagging) -> Result<bool, StorageError> {
    let row = sqlx::query("SELECT size FROM indexed").fetch_one(connection).await?;
    Ok(unsigned(row.try_get(0)?) >= lagging.head.size)
}

async fn closing_begins(shared: &Shared) {
    let mut changed = shared.changed.subscribe();
    while !shared.memory().closing {
        let _ = changed.changed().await;
    }
}

fn take(shared: &Shared) -> (Arc<Lagging>, bool) {
    let mut memory = shared.memory();
    let lagging = Arc::new(std::mem::take(&mut memory.fresh));
    memory.writing = Arc::clone(&lagging);
    (lagging, memory.closing)
}

/// Writes in key order: neighbours share pages.
pub(super) async fn write(connection: &mut SqliteConnection, lagging: &Lagging) -> Result<(), StorageError> {
    let mut transaction = connection.begin().await?;
    write_streams(&mut transaction, lagging).await?;
    write_keys(&mut transaction, lagging).await?;
    write_blobs(&mut transaction, lagging).await?;
    if lagging.entries > 0 {
        sqlx::query("UPDATE indexed SET size = ?, hash = ?")
            .bind(number(lagging.head.size))
            .bind(lagging.head.hash.to_vec())
            .execute(&mut *transaction)
            .await?;
    }
    Ok(transaction.commit().await?)
}

async fn write_streams(connection: &mut SqliteConnection, lagging: &Lagging) -> Result<(), StorageError> {
    let mut events: Vec<(&StreamName, Version, Position)> = lagging
        .streams
        .iter()
        .flat_map(|(stream, events)| events.iter().map(move |(version, position)| (stream, *version, *position)))
        .collect();
    events.sort_unstable();
    for chunk in events.chunks(ROWS) {
        let text = with_rows(
            "INSERT OR REPLACE INTO stream_positions (stream, version, position) VALUES ",
            3,
            chunk.len(),
            "",
        );
        let mut query = sqlx::query(text);
        for (stream, version, position) in chunk {
            query = query.bind(stream.as_str()).bind(number(version.0)).bind(number(position.0));
        }
        query.execute(&mut *connection).await?;
    }
    Ok(())
}

async fn write_keys(connection: &mut SqliteConnection, lagging: &Lagging) -> Result<(), StorageError> {
    let mut keys: Vec<(&IdempotencyKey, &Span)> = lagging.keys.iter().collect();
    keys.sort_unstable_by_key(|(key, _)| *key);
    for chunk in keys.chunks(ROWS) {
        let text = with_rows(
            "INSERT INTO idempotency_keys (key, first, count) VALUES ",
            3,
            chunk.len(),
            " ON CONFLICT (key) DO UPDATE SET count = count + excluded.count",
        );
        let mut query = sqlx::query(text);
        for (key, span) in chunk {
            query = query.bind(key.as_bytes()).bind(number(span.first.0)).bind(number(span.count));
        }
        query.execute(&mut *connection).await?;
    }
    Ok(())
}

async fn write_blobs(connection: &mut SqliteConnection, lagging: &Lagging) -> Result<(), StorageError> {
    let mut blobs: Vec<(&BlobRef, &i64)> = lagging.blobs.iter().collect();
    blobs.sort_unstable();
    for chunk in blobs.chunks(ROWS) {
        let text = with_rows("INSERT OR REPLACE INTO blob_rows (hash, id) VALUES ", 2, chunk.len(), "");
        let mut query = sqlx::query(text);
        for (address, id) in chunk {
            query = query.bind(address.0.to_vec()).bind(**id);
        }
        query.execute(&mut *connection).await?;
    }
    if let Some(newest) = lagging.blobs.values().max() {
        sqlx::query("UPDATE indexed SET blob_id = max(blob_id, ?)").bind(newest).execute(&mut *connection).await?;
    }
    Ok(())
}
