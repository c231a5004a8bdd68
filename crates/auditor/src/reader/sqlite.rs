//! Reads a SQLite file that may be in use.

use super::{BELOW_ZERO, Content, MAX_CONTENT_BYTES, Page, ReadError, Slice, page::Numbers};
use edgecoder_events::BlobRef;
use sqlx::{
    ConnectOptions, Connection, QueryBuilder, Row, SqliteConnection,
    sqlite::{SqliteConnectOptions, SqliteRow},
};
use std::{path::Path, time::Duration};

/// How long to wait where a writer holds the file for a moment.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// How many numbers describe a row in the column `numbers`.
const NUMBERS: usize = 7;

/// A page is one row of the answer: handing rows over one by one costs more than verifying them. The lengths are taken
/// from the contents themselves, so that no content can pose as another.
macro_rules! packed {
    ($rows:literal) => {
        concat!(
            "SELECT count(*), coalesce(sum(version IS NOT NULL AND recorded_at IS NOT NULL AND stream IS NOT NULL AND ",
            "kind IS NOT NULL AND entry IS NOT NULL AND hash IS NOT NULL), 0), ",
            "coalesce(group_concat(format('%d %d %d %d %d %d %d', position, version, recorded_at, ",
            "octet_length(stream), octet_length(kind), octet_length(entry), octet_length(hash)), ' '), ''), ",
            "CAST(coalesce(group_concat(stream || kind || entry || hash, ''), '') AS BLOB) FROM ",
            $rows
        )
    };
}

/// The rows at so many positions, straight from the table, where they lie in order: a subquery would copy each column
/// twice. What this cannot tell, because there are gaps, because rows lie in disorder or cannot be read, is for
/// [`FROM`] to say.
const AT: &str = packed!("events WHERE position >= ?1 AND position < ?1 + ?2");

const FROM: &str = packed!("(SELECT * FROM events WHERE position >= ? ORDER BY position LIMIT ?)");
const BEFORE: &str = packed!(
    "(SELECT * FROM (SELECT * FROM events WHERE position < ? ORDER BY position DESC LIMIT ?) ORDER BY position LIMIT -1)"
);

const ROTATIONS: &str =
    packed!("(SELECT * FROM events WHERE position >= ? AND kind = 'ledger.log_key_rotated' ORDER BY position LIMIT ?)");

const ANCHORS: &str =
    packed!("(SELECT * FROM events WHERE position >= ? AND kind LIKE 'anchor.%' ORDER BY position LIMIT ?)");

pub(super) struct SqliteReader {
    connection: SqliteConnection,
}

impl SqliteReader {
    /// Opens the file read-only, as it is now.
    pub async fn open(file: &Path) -> Result<Self, ReadError> {
        if !file.is_file() {
            return Err(ReadError::NoSuchFile(file.display().to_string()));
        }
        let options = SqliteConnectOptions::new()
            .filename(file)
            .read_only(true)
            .immutable(!has_write_ahead_log(file))
            .busy_timeout(BUSY_TIMEOUT)
            .pragma("cell_size_check", "ON")
            .pragma("query_only", "ON")
            .disable_statement_logging();
        let mut connection = SqliteConnection::connect_with(&options).await?;
        sqlx::query("BEGIN").execute(&mut connection).await?;
        Ok(Self { connection })
    }

    pub async fn bounds(&mut self) -> Result<Option<(i64, i64)>, ReadError> {
        // Two questions: SQLite answers each of them from one end of the table.
        let ends = sqlx::query("SELECT (SELECT min(position) FROM events), (SELECT max(position) FROM events)");
        let row = ends.fetch_one(&mut self.connection).await?;
        Ok(row.try_get::<Option<i64>, _>(0)?.zip(row.try_get(1)?))
    }

    pub async fn page(&mut self, slice: Slice, limit: i64) -> Result<Page, ReadError> {
        let (text, position) = match slice {
            Slice::From(position) => {
                if let Ok(page) = self.ask(AT, position, limit).await
                    && !page.is_empty()
                {
                    return Ok(page);
                }
                (FROM, position)
            }
            Slice::Before(position) => (BEFORE, position),
            Slice::Rotations(position) => (ROTATIONS, position),
            Slice::Anchors(position) => (ANCHORS, position),
        };
        self.ask(text, position, limit).await
    }

    pub async fn contents(&mut self, addresses: &[BlobRef]) -> Result<Vec<Content>, ReadError> {
        let mut text = QueryBuilder::new("SELECT hash, substr(content, 1, ");
        text.push_bind(MAX_CONTENT_BYTES).push(") FROM blobs WHERE hash IN (");
        let mut wanted = text.separated(", ");
        for address in addresses {
            wanted.push_bind(address.0.to_vec());
        }
        text.push(")");
        let rows = text.build().fetch_all(&mut self.connection).await?;
        rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect()
    }

    async fn ask(&mut self, text: &'static str, position: i64, limit: i64) -> Result<Page, ReadError> {
        let row = sqlx::query(text).bind(position).bind(limit).fetch_one(&mut self.connection).await?;
        unpack(&row, position)
    }
}

/// Without a write-ahead log nobody writes, and SQLite needs no file of its own beside the ledger.
pub(crate) fn has_write_ahead_log(file: &Path) -> bool {
    let mut name = file.as_os_str().to_owned();
    name.push("-wal");
    Path::new(&name).exists()
}

fn unpack(row: &SqliteRow, position: i64) -> Result<Page, ReadError> {
    let (rows, complete): (i64, i64) = (row.try_get(0)?, row.try_get(1)?);
    let numbers = row.try_get::<&str, _>(2)?.split_ascii_whitespace();
    // Where a row is wrong, fewer are asked for until it stands first.
    let first = numbers.clone().next().and_then(|first| first.parse().ok());
    let not_a_row = |what| ReadError::NotARow { position: first.unwrap_or(position), what };
    if rows != complete {
        return Err(not_a_row("a column is empty"));
    }
    let numbers: Result<Vec<i64>, _> = numbers.map(str::parse).collect();
    let numbers = numbers.map_err(|_| not_a_row("a number is none"))?;
    let (each, rest) = numbers.as_chunks::<NUMBERS>();
    if !rest.is_empty() || i64::try_from(each.len()) != Ok(rows) {
        return Err(not_a_row("the columns do not fit together"));
    }
    let mut page = Page::of(row.try_get(3)?);
    for &[position, version, recorded_at, stream, kind, entry, hash] in each {
        let lengths = [stream, kind, entry, hash].map(|length| usize::try_from(length).unwrap_or(usize::MAX));
        page.cut(Numbers { position, version, recorded_at }, lengths).ok_or(not_a_row(if position < 0 {
            BELOW_ZERO
        } else {
            "rows come in disorder, or the contents are too short"
        }))?;
    }
    if page.is_whole() { Ok(page) } else { Err(not_a_row("the contents are too long")) }
}
