//! Which process writes? The one whose session holds the advisory lock; its epoch in the head row is the real guard.

use super::{CommitError, Head, NewBatch, StorageError, log::hash, write};
use crate::backend::number::unsigned;
use sqlx::{
    Connection, PgConnection, PgPool, Row,
    postgres::{PgConnectOptions, PgListener},
};
use std::time::Duration;
use tokio::sync::Mutex;

/// How long a process that stands by goes without looking; a notification only makes it shorter.
const POLL: Duration = Duration::from_secs(1);

/// The row that every batch moves.
pub(super) struct HeadRow {
    pub epoch: i64,
    pub head: Head,
}

pub(super) struct Lead {
    options: PgConnectOptions,
    readers: PgPool,
    schema: String,
    session: Mutex<Session>,
    listener: Mutex<Option<PgListener>>,
}

/// The one connection that holds the lock and writes.
#[derive(Default)]
struct Session {
    connection: Option<PgConnection>,
    /// The epoch that this process opened last.
    epoch: Option<i64>,
}

impl Lead {
    pub(super) fn new(options: PgConnectOptions, readers: PgPool, schema: String) -> Self {
        Self { options, readers, schema, session: Mutex::default(), listener: Mutex::default() }
    }

    /// Takes the lead in a new session, and opens an epoch: whatever an earlier session still has on its way to the
    /// server is then either written or refused, because both wait for the same row.
    pub(super) async fn take(&self) -> Result<Option<Head>, StorageError> {
        let mut session = self.session.lock().await;
        if let Some(former) = session.connection.take() {
            // A session that is broken cannot be closed politely; the server notices.
            let _ = former.close().await;
        }
        let mut connection = PgConnection::connect_with(&self.options).await?;
        let locked: bool = sqlx::query("SELECT pg_try_advisory_lock(hashtextextended('edgecoder ' || $1, 0))")
            .bind(&self.schema)
            .fetch_one(&mut connection)
            .await?
            .try_get(0)?;
        if !locked {
            return self.another_leads(session.epoch).await;
        }
        let row = sqlx::query("UPDATE head SET epoch = epoch + 1 RETURNING epoch, size, hash")
            .fetch_one(&mut connection)
            .await?;
        let row = HeadRow::read(&row)?;
        *session = Session { connection: Some(connection), epoch: Some(row.epoch) };
        Ok(Some(row.head))
    }

    /// Nothing where another process has opened a later epoch; an error where our own former session still lingers.
    async fn another_leads(&self, own: Option<i64>) -> Result<Option<Head>, StorageError> {
        let there = head_row(&self.readers).await?;
        match own {
            Some(own) if there.epoch <= own => Err(StorageError::Value("the former session still holds the lead")),
            Some(_) | None => Ok(None),
        }
    }

    pub(super) async fn write(&self, batch: NewBatch) -> Result<(), CommitError> {
        let mut session = self.session.lock().await;
        let Session { connection: Some(connection), epoch: Some(epoch) } = &mut *session else {
            return Err(CommitError::Superseded);
        };
        let written = write::batch(connection, *epoch, &self.schema, &batch).await;
        match written {
            Ok(true) => Ok(()),
            Ok(false) => Err(CommitError::Superseded),
            Err(error) if error.is_absence() => Err(CommitError::BrokenOff(error, Box::new(batch))),
            Err(error) => Err(CommitError::Failed(error)),
        }
    }

    /// Waits for a notification of the leader, or for the time to look by oneself.
    pub(super) async fn wait_for_news(&self) {
        let listen = async {
            let mut listener = self.listener.lock().await;
            if listener.is_none() {
                *listener = self.listen().await.ok();
            }
            let heard = match listener.as_mut() {
                Some(listener) => listener.recv().await.is_ok(),
                None => std::future::pending().await,
            };
            if !heard {
                *listener = None;
            }
        };
        // Without a notification the poll is the truth.
        let _ = tokio::time::timeout(POLL, listen).await;
    }

    async fn listen(&self) -> Result<PgListener, sqlx::Error> {
        let mut listener = PgListener::connect_with(&self.readers).await?;
        listener.listen(&self.schema).await?;
        Ok(listener)
    }

    /// Ends the session and with it the lead.
    pub(super) async fn let_go(&self) -> Result<(), StorageError> {
        self.listener.lock().await.take();
        match self.session.lock().await.connection.take() {
            Some(connection) => Ok(connection.close().await?),
            None => Ok(()),
        }
    }
}

impl HeadRow {
    fn read(row: &sqlx::postgres::PgRow) -> Result<Self, StorageError> {
        Ok(Self { epoch: row.try_get(0)?, head: Head { size: unsigned(row.try_get(1)?), hash: hash(row, 2)? } })
    }
}

pub(super) async fn head_row(readers: &PgPool) -> Result<HeadRow, StorageError> {
    HeadRow::read(&sqlx::query("SELECT epoch, size, hash FROM head").fetch_one(readers).await?)
}
