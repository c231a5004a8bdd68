//! The log itself in SQLite: one connection writes, a few others read.

use super::{
    Head, StorageError, StoredEntry, connect, options, packed, pool,
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
use sqlx::{
    Connection, Executor, Row, SqliteConnection, SqlitePool,
    sqlite::{SqliteConnectOptions, SqliteRow, SqliteSynchronous},
};
use std::path::Path;
use tokio::sync::Mutex;

/// How many connections read at the same time.
const READERS: u32 = 4;

const INSERT_EVENTS: &str = "INSERT INTO events (position, stream, version, kind, recorded_at, entry, hash) VALUES ";
const TABLES: &str = include_str!("../../../../../migrations/sqlite/ledger/0001_log.sql");

pub(super) struct Log {
    writer: Mutex<Writer>,
    options: SqliteConnectOptions,
    readers: SqlitePool,
}

/// The one connection that writes.
enum Writer {
    Connected(Box<SqliteConnection>),
    /// A write failed or was given up in the middle. SQLite may have rolled back by itself, of which the connection knows
    /// nothing: it would begin inside a transaction that it believes to be open, and acknowledge what no commit follows.
    /// The next write connects anew.
    Lost,
    Closed,
}

impl Log {
    pub(super) async fn open(dir: &Path) -> Result<Self, StorageError> {
        let path = dir.join("ledger.db");
        let options = options(&path, SqliteSynchronous::Full);
        let writer = connect(&options, TABLES).await?;
        std::fs::File::open(dir)?.sync_all()?;
        let options = options.create_if_missing(false);
        let readers = pool(options.clone().read_only(true), READERS).await?;
        Ok(Self { writer: Mutex::new(Writer::Connected(Box::new(writer))), options, readers })
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
        let mut connection = match std::mem::replace(&mut *writer, Writer::Lost) {
            Writer::Connected(connection) => connection,
            Writer::Lost => Box::new(SqliteConnection::connect_with(&self.options).await?),
            Writer::Closed => {
                *writer = Writer::Closed;
                return Err(StorageError::Value("the log is closed"));
            }
        };
        let ids = write(&mut connection, rows, blobs).await?;
        *writer = Writer::Connected(connection);
        Ok(ids)
    }

    pub(super) fn entries(&self, from: u64, to: u64) -> Entries {
        let readers = self.readers.clone();
        in_pages(from, to, move |from, to| {
            let readers = readers.clone();
            async move { packed::page(&readers, number(from), number(to)).await }
        })
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
        match std::mem::replace(&mut *self.writer.lock().await, Writer::Closed) {
            Writer::Connected(writer) => Ok(writer.close().await?),
            Writer::Lost | Writer::Closed => Ok(()),
        }
    }
}

async fn write(
    connection: &mut SqliteConnection,
    rows: Vec<NewRow>,
    blobs: &[Blob],
) -> Result<Vec<(BlobRef, i64)>, StorageError> {
    if rows.len() <= ROWS && blobs.is_empty() {
        insert_events(connection, rows).await?;
        return Ok(Vec::new());
    }
    let mut transaction = connection.begin().await?;
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

fn entry(row: &SqliteRow) -> Result<StoredEntry, StorageError> {
    Ok(StoredEntry { position: Position(unsigned(row.try_get(0)?)), entry: row.try_get(1)?, hash: hash(row, 2)? })
}

pub(super) fn hash(row: &SqliteRow, column: usize) -> Result<[u8; 32], StorageError> {
    let bytes: &[u8] = row.try_get(column)?;
    bytes.try_into().map_err(|_| StorageError::Value("a hash has 32 bytes"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use edgecoder_events::{StreamName, UnixMillis, Version};

    const ENTRY_BYTES: usize = 60_000;

    fn rows(positions: std::ops::Range<u64>) -> Vec<NewRow> {
        let row = |position| NewRow {
            position: Position(position),
            stream: StreamName::ledger(),
            version: Version(position + 1),
            kind: "ledger.created",
            recorded_at: UnixMillis(0),
            entry: vec![7; ENTRY_BYTES],
            hash: [7; 32],
        };
        positions.map(row).collect()
    }

    /// As if the disk were full for this connection: the file may not grow.
    async fn let_the_disk_be_full(log: &Log) {
        let Writer::Connected(writer) = &mut *log.writer.lock().await else { panic!("there is a writer") };
        writer.execute("PRAGMA max_page_count = 1").await.unwrap();
    }

    #[tokio::test]
    async fn what_is_acknowledged_after_a_full_disk_is_there() {
        let dir = tempfile::tempdir().unwrap();
        let log = Log::open(dir.path()).await.unwrap();
        log.insert(rows(0..1), &[]).await.unwrap();
        let mut size = 1;
        for contents in [vec![], vec![Blob::new(vec![1; ENTRY_BYTES])]] {
            let_the_disk_be_full(&log).await;
            assert!(log.insert(rows(size..size + 300), &contents).await.is_err(), "there is no room");
            assert_eq!(log.head().await.unwrap().size, size, "nothing of it is there");
            for contents in [&contents[..], &[]] {
                log.insert(rows(size..size + 1), contents).await.unwrap();
                size += 1;
                assert_eq!(log.head().await.unwrap().size, size, "what is acknowledged is there");
            }
        }
        log.close().await.unwrap();
        let opened = Log::open(dir.path()).await.unwrap();
        assert_eq!(opened.head().await.unwrap().size, size, "and outlives the process");
    }
}
