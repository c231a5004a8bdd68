//! What stands beside the log in PostgreSQL: contents, subject keys, secrets.

use super::{NamedSecret, StorageError};
use edgecoder_events::BlobRef;
use sqlx::{PgPool, Row, postgres::PgRow};

fn first_column(row: Option<PgRow>) -> Result<Option<Vec<u8>>, StorageError> {
    row.map(|row| Ok(row.try_get(0)?)).transpose()
}

pub(super) async fn blob(pool: &PgPool, address: BlobRef) -> Result<Option<Vec<u8>>, StorageError> {
    let found = sqlx::query("SELECT content FROM blobs WHERE hash = $1").bind(address.0.to_vec());
    first_column(found.fetch_optional(pool).await?)
}

pub(super) async fn has_blob(pool: &PgPool, address: BlobRef) -> Result<bool, StorageError> {
    let found = sqlx::query("SELECT 1 FROM blobs WHERE hash = $1").bind(address.0.to_vec());
    Ok(found.fetch_optional(pool).await?.is_some())
}

pub(super) async fn subject_key(pool: &PgPool, subject: &str) -> Result<Option<Vec<u8>>, StorageError> {
    let found = sqlx::query("SELECT key FROM subject_keys WHERE subject = $1").bind(subject);
    first_column(found.fetch_optional(pool).await?)
}

pub(super) async fn keep_subject_key(pool: &PgPool, subject: &str, key: &[u8]) -> Result<Vec<u8>, StorageError> {
    sqlx::query("INSERT INTO subject_keys (subject, key) VALUES ($1, $2) ON CONFLICT DO NOTHING")
        .bind(subject)
        .bind(key)
        .execute(pool)
        .await?;
    subject_key(pool, subject).await?.ok_or(StorageError::Value("a subject key vanished while it was made"))
}

pub(super) async fn blank_subject_key(pool: &PgPool, subject: &str) -> Result<bool, StorageError> {
    let blank = sqlx::query("UPDATE subject_keys SET key = '' WHERE subject = $1").bind(subject);
    Ok(blank.execute(pool).await?.rows_affected() > 0)
}

pub(super) async fn forget_subject(pool: &PgPool, subject: &str) -> Result<(), StorageError> {
    sqlx::query("DELETE FROM subject_keys WHERE subject = $1").bind(subject).execute(pool).await?;
    Ok(())
}

pub(super) async fn secret(pool: &PgPool, namespace: &str, name: &str) -> Result<Option<Vec<u8>>, StorageError> {
    let found = sqlx::query("SELECT secret FROM secrets WHERE namespace = $1 AND name = $2").bind(namespace).bind(name);
    first_column(found.fetch_optional(pool).await?)
}

pub(super) async fn secrets(pool: &PgPool, namespace: &str, limit: usize) -> Result<Vec<NamedSecret>, StorageError> {
    let found = sqlx::query("SELECT name, secret FROM secrets WHERE namespace = $1 ORDER BY name LIMIT $2")
        .bind(namespace)
        .bind(i64::try_from(limit).unwrap_or(i64::MAX));
    found.fetch_all(pool).await?.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect()
}

pub(super) async fn put_secret(pool: &PgPool, namespace: &str, name: &str, secret: &[u8]) -> Result<(), StorageError> {
    sqlx::query(
        "INSERT INTO secrets (namespace, name, secret) VALUES ($1, $2, $3) \
         ON CONFLICT (namespace, name) DO UPDATE SET secret = excluded.secret",
    )
    .bind(namespace)
    .bind(name)
    .bind(secret)
    .execute(pool)
    .await?;
    Ok(())
}

pub(super) async fn delete_secret(pool: &PgPool, namespace: &str, name: &str) -> Result<bool, StorageError> {
    let gone = sqlx::query("DELETE FROM secrets WHERE namespace = $1 AND name = $2").bind(namespace).bind(name);
    Ok(gone.execute(pool).await?.rows_affected() > 0)
}
