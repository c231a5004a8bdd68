//! Where are a stream's events, a key's receipt, a content's row? A file of its own, written behind the log.
//!
//! Whatever is not yet written is in memory: `fresh` gathers, `writing` is on its way to the disk. A question asks the
//! memory first and the file second, and entries leave the memory only when the file has them, so nothing is missed.

use super::{
    Head, Snapshot, Span, StorageError, connect,
    lagging::Lagging,
    log::{Log, hash},
    options, pool,
    statement::{ROWS, with_rows},
};
use crate::{
    IdempotencyKey,
    backend::number::{number, unsigned},
};
use edgecoder_events::{BlobRef, Position, StreamName, Version};
use futures_util::StreamExt;
use sqlx::{
    Connection, Row, SqliteConnection, SqlitePool,
    sqlite::{SqliteConnectOptions, SqliteRow, SqliteSynchronous},
};
use std::{
    collections::HashMap,
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::{sync::watch, task::JoinSet};

mod catch_up;
mod write;

/// How many entries the index may lag behind before the log waits for it.
const MOST_LAGGING: usize = 65_536;
/// How many connections look things up at the same time.
const READERS: u32 = 4;
const TABLES: &str = include_str!("../../../../../../migrations/sqlite/index/0001_index.sql");

#[derive(Default)]
struct Memory {
    fresh: Lagging,
    writing: Arc<Lagging>,
    closing: bool,
    /// Why the index cannot be written now; the log stops before it outgrows the memory.
    broken: Option<String>,
}

struct Shared {
    memory: Mutex<Memory>,
    /// Ticks when `memory` changed.
    changed: watch::Sender<u64>,
}

pub(super) struct Index {
    shared: Arc<Shared>,
    readers: SqlitePool,
    snapshots: tokio::sync::Mutex<SqliteConnection>,
    writer: tokio::sync::Mutex<JoinSet<()>>,
}

impl Index {
    /// Opens the index, catches up with the log, and starts writing behind.
    pub(super) async fn open(dir: &Path, log: &Log) -> Result<Self, StorageError> {
        let options = options(&dir.join("index.db"), SqliteSynchronous::Normal);
        let mut connection = connect(&options, TABLES).await?;
        catch_up::run(&mut connection, log).await?;
        let snapshots = tokio::sync::Mutex::new(SqliteConnection::connect_with(&options).await?);
        let options = options.create_if_missing(false);
        let readers = pool(options.clone().read_only(true), READERS).await?;
        let shared = Arc::new(Shared { memory: Mutex::default(), changed: watch::Sender::new(0) });
        let mut writer = JoinSet::new();
        writer.spawn(write::run(connection, options, Arc::clone(&shared)));
        Ok(Self { shared, readers, snapshots, writer: tokio::sync::Mutex::new(writer) })
    }

    /// Waits until the index lags little enough for another batch.
    pub(super) async fn wait_until_near(&self) -> Result<(), StorageError> {
        let mut changed = self.shared.changed.subscribe();
        loop {
            {
                let memory = self.shared.memory();
                if let Some(why) = &memory.broken {
                    return Err(StorageError::Index(why.clone()));
                }
                if memory.fresh.entries < MOST_LAGGING {
                    return Ok(());
                }
            }
            // The sender lives in `shared`, so this only comes back when something changed.
            let _ = changed.changed().await;
        }
    }

    /// Notes what the log has just made durable.
    pub(super) fn add(&self, lagging: Lagging) {
        self.shared.memory().fresh.append(lagging);
        self.shared.tick();
    }

    pub(super) async fn versions(&self, streams: &[StreamName]) -> Result<Vec<Version>, StorageError> {
        let mut found: HashMap<&StreamName, Version> = HashMap::with_capacity(streams.len());
        {
            let memory = self.shared.memory();
            for stream in streams {
                let events = memory.fresh.streams.get(stream).or_else(|| memory.writing.streams.get(stream));
                if let Some((version, _)) = events.and_then(|events| events.last()) {
                    found.insert(stream, *version);
                }
            }
        }
        let wanted: Vec<_> = streams.iter().filter(|stream| !found.contains_key(stream)).collect();
        for chunk in wanted.chunks(ROWS) {
            let text = with_rows(
                "WITH wanted(name) AS (VALUES ",
                1,
                chunk.len(),
                ") SELECT (SELECT max(version) FROM stream_positions WHERE stream = name) FROM wanted",
            );
            let query = chunk.iter().fold(sqlx::query(text), |query, stream| query.bind(stream.as_str()));
            for (stream, row) in chunk.iter().zip(query.fetch_all(&self.readers).await?) {
                let version: Option<i64> = row.try_get(0)?;
                found.insert(stream, Version(version.map_or(0, unsigned)));
            }
        }
        Ok(streams.iter().map(|stream| found.get(stream).copied().unwrap_or(Version::EMPTY)).collect())
    }

    pub(super) async fn positions(
        &self,
        stream: &StreamName,
        after: Version,
        limit: usize,
    ) -> Result<Vec<Position>, StorageError> {
        let lagging = self.shared.lagging_events(stream, after);
        let rows = sqlx::query(
            "SELECT version, position FROM stream_positions WHERE stream = ? AND version > ? ORDER BY version LIMIT ?",
        )
        .bind(stream.as_str())
        .bind(number(after.0))
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .fetch_all(&self.readers)
        .await?;
        let mut found = Vec::with_capacity(rows.len());
        for row in rows {
            found.push((Version(unsigned(row.try_get(0)?)), Position(unsigned(row.try_get(1)?))));
        }
        let newest = found.last().map_or(after, |(version, _)| *version);
        found.extend(lagging.into_iter().filter(|(version, _)| *version > newest));
        Ok(found.into_iter().take(limit).map(|(_, position)| position).collect())
    }

    pub(super) async fn spans(&self, keys: &[IdempotencyKey]) -> Result<HashMap<IdempotencyKey, Span>, StorageError> {
        let mut found = HashMap::new();
        {
            let memory = self.shared.memory();
            for key in keys {
                if let Some(span) = memory.fresh.keys.get(key).or_else(|| memory.writing.keys.get(key)) {
                    found.insert(key.clone(), *span);
                }
            }
        }
        let wanted: Vec<_> = keys.iter().filter(|key| !found.contains_key(*key)).collect();
        for chunk in wanted.chunks(ROWS) {
            let text = with_rows(
                "WITH wanted(name) AS (VALUES ",
                1,
                chunk.len(),
                ") SELECT key, first, count FROM wanted JOIN idempotency_keys ON key = name",
            );
            let query = chunk.iter().fold(sqlx::query(text), |query, key| query.bind(key.as_bytes()));
            for row in query.fetch_all(&self.readers).await? {
                let key: &[u8] = row.try_get(0)?;
                let key = IdempotencyKey::new(key).map_err(|_| StorageError::Value("an idempotency key's length"))?;
                found.insert(key, span(&row)?);
            }
        }
        Ok(found)
    }

    pub(super) async fn blob_row(&self, address: BlobRef) -> Result<Option<i64>, StorageError> {
        Ok(self.blob_rows(&[address]).await?.remove(&address))
    }

    /// The rows of those contents that have one.
    pub(super) async fn blob_rows(&self, addresses: &[BlobRef]) -> Result<HashMap<BlobRef, i64>, StorageError> {
        let mut found = HashMap::new();
        {
            let memory = self.shared.memory();
            for address in addresses {
                if let Some(row) = memory.fresh.blobs.get(address).or_else(|| memory.writing.blobs.get(address)) {
                    found.insert(*address, *row);
                }
            }
        }
        let wanted: Vec<_> = addresses.iter().filter(|address| !found.contains_key(*address)).collect();
        for chunk in wanted.chunks(ROWS) {
            let text = with_rows(
                "WITH wanted(address) AS (VALUES ",
                1,
                chunk.len(),
                ") SELECT hash, id FROM wanted JOIN blob_rows ON hash = address",
            );
            let query = chunk.iter().fold(sqlx::query(text), |query, address| query.bind(address.0.as_slice()));
            for row in query.fetch_all(&self.readers).await? {
                found.insert(BlobRef(hash(&row, 0)?), row.try_get(1)?);
            }
        }
        Ok(found)
    }

    pub(super) async fn snapshot(&self) -> Result<Option<Snapshot>, StorageError> {
        let row = sqlx::query("SELECT size, hash, recorded_at, epoch, frontier FROM snapshot")
            .fetch_optional(&self.readers)
            .await?;
        row.map(|row| {
            Ok(Snapshot {
                head: Head { size: unsigned(row.try_get(0)?), hash: hash(&row, 1)? },
                recorded_at: edgecoder_events::UnixMillis(unsigned(row.try_get(2)?)),
                epoch: unsigned(row.try_get(3)?),
                frontier: row.try_get(4)?,
            })
        })
        .transpose()
    }

    pub(super) async fn save_snapshot(&self, snapshot: &Snapshot) -> Result<(), StorageError> {
        sqlx::query(
            "INSERT OR REPLACE INTO snapshot (one, size, hash, recorded_at, epoch, frontier) VALUES (1, ?, ?, ?, ?, ?)",
        )
        .bind(number(snapshot.head.size))
        .bind(snapshot.head.hash.to_vec())
        .bind(number(snapshot.recorded_at.0))
        .bind(number(snapshot.epoch))
        .bind(snapshot.frontier.as_slice())
        .execute(&mut *self.snapshots.lock().await)
        .await?;
        Ok(())
    }

    /// Writes what still lags.
    pub(super) async fn close(&self) -> Result<(), StorageError> {
        self.shared.memory().closing = true;
        self.shared.tick();
        while self.writer.lock().await.join_next().await.is_some() {}
        self.readers.close().await;
        match self.shared.memory().broken.take() {
            Some(why) => Err(StorageError::Index(why)),
            None => Ok(()),
        }
    }
}

impl Shared {
    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tick(&self) {
        self.changed.send_modify(|tick| *tick = tick.wrapping_add(1));
    }

    fn lagging_events(&self, stream: &StreamName, after: Version) -> Vec<(Version, Position)> {
        let memory = self.memory();
        let of = |lagging: &Lagging| lagging.streams.get(stream).cloned().unwrap_or_default();
        let mut events = of(&memory.writing);
        events.append(&mut of(&memory.fresh));
        events.retain(|(version, _)| *version > after);
        events
    }
}

fn span(row: &SqliteRow) -> Result<Span, StorageError> {
    Ok(Span { first: Position(unsigned(row.try_get(1)?)), count: unsigned(row.try_get(2)?) })
}
