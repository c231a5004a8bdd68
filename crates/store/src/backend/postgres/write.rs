//! How does a batch get into PostgreSQL? In one statement, so in one round trip and one transaction.

use super::{NewBatch, StorageError};
use crate::backend::number::number;
use sqlx::PgConnection;

/// Every insert takes its rows only where the head row was moved: another epoch or another head, and nothing happens.
const WRITE: &str = "
WITH moved AS (
    UPDATE head SET size = $4, hash = $5 WHERE epoch = $1 AND size = $2 AND hash = $3 RETURNING one
), new_events AS (
    INSERT INTO events (position, stream, version, kind, recorded_at, entry, hash)
    SELECT event.* FROM moved,
        UNNEST($6::bigint[], $7::text[], $8::bigint[], $9::text[], $10::bigint[], $11::bytea[], $12::bytea[]) AS event
), new_positions AS (
    INSERT INTO stream_positions (stream, version, position)
    SELECT event.* FROM moved, UNNEST($7::text[], $8::bigint[], $6::bigint[]) AS event
), new_keys AS (
    INSERT INTO idempotency_keys (key, first, count)
    SELECT used.* FROM moved, UNNEST($13::bytea[], $14::bigint[], $15::bigint[]) AS used
), new_blobs AS (
    INSERT INTO blobs (hash, content)
    SELECT blob.* FROM moved, UNNEST($16::bytea[], $17::bytea[]) AS blob ON CONFLICT DO NOTHING
)
SELECT pg_notify($18, '')::text FROM moved";

/// Whether the head was the one that the batch was built on, and the batch is now durable.
pub(super) async fn batch(
    connection: &mut PgConnection,
    epoch: i64,
    channel: &str,
    batch: &NewBatch,
) -> Result<bool, StorageError> {
    let rows = &batch.rows;
    let moved = sqlx::query(WRITE)
        .bind(epoch)
        .bind(number(batch.before.size))
        .bind(batch.before.hash.to_vec())
        .bind(number(batch.after.size))
        .bind(batch.after.hash.to_vec())
        .bind(rows.iter().map(|row| number(row.position.0)).collect::<Vec<_>>())
        .bind(rows.iter().map(|row| row.stream.as_str()).collect::<Vec<_>>())
        .bind(rows.iter().map(|row| number(row.version.0)).collect::<Vec<_>>())
        .bind(rows.iter().map(|row| row.kind).collect::<Vec<_>>())
        .bind(rows.iter().map(|row| number(row.recorded_at.0)).collect::<Vec<_>>())
        .bind(rows.iter().map(|row| row.entry.as_slice()).collect::<Vec<_>>())
        .bind(rows.iter().map(|row| row.hash.as_slice()).collect::<Vec<_>>())
        .bind(batch.keys.iter().map(|(key, _)| key.as_bytes()).collect::<Vec<_>>())
        .bind(batch.keys.iter().map(|(_, span)| number(span.first.0)).collect::<Vec<_>>())
        .bind(batch.keys.iter().map(|(_, span)| number(span.count)).collect::<Vec<_>>())
        .bind(batch.blobs.iter().map(|blob| blob.address().0.to_vec()).collect::<Vec<_>>())
        .bind(batch.blobs.iter().map(crate::Blob::content).collect::<Vec<_>>())
        .bind(channel)
        .fetch_optional(connection)
        .await?;
    Ok(moved.is_some())
}
