//! The full tiles of the Merkle tree, in a file of their own: derived, so that it may be deleted.

use super::{StorageError, connect, options, pool};
use crate::backend::number::{number, unsigned};
use edgecoder_ledger::tree::{FullTile, TilePlace};
use sqlx::{
    Connection, Row, SqliteConnection, SqlitePool,
    sqlite::{SqliteConnectOptions, SqliteSynchronous},
};
use std::path::Path;
use tokio::sync::Mutex;

/// How many connections read tiles at the same time.
const READERS: u32 = 2;
/// How far a tile's level is shifted in its id.
const LEVEL_SHIFT: u32 = 54;
const TABLES: &str = include_str!("../../../../../migrations/sqlite/tiles/0001_tiles.sql");

pub(super) struct TileFile {
    options: SqliteConnectOptions,
    /// Nothing while a write failed: such a connection is not used again.
    writer: Mutex<Option<SqliteConnection>>,
    readers: SqlitePool,
}

impl TileFile {
    pub(super) async fn open(dir: &Path) -> Result<Self, StorageError> {
        let options = options(&dir.join("tiles.db"), SqliteSynchronous::Normal);
        let writer = connect(&options, TABLES).await?;
        let options = options.create_if_missing(false);
        let readers = pool(options.clone().read_only(true), READERS).await?;
        Ok(Self { options, writer: Mutex::new(Some(writer)), readers })
    }

    /// How many tiles of leaf hashes there are.
    pub(super) async fn full(&self) -> Result<u64, StorageError> {
        let row = sqlx::query("SELECT max(id) + 1 FROM tiles WHERE id < ?")
            .bind(number(1 << LEVEL_SHIFT))
            .fetch_one(&self.readers)
            .await?;
        Ok(row.try_get::<Option<i64>, _>(0)?.map_or(0, unsigned))
    }

    pub(super) async fn read(&self, place: TilePlace) -> Result<Option<Vec<u8>>, StorageError> {
        let row =
            sqlx::query("SELECT hashes FROM tiles WHERE id = ?").bind(id(place)).fetch_optional(&self.readers).await?;
        row.map(|row| Ok(row.try_get(0)?)).transpose()
    }

    /// Takes the writer out; whoever wrote well puts it back.
    async fn connection(&self, writer: &mut Option<SqliteConnection>) -> Result<SqliteConnection, StorageError> {
        match writer.take() {
            Some(connection) => Ok(connection),
            None => Ok(SqliteConnection::connect_with(&self.options).await?),
        }
    }

    /// Writes all or none.
    pub(super) async fn save(&self, tiles: &[FullTile]) -> Result<(), StorageError> {
        let mut writer = self.writer.lock().await;
        let mut connection = self.connection(&mut writer).await?;
        let mut transaction = connection.begin().await?;
        for tile in tiles {
            sqlx::query("INSERT OR REPLACE INTO tiles (id, hashes) VALUES (?, ?)")
                .bind(id(tile.place))
                .bind(tile.hashes.concat())
                .execute(&mut *transaction)
                .await?;
        }
        transaction.commit().await?;
        *writer = Some(connection);
        Ok(())
    }

    pub(super) async fn forget(&self) -> Result<(), StorageError> {
        let mut writer = self.writer.lock().await;
        let mut connection = self.connection(&mut writer).await?;
        sqlx::query("DELETE FROM tiles").execute(&mut connection).await?;
        *writer = Some(connection);
        Ok(())
    }

    pub(super) async fn close(&self) -> Result<(), StorageError> {
        self.readers.close().await;
        match self.writer.lock().await.take() {
            Some(connection) => Ok(connection.close().await?),
            None => Ok(()),
        }
    }
}

fn id(place: TilePlace) -> i64 {
    number(u64::from(place.level) << LEVEL_SHIFT | place.number)
}
