//! Reads a PostgreSQL ledger in a session that cannot write.

use super::{BELOW_ZERO, Content, MAX_CONTENT_BYTES, Page, ReadError, Slice, page::Numbers};
use edgecoder_events::BlobRef;
use sqlx::{
    ConnectOptions, Connection, PgConnection, Row,
    postgres::{PgConnectOptions, PgRow},
};

const SNAPSHOT: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
const FROM: &str = "SELECT position, version, recorded_at, stream, kind, entry, hash FROM events \
                    WHERE position >= $1 ORDER BY position LIMIT $2";
const BEFORE: &str = "SELECT * FROM (SELECT position, version, recorded_at, stream, kind, entry, hash FROM events \
                      WHERE position < $1 ORDER BY position DESC LIMIT $2) AS newest ORDER BY position";

const ROTATIONS: &str = "SELECT position, version, recorded_at, stream, kind, entry, hash FROM events \
                         WHERE position >= $1 AND kind = 'ledger.log_key_rotated' ORDER BY position LIMIT $2";

const ANCHORS: &str = "SELECT position, version, recorded_at, stream, kind, entry, hash FROM events \
                       WHERE position >= $1 AND kind LIKE 'anchor.%' ORDER BY position LIMIT $2";

const CONTENTS: &str = "SELECT hash, substring(content FROM 1 FOR $2::integer) FROM blobs WHERE hash = ANY($1)";

pub(super) struct PostgresReader {
    connection: PgConnection,
}

impl PostgresReader {
    /// Opens the database read-only, as it is now.
    pub async fn open(url: &str, schema: &str) -> Result<Self, ReadError> {
        let options: PgConnectOptions = url.parse()?;
        let options = options.options([("search_path", schema), ("default_transaction_read_only", "on")]);
        let options = options.disable_statement_logging();
        let mut connection = PgConnection::connect_with(&options).await?;
        sqlx::query(SNAPSHOT).execute(&mut connection).await?;
        Ok(Self { connection })
    }

    pub async fn bounds(&mut self) -> Result<Option<(i64, i64)>, ReadError> {
        let row =
            sqlx::query("SELECT min(position), max(position) FROM events").fetch_one(&mut self.connection).await?;
        Ok(row.try_get::<Option<i64>, _>(0)?.zip(row.try_get(1)?))
    }

    pub async fn contents(&mut self, addresses: &[BlobRef]) -> Result<Vec<Content>, ReadError> {
        let addresses: Vec<Vec<u8>> = addresses.iter().map(|address| address.0.to_vec()).collect();
        let rows =
            sqlx::query(CONTENTS).bind(addresses).bind(MAX_CONTENT_BYTES).fetch_all(&mut self.connection).await?;
        rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect()
    }

    pub async fn page(&mut self, slice: Slice, limit: i64) -> Result<Page, ReadError> {
        let (text, position) = match slice {
            Slice::From(position) => (FROM, position),
            Slice::Before(position) => (BEFORE, position),
            Slice::Rotations(position) => (ROTATIONS, position),
            Slice::Anchors(position) => (ANCHORS, position),
        };
        let rows = sqlx::query(text).bind(position).bind(limit).fetch_all(&mut self.connection).await?;
        let mut page = Page::default();
        for row in &rows {
            add(&mut page, row)?;
        }
        Ok(page)
    }
}

fn add(page: &mut Page, row: &PgRow) -> Result<(), ReadError> {
    let numbers = Numbers { position: row.try_get(0)?, version: row.try_get(1)?, recorded_at: row.try_get(2)? };
    let (stream, kind): (&str, &str) = (row.try_get(3)?, row.try_get(4)?);
    let contents = [stream.as_bytes(), kind.as_bytes(), row.try_get(5)?, row.try_get(6)?];
    let position = numbers.position;
    let what = if position < 0 { BELOW_ZERO } else { "rows come in disorder" };
    page.push(numbers, contents).ok_or(ReadError::NotARow { position, what })
}
