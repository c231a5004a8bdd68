//! Where are the rows? A file of their own, or a schema of their own.

use super::cell::{Cell, Row, Source, arguments};
use crate::ProjectionError;
use sqlx::{
    AssertSqlSafe, ConnectOptions, Connection, PgPool, Postgres, Sqlite, SqlitePool, Transaction,
    postgres::{PgArguments, PgConnectOptions, PgPoolOptions},
    sqlite::{SqliteArguments, SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use std::{path::Path, str::FromStr, time::Duration};

const READERS: u32 = 4;
const POSTGRES_CONNECTIONS: u32 = 8;
/// How long a reader waits for a connection to PostgreSQL: whoever asked is told then that it is not there.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);
/// Every statement that is ever prepared on one connection fits.
const STATEMENTS: usize = 256;
const POSTGRES_SCHEMA: &str = "projections";

/// A database of projections.
#[derive(Debug, Clone)]
pub(crate) enum Database {
    Sqlite { writer: SqlitePool, readers: SqlitePool },
    Postgres(PgPool),
}

/// How a placeholder is written in a generated list of thousands. SQLite keeps a numbered one as a name and searches the
/// list of names from its beginning for each, so the cost of a statement would be the square of its length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Placeholders {
    Numbered,
    Unnumbered,
}

/// Statements that happen together or not at all.
pub(crate) enum Tx {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

impl Database {
    /// Opens the file, or makes it. `synchronous=NORMAL` is right here and wrong for the log: a power cut may cost the
    /// last commits, but never part of one, and the position that is stored in each says where to read on.
    pub(crate) async fn open_sqlite(file: &Path) -> Result<Self, ProjectionError> {
        let options = SqliteConnectOptions::new()
            .filename(file)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Normal)
            .busy_timeout(BUSY_TIMEOUT)
            .statement_cache_capacity(STATEMENTS)
            .pragma("cache_size", "-32768")
            .pragma("temp_store", "MEMORY")
            .disable_statement_logging();
        // A transaction that could not be rolled back, because SQLite had done so by itself, stays open in the books of its
        // connection: what came after would never be committed.
        let writer = SqlitePoolOptions::new()
            .max_connections(1)
            .after_release(|connection, _| Box::pin(async move { Ok(!connection.is_in_transaction()) }));
        let writer = writer.connect_with(options.clone()).await?;
        let readers = SqlitePoolOptions::new().max_connections(READERS).connect_lazy_with(options);
        Ok(Self::Sqlite { writer, readers })
    }

    /// Opens the schema, or makes it.
    pub(crate) async fn open_postgres(url: &str) -> Result<Self, ProjectionError> {
        let options = PgConnectOptions::from_str(url)?
            .options([("search_path", POSTGRES_SCHEMA)])
            .statement_cache_capacity(STATEMENTS)
            .disable_statement_logging();
        let pool = PgPoolOptions::new().max_connections(POSTGRES_CONNECTIONS).acquire_timeout(ACQUIRE_TIMEOUT);
        let pool = pool.connect_with(options).await?;
        sqlx::raw_sql(AssertSqlSafe(format!("CREATE SCHEMA IF NOT EXISTS {POSTGRES_SCHEMA}"))).execute(&pool).await?;
        Ok(Self::Postgres(pool))
    }

    /// The text that this database takes.
    pub(crate) fn pick<'a>(&self, sqlite: &'a str, postgres: &'a str) -> &'a str {
        match self {
            Self::Sqlite { .. } => sqlite,
            Self::Postgres(_) => postgres,
        }
    }

    /// How generated lists of placeholders are written here.
    pub(super) fn placeholder_style(&self) -> Placeholders {
        match self {
            Self::Sqlite { .. } => Placeholders::Unnumbered,
            Self::Postgres(_) => Placeholders::Numbered,
        }
    }

    /// Begins to write.
    pub(crate) async fn begin(&self) -> Result<Tx, ProjectionError> {
        match self {
            Self::Sqlite { writer, .. } => Ok(Tx::Sqlite(writer.begin().await?)),
            Self::Postgres(pool) => Ok(Tx::Postgres(pool.begin().await?)),
        }
    }

    /// Reads rows.
    pub(crate) async fn read(&self, sql: &str, cells: Vec<Cell>) -> Result<Vec<Row>, ProjectionError> {
        let sql = AssertSqlSafe(sql);
        match self {
            Self::Sqlite { readers, .. } => {
                let rows =
                    sqlx::query_with::<Sqlite, SqliteArguments>(sql, arguments(cells)?).fetch_all(readers).await?;
                Ok(rows.into_iter().map(|row| Row::new(Source::Sqlite(row))).collect())
            }
            Self::Postgres(pool) => {
                let rows = sqlx::query_with::<Postgres, PgArguments>(sql, arguments(cells)?).fetch_all(pool).await?;
                Ok(rows.into_iter().map(|row| Row::new(Source::Postgres(row))).collect())
            }
        }
    }

    /// Waits until every connection is closed.
    pub(crate) async fn close(&self) {
        match self {
            Self::Sqlite { writer, readers } => {
                readers.close().await;
                writer.close().await;
            }
            Self::Postgres(pool) => pool.close().await,
        }
    }
}

impl Tx {
    /// How generated lists of placeholders are written here.
    pub(super) fn placeholder_style(&self) -> Placeholders {
        match self {
            Self::Sqlite(_) => Placeholders::Unnumbered,
            Self::Postgres(_) => Placeholders::Numbered,
        }
    }

    /// Runs one statement; how many rows it changed.
    pub(crate) async fn execute(&mut self, sql: String, cells: Vec<Cell>) -> Result<u64, ProjectionError> {
        let sql = AssertSqlSafe(sql);
        match self {
            Self::Sqlite(tx) => {
                let done =
                    sqlx::query_with::<Sqlite, SqliteArguments>(sql, arguments(cells)?).execute(&mut **tx).await?;
                Ok(done.rows_affected())
            }
            Self::Postgres(tx) => {
                let done = sqlx::query_with::<Postgres, PgArguments>(sql, arguments(cells)?).execute(&mut **tx).await?;
                Ok(done.rows_affected())
            }
        }
    }

    /// Reads rows as this transaction sees them.
    pub(crate) async fn read(&mut self, sql: String, cells: Vec<Cell>) -> Result<Vec<Row>, ProjectionError> {
        let sql = AssertSqlSafe(sql);
        match self {
            Self::Sqlite(tx) => {
                let rows =
                    sqlx::query_with::<Sqlite, SqliteArguments>(sql, arguments(cells)?).fetch_all(&mut **tx).await?;
                Ok(rows.into_iter().map(|row| Row::new(Source::Sqlite(row))).collect())
            }
            Self::Postgres(tx) => {
                let rows =
                    sqlx::query_with::<Postgres, PgArguments>(sql, arguments(cells)?).fetch_all(&mut **tx).await?;
                Ok(rows.into_iter().map(|row| Row::new(Source::Postgres(row))).collect())
            }
        }
    }

    /// Runs several statements without values.
    pub(crate) async fn script(&mut self, sql: String) -> Result<(), ProjectionError> {
        let sql = AssertSqlSafe(sql);
        match self {
            Self::Sqlite(tx) => sqlx::raw_sql(sql).execute(&mut **tx).await.map(drop)?,
            Self::Postgres(tx) => sqlx::raw_sql(sql).execute(&mut **tx).await.map(drop)?,
        }
        Ok(())
    }

    /// Makes everything that was done visible at once.
    pub(crate) async fn commit(self) -> Result<(), ProjectionError> {
        match self {
            Self::Sqlite(tx) => tx.commit().await?,
            Self::Postgres(tx) => tx.commit().await?,
        }
        Ok(())
    }
}
