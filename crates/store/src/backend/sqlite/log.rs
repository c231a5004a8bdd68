//! The log itself in SQLite: one connection writes, a few others read.

use super::{
    Head, StorageError, StoredEntry, connect, options, pool,
    statement::{ROWS, with_rows},
};
use crate::{
    Blob,
    backend::{
        Entries, NewRow,
        number::{number, unsigned},
        pages::{READ_AT_ONCE, in_pages},
    },
};
use edgecoder_events::{BlobRef, Position};
use futures_util::{StreamExt, TryStreamExt};
use sqlx::{
    Connection, Executor, Row, SqliteConnection, SqlitePool,
    sqlite::{SqliteRow, SqliteSynchronous},
};
use std::path::Path;
use tokio::sync::Mutex;

/// How many connections read at the same time.
const READERS: u32 = 4;

const INSERT_EVENTS: &str = "INSERT INTO events (position, stream, version, kind, recorded_at, entry, hash) VALUES ";
const TABLES: &str = include_str!("../../../../../migrations/sqlite/ledger/0001_log.sql");

pub(super) struct Log {
    /// Nothing once closed.
    writer: Mutex<Option<SqliteConnection>>,
    readers: SqlitePool,
}

impl Log {
    pub(super) async fn open(dir: &Path) -> Result<Self, StorageError> {
        let path = dir.join("ledger.db");
        let options = options(&path, SqliteSynchronous::Full);
        let writer = connect(&options, TABLES).await?;
        std::fs::File::open(dir)?.sync_all()?;
        let readers = pool(options.create_if_missing(false).read_only(true), READERS).await?;
        Ok(Self { writer: Mutex::new(Some(writer)), readers })
    }

    pub(super) async fn head(&self) -> Result<Head, StorageError> {
        let last = sqlx::query("SELECT position, hash FROM events ORDER BY position DESC LIMIT 1")
            .fetch_optional(&self.readers)
            .await?;
        last.map_or(Ok(Head::default()), |row| Ok(Head { size: unsigned(row.try_get(0)?) + 1, hash: hash(&row, 1)? }))
    }

    /// Writes everything in one transaction; returns the rows that the contents got.
    pub(super) async fn insert(&self, rows: Vec<NewRow>, blobs: &[Blob]) -> Result<Vec<(BlobRef, i64)>, StorageError> {
        let mut writer = self.writer.lock().await;
        let writer = writer.as_mut().ok_or(StorageError::Value("the log is closed"))?;
        if rows.len() <= ROWS && blobs.is_empty() {
            insert_events(writer, rows).await?;
            return Ok(Vec::new());
        }
        let mut transaction = writer.begin().await?;
        let ids = insert_blobs(&mut transaction, blobs).await?;
        let mut rows = rows.into_iter();
        loop {
            let chunk: Vec<_> = rows.by_ref().take(ROWS).collect();
            if chunk.is_empty() {
                break;
            }
            insert_events(&mut transaction, chunk).await?;
        }
        transaction.commit().await?;
        Ok(ids)
    }

    pub(super) fn entries(&self, from: u64, to: u64) -> Entries {
        let readers = self.readers.clone();
        in_pages(from, to, move |from, to| page(readers.clone(), from, to))
    }

    pub(super) async fn entries_at(&self, positions: &[Position]) -> Result<Vec<StoredEntry>, StorageError> {
        let mut found = Vec::with_capacity(positions.len());
        for chunk in positions.chunks(ROWS) {
            let text = with_rows(
                "WITH wanted(place) AS (VALUES ",
                1,
                chunk.len(),
                ") SELECT position, entry, hash FROM wanted JOIN events ON position = place ORDER BY position",
            );
            let query = chunk.iter().fold(sqlx::query(text), |query, at| query.bind(number(at.0)));
            for row in query.fetch_all(&self.readers).await? {
                found.push(entry(&row)?);
            }
        }
        Ok(found)
    }

    /// The row with the highest number among the contents.
    pub(super) async fn newest_blob(&self) -> Result<i64, StorageError> {
        let row = sqlx::query("SELECT coalesce(max(id), 0) FROM blobs").fetch_one(&self.readers).await?;
        Ok(row.try_get(0)?)
    }

    /// Addresses of the contents after the row `after`, at most [`READ_AT_ONCE`].
    pub(super) async fn blobs_after(&self, after: i64) -> Result<Vec<(BlobRef, i64)>, StorageError> {
        let rows = sqlx::query("SELECT hash, id FROM blobs WHERE id > ? ORDER BY id LIMIT ?")
            .bind(after)
            .bind(i64::try_from(READ_AT_ONCE).unwrap_or(i64::MAX))
            .fetch_all(&self.readers)
            .await?;
        rows.iter().map(|row| Ok((BlobRef(hash(row, 0)?), row.try_get(1)?))).collect()
    }

    pub(super) async fn blob(&self, id: i64) -> Result<Option<Vec<u8>>, StorageError> {
        let row = sqlx::query("SELECT content FROM blobs WHERE id = ?").bind(id).fetch_optional(&self.readers).await?;
        row.map(|row| Ok(row.try_get(0)?)).transpose()
    }

    pub(super) async fn close(&self) -> Result<(), StorageError> {
        self.readers.close().await;
        let writer = self.writer.lock().await.take();
        if let Some(writer) = writer {
            writer.close().await?;
        }
        Ok(())
    }
}

async fn insert_events(connection: &mut SqliteConnection, rows: Vec<NewRow>) -> Result<(), StorageError> {
    let mut query = sqlx::query(with_rows(INSERT_EVENTS, 7, rows.len(), ""));
    for row in rows {
        query = query
            .bind(number(row.position.0))
            .bind(row.stream.as_str().to_owned())
            .bind(number(row.version.0))
            .bind(row.kind)
            .bind(number(row.recorded_at.0))
            .bind(row.entry)
            .bind(row.hash.to_vec());
    }
    connection.execute(query).await?;
    Ok(())
}

async fn insert_blobs(connection: &mut SqliteConnection, blobs: &[Blob]) -> Result<Vec<(BlobRef, i64)>, StorageError> {
    let mut ids = Vec::with_capacity(blobs.len());
    for blob in blobs {
        let inserted = sqlx::query("INSERT INTO blobs (hash, content) VALUES (?, ?)")
            .bind(blob.address().0.to_vec())
            .bind(blob.content().to_vec())
            .execute(&mut *connection)
            .await?;
        ids.push((blob.address(), inserted.last_insert_rowid()));
    }
    Ok(ids)
}

async fn page(readers: SqlitePool, from: u64, to: u64) -> Result<Vec<StoredEntry>, StorageError> {
    let rows =
        sqlx::query("SELECT position, entry, hash FROM events WHERE position >= ? AND position < ? ORDER BY position")
            .bind(number(from))
            .bind(number(to))
            .fetch(&readers);
    rows.map(|row| entry(&row?)).try_collect().await
}

fn entry(row: &SqliteRow) -> Result<StoredEntry, StorageError> {
    Ok(StoredEntry { position: Position(unsigned(row.try_get(0)?)), entry: row.try_get(1)?, hash: hash(row, 2)? })
}

pub(super) fn hash(row: &SqliteRow, column: usize) -> Result<[u8; 32], StorageError> {
    let bytes: &[u8] = row.try_get(column)?;
    bytes.try_into().map_err(|_| StorageError::Value("a hash has 32 bytes"))
}
