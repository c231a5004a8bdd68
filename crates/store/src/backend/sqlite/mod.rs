//! A log in one data directory: `ledger.db`, and beside it `index.db` (derived), `tiles.db` (derived), `vault.db` (keys,
//! secrets), `blobs/`.

mod blobs;
mod index;
mod lagging;
mod lock;
mod log;
mod packed;
mod statement;
mod tiles;
mod vault;

use super::{Answer, CommitError, Database, Entries, Head, NamedSecret, NewBatch, Snapshot, Span};
use crate::{Blob, IdempotencyKey, StorageError, StoredEntry};
use blobs::BlobFiles;
use edgecoder_events::{BlobRef, Position, StreamName, Version};
use edgecoder_ledger::tree::{FullTile, TilePlace};
use futures_util::{
    FutureExt,
    future::{BoxFuture, pending},
};
use index::Index;
use lagging::Lagging;
use lock::DirectoryLock;
pub(crate) use lock::LockError;
use log::Log;
use sqlx::{
    ConnectOptions, Connection, SqliteConnection, SqlitePool,
    migrate::{Migration, MigrationType, Migrator},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use std::{collections::HashMap, path::Path, sync::Mutex, time::Duration};
use tiles::TileFile;
use vault::Vault;

/// How long a statement waits for a lock that another connection of this process holds.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// Why a data directory could not be opened.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SqliteOpenError {
    #[error(transparent)]
    Lock(#[from] LockError),
    #[error(transparent)]
    Storage(#[from] StorageError),
}

pub(crate) struct SqliteBackend {
    log: Log,
    index: Index,
    vault: Vault,
    tiles: TileFile,
    files: BlobFiles,
    lock: Mutex<Option<DirectoryLock>>,
}

impl SqliteBackend {
    /// Opens the directory for this process alone and brings the index up to the log.
    pub(crate) async fn open(dir: &Path) -> Result<Self, SqliteOpenError> {
        let lock = lock::take(dir)?;
        let log = Log::open(dir).await?;
        let index = Index::open(dir, &log).await?;
        let vault = Vault::open(dir).await?;
        let tiles = TileFile::open(dir).await?;
        let files = BlobFiles::open(dir).map_err(StorageError::from)?;
        Ok(Self { log, index, vault, tiles, files, lock: Mutex::new(Some(lock)) })
    }

    async fn write(&self, mut batch: NewBatch) -> Result<(), StorageError> {
        self.index.wait_until_near().await?;
        batch.blobs = self.without_known(std::mem::take(&mut batch.blobs)).await?;
        let lagging = Lagging::of(&batch);
        let rows = self.files.keep_large(std::mem::take(&mut batch.blobs)).await?;
        let blob_ids = self.log.insert(batch.rows, &rows).await?;
        self.index.add(lagging.with_blobs(blob_ids));
        Ok(())
    }

    /// What is not kept yet. The index knows the rows, which are many, and the folder the files, which are few.
    async fn without_known(&self, mut blobs: Vec<Blob>) -> Result<Vec<Blob>, StorageError> {
        if blobs.is_empty() {
            return Ok(blobs);
        }
        blobs.sort_by_key(Blob::address);
        blobs.dedup_by_key(|blob| blob.address());
        let addresses: Vec<_> = blobs.iter().map(Blob::address).collect();
        let rows = self.index.blob_rows(&addresses).await?;
        let mut new = Vec::with_capacity(blobs.len());
        for blob in blobs {
            let known = rows.contains_key(&blob.address()) || self.files.keeps(&blob).await?;
            if !known {
                new.push(blob);
            }
        }
        Ok(new)
    }

    async fn contains(&self, address: BlobRef) -> Result<bool, StorageError> {
        Ok(self.index.blob_row(address).await?.is_some() || self.files.contains(address).await?)
    }

    async fn content(&self, address: BlobRef) -> Result<Option<Vec<u8>>, StorageError> {
        match self.index.blob_row(address).await? {
            Some(row) => self.log.blob(row).await,
            None => self.files.read(address).await,
        }
    }
}

impl Database for SqliteBackend {
    fn lead(&self) -> Answer<'_, Option<Head>> {
        async { self.log.head().await.map(Some) }.boxed()
    }

    fn head(&self) -> Answer<'_, Head> {
        self.log.head().boxed()
    }

    fn head_may_have_moved(&self) -> BoxFuture<'_, ()> {
        pending().boxed()
    }

    fn commit(&self, batch: NewBatch) -> BoxFuture<'_, Result<(), CommitError>> {
        async move { self.write(batch).await.map_err(CommitError::Failed) }.boxed()
    }

    fn entries(&self, from: u64, to: u64) -> Entries {
        self.log.entries(from, to)
    }

    fn entries_at<'a>(&'a self, positions: &'a [Position]) -> Answer<'a, Vec<StoredEntry>> {
        self.log.entries_at(positions).boxed()
    }

    fn versions<'a>(&'a self, streams: &'a [StreamName]) -> Answer<'a, Vec<Version>> {
        self.index.versions(streams).boxed()
    }

    fn positions<'a>(&'a self, stream: &'a StreamName, after: Version, limit: usize) -> Answer<'a, Vec<Position>> {
        self.index.positions(stream, after, limit).boxed()
    }

    fn spans<'a>(&'a self, keys: &'a [IdempotencyKey]) -> Answer<'a, HashMap<IdempotencyKey, Span>> {
        self.index.spans(keys).boxed()
    }

    fn blob(&self, address: BlobRef) -> Answer<'_, Option<Vec<u8>>> {
        self.content(address).boxed()
    }

    fn has_blob(&self, address: BlobRef) -> Answer<'_, bool> {
        self.contains(address).boxed()
    }

    fn subject_key<'a>(&'a self, subject: &'a str) -> Answer<'a, Option<Vec<u8>>> {
        self.vault.subject_key(subject).boxed()
    }

    fn keep_subject_key<'a>(&'a self, subject: &'a str, key: &'a [u8]) -> Answer<'a, Vec<u8>> {
        self.vault.keep_subject_key(subject, key).boxed()
    }

    fn blank_subject_key<'a>(&'a self, subject: &'a str) -> Answer<'a, bool> {
        self.vault.blank_subject_key(subject).boxed()
    }

    fn forget_subject<'a>(&'a self, subject: &'a str) -> Answer<'a, ()> {
        self.vault.forget_subject(subject).boxed()
    }

    fn secret<'a>(&'a self, namespace: &'a str, name: &'a str) -> Answer<'a, Option<Vec<u8>>> {
        self.vault.secret(namespace, name).boxed()
    }

    fn secrets<'a>(&'a self, namespace: &'a str, limit: usize) -> Answer<'a, Vec<NamedSecret>> {
        self.vault.secrets(namespace, limit).boxed()
    }

    fn put_secret<'a>(&'a self, namespace: &'a str, name: &'a str, secret: &'a [u8]) -> Answer<'a, ()> {
        self.vault.put_secret(namespace, name, secret).boxed()
    }

    fn delete_secret<'a>(&'a self, namespace: &'a str, name: &'a str) -> Answer<'a, bool> {
        self.vault.delete_secret(namespace, name).boxed()
    }

    fn snapshot(&self) -> Answer<'_, Option<Snapshot>> {
        self.index.snapshot().boxed()
    }

    fn save_snapshot(&self, snapshot: Snapshot) -> Answer<'_, ()> {
        async move { self.index.save_snapshot(&snapshot).await }.boxed()
    }

    fn full_tiles(&self) -> Answer<'_, u64> {
        self.tiles.full().boxed()
    }

    fn tile(&self, place: TilePlace) -> Answer<'_, Option<Vec<u8>>> {
        self.tiles.read(place).boxed()
    }

    fn save_tiles(&self, tiles: Vec<FullTile>) -> Answer<'_, ()> {
        async move { self.tiles.save(&tiles).await }.boxed()
    }

    fn forget_tiles(&self) -> Answer<'_, ()> {
        self.tiles.forget().boxed()
    }

    fn close(&self) -> Answer<'_, ()> {
        async move {
            self.index.close().await?;
            self.tiles.close().await?;
            self.vault.close().await;
            self.log.close().await?;
            self.lock.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take();
            Ok(())
        }
        .boxed()
    }
}

fn options(path: &Path, synchronous: SqliteSynchronous) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(synchronous)
        .busy_timeout(BUSY_TIMEOUT)
        .statement_cache_capacity(statement::CACHED)
        .row_buffer_size(super::pages::READ_AT_ONCE)
        .pragma("cell_size_check", "ON")
        .disable_statement_logging()
}

/// Connections to one file. A file does not hang up, so that none of them is asked for a sign of life before each use.
async fn pool(options: SqliteConnectOptions, connections: u32) -> Result<SqlitePool, StorageError> {
    Ok(SqlitePoolOptions::new().max_connections(connections).test_before_acquire(false).connect_with(options).await?)
}

async fn migrate(connection: &mut SqliteConnection, sql: &'static str) -> Result<(), StorageError> {
    let first = Migration::new(1, "first".into(), MigrationType::Simple, sqlx::SqlSafeStr::into_sql_str(sql), false);
    Ok(Migrator::with_migrations(vec![first]).run(connection).await?)
}

/// Opens a database for writing and brings its tables up to date.
async fn connect(options: &SqliteConnectOptions, sql: &'static str) -> Result<SqliteConnection, StorageError> {
    let mut connection = SqliteConnection::connect_with(options).await?;
    migrate(&mut connection, sql).await?;
    Ok(connection)
}
