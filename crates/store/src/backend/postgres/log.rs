//! Reading the log and its index in PostgreSQL.

use super::{Entries, Head, Snapshot, Span, StorageError, StoredEntry};
use crate::{
    IdempotencyKey,
    backend::{
        number::{number, unsigned},
        pages::in_pages,
    },
};
use edgecoder_events::{Position, StreamName, UnixMillis, Version};
use futures_util::{StreamExt, TryStreamExt};
use sqlx::{PgPool, Row, postgres::PgRow};
use std::collections::HashMap;

pub(super) fn entries(readers: &PgPool, from: u64, to: u64) -> Entries {
    let readers = readers.clone();
    in_pages(from, to, move |from, to| page(readers.clone(), from, to))
}

async fn page(readers: PgPool, from: u64, to: u64) -> Result<Vec<StoredEntry>, StorageError> {
    let rows = sqlx::query(
        "SELECT position, entry, hash FROM events WHERE position >= $1 AND position < $2 ORDER BY position",
    )
    .bind(number(from))
    .bind(number(to))
    .fetch(&readers);
    rows.map(|row| entry(&row?)).try_collect().await
}

pub(super) async fn entries_at(readers: &PgPool, positions: &[Position]) -> Result<Vec<StoredEntry>, StorageError> {
    let rows = sqlx::query(
        "SELECT position, entry, hash FROM UNNEST($1::bigint[]) WITH ORDINALITY AS wanted(place, turn) \
         JOIN events ON position = place ORDER BY turn",
    )
    .bind(positions.iter().map(|at| number(at.0)).collect::<Vec<_>>())
    .fetch_all(readers)
    .await?;
    rows.iter().map(entry).collect()
}

pub(super) async fn versions(readers: &PgPool, streams: &[StreamName]) -> Result<Vec<Version>, StorageError> {
    let rows = sqlx::query(
        "SELECT coalesce((SELECT max(version) FROM stream_positions WHERE stream = name), 0) \
         FROM UNNEST($1::text[]) WITH ORDINALITY AS wanted(name, turn) ORDER BY turn",
    )
    .bind(streams.iter().map(StreamName::as_str).collect::<Vec<_>>())
    .fetch_all(readers)
    .await?;
    rows.iter().map(|row| Ok(Version(unsigned(row.try_get(0)?)))).collect()
}

pub(super) async fn positions(
    readers: &PgPool,
    stream: &StreamName,
    after: Version,
    limit: usize,
) -> Result<Vec<Position>, StorageError> {
    let rows = sqlx::query(
        "SELECT position FROM stream_positions WHERE stream = $1 AND version > $2 ORDER BY version LIMIT $3",
    )
    .bind(stream.as_str())
    .bind(number(after.0))
    .bind(i64::try_from(limit).unwrap_or(i64::MAX))
    .fetch_all(readers)
    .await?;
    rows.iter().map(|row| Ok(Position(unsigned(row.try_get(0)?)))).collect()
}

pub(super) async fn spans(
    readers: &PgPool,
    keys: &[IdempotencyKey],
) -> Result<HashMap<IdempotencyKey, Span>, StorageError> {
    let rows = sqlx::query("SELECT key, first, count FROM idempotency_keys WHERE key = ANY($1)")
        .bind(keys.iter().map(IdempotencyKey::as_bytes).collect::<Vec<_>>())
        .fetch_all(readers)
        .await?;
    rows.iter().map(span).collect()
}

fn span(row: &PgRow) -> Result<(IdempotencyKey, Span), StorageError> {
    let key: &[u8] = row.try_get(0)?;
    let key = IdempotencyKey::new(key).map_err(|_| StorageError::Value("an idempotency key's length"))?;
    Ok((key, Span { first: Position(unsigned(row.try_get(1)?)), count: unsigned(row.try_get(2)?) }))
}

pub(super) async fn snapshot(readers: &PgPool) -> Result<Option<Snapshot>, StorageError> {
    let row =
        sqlx::query("SELECT size, hash, recorded_at, epoch, frontier FROM snapshot").fetch_optional(readers).await?;
    row.map(|row| {
        Ok(Snapshot {
            head: Head { size: unsigned(row.try_get(0)?), hash: hash(&row, 1)? },
            recorded_at: UnixMillis(unsigned(row.try_get(2)?)),
            epoch: unsigned(row.try_get(3)?),
            frontier: row.try_get(4)?,
        })
    })
    .transpose()
}

pub(super) async fn save_snapshot(readers: &PgPool, snapshot: &Snapshot) -> Result<(), StorageError> {
    sqlx::query(
        "INSERT INTO snapshot (one, size, hash, recorded_at, epoch, frontier) VALUES (1, $1, $2, $3, $4, $5) \
         ON CONFLICT (one) DO UPDATE SET size = excluded.size, hash = excluded.hash, \
         recorded_at = excluded.recorded_at, epoch = excluded.epoch, frontier = excluded.frontier",
    )
    .bind(number(snapshot.head.size))
    .bind(snapshot.head.hash.to_vec())
    .bind(number(snapshot.recorded_at.0))
    .bind(number(snapshot.epoch))
    .bind(snapshot.frontier.as_slice())
    .execute(readers)
    .await?;
    Ok(())
}

fn entry(row: &PgRow) -> Result<StoredEntry, StorageError> {
    Ok(StoredEntry { position: Position(unsigned(row.try_get(0)?)), entry: row.try_get(1)?, hash: hash(row, 2)? })
}

pub(super) fn hash(row: &PgRow, column: usize) -> Result<[u8; 32], StorageError> {
    let bytes: &[u8] = row.try_get(column)?;
    bytes.try_into().map_err(|_| StorageError::Value("a hash has 32 bytes"))
}
