//! The full tiles of the Merkle tree: every process that leads makes the same ones.

use super::StorageError;
use crate::backend::number::{number, unsigned};
use edgecoder_ledger::tree::{FullTile, TilePlace};
use sqlx::{PgPool, Row};

/// How many tiles of leaf hashes there are.
pub(super) async fn full(pool: &PgPool) -> Result<u64, StorageError> {
    let row = sqlx::query("SELECT max(number) + 1 FROM tiles WHERE level = 0").fetch_one(pool).await?;
    Ok(row.try_get::<Option<i64>, _>(0)?.map_or(0, unsigned))
}

pub(super) async fn read(pool: &PgPool, place: TilePlace) -> Result<Option<Vec<u8>>, StorageError> {
    let row = sqlx::query("SELECT hashes FROM tiles WHERE level = $1 AND number = $2")
        .bind(i16::from(place.level))
        .bind(number(place.number))
        .fetch_optional(pool)
        .await?;
    row.map(|row| Ok(row.try_get(0)?)).transpose()
}

/// Writes all or none.
pub(super) async fn save(pool: &PgPool, tiles: &[FullTile]) -> Result<(), StorageError> {
    sqlx::query(
        "INSERT INTO tiles (level, number, hashes) SELECT * FROM UNNEST($1::smallint[], $2::bigint[], $3::bytea[]) \
         ON CONFLICT (level, number) DO UPDATE SET hashes = excluded.hashes",
    )
    .bind(tiles.iter().map(|tile| i16::from(tile.place.level)).collect::<Vec<_>>())
    .bind(tiles.iter().map(|tile| number(tile.place.number)).collect::<Vec<_>>())
    .bind(tiles.iter().map(|tile| tile.hashes.concat()).collect::<Vec<_>>())
    .execute(pool)
    .await?;
    Ok(())
}

pub(super) async fn forget(pool: &PgPool) -> Result<(), StorageError> {
    sqlx::query("DELETE FROM tiles").execute(pool).await?;
    Ok(())
}
