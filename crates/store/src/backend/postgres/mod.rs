//! A log in a PostgreSQL schema that several processes share: one leads, the others stand by.

mod lead;
mod log;
mod tiles;
mod vault;
mod write;

use super::{Answer, CommitError, Database, Entries, Head, NamedSecret, NewBatch, Snapshot, Span};
use crate::{IdempotencyKey, StorageError, StoredEntry};
use edgecoder_events::{BlobRef, Position, StreamName, Version};
use edgecoder_ledger::tree::{FullTile, TilePlace};
use futures_util::{FutureExt, future::BoxFuture};
use lead::Lead;
use sqlx::{
    AssertSqlSafe, ConnectOptions, Connection, PgConnection, PgPool, SqlSafeStr,
    migrate::{Migration, MigrationType, Migrator},
    postgres::{PgConnectOptions, PgPoolOptions},
};
use std::{collections::HashMap, time::Duration};

/// How many connections read at the same time.
const READERS: u32 = 4;
/// How long a reader waits for a connection: whoever asked is told then that the database is not there.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);
/// The most bytes of a name in PostgreSQL.
const MOST_NAME_BYTES: usize = 63;
const TABLES: [(&str, &str); 2] = [
    ("first", include_str!("../../../../../migrations/postgres/0001_log.sql")),
    ("tiles", include_str!("../../../../../migrations/postgres/0002_tiles.sql")),
];

pub(crate) struct PostgresBackend {
    readers: PgPool,
    lead: Lead,
}

impl PostgresBackend {
    /// Connects and brings the tables up to date.
    pub(crate) async fn open(url: &str, schema: &str) -> Result<Self, StorageError> {
        let plain = schema.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
        if schema.is_empty() || schema.len() > MOST_NAME_BYTES || !plain {
            return Err(StorageError::Value("a schema name has 1 to 63 small letters, digits and underscores"));
        }
        let options = url.parse::<PgConnectOptions>()?.options([("search_path", schema)]).disable_statement_logging();
        make_tables(&options, schema).await?;
        let readers = PgPoolOptions::new().max_connections(READERS).acquire_timeout(ACQUIRE_TIMEOUT);
        let readers = readers.connect_with(options.clone()).await?;
        Ok(Self { lead: Lead::new(options, readers.clone(), schema.to_owned()), readers })
    }
}

async fn make_tables(options: &PgConnectOptions, schema: &str) -> Result<(), StorageError> {
    let mut connection = PgConnection::connect_with(options).await?;
    let make_schema = AssertSqlSafe(format!("CREATE SCHEMA IF NOT EXISTS {schema}"));
    if let Err(error) = sqlx::query(make_schema).execute(&mut connection).await {
        // Two processes that begin together may both try; the one that is told so finds it made.
        let made_meanwhile = error.as_database_error().is_some_and(sqlx::error::DatabaseError::is_unique_violation);
        if !made_meanwhile {
            return Err(error.into());
        }
    }
    let numbered = (1_i64..).zip(TABLES);
    let migrations = numbered.map(|(number, (name, sql))| {
        Migration::new(number, name.into(), MigrationType::Simple, sql.into_sql_str(), false)
    });
    Migrator::with_migrations(migrations.collect()).run(&mut connection).await?;
    Ok(connection.close().await?)
}

impl Database for PostgresBackend {
    fn lead(&self) -> Answer<'_, Option<Head>> {
        self.lead.take().boxed()
    }

    fn head(&self) -> Answer<'_, Head> {
        async { Ok(lead::head_row(&self.readers).await?.head) }.boxed()
    }

    fn head_may_have_moved(&self) -> BoxFuture<'_, ()> {
        self.lead.wait_for_news().boxed()
    }

    fn commit(&self, batch: NewBatch) -> BoxFuture<'_, Result<(), CommitError>> {
        self.lead.write(batch).boxed()
    }

    fn entries(&self, from: u64, to: u64) -> Entries {
        log::entries(&self.readers, from, to)
    }

    fn entries_at<'a>(&'a self, positions: &'a [Position]) -> Answer<'a, Vec<StoredEntry>> {
        log::entries_at(&self.readers, positions).boxed()
    }

    fn versions<'a>(&'a self, streams: &'a [StreamName]) -> Answer<'a, Vec<Version>> {
        log::versions(&self.readers, streams).boxed()
    }

    fn positions<'a>(&'a self, stream: &'a StreamName, after: Version, limit: usize) -> Answer<'a, Vec<Position>> {
        log::positions(&self.readers, stream, after, limit).boxed()
    }

    fn spans<'a>(&'a self, keys: &'a [IdempotencyKey]) -> Answer<'a, HashMap<IdempotencyKey, Span>> {
        log::spans(&self.readers, keys).boxed()
    }

    fn blob(&self, address: BlobRef) -> Answer<'_, Option<Vec<u8>>> {
        vault::blob(&self.readers, address).boxed()
    }

    fn has_blob(&self, address: BlobRef) -> Answer<'_, bool> {
        vault::has_blob(&self.readers, address).boxed()
    }

    fn subject_key<'a>(&'a self, subject: &'a str) -> Answer<'a, Option<Vec<u8>>> {
        vault::subject_key(&self.readers, subject).boxed()
    }

    fn keep_subject_key<'a>(&'a self, subject: &'a str, key: &'a [u8]) -> Answer<'a, Vec<u8>> {
        vault::keep_subject_key(&self.readers, subject, key).boxed()
    }

    fn blank_subject_key<'a>(&'a self, subject: &'a str) -> Answer<'a, bool> {
        vault::blank_subject_key(&self.readers, subject).boxed()
    }

    fn forget_subject<'a>(&'a self, subject: &'a str) -> Answer<'a, ()> {
        vault::forget_subject(&self.readers, subject).boxed()
    }

    fn secret<'a>(&'a self, namespace: &'a str, name: &'a str) -> Answer<'a, Option<Vec<u8>>> {
        vault::secret(&self.readers, namespace, name).boxed()
    }

    fn secrets<'a>(&'a self, namespace: &'a str, limit: usize) -> Answer<'a, Vec<NamedSecret>> {
        vault::secrets(&self.readers, namespace, limit).boxed()
    }

    fn put_secret<'a>(&'a self, namespace: &'a str, name: &'a str, secret: &'a [u8]) -> Answer<'a, ()> {
        vault::put_secret(&self.readers, namespace, name, secret).boxed()
    }

    fn delete_secret<'a>(&'a self, namespace: &'a str, name: &'a str) -> Answer<'a, bool> {
        vault::delete_secret(&self.readers, namespace, name).boxed()
    }

    fn snapshot(&self) -> Answer<'_, Option<Snapshot>> {
        log::snapshot(&self.readers).boxed()
    }

    fn save_snapshot(&self, snapshot: Snapshot) -> Answer<'_, ()> {
        async move { log::save_snapshot(&self.readers, &snapshot).await }.boxed()
    }

    fn full_tiles(&self) -> Answer<'_, u64> {
        tiles::full(&self.readers).boxed()
    }

    fn tile(&self, place: TilePlace) -> Answer<'_, Option<Vec<u8>>> {
        tiles::read(&self.readers, place).boxed()
    }

    fn save_tiles(&self, tiles: Vec<FullTile>) -> Answer<'_, ()> {
        async move { tiles::save(&self.readers, &tiles).await }.boxed()
    }

    fn forget_tiles(&self) -> Answer<'_, ()> {
        tiles::forget(&self.readers).boxed()
    }

    fn close(&self) -> Answer<'_, ()> {
        async {
            self.lead.let_go().await?;
            self.readers.close().await;
            Ok(())
        }
        .boxed()
    }
}
