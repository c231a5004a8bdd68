//! What must be forgettable: subject keys and secrets, in a file of their own.

use super::{NamedSecret, StorageError, connect, options, pool};
use sqlx::{Connection, Row, SqlitePool, sqlite::SqliteSynchronous};
use std::path::Path;

const CONNECTIONS: u32 = 2;
const TABLES: &str = include_str!("../../../../../migrations/sqlite/vault/0001_vault.sql");

pub(super) struct Vault(SqlitePool);

impl Vault {
    pub(super) async fn open(dir: &Path) -> Result<Self, StorageError> {
        let options = options(&dir.join("vault.db"), SqliteSynchronous::Full).pragma("secure_delete", "ON");
        connect(&options, TABLES).await?.close().await?;
        Ok(Self(pool(options, CONNECTIONS).await?))
    }

    pub(super) async fn subject_key(&self, subject: &str) -> Result<Option<Vec<u8>>, StorageError> {
        let row =
            sqlx::query("SELECT key FROM subject_keys WHERE subject = ?").bind(subject).fetch_optional(&self.0).await?;
        row.map(|row| Ok(row.try_get(0)?)).transpose()
    }

    pub(super) async fn keep_subject_key(&self, subject: &str, key: &[u8]) -> Result<Vec<u8>, StorageError> {
        sqlx::query("INSERT INTO subject_keys (subject, key) VALUES (?, ?) ON CONFLICT DO NOTHING")
            .bind(subject)
            .bind(key)
            .execute(&self.0)
            .await?;
        self.subject_key(subject).await?.ok_or(StorageError::Value("a subject key vanished while it was made"))
    }

    /// Overwrites the key's bytes in the file, and cuts off the journal that held them.
    pub(super) async fn blank_subject_key(&self, subject: &str) -> Result<bool, StorageError> {
        let done = sqlx::query("UPDATE subject_keys SET key = zeroblob(0) WHERE subject = ?")
            .bind(subject)
            .execute(&self.0)
            .await?;
        sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(&self.0).await?;
        Ok(done.rows_affected() > 0)
    }

    pub(super) async fn forget_subject(&self, subject: &str) -> Result<(), StorageError> {
        sqlx::query("DELETE FROM subject_keys WHERE subject = ?").bind(subject).execute(&self.0).await?;
        Ok(())
    }

    pub(super) async fn secret(&self, namespace: &str, name: &str) -> Result<Option<Vec<u8>>, StorageError> {
        let row = sqlx::query("SELECT secret FROM secrets WHERE namespace = ? AND name = ?")
            .bind(namespace)
            .bind(name)
            .fetch_optional(&self.0)
            .await?;
        row.map(|row| Ok(row.try_get(0)?)).transpose()
    }

    pub(super) async fn secrets(&self, namespace: &str, limit: usize) -> Result<Vec<NamedSecret>, StorageError> {
        let rows = sqlx::query("SELECT name, secret FROM secrets WHERE namespace = ? ORDER BY name LIMIT ?")
            .bind(namespace)
            .bind(i64::try_from(limit).unwrap_or(i64::MAX))
            .fetch_all(&self.0)
            .await?;
        rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect()
    }

    pub(super) async fn put_secret(&self, namespace: &str, name: &str, secret: &[u8]) -> Result<(), StorageError> {
        sqlx::query("INSERT OR REPLACE INTO secrets (namespace, name, secret) VALUES (?, ?, ?)")
            .bind(namespace)
            .bind(name)
            .bind(secret)
            .execute(&self.0)
            .await?;
        Ok(())
    }

    pub(super) async fn delete_secret(&self, namespace: &str, name: &str) -> Result<bool, StorageError> {
        let done = sqlx::query("DELETE FROM secrets WHERE namespace = ? AND name = ?")
            .bind(namespace)
            .bind(name)
            .execute(&self.0)
            .await?;
        Ok(done.rows_affected() > 0)
    }

    pub(super) async fn close(&self) {
        self.0.close().await;
    }
}
